"""The demonstration: sixty rows entered into the practice office, the robot killed twice on the way, nothing lost."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from robo.flow.vault import Vault
from robo.kit.errors import Failed
from robo.kit.messages import _, spoken
from robo.practice.faults import Faults
from robo.practice.office import PASSWORD, USER, Office
from robo.practice.workbooks import APPLICATIONS, REFUSED_NUMBERS, write_applications
from robo.workbook import Rows

MARK = ".robo-demo"
SLOW = "2026-0125"
"""The application that the office commits only after the robot was killed."""
_TOML = """# The workspace of the demonstration: the practice office on this machine.
[sites.bureau]
address = "{address}"
late = "4s"                                  # the office may commit that long after the click
signed_out = "Veuillez vous identifier"
harmless = ["POST /demandes/recherche"]      # its search is sent by POST, and only reads

[accounts.bureau]
site = "bureau"
open = "/connexion"
user = {{label = "Identifiant", value = "{user}"}}
password = {{label = "Mot de passe"}}
button = "Se connecter"
expect = "Bienvenue"
"""


def main(folder: Path) -> int:
    """Show it all in that folder, which is made anew; 0 when the office's own books agree with what is promised.

    Raises Failed where the folder holds something else than an earlier demonstration.
    """
    started = time.monotonic()
    with Office(faults=Faults(late=2.0, only=(SLOW,))) as office:
        _workspace(folder, office.address)
        _say(_("A practice office is open at {address}").format(address=office.address))
        _say(_("1. The flow is checked: robo check demandes"))
        _robo(folder, "check", "demandes")
        _say(_("2. The flow runs: robo run demandes. After eight entries its robot is killed."))
        _killed(folder, ("run", "demandes"), lambda: len(office.records) >= 8)
        _say(_("   Killed. In the office: {count} entries.").format(count=len(office.records)))
        _say(_("3. It goes on: robo resume. It is killed again, between a click and its answer."))
        _killed(folder, ("resume",), lambda: office.pending > 0)
        _say(_("   Killed. The office commits what was sent two seconds later; nobody is there to read the number."))
        _say(_("4. It goes on once more: robo resume. What is in doubt is looked up in the office first."))
        _robo(folder, "resume", allowed=(0, 1))
        _say(_("5. What happened: robo show"))
        _robo(folder, "show", allowed=(0, 1))
        good = _truth(office, folder / APPLICATIONS)
    _say(_("{seconds:.0f} seconds. The workspace is in {folder}: the flow, the workbook, the run's folder.").format(
        seconds=time.monotonic() - started, folder=folder
    ))  # fmt: skip
    return 0 if good else 1


def starter_flow() -> Path:
    """The demonstration's flow: in a clone beside the source, else in the installed package."""
    package = Path(__file__).resolve().parents[1]
    shipped = (package.parents[1] / "flows", package / "starter" / "flows")
    return next(one / "demandes.yaml" for one in shipped if (one / "demandes.yaml").is_file())


def _workspace(folder: Path, address: str) -> None:
    if folder.exists():
        if any(folder.iterdir()) and not (folder / MARK).exists():
            raise Failed(_("{folder} holds something else; name another folder with --folder").format(folder=folder))
        shutil.rmtree(folder)
    (folder / "flows").mkdir(parents=True)
    (folder / MARK).touch()
    (folder / "robo.toml").write_text(_TOML.format(address=address, user=USER), encoding="utf-8")
    shutil.copyfile(starter_flow(), folder / "flows" / "demandes.yaml")
    write_applications(folder / APPLICATIONS)
    Vault(folder / ".robo").set("bureau", PASSWORD)


def _command(arguments: tuple[str, ...]) -> list[str]:
    return [sys.executable, "-m", "robo", *arguments, "--lang", spoken()]


def _robo(folder: Path, *arguments: str, allowed: tuple[int, ...] = (0,)) -> None:
    done = subprocess.run(_command(arguments), cwd=folder, check=False)
    if done.returncode not in allowed:
        raise Failed(
            _("robo {arguments} ended with {code}").format(arguments=" ".join(arguments), code=done.returncode)
        )


def _killed(folder: Path, arguments: tuple[str, ...], due: Callable[[], bool]) -> None:
    """Run a command and kill it at once, without warning, when it is due."""
    with subprocess.Popen(_command(arguments), cwd=folder) as process, _watching(process, due) as happened:
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
                os.kill(process.pid, signal.SIGKILL)
                return
            time.sleep(0.01)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield happened
    finally:
        watcher.join()


def _truth(office: Office, workbook: Path) -> bool:
    """Compare the office's books with the workbook, and say so."""
    entered = Counter(record.number for record in office.records)
    numbers = {record.number: record.reference for record in office.records}
    rows = {str(e.values["Numéro"]): e.values["Référence"] for e in Rows(workbook, "Demandes").entries()}
    twice = sum(count - 1 for count in entered.values())
    lost = [number for number in rows if number not in entered and number not in REFUSED_NUMBERS]
    wrong = [number for number, reference in rows.items() if (reference or None) != numbers.get(number)]
    _say(_("In the office's own books:"))
    _say(_("   {count} entered, {refused} refused, {twice} twice, {lost} lost").format(
        count=len(entered), refused=len(rows) - len(entered) - len(lost), twice=twice, lost=len(lost)
    ))  # fmt: skip
    _say(_("   {count} numbers of the office in the workbook, {wrong} wrong or missing").format(
        count=sum(bool(reference) for reference in rows.values()), wrong=len(wrong)
    ))  # fmt: skip
    return not twice and not lost and not wrong and set(rows) - set(entered) == set(REFUSED_NUMBERS)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
