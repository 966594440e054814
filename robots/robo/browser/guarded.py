"""A browser behind the guard: how it is started, what the lane tells the guard and asks it."""

from __future__ import annotations

import json
import shlex
import socket
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from robo.browser import guard
from robo.browser.guard.judge import Crossed
from robo.browser.guard.request import Listed
from robo.kit.errors import Failed, LaneLost
from robo.kit.messages import _
from robo.platforms.processes import processes

_PATIENCE = 10.0
"""Seconds that the guard, which does nothing else, may take to answer."""
_START = "import sys; sys.path.append({folder!r}); from guard.process import main; main()"


class Guard:
    """The lane's side of the guard of one browser.

    The lane listens at an address of its own and the guard comes to it, once: nobody can come to the guard. Its socket
    ends with the lane, and the guard ends the browser with it.
    """

    def __init__(self, scratch: Path) -> None:
        """scratch: where its socket and its program go. Raises Failed where there can be no guard."""
        if not processes.can_guard:
            raise Failed(_("A dry run of web pages needs Linux: only there does a browser end with its guard."))
        scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._address, self._program = scratch / "guard.socket", scratch / "guarded-browser"
        from robo.platforms.links import links

        try:
            self._listener = links.listen(self._address)
        except OSError as error:  # such as a path that is too long for a socket
            raise Failed(_("the guard of the dry run finds no place: {reason}").format(reason=error)) from error
        self._listener.settimeout(_PATIENCE)
        self._socket: socket.socket | None = None
        self._heard = b""
        self._crossed: list[Crossed] = []

    def program(self, browser: Path) -> Path:
        """What Playwright is to start instead of the browser."""
        start = _START.format(folder=str(Path(guard.__file__).parents[1]))
        command = shlex.join([sys.executable, "-I", "-S", "-c", start, str(self._address), str(browser)])
        self._program.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
        self._program.chmod(0o700)
        return self._program

    def meet(self, lists: Listed) -> None:
        """Once the browser has started: tell the guard what the sites list. Raises LaneLost if there is no guard."""
        try:
            self._socket, _address = self._listener.accept()
        except OSError as error:
            raise _lost() from error
        finally:
            self.refuse()
        self._socket.settimeout(_PATIENCE)
        self._tell({"lists": lists})

    def refuse(self) -> None:
        """Let nobody come any more."""
        self._listener.close()
        self._address.unlink(missing_ok=True)

    @contextmanager
    def signing_in(self, places: Sequence[str]) -> Iterator[None]:
        """While it lasts, pages may write to sign in, their scripts to these "host:port" alone."""
        self._crossed += self._tell({"signing_in": places})
        try:
            yield
        finally:
            self._crossed += self._tell({"signing_in": None})

    def report(self) -> list[Crossed]:
        """What could have written since the last report. Raises LaneLost if the guard has died."""
        told, self._crossed = [*self._crossed, *self._tell({})], []
        return told

    def close(self) -> None:
        """Part from the guard, which ends the browser if it still lives."""
        self.refuse()
        if self._socket:
            with suppress(OSError):
                self._socket.close()

    def _tell(self, order: dict[str, object]) -> list[Crossed]:
        if self._socket is None:
            raise _lost()
        try:
            self._socket.sendall(json.dumps(order).encode() + b"\n")
            while b"\n" not in self._heard:
                heard = self._socket.recv(1 << 20)
                if not heard:
                    raise ConnectionResetError
                self._heard += heard
        except OSError as error:
            raise _lost() from error
        line, _end, self._heard = self._heard.partition(b"\n")
        crossed: list[Crossed] = json.loads(line)
        return crossed


def _lost() -> LaneLost:
    return LaneLost(_("the guard of the dry run died, and its browser with it"))
