"""The eye that keeps what one operating system alone has in one package sees what it must; see tests/test_house.py."""

from __future__ import annotations

import ast

import pytest

from platforms.seam import foreign


@pytest.mark.parametrize(
    "code",
    [
        "import fcntl",
        "from pwd import getpwuid",
        "from os import fork",
        "os.kill(pid, 0)",
        "getattr(os, 'geteuid', None) or os.geteuid()",
        "signal.SIGKILL",
        "if sys.platform == 'linux': pass",
        "if os.name == 'nt': pass",
        "if platform.system() == 'Windows': pass",
        "Popen(command, start_new_session=True)",
        "socket.socket(socket.AF_UNIX)",
        "Path('/proc/self/mounts')",
        "draft.replace(target)",
    ],
)
def test_it_would_be_seen(code: str) -> None:
    assert list(foreign(ast.parse(code)))


def test_texts_and_dates_may_replace_what_they_like() -> None:
    assert not list(foreign(ast.parse("text.replace('a', 'b'); moment.replace(second=0); platform.system()")))
