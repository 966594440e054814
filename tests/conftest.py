"""What all tests share: messages are compared in English, whatever the machine and the workspace speak."""

from __future__ import annotations

import os

import pytest
from hypothesis import settings

from robo.kit.messages import VARIABLE

os.environ[VARIABLE] = "en"
# How long an example takes says how busy the machine is, and nothing of what is tested.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

LONG = ("test_campaign.py", "test_soak.py", "test_kill.py", "test_three_changes.py", "test_write_a_flow.py")
"""Files that take long, so that no worker begins one when the others have nothing left."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those begin first; all others stay in their order."""
    items.sort(key=lambda item: LONG.index(item.path.name) if item.path.name in LONG else len(LONG))
