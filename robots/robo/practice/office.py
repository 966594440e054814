"""The practice office « Bureau des aides »: a small web application to learn on, and to break on purpose."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType

from robo.practice.certificates import self_signed, server_context
from robo.practice.desk import State
from robo.practice.faults import NO_FAULTS, FaultBook, Faults
from robo.practice.register import Exchange, Record
from robo.practice.wire import Wire

__all__ = ["PASSWORD", "USER", "Exchange", "Faults", "Office", "Record", "self_signed"]

USER = "robot-31"
PASSWORD = "demonstration"  # noqa: S105  # shown to everybody on purpose


class Office:
    """The office, served from threads of this process on 127.0.0.1; all it knows is in memory.

    `port` 0 takes a free one; `tls` is (certificate, key) in PEM files and makes it HTTPS. An office is started once.
    """

    def __init__(
        self,
        port: int = 0,
        tls: tuple[Path, Path] | None = None,
        faults: Faults = NO_FAULTS,
        user: str = USER,
        password: str = PASSWORD,
    ) -> None:
        self._port, self._tls = port, tls
        self._state = State(user, password, tls is not None, faults, FaultBook(faults))
        self._wire: Wire | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> str:
        """Serve, and return the address. OSError if the port is taken, ssl.SSLError for a bad certificate."""
        if self._wire is not None:
            raise RuntimeError("this office was already started")
        context = server_context(*self._tls) if self._tls else None
        self._wire = Wire(self._port, self._state, context)
        self._state.connections = self._wire.connections
        # 0.02 s: how long stopping may have to wait for the accepting thread to look up.
        self._thread = threading.Thread(target=self._wire.serve_forever, args=(0.02,), name="practice-office")
        self._thread.start()
        return self.address

    def stop(self) -> None:
        """Commit at once what was read and is still pending, end every connection, wait for every thread."""
        if self._wire is None or self._thread is None:
            return
        self._state.stopping.set()
        self._wire.shutdown()
        self._thread.join()
        self._wire.break_all()
        self._wire.server_close()
        self._thread = None

    @property
    def address(self) -> str:
        """Such as "http://127.0.0.1:40123", without a final slash; RuntimeError before the start."""
        if self._wire is None:
            raise RuntimeError("this office was not started")
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self._wire.server_address[1]}"

    @property
    def records(self) -> list[Record]:
        """The entries committed so far, oldest first."""
        return self._state.register.snapshot().records

    @property
    def log(self) -> list[Exchange]:
        """Every request read so far, in the order of reading (the control addresses apart)."""
        return self._state.register.snapshot().log

    @property
    def pending(self) -> int:
        """Entries read and not yet decided."""
        return self._state.register.snapshot().pending

    def set_faults(self, faults: Faults = NO_FAULTS) -> None:
        """Put these faults in force, instead of those before."""
        self._state.book.set(faults)

    def reset(self) -> None:
        """Forget entries, log and sessions; the faults are again those given at construction."""
        self._state.reset()

    def __enter__(self) -> Office:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
