"""The page of a run, out of the store: the journal tells what happened, the ledger what waits and what is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from robo.kit.messages import _, ngettext, spoken
from robo.report.asked import facts_of, head_of, inputs_of
from robo.report.groups import grouped
from robo.report.pictures import Album
from robo.report.shown import deed, gained, pairs, text, unbroken
from robo.report.stories import TONES, Story, of_the_run, stories
from robo.report.view import Cell, Count, Question, Report, Tone
from robo.run.storage.journal import Event, events
from robo.run.storage.questions import Asked as FlowAsks
from robo.run.storage.store import Store
from robo.run.told.outcome import Outcome
from robo.run.told.people import Question as Asked
from robo.run.told.sentences import sentence, shown_key
from robo.run.told.states import beside, counted, state_word
from robo.run.told.stored import INTERRUPTED, StoredRun, ledger_of, result
from robo.run.told.words import (
    answering,
    answers,
    asking_words,
    field_words,
    run_corrected,
    shown_value,
    state_sentence,
)

ASKED = 100
"""So many questions are shown; the rest is counted."""
NOTED = 200
"""So many lines that the flow itself wrote outside of its loops are shown; the rest is counted."""
_STATES = ("done", "refused", "failed", "in_doubt", "committing", "skipped", "given_up", "started", "todo")
_LOUD = ("item.gone", "loop.stopped", "entry.later", "output.empty", "notice.failed", "question.overtaken")


def report_of(store: Store, run: StoredRun) -> Report:
    """What became of the run, as it stands now."""
    found = result(store, run)
    told = list(events(store, run.id))
    head = head_of(run)
    album = Album(run.folder)
    itself = of_the_run(told)
    known = stories(told)
    cells = _cells(store, run, found.ledgers)
    groups = grouped(_kinds(known), lambda one, full: one.item(album, cells.get((one.ledger, one.key), ()), full))
    counts = Counter(story.state for story in known.values())
    itself_shown = itself.item(album)
    return Report(
        kind=_("Report of a run"),
        title=str(head.get("name") or run.flow.stem),
        about=str(head.get("about") or ""),
        state=_state(found),
        tone=_tone(found),
        sentence=_sentence(found, counts),
        language=spoken(),
        details=_("What was done"),
        gives=_("Receipt"),
        todo=tuple(_todo(found)),
        questions=(*map(_asked, found.asks), *(_question(found, asked, album.root) for asked in found.waits[:ASKED])),
        attention=tuple(_attention(found, told)),
        counts=_counts(counts, found.already),
        gain=gained(head.get("gain") or {}, counts["done"]),
        facts=facts_of(run, head, told),
        inputs=inputs_of(run, head),
        groups=groups,
        outside=itself_shown.deeds,
        pictures=itself_shown.pictures,
        stages=itself_shown.stages if found.state in ("failed", "faulty", "broken") else (),
        outputs=pairs(found.outputs),
        notes=_noted(itself_shown.notes),
        files=tuple((file.name, file.name) for file in _files(run, found) if file.exists()),
    )


_FILES = ("run.log", "journal.jsonl", "flow.yaml", "inputs.json", "outputs.json", "written-back.xlsx")


def _noted(notes: tuple[str, ...]) -> tuple[str, ...]:
    left = len(notes) - NOTED
    return (*notes[:NOTED], _("and {count} more").format(count=left)) if left > 0 else notes


def _files(run: StoredRun, found: Outcome) -> list[Path]:
    return [*(run.folder / name for name in _FILES), *map(Path, found.aside)]


def _state(found: Outcome) -> str:
    if found.nothing_new:
        return _("nothing new")
    if found.exit_code == 4 and found.state in ("done", "failed"):
        return state_word("waits")
    return _("done in part") if found.state == "done" and found.exit_code == 1 else state_word(found.state)


def _sentence(found: Outcome, counts: Counter[str]) -> str:
    """How it ended, and how many of what: "Run ... is done. 55 done, 3 refused."."""
    told = unbroken(counted(counts))
    return f"{state_sentence(found)} {told}." if told else state_sentence(found)


def _tone(found: Outcome) -> Tone:
    if found.state in ("running", "stopped", INTERRUPTED) or found.exit_code == 4:
        return "warn"
    return "good" if found.exit_code == 0 else "bad"


def _todo(found: Outcome) -> Iterable[tuple[str, str]]:
    if found.state in (INTERRUPTED, "stopped"):
        yield _("The run was not finished. Nothing that it did will be done twice."), f"robo resume {found.run}"
    if found.mend:
        yield found.reason, found.mend
    if found.answered and not found.waits:
        yield _("The answer is there: the run may go on."), f"robo resume {found.run}"
    for file in found.aside:
        yield (
            _("What was not accepted is in {file}. Correct it there, then:").format(file=Path(file).name),
            run_corrected(found, file),
        )
    if found.pending:
        yield (
            ngettext(
                "{count} result waits to be written into the workbook: close it first.",
                "{count} results wait to be written into the workbook: close it first.",
                found.pending,
            ).format(count=found.pending),
            f"robo resume {found.run}",
        )


def _question(found: Outcome, asked: Asked, root: Path) -> Question:
    said = {
        "done": _("It is there: it was done"),
        "again": _("It is not there: do it again"),
        "give-up": _("Leave it for good"),
    }
    if asked.why == "changed":
        said["done"] = _("I have seen it: it stays as it is")
    paste = answers(found, asked) if found.state != INTERRUPTED else []
    change = deed({"summary": asked.summary, "preview": asked.preview}, root) if asked.summary else None
    return Question(
        name=shown_key(asked.key) or _("the run itself"),
        reason=asked.reason,
        deed=change,
        answers=tuple((said[verdict], command) for verdict, command in paste),
    )


def _asked(asked: FlowAsks) -> Question:
    """What the flow asks a person, with what it shows."""
    said = {"answer": _("Answer"), "approve": _("Approve"), "refuse": _("Refuse: the run fails")}
    shown = tuple((one.label, line) for one in asked.shown for line in shown_value(one))
    entered = tuple((_("to be entered"), field_words(one)) for one in asked.form)
    return Question(
        name=asked.title,
        reason=", ".join(asking_words(asked)),
        answers=tuple((said[verdict], command) for verdict, command in answering(asked)),
        shown=(*shown, *entered),
    )


def _attention(found: Outcome, told: list[Event]) -> Iterable[str]:
    attempt = max((int(event.data.get("attempt", 1)) for event in told if event.kind == "run.resumed"), default=1)
    begun = 1
    for event in told:
        begun = int(event.data.get("attempt", begun)) if event.kind == "run.resumed" else begun
        loud = event.kind in _LOUD or (event.kind == "source.written" and event.data.keys() & {"conflict", "missing"})
        if begun == attempt and loud:
            yield sentence(event)
    ended = sum(event.kind == "lane.ended" for event in told)
    if ended:
        yield ngettext(
            "The robot was ended {count} time on the way and started anew; nothing was done twice.",
            "The robot was ended {count} times on the way and started anew; nothing was done twice.",
            ended,
        ).format(count=ended)
    if len(found.waits) > ASKED:
        yield _("{count} more wait for a person: robo show {run}").format(count=len(found.waits) - ASKED, run=found.run)


def _counts(counts: Counter[str], already: int) -> tuple[Count, ...]:
    shown = [Count(n, beside(state, n), TONES.get(state, "plain")) for state in _STATES if (n := counts[state])]
    return (
        (*shown, Count(already, ngettext("done before this run", "done before this run", already)))
        if already
        else tuple(shown)
    )


def _cells(store: Store, run: StoredRun, ledgers: Iterable[str]) -> dict[tuple[str, str], tuple[Cell, ...]]:
    """What was written back of the items of this run, or is still to be."""
    found = {}
    for name in ledgers:
        for item in ledger_of(store, run, name).items("done"):
            if item.run == run.id and item.write_back:
                place = item.target or ""
                if not item.written:
                    place = _("{place} (still to be written)").format(place=place)
                found[name, item.key] = tuple(
                    Cell(place, column, "", text(value)) for column, value in item.write_back.items()
                )
    return found


def _kinds(known: Mapping[tuple[str, str], Story]) -> list[tuple[str, list[Story]]]:
    """What did not go well first."""
    kinds = {
        _("Not done"): ("refused", "failed", "given_up"),
        _("In doubt"): ("in_doubt", "committing"),
        _("Not finished"): ("started", "todo"),
        _("Left out by the flow"): ("skipped",),
        _("Done"): ("done",),
    }
    in_order = sorted(known.values(), key=lambda one: (one.line is None, one.line or 0))
    return [(title, [one for one in in_order if one.state in states]) for title, states in kinds.items()]
