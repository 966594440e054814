"""What really happened in the demonstration: the books of the practice offices against what was to come of it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from robo.kit.messages import _
from robo.practice.invoices import ARRIVALS
from robo.practice.office import Office
from robo.practice.post import Post
from robo.practice.workbooks import APPLICATIONS, REFUSED_NUMBERS, SUMMONS, UNADDRESSED, UNKNOWN_ADDRESS
from robo.workbook import Rows

_OWN = ("runs", ".robo")


@dataclass(frozen=True)
class World:
    """The workspace of the demonstration with all that it can change."""

    folder: Path
    office: Office
    post: Post

    def state(self) -> Mapping[str, Any]:
        """All that a dry run has to leave as it is, by what it is called."""
        files = (path for path in self.folder.rglob("*") if path.is_file())
        return {
            "entries": len(self.office.records),
            "connections to the post office": self.post.connections,
            "files": {
                str(path): hashlib.sha256(path.read_bytes()).hexdigest()
                for path in files
                if path.relative_to(self.folder).parts[0] not in _OWN
            },
        }


def entries(world: World) -> tuple[bool, list[str]]:
    """Whether each application that the office takes is in its books, the workbook and confirmed once; and so told."""
    entered = Counter(record.number for record in world.office.records)
    numbers = {record.number: record.reference for record in world.office.records}
    rows = {str(e.values["Numéro"]): e.values for e in Rows(world.folder / APPLICATIONS, "Demandes").entries()}
    twice = sum(count - 1 for count in entered.values())
    lost = [number for number in rows if number not in entered and number not in REFUSED_NUMBERS]
    wrong = [number for number, row in rows.items() if (row["Référence"] or None) != numbers.get(number)]
    mails = Counter(str(mail.message["Subject"]) for mail in world.post.mails)
    confirmed = sum(any(number in subject for subject in mails) for number in entered)
    again = sum(count - 1 for count in mails.values())
    good = not (twice or lost or wrong or again) and confirmed == len(entered) == len(rows) - len(REFUSED_NUMBERS)
    return good, [
        _("In the office's own books: {count} entered, {refused} refused, {twice} twice, {lost} lost").format(
            count=len(entered), refused=len(rows) - len(entered) - len(lost), twice=twice, lost=len(lost)
        ),
        _("In the workbook: {count} numbers of the office, {wrong} wrong or missing").format(
            count=sum(bool(row["Référence"]) for row in rows.values()), wrong=len(wrong)
        ),
        _("In the post office: {count} confirmations, {twice} twice").format(count=confirmed, twice=again),
    ]


def filed(world: World) -> tuple[bool, list[str]]:
    """Whether each invoice lies where it belongs, whole and once, and the register has a row for it; and so told."""
    below = world.folder / "classement"
    there = {str(path.relative_to(below)) for path in below.rglob("*.pdf")}
    left = {path.name for path in (world.folder / "arrivee").iterdir()}
    wanted = {one.filed for one in ARRIVALS if one.filed}
    kept = {one.name for one in ARRIVALS if not one.filed}
    rows = Counter(str(entry.values["Reçu sous"]) for entry in Rows(below / "registre.xlsx").entries())
    good = there == wanted and left == kept and set(rows) == {one.name for one in ARRIVALS if one.filed}
    return good and set(rows.values()) == {1}, [
        _("In the folders: {count} filed, {left} left where they were, {wrong} lost or astray").format(
            count=len(there), left=len(left), wrong=len(there ^ wanted) + len(left ^ kept)
        ),
        _("In the register: {count} rows, {twice} twice").format(
            count=len(rows), twice=sum(count - 1 for count in rows.values())
        ),
    ]


def summoned(world: World, before: int) -> tuple[bool, list[str]]:
    """Whether everybody with an address was written to once; and so told. before: how many mails there were."""
    subjects = Counter(str(mail.message["Subject"]) for mail in world.post.mails[before:])
    people = [entry.values for entry in Rows(world.folder / SUMMONS).entries()]
    wanted = [one for one in people if one["Numéro"] != UNADDRESSED and one["Courriel"] != UNKNOWN_ADDRESS]
    reached = [one for one in wanted if any(str(one["Numéro"]) in subject for subject in subjects)]
    noted = [one for one in people if one["Message"]]
    twice = sum(count - 1 for count in subjects.values())
    return len(wanted) == len(reached) == len(subjects) == len(noted) and not twice, [
        _("In the post office: {count} summons, {twice} twice, {lost} lost").format(
            count=len(reached), twice=twice, lost=len(wanted) - len(reached)
        ),
        _("In the workbook: {count} mails noted").format(count=len(noted)),
    ]
