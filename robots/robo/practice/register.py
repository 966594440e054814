"""What the office knows: the entries it committed, every request it was sent, who is signed in."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

_YEAR = 2026


@dataclass(frozen=True)
class Record:
    """One committed entry. `fields`: form names and texts as posted; `committed_at`: seconds since 1970."""

    reference: str
    number: str
    fields: dict[str, str]
    committed_at: float
    user: str
    connection: int


@dataclass
class Exchange:
    """One request and what became of it.

    `at`: when it was read, seconds since 1970. `connection`: which TCP connection, from 1; `carried`: how many
    requests that connection had carried before. `status`: HTTP status, 0 if none was decided. `answered`: the whole
    answer was handed to the network (not: the client read it). `fault`: as `Plan.name`, or "cut short" for a
    request whose end never came, or "malformed" for a form nobody can read.
    """

    at: float
    method: str
    path: str
    fields: dict[str, str]
    connection: int
    carried: int
    user: str = ""
    status: int = 0
    answered: bool = False
    fault: str = ""


@dataclass
class Snapshot:
    """A copy of the register at one instant. `pending`: entries read and not yet decided."""

    records: list[Record] = field(default_factory=list)
    log: list[Exchange] = field(default_factory=list)
    pending: int = 0


class Register:
    """Entries and log, safe between threads. Nothing is refused here, not even a number that was already entered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = Snapshot()

    def snapshot(self) -> Snapshot:
        """A copy nobody changes any more."""
        with self._lock:
            return Snapshot(
                list(self._now.records), [replace(exchange) for exchange in self._now.log], self._now.pending
            )

    def reset(self) -> None:
        """Forget everything; an entry still pending will be forgotten too when its time comes."""
        with self._lock:
            self._now = Snapshot()

    def note(self, exchange: Exchange) -> None:
        """Write one request to the log."""
        with self._lock:
            self._now.log.append(exchange)

    def amend(self, exchange: Exchange, *, user: str, status: int, answered: bool, fault: str) -> None:
        """Complete a noted request with what became of it."""
        with self._lock:
            exchange.user, exchange.status, exchange.answered, exchange.fault = user, status, answered, fault

    def unanswered(self, exchange: Exchange) -> None:
        """The connection broke while the answer was being sent."""
        with self._lock:
            exchange.answered = False

    def begin(self) -> Snapshot:
        """Count one entry as pending; hand what is returned to `decide`."""
        with self._lock:
            self._now.pending += 1
            return self._now

    def decide(
        self, begun: Snapshot, fields: Mapping[str, str] | None, user: str = "", connection: int = 0
    ) -> Record | None:
        """End one pending entry: commit these fields, or nothing if None. After a reset, commits to nobody."""
        with self._lock:
            begun.pending -= 1
            if fields is None:
                return None
            reference = f"DOS-{_YEAR}-{len(begun.records) + 1:05d}"
            number = fields.get("numero", "").strip()
            record = Record(reference, number, dict(fields), time.time(), user, connection)
            begun.records.append(record)
            return record


class Sessions:
    """Who is signed in, by the token in their cookie. Safe between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: dict[str, tuple[str, int]] = {}

    def open(self, user: str) -> str:
        """A new session's token."""
        token = secrets.token_urlsafe(18)
        with self._lock:
            self._open[token] = (user, 0)
        return token

    def use(self, token: str, expire_every: int) -> str:
        """The session's user for one more request; "" if unknown, or if it has served `expire_every` (0 = never)."""
        with self._lock:
            user, served = self._open.get(token, ("", 0))
            if user and expire_every and served >= expire_every:
                del self._open[token]
                return ""
            if user:
                self._open[token] = (user, served + 1)
            return user

    def close(self, token: str) -> None:
        """End one session, if it exists."""
        with self._lock:
            self._open.pop(token, None)

    def reset(self) -> None:
        """End every session."""
        with self._lock:
            self._open.clear()
