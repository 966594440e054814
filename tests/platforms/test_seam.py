"""What one operating system alone has, or does in its own way, is named in one package, behind protocols."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SEAM = (
    "robots/robo/platforms/",
    # A program of its own, which imports nothing of Robo; see `Processes.can_guard`, without which it is not started.
    "robots/robo/browser/guard/process.py",
    "robots/robo/browser/guard/wire.py",
)
SOURCES = sorted(
    path
    for path in [*(ROOT / "robots").rglob("*.py"), *(ROOT / "scheduler").rglob("*.py")]
    if not path.relative_to(ROOT).as_posix().startswith(SEAM)
)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MODULES = words("ctypes fcntl grp msvcrt posix pty pwd resource syslog termios winreg _winapi")
NAMES = {
    "os": words(
        "O_CLOEXEC O_DIRECTORY O_NOFOLLOW O_PATH WNOHANG chown fchmod fchown fork forkpty geteuid getgid getpgid "
        "getsid getuid kill killpg lchown link mkfifo name nice openpty pidfd_open pipe2 posix_fadvise posix_spawn "
        "pread pwrite register_at_fork rename replace sched_getaffinity sendfile setpgid setsid setuid startfile "
        "statvfs sync umask uname wait waitpid waitstatus_to_exitcode"
    ),
    "signal": words("SIGCHLD SIGCONT SIGHUP SIGKILL SIGSTOP SIGUSR1 SIGUSR2 alarm pause setitimer sigwait"),
    "socket": words("AF_UNIX SCM_RIGHTS recv_fds send_fds socketpair"),
    "select": words("epoll kqueue poll"),
    "sys": words("getwindowsversion platform"),
}
KEYWORDS = words("creationflags dir_fd pass_fds preexec_fn process_group start_new_session startupinfo")
PLACES = ("/dev/", "/proc", "/sys/", "\\\\.\\", "\\\\?\\")


def foreign(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """(line, what is named) of all that belongs into the seam."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, one.name) for one in names if one.name in MODULES)
            case ast.ImportFrom(module=str(module)) if module in MODULES:
                yield node.lineno, module
            case ast.ImportFrom(module=str(module), names=names) if module in NAMES:
                yield from ((node.lineno, one.name) for one in names if one.name in NAMES[module])
            case ast.Attribute(value=ast.Name(id=module), attr=name) if name in NAMES.get(module, ()):
                yield node.lineno, f"{module}.{name}"
            case ast.Call(func=ast.Attribute(attr="replace" | "rename" as name), args=[_one], keywords=[]):
                yield node.lineno, f"a file's {name}"
            case ast.keyword(arg=str(name)) if name in KEYWORDS:
                yield node.value.lineno, name
            case ast.Constant(value=str(text)) if text.startswith(PLACES):
                yield node.lineno, text
            case ast.Compare() if "platform.system" in ast.unparse(node):
                yield node.lineno, "platform.system"


def test_what_one_system_alone_has_is_named_in_the_seam_alone() -> None:
    found = [
        f"{path.relative_to(ROOT).as_posix()}:{line}: {what}"
        for path in SOURCES
        for line, what in foreign(ast.parse(path.read_text("utf-8")))
    ]
    assert not found, "see robots/robo/platforms:\n" + "\n".join(found)


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
