"""The faults the practice office can be asked to have: real applications have all of them."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Literal

Kind = Literal["", "lose_before", "fail_before", "lose", "fail_after"]

# The order in which the faults are drawn: the first that strikes is the only one of its sending.
_KINDS: tuple[Kind, ...] = ("lose_before", "fail_before", "lose", "fail_after")


@dataclass(frozen=True)
class Faults:
    """What goes wrong, all off by default. Shares run from 0.0 (never) to 1.0 (always), times are in seconds.

    Shares are drawn from a hash of (seed, fault, demande number, how many times this number was sent): the same
    run gives the same faults, and a second try of the same demande may go well.
    """

    seed: int = 0
    late: float = 0.0
    """An entry is decided and committed that long after its request was read, the client alive or not."""
    late_share: float = 1.0
    """Share of entries that `late` concerns."""
    lose: float = 0.0
    """The entry is committed (or refused), then the connection is closed without one byte of answer."""
    lose_before: float = 0.0
    """The connection is closed without one byte of answer, and nothing is committed."""
    fail_before: float = 0.0
    """Answer 500, nothing committed."""
    fail_after: float = 0.0
    """The entry is committed (or refused), then the answer is 500."""
    reset: bool = False
    """Connections that lose their answer are reset (TCP RST) instead of closed (FIN)."""
    stale: bool = False
    """The empty form shows the success message of the save before, as if this one were done."""
    expire_every: int = 0
    """A session expires after having served that many requests (0 = never)."""
    delay: float = 0.0
    """Added to each page, after an entry is committed and before its answer leaves."""
    only: tuple[str, ...] = ()
    """Demande numbers the faults of entries strike (empty = all)."""
    times: int = 0
    """At most so many struck sendings for one demande number (0 = no limit)."""

    @classmethod
    def from_json(cls, data: object) -> Faults:
        """Faults from a JSON object of field names; ValueError names what is unknown or of the wrong type."""
        if not isinstance(data, Mapping):
            raise ValueError("faults: expected an object")
        defaults = {field.name: field.default for field in fields(cls)}
        values: dict[str, object] = {}
        for name, value in data.items():
            if name not in defaults:
                raise ValueError(f"faults: unknown field {name!r}")
            if name == "only":
                if not isinstance(value, list) or not all(isinstance(number, str) for number in value):
                    raise ValueError("faults: 'only' is a list of texts")
                values[name] = tuple(value)
            else:
                values[name] = _as_kind_of(defaults[name], name, value)
        return cls(**values)  # type: ignore[arg-type]  # each value was checked against its field just above


NO_FAULTS = Faults()


@dataclass(frozen=True)
class Plan:
    """What will happen to one sending: `late` seconds of waiting, then `kind`."""

    late: float = 0.0
    kind: Kind = ""

    @property
    def name(self) -> str:
        """The faults as the log writes them: "", "late", "lose", "late+lose"…"""
        return "+".join(part for part in ("late" if self.late else "", self.kind) if part)


class FaultBook:
    """Decides the fault of each sending; counts the sendings of each demande number. Safe between threads."""

    def __init__(self, faults: Faults = NO_FAULTS) -> None:
        self._lock = threading.Lock()
        self._faults = faults
        self._sent: Counter[str] = Counter()
        self._struck: Counter[str] = Counter()

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return self._faults

    def set(self, faults: Faults) -> None:
        """Put new faults in force; `times` counts from zero again, the sendings go on being counted."""
        with self._lock:
            self._faults = faults
            self._struck.clear()

    def reset(self, faults: Faults) -> None:
        """Forget every sending and put these faults in force."""
        with self._lock:
            self._faults = faults
            self._struck.clear()
            self._sent.clear()

    def plan(self, number: str) -> Plan:
        """Count one more sending of this demande number and say what happens to it."""
        with self._lock:
            self._sent[number] += 1
            faults, sent = self._faults, self._sent[number]
            if faults.only and number not in faults.only:
                return Plan()
            if faults.times and self._struck[number] >= faults.times:
                return Plan()
            striking = [kind for kind in _KINDS if _strikes(faults, kind, getattr(faults, kind), number, sent)]
            late = faults.late if _strikes(faults, "late", faults.late_share, number, sent) else 0.0
            plan = Plan(late, striking[0] if striking else "")
            if plan.name:
                self._struck[number] += 1
            return plan


def _as_kind_of(default: object, name: str, value: object) -> object:
    """`value` if it is of its field's type (a whole number is a good float); ValueError if not."""
    if isinstance(default, bool) or isinstance(value, bool):
        good = isinstance(default, bool) and isinstance(value, bool)
    elif isinstance(default, float):
        good = isinstance(value, int | float)
    else:
        good = isinstance(value, int)
    if not good:
        raise ValueError(f"faults: {name!r} cannot be {value!r}")
    return value


def _strikes(faults: Faults, fault: str, share: float, number: str, sent: int) -> bool:
    digest = hashlib.sha256(f"{faults.seed}|{fault}|{number}|{sent}".encode()).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
