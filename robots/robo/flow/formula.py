"""Formulas (`=row.amount * 2`) and merge text (`Case {{ row.number }}`): compiled once, evaluated in a scope."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Formula:
    """One expression. To be completed: names(), evaluate(scope)."""

    source: str

    def evaluate(self, scope: Mapping[str, Any]) -> Any:
        """Its value; raises ValueError in plain words."""
        raise ValueError(self.source)


@dataclass(frozen=True)
class Template:
    """A text with merge fields."""

    source: str
