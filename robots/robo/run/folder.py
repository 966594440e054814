"""The folder of a run, readable without Robo: the flow as it ran, the journal as JSON lines, the log in sentences."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from robo.kit.messages import _
from robo.kit.text import written
from robo.run.journal import Event, events
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


def sentence(event: Event) -> str:
    """An event in words, empty where it says nothing to a person."""
    d = event.data
    words: dict[str, Any] = {**d, "key": event.key or "", "ledger": event.ledger or ""}
    match event.kind:
        case "run.began":
            text = _("The run begins: {flow}")
        case "run.resumed":
            text = _("The run goes on where it stopped: {flow}")
        case "run.ended":
            text = _("The run has ended: {state} {reason}")
            words["reason"] = d.get("reason") or ""
        case "run.waits":
            text = _("A person must answer: {question} -> {mend}")
        case "lane.ended":
            text = _("The robot was ended and starts anew: {reason}")
        case "step.failed":
            text = _("{key}: {action} did not work: {reason}") if d.get("action") else _("{key}: {reason}")
        case "step.log":
            text = "{text}"
        case "item.begun":
            text = _("{key}: begun")
        case "item.ended":
            text = _("{key}: {state}. {reason}") if d.get("reason") else _("{key}: {state}")
        case "item.waits":
            text = _("{key}: waits for a person: {reason}")
        case "item.gone":
            text = _("{key}: was begun, and is no longer in the source; it was not entered")
        case "row.refused":
            text = _("Line {position}: refused, {reason}")
        case "change.intended":
            text = _("{key}: about to: {summary}")
        case "change.made":
            text = _("{key}: made. {given}")
            given = unpack(json.dumps(d.get("gives"))) if d.get("gives") else {}
            pairs = given.items() if isinstance(given, dict) else ()
            words["given"] = ", ".join(f"{name} = {written(value)}" for name, value in pairs)
        case "change.not_made":
            text = _("{key}: not made ({why}): {reason}")
        case "change.in_doubt":
            text = _("{key}: in doubt, {reason}")
        case "change.settled":
            text = _("{key}: could not be settled, {reason}")
        case "change.decided":
            text = _("{key}: a person decided: {verdict}")
        case "loop.began":
            text = _("{items} items in {source}")
        case "loop.stopped":
            text = _("The loop stops: {reason}")
        case "source.written":
            return _written(event)
        case _:
            return ""
    return text.format_map(_Missing(words)).strip()


class _Missing(dict[str, Any]):
    def __missing__(self, name: str) -> str:
        return ""


def _written(event: Event) -> str:
    d = event.data
    if "pending" in d:
        return _("{count} results still to be written back: {reason}").format(count=d["pending"], reason=d["reason"])
    if "conflict" in d:
        return _('{key}: column "{column}" already holds {there}, which stays').format(
            key=event.key, column=d["conflict"], there=d["there"]
        )
    if "missing" in d:
        return _("{key}: no longer in the source, so nothing was written back").format(key=event.key)
    return _("{count} results written back to {target}").format(count=len(d.get("keys", ())), target=d.get("target"))
