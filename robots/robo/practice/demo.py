"""The demonstration: three flows against a practice office and a practice post office, each robot killed on its way."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from robo.kit.errors import Failed
from robo.kit.messages import _, spoken
from robo.practice.faults import Faults
from robo.practice.invoices import write_invoices
from robo.practice.office import PASSWORD, Office
from robo.practice.post import MailFaults, Post
from robo.practice.truth import World, entries, filed, summoned
from robo.practice.workbooks import APPLICATIONS, SUMMONS, UNKNOWN_ADDRESS, write_applications, write_summons
from robo.practice.workspace import lay_out, robo_toml

MARK = ".robo-demo"
FLOWS = ("demandes", "classement", "convocations")
SLOW = "2026-0125"
"""The application that the office commits only after the robot was killed."""
_TROUBLE = MailFaults(refuse=frozenset({UNKNOWN_ADDRESS}), files=True)


def main(folder: Path) -> int:
    """Show it all in that folder, which is made anew; 0 when the offices' own books agree with what is promised.

    Raises Failed where the folder holds something else than an earlier demonstration.
    """
    started = time.monotonic()
    with (
        Office(faults=Faults(late=2.0, only=(SLOW,))) as office,
        Post(_TROUBLE, user="bureau", password=PASSWORD) as post,
    ):
        world = World(folder, office, post)
        _lay_out(world)
        _say(_("A practice office is open at {address}, a post office at {post}.").format(
            address=office.address, post=post.address
        ))  # fmt: skip
        good = [_entry(world), _filing(world), _summons(world)]
    _say("")
    _say(_("{seconds:.0f} seconds. The workspace is in {folder}.").format(
        seconds=time.monotonic() - started, folder=folder
    ))  # fmt: skip
    for report in sorted((folder / "runs").glob("*/*.html")):
        _say(f"   {report}")
    return 0 if all(good) else 1


def _lay_out(world: World) -> None:
    folder = world.folder
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise Failed(_("{folder} holds something else; name another folder with --folder").format(folder=folder))
        shutil.rmtree(folder)
    folder.mkdir(parents=True)
    (folder / MARK).touch()
    post = world.post.address, world.post.mailbox
    toml = robo_toml(world.office.address, post=post, folders=True, language=spoken())
    lay_out(folder, toml, FLOWS)
    write_applications(folder / APPLICATIONS)
    write_invoices(folder / "arrivee")
    (folder / "classement").mkdir()
    write_summons(folder / SUMMONS)


def _entry(world: World) -> bool:
    """Sixty applications are entered, and confirmed by mail."""
    office = world.office
    _head(_("1. Sixty applications, each entered in the office and confirmed by mail: demandes"))
    _robo(world, "check", "demandes")
    _rehearse(world, "demandes")
    _say(_("robo run demandes. After eight entries its robot is killed."))
    _killed(world, ("run", "demandes"), lambda: len(office.records) >= 8)
    _say(_("Killed. robo resume goes on. It is killed again, between a click and its answer."))
    _killed(world, ("resume",), lambda: office.pending > 0)
    _say(_("Killed. The office commits what was sent two seconds later; nobody is there to read the number."))
    _say(_("robo resume: what is in doubt is looked up in the office first."))
    _robo(world, "resume", allowed=(0, 1))
    return _told(entries(world))


def _filing(world: World) -> bool:
    """Thirteen invoices are filed by what they say, and registered."""
    _head(_("2. Thirteen invoices, filed by what they say and registered: classement"))
    _robo(world, "check", "classement")
    _rehearse(world, "classement")
    _say(_("robo run classement. Its robot is killed when four are filed."))
    _killed(world, ("run", "classement"), lambda: len(list((world.folder / "classement").glob("*/*.pdf"))) >= 4)
    _say(_("Killed. robo resume: each file is where it was or where it belongs, and known again by its content."))
    _robo(world, "resume", allowed=(0, 1))
    return _told(filed(world))


def _summons(world: World) -> bool:
    """Twelve people are written to."""
    post = world.post
    _head(_("3. Twelve people, summoned by mail: convocations"))
    _robo(world, "check", "convocations")
    _rehearse(world, "convocations")
    before = len(post.mails)
    _say(_("robo run convocations. Its robot is killed when the post office has the fourth mail and has not said so."))
    post.set_faults(MailFaults(refuse=_TROUBLE.refuse, files=True, wait=1.0))
    _killed(world, ("run", "convocations"), lambda: len(post.mails) >= before + 4)
    post.set_faults(_TROUBLE)
    _say(_("Killed. robo resume: the mail in doubt is found among those sent, and not sent again."))
    _robo(world, "resume", allowed=(0, 1))
    return _told(summoned(world, before))


def _rehearse(world: World, flow: str) -> None:
    """A dry run, after which nothing has changed. Raises Failed if anything has."""
    _say(_("robo dry-run {flow}: what would it do?").format(flow=flow))
    before = world.state()
    _robo(world, "dry-run", flow, allowed=(0, 1))
    after = world.state()
    if changed := [name for name, value in before.items() if after[name] != value]:
        raise Failed(_("the dry run changed something: {what}").format(what=", ".join(changed)))
    _say(_("It changed nothing: no entry, no connection to the post office, no file."))


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "robo", *arguments]


def _robo(world: World, *arguments: str, allowed: tuple[int, ...] = (0,)) -> None:
    done = subprocess.run(_command(arguments), cwd=world.folder, check=False)
    if done.returncode not in allowed:
        raise Failed(
            _("robo {arguments} ended with {code}").format(arguments=" ".join(arguments), code=done.returncode)
        )


def _killed(world: World, arguments: tuple[str, ...], due: Callable[[], bool]) -> None:
    """Run a command and kill it at once, without warning, when it is due."""
    with subprocess.Popen(_command(arguments), cwd=world.folder) as process, _watching(process, due) as happened:
        process.wait()
    if not happened.is_set():
        raise Failed(_("robo {arguments} ended before it could be killed").format(arguments=" ".join(arguments)))


@contextmanager
def _watching(process: subprocess.Popen[bytes], due: Callable[[], bool]) -> Iterator[threading.Event]:
    happened = threading.Event()

    def watch() -> None:
        while process.poll() is None:
            if due():
                happened.set()
                process.kill()
                return
            time.sleep(0.005)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield happened
    finally:
        watcher.join()


def _told(truth: tuple[bool, list[str]]) -> bool:
    good, lines = truth
    for line in lines:
        _say(f"   {line}")
    return good


def _head(text: str) -> None:
    _say(f"\n{text}\n")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
