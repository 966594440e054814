"""The folder of a run, readable without Robo: the flow as it ran, the journal as JSON lines, the log in sentences."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from robo.kit.disk import make_folder, sync
from robo.kit.errors import FaultyFlow
from robo.kit.messages import _
from robo.kit.secrets import Secret
from robo.kit.text import slug
from robo.platforms.files import files
from robo.run.storage.journal import Event, events
from robo.run.storage.store import Store
from robo.run.storage.values import pack, readable, unpack
from robo.run.told.sentences import sentence


class RunFolder:
    """`flow.yaml`, `flows/` (those that it runs), `templates/`, `inputs.json`, `outputs.json`, `journal.jsonl`,
    `run.log`, `evidence/`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def make(
        cls,
        path: Path,
        flow: str,
        inputs: Any,
        called: Mapping[str, str] | None = None,
        templates: Mapping[str, str] | None = None,
        corrected: Path | None = None,
    ) -> RunFolder:
        """A new one, on disk with what the run will need to be resumed.

        called: the flows that it runs, by path; templates: those that they fill in, by name.
        corrected: the rows that a person has corrected, where only they count.
        """
        (path / "evidence").mkdir(parents=True)
        kept = {"flow.yaml": flow, "inputs.json": pack(inputs)}
        kept |= {f"flows/{name}.yaml": text for name, text in (called or {}).items()}
        kept |= {"corrected.txt": str(corrected)} if corrected else {}
        kept |= {f"templates/{name}": text for name, text in (templates or {}).items()}
        for name, text in kept.items():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            with (path / name).open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        for folder in {(path / name).parent for name in kept} | {path.parent}:
            sync(folder)
        return cls(path)

    @property
    def flow(self) -> str:
        """The flow as it ran."""
        return (self.path / "flow.yaml").read_bytes().decode("utf-8")

    @property
    def called(self) -> Mapping[str, str]:
        """The flows that it ran, as they were, by path."""
        kept = self.path / "flows"
        return {
            file.relative_to(kept).with_suffix("").as_posix(): file.read_bytes().decode("utf-8")
            for file in sorted(kept.rglob("*.yaml"))
        }

    @property
    def templates(self) -> Mapping[str, str]:
        """The templates as they were, by name."""
        kept = self.path / "templates"
        files = sorted(one for one in kept.rglob("*") if one.is_file())
        return {file.relative_to(kept).as_posix(): file.read_bytes().decode("utf-8") for file in files}

    @property
    def inputs(self) -> Any:
        return unpack((self.path / "inputs.json").read_text("utf-8"))

    @property
    def corrected(self) -> Path | None:
        """The rows that a person has corrected, where only they are gone through."""
        file = self.path / "corrected.txt"
        return Path(file.read_text("utf-8")) if file.exists() else None

    def give(self, outputs: Mapping[str, Any]) -> None:
        """Keep what the run gives to whoever started it, whole or not at all."""
        made = self.path / "outputs.json.part"
        with made.open("w", encoding="utf-8") as file:
            json.dump(readable(outputs), file, ensure_ascii=False, indent=2)
            file.flush()
            os.fsync(file.fileno())
        files.replace(made, self.path / "outputs.json")

    @property
    def outputs(self) -> Mapping[str, Any]:
        """What the run gave: JSON values by name, none while it has not ended well."""
        file = self.path / "outputs.json"
        given: Mapping[str, Any] = json.loads(file.read_text("utf-8")) if file.exists() else {}
        return given

    def follow(self, store: Store, run: str) -> list[Event]:
        """Bring both files up to the journal in the store; returns what was new."""
        new = list(events(store, run, self._last()))
        if new:
            with (self.path / "journal.jsonl").open("a", encoding="utf-8") as file:
                for event in new:
                    file.write(json.dumps(told(event), ensure_ascii=False) + "\n")
            with (self.path / "run.log").open("a", encoding="utf-8") as file:
                file.writelines(f"{line}\n" for line in map(log_line, new) if line)
        return new

    def catch_up(self, store: Store, run: str) -> None:
        """Have both files say what the store says, also where that came back from a backup and is older than they."""
        known = store.one("SELECT coalesce(max(seq), 0) FROM journal WHERE run = :run", run=run)
        if known and self._last() > int(known[0]):
            for name in ("journal.jsonl", "run.log"):
                (self.path / name).unlink(missing_ok=True)
        self.follow(store, run)

    def _last(self) -> int:
        """The number of the last whole line; a line that a power cut left half is cut off."""
        file = self.path / "journal.jsonl"
        if not file.exists():
            return 0
        with file.open("rb+") as opened:
            size = opened.seek(0, os.SEEK_END)
            opened.seek(max(0, size - 1_000_000))
            tail = opened.read()
            whole = tail.rfind(b"\n") + 1
            if whole < len(tail):
                opened.truncate(size - len(tail) + whole)
            lines = tail[:whole].splitlines()
        return int(json.loads(lines[-1])["seq"]) if lines else 0


def refuse_secrets(inputs: Mapping[str, Any]) -> None:
    """Inputs are kept with the run. Raises FaultyFlow where one of them is a secret."""
    hidden = [name for name, value in inputs.items() if isinstance(value, Secret)]
    if hidden:
        raise FaultyFlow(
            _("{name} is secret and would have to be kept with the run: name it under `secrets` instead").format(
                name=hidden[0]
            )
        )


def new_place(runs: Path, flow: str, now: datetime, taken: Callable[[str], bool], more: str = "") -> Path:
    """An empty folder that no other run has, however many begin in this second; its name is the run's.

    flow: the path of the flow; taken: whether a run of that name is known already, whose folder may be gone.
    """
    number = 1
    while True:
        count = f"-{number}" if number > 1 else ""
        place = runs / f"{now:%Y-%m-%d-%H%M%S}-{slug(flow)[:40]}{count}{more}"
        number += 1
        if taken(place.name):
            continue
        make_folder(runs)
        try:
            place.mkdir()
        except FileExistsError:
            continue
        return place


def log_line(event: Event) -> str:
    """An event as a line of the log, empty where it says nothing to a person."""
    said = sentence(event)
    return f"{event.at.replace('T', ' ')}  {said}" if said else ""


def told(event: Event) -> dict[str, Any]:
    """An event as JSON values, without what it has not."""
    known = {"seq": event.seq, "at": event.at, "kind": event.kind}
    known |= {n: v for n, v in (("ledger", event.ledger), ("key", event.key), ("step", event.step)) if v}
    return {**known, **event.data}
