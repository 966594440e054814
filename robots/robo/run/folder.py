"""The folder of a run, readable without Robo: the flow as it ran, the journal as JSON lines, the log in sentences."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from robo.run.journal import Event, events
from robo.run.sentences import sentence
from robo.run.store import Store
from robo.run.values import pack, unpack


class RunFolder:
    """`flow.yaml`, `inputs.json`, `journal.jsonl`, `run.log`, `evidence/`."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    def make(cls, path: Path, flow: str, inputs: Any) -> RunFolder:
        """A new one, on disk with what the run will need to be resumed."""
        (path / "evidence").mkdir(parents=True)
        for name, text in (("flow.yaml", flow), ("inputs.json", pack(inputs))):
            with (path / name).open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
        return cls(path)

    @property
    def flow(self) -> str:
        """The flow as it ran."""
        return (self.path / "flow.yaml").read_bytes().decode("utf-8")

    @property
    def inputs(self) -> Any:
        return unpack((self.path / "inputs.json").read_text("utf-8"))

    def follow(self, store: Store, run: str) -> list[Event]:
        """Bring both files up to the journal in the store; returns what was new."""
        new = list(events(store, run, self._last()))
        if new:
            with (self.path / "journal.jsonl").open("a", encoding="utf-8") as file:
                for event in new:
                    file.write(json.dumps(_plain(event), ensure_ascii=False) + "\n")
            with (self.path / "run.log").open("a", encoding="utf-8") as file:
                file.writelines(f"{event.at.replace('T', ' ')}  {said}\n" for event in new if (said := sentence(event)))
        return new

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


def _plain(event: Event) -> dict[str, Any]:
    known = {"seq": event.seq, "at": event.at, "kind": event.kind}
    known |= {n: v for n, v in (("ledger", event.ledger), ("key", event.key), ("step", event.step)) if v}
    return {**known, **event.data}
