"""What `robo doctor` looks at, one after the other; nothing is changed, and one fault hides no other."""

from __future__ import annotations

import platform
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from robo.cli.finding import Finding, size_text
from robo.cli.knock import knock, knock_at_post
from robo.flow.problems import FaultyFile
from robo.kit.errors import FaultyFlow, RoboError
from robo.kit.messages import _, language_of_the_system, ngettext, reason_of, spoken
from robo.platforms.files import files
from robo.platforms.processes import processes
from robo.run.backup.making import backups_of, kept

if TYPE_CHECKING:
    from robo.cli.desk import Desk
    from robo.flow.workspace import Workspace

_MB, _GB = 1024**2, 1024**3
_LEAST_FREE, _LITTLE_FREE = 500 * _MB, 3 * _GB
_OLD_BACKUP = 7
"""Days after which a backup is called old."""
_FAR = ("nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "fuse.sshfs", "fuse.rclone", "fuse.davfs")


def machine() -> Iterator[Finding]:
    """What belongs to the machine: Python, its system, the browser, clock and language."""
    system = f"Python {platform.python_version()}, {platform.system()} {platform.release()}"
    if processes.sees_deaths:
        mend = _("Robo is written for this system too, but was never tried on it. Begin with the practice office.")
        yield Finding("python", "good", system) if processes.was_tried else Finding("python", "note", system, mend)
    else:
        yield Finding(
            "python", "note", system,
            _("The deaths of processes are not seen here: what is under way at a kill waits for a person. Use Linux."),
        )  # fmt: skip
    yield _browser()
    yield from _clock()
    yield _language()


def workspace(desk: Desk, environment: str | None) -> Iterator[Finding]:
    """What belongs to the workspace: robo.toml, the disk, the store, flows, robots, passwords."""
    try:
        found = desk.workspace(environment)
    except FaultyFile as faults:
        yield Finding("robo.toml", "wrong", str(faults))
        return
    except FaultyFlow as fault:
        yield Finding("robo.toml", "wrong", str(fault))
        return
    if (found.root / "robo.toml").is_file():
        said = _("workspace {folder}, environment {environment}, sites: {sites}, accounts: {accounts}")
        names = {"sites": ", ".join(found.sites) or _("none"), "accounts": ", ".join(found.accounts) or _("none")}
        yield Finding(
            "robo.toml", "good", said.format(folder=found.root, environment=found.environment, **names)
        )  # fmt: skip
    else:
        yield Finding(
            "robo.toml", "note", _("there is no robo.toml in {folder} nor above").format(folder=found.root),
            _("Go into the folder of your workspace, or begin one: robo init FOLDER"),
        )  # fmt: skip
    yield from _disk(found)
    yield from _store(found)
    yield from _backup(found)
    yield from _restored(found)
    yield from _robots(desk)
    yield from _passwords(desk, found)


def reach(desk: Desk, environment: str | None) -> Iterator[Finding]:
    """Whether each site and mail server answers, and whether their clocks and ours agree."""
    try:
        found = desk.workspace(environment)
        servers = [found.mail_server(name, desk.vault) for name in found.mail]
    except FaultyFlow:
        return  # said already
    yield from map(knock, found.sites.values())
    yield from map(knock_at_post, servers)


def _browser() -> Finding:
    from playwright.sync_api import sync_playwright

    from robo.browser.chromium import arguments, executable

    try:
        program = executable()
    except RoboError as error:
        return Finding("browser", "wrong", str(error))
    try:
        with sync_playwright() as driver:
            version = driver.chromium.launch(executable_path=program, args=arguments(), timeout=30_000).version
    except Exception as error:  # noqa: BLE001 - the driver's own errors are private; whatever it is, it does not start
        if missing := _missing_of_driver():
            mend = _("Install the package that has it: {command}").format(command="apt install libatomic1")
            said = _("the program that drives the browser does not start: {reason}").format(reason=missing)
            return Finding("browser", "wrong", said, mend if "libatomic" in missing else "")
        reason = next((line for line in str(error).splitlines() if line.strip()), type(error).__name__)
        return Finding(
            "browser", "wrong", _("the browser {path} does not start").format(path=program) + f": {reason}",
            _("Start it by hand to see why: {command}").format(command=f"{program} --headless --dump-dom about:blank"),
        )  # fmt: skip
    return Finding("browser", "good", _("browser {path}, version {version}").format(path=program, version=version))


def _missing_of_driver() -> str:
    """Why the Node.js that comes with Playwright does not start, "" where it does."""
    import playwright

    node = next(Path(playwright.__file__).parent.glob("driver/node*"), None)
    if node is None:
        return ""
    try:
        told = subprocess.run([node, "--version"], capture_output=True, encoding="utf-8", errors="replace", check=False)
    except OSError as error:
        return reason_of(error)
    return told.stderr.strip().rpartition("\n")[2] if told.returncode else ""


def _clock() -> Iterator[Finding]:
    now = datetime.now().astimezone()
    said = _("clock {moment}, time zone {zone}").format(moment=f"{now:%d/%m/%Y %H:%M}", zone=f"{now:%Z (UTC%z)}")
    if now.year < 2025:
        mend = _("The clock is wrong: type timedatectl set-ntp true")
        yield Finding("clock", "wrong", said, mend)
    elif now.tzname() == "UTC":
        mend = _("Dates and times are those of UTC. For others: timedatectl set-timezone Europe/Paris")
        yield Finding("clock", "note", said, mend)
    else:
        yield Finding("clock", "good", said)


def _language() -> Finding:
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    said = _("messages in {language}, the system's language is {system}").format(
        language=spoken(), system=language_of_the_system()
    )
    if encoding not in ("utf8", "utf8sig"):
        mend = _("Accents may be lost: set the variable PYTHONUTF8=1")
        return Finding("language", "note", f"{said}, {sys.stdout.encoding}", mend)
    return Finding("language", "good", said)


def _disk(found: Workspace) -> Iterator[Finding]:
    try:
        with tempfile.NamedTemporaryFile(dir=found.root, prefix=".robo-doctor-"):
            free = shutil.disk_usage(found.root).free
    except OSError as error:
        said = _("nothing can be written in {folder}: {reason}").format(folder=found.root, reason=reason_of(error))
        yield Finding("disk", "wrong", said, _("Ask for the right to write there, or work in another folder"))
        return
    runs = len(list(found.runs.iterdir())) if found.runs.is_dir() else 0
    kept = ngettext("{count} run is kept", "{count} runs are kept", runs).format(count=runs)
    said = _("disk: {free} free; {kept}").format(free=size_text(free), kept=kept)
    state: Literal["good", "note", "wrong"] = (
        "wrong" if free < _LEAST_FREE else "note" if free < _LITTLE_FREE else "good"
    )
    mend = _("Make room: old folders of {runs} may be deleted, what is entered stays known").format(runs=found.runs)
    yield Finding("disk", state, said, "" if state == "good" else mend)
    far = files.kind_of_disk(found.root)
    if far in _FAR:
        yield Finding(
            "disk", "wrong", _("{folder} is on a network share ({kind})").format(folder=found.root, kind=far),
            _("Keep the workspace on a disk of this machine: on a share, the store can be damaged"),
        )  # fmt: skip


def _store(found: Workspace) -> Iterator[Finding]:
    file = found.database
    if not file.is_file():
        yield Finding("store", "good", _("no store yet: it is made by the first run"))
        return
    size = size_text(sum(one.stat().st_size for one in file.parent.glob(f"{file.name}*")))
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=10)) as db:
            told = [str(row[0]) for row in db.execute("PRAGMA quick_check(3)")]
            (last,) = db.execute("SELECT max(began_at) FROM run").fetchone()
    except sqlite3.DatabaseError as error:
        told, last = [str(error)], None
    if told != ["ok"]:
        yield Finding(
            "store", "wrong", _("the store {file} is damaged: {reason}").format(file=file, reason=told[0]),
            _("Run nothing. Type: {command}; the next run looks up what was entered since").format(
                command=f"robo restore {_newest(found) or _('FILE')}"
            ),
        )  # fmt: skip
        return
    yield Finding("store", "good", _("store {file}: sound, {size}").format(file=file, size=size))
    if last and datetime.fromisoformat(last).astimezone() > datetime.now().astimezone():
        yield Finding(
            "clock", "wrong", _("the last run began on {moment}, which is in the future").format(moment=last),
            _("The clock is wrong: type timedatectl set-ntp true"),
        )  # fmt: skip


def _backup(found: Workspace) -> Iterator[Finding]:
    if not found.database.is_file():
        return
    file = _newest(found)
    if file is None:
        yield Finding("backup", "note", _("there is no backup yet in {folder}").format(folder=backups_of(found)),
                      _("Type: {command}").format(command="robo backup"))  # fmt: skip
        return
    days = max(0, int((time.time() - file.stat().st_mtime) // 86400))
    said = ngettext("the last backup is {count} day old: {file}", "the last backup is {count} days old: {file}", days)
    state: Literal["good", "note"] = "good" if days <= _OLD_BACKUP else "note"
    mend = "" if state == "good" else _("Type: {command}").format(command="robo backup --keep 14")
    yield Finding("backup", state, said.format(count=days, file=file), mend)


def _restored(found: Workspace) -> Iterator[Finding]:
    """Ledgers from a backup, until a person has lifted their marks."""
    try:
        with closing(sqlite3.connect(f"{found.database.as_uri()}?mode=ro", uri=True, timeout=10)) as db:
            rows = db.execute("SELECT ledger FROM restored WHERE ledger NOT LIKE 'run/%' ORDER BY ledger").fetchall()
    except sqlite3.DatabaseError:
        return  # there is none, or an older one; what is wrong with it is said already
    names = [name for (name,) in rows]
    if names:
        said = _("from a backup, so that each item is looked up before it is entered: {ledgers}")
        yield Finding(
            "restored", "note", said.format(ledgers=", ".join(name for name in names if name != "*") or _("all")),
            _("Once you have looked what was entered since, type: {command}").format(
                command="robo ledger lift LEDGER, robo ledger lift --all"
            ),
        )  # fmt: skip


def _newest(found: Workspace) -> Path | None:
    return next(reversed(kept(backups_of(found))), None)


def _robots(desk: Desk) -> Iterator[Finding]:
    try:
        own = [name for name in desk.shelf.actions if "." in name]
    except FaultyFlow as fault:
        yield Finding("robots", "wrong", str(fault))
        return
    if own:
        yield Finding("robots", "good", _("actions of your own: {names}").format(names=", ".join(sorted(own))))


def _passwords(desk: Desk, found: Workspace) -> Iterator[Finding]:
    try:
        wanted = {**_secrets_of_flows(desk, found), **dict.fromkeys(found.passwords, "robo.toml")}
        missing = {name: where for name, where in sorted(wanted.items()) if desk.vault.get(name) is None}
    except FaultyFlow as fault:
        yield Finding("secrets", "wrong", str(fault))
        return
    for name, where in missing.items():
        said = _("the password of {name} is missing ({where} names it)").format(name=name, where=where)
        yield Finding("secrets", "wrong", said, _("Type: {command}").format(command=f"robo secret set {name}"))
    if wanted and not missing:
        yield Finding("secrets", "good", _("passwords kept: {names}").format(names=", ".join(sorted(wanted))))


def _secrets_of_flows(desk: Desk, found: Workspace) -> dict[str, str]:
    """Secret to a flow that names it; flows that are not well written are told by `robo check`."""
    from robo.flow.files import find_flow, flow_names
    from robo.flow.load import load_text
    from robo.flow.text import read_file

    named: dict[str, str] = {}
    for name in flow_names(found):
        try:
            file = find_flow(name, found)
            flow = load_text(read_file(file, str(file)).text, file, found, desk.shelf, deep=False)
        except FaultyFlow:
            continue
        named |= dict.fromkeys(flow.secrets, flow.path)
    return named
