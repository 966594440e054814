"""What belongs into the seam of operating systems, and how it is seen in a source."""

from __future__ import annotations

import ast
from collections.abc import Iterator

SEAM = (
    "robots/robo/platforms/",
    # A program of its own, which imports nothing of Robo; see `Processes.can_guard`, without which it is not started.
    "robots/robo/browser/guard/process.py",
    "robots/robo/browser/guard/wire.py",
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
