"""An item that is entered, filed and told by mail, killed at each boundary of its three changes: each of them once."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from kill.desk import Desk
from robo.practice.office import PASSWORD, Faults, Office
from robo.practice.post import MailFaults, Post

CALM, KEEPS = Faults(), MailFaults(files=True)


@dataclass(frozen=True)
class Instant:
    """When to kill: what is slow then, and the count that grows just before."""

    name: str
    count: Callable[[Desk, Post], int]
    office: Faults = CALM
    post: MailFaults = KEEPS


INSTANTS = (
    Instant("sent, not committed", lambda desk, _: desk.office.pending, Faults(late=2.0)),
    Instant("committed, not answered", lambda desk, _: len(desk.office.records), Faults(delay=2.0)),
    Instant("filed", lambda desk, _: len(list((desk.folder / "classement").glob("*.pdf")))),
    Instant("addressed", lambda _, post: post.recipients, post=replace(KEEPS, wait_rcpt=2.0)),
    Instant("handed over", lambda _, post: post.texts, post=replace(KEEPS, wait_text=2.0)),
    Instant("taken, not answered", lambda _, post: len(post.mails), post=replace(KEEPS, wait=2.0)),
)


def test_killed_at_each_boundary_each_change_is_made_once() -> None:
    with (
        TemporaryDirectory(prefix="robo-kill-", ignore_cleanup_errors=True) as folder,
        Office() as office,
        Post(KEEPS, user="bureau", password=PASSWORD) as post,
    ):
        desk = Desk(Path(folder) / "desk", office, rows=len(INSTANTS) + 3, post=post)
        try:
            for instant in INSTANTS:
                _kill(desk, post, instant)
            desk.start()
            told = desk.wait()
            for asked in told.said["waits"]:  # of a mail that was cut off, nobody but a person can know that
                assert not any(asked["key"] in str(mail.message["Subject"]) for mail in post.mails)
                desk.decide(asked, "again")
                desk.start()
                told = desk.wait()
        finally:
            desk.end()
        assert (told.code, told.waiting) == (1, [])  # one row is refused by the office
        assert desk.entered() == dict.fromkeys(desk.valid, 1)
        assert not desk.books().missing
        filed = {path.name: path.read_text() for path in (desk.folder / "classement").glob("*")}
        assert filed == {f"{number}.pdf": number for number in desk.valid}
        assert Counter(str(mail.message["Subject"]) for mail in post.mails) == {
            f"Demande {number}": 1 for number in desk.valid
        }


def _kill(desk: Desk, post: Post, instant: Instant) -> None:
    desk.office.set_faults(instant.office)
    post.set_faults(instant.post)
    before = instant.count(desk, post)
    desk.start()
    patience = time.monotonic() + 90
    while instant.count(desk, post) <= before:
        if not desk.running or time.monotonic() > patience:
            pytest.fail(f"never came to be {instant.name}: {desk.wait().errors[-1500:]}")
        time.sleep(0.0005)
    assert not desk.kill_supervisor()
    desk.office.set_faults()
    post.set_faults(KEEPS)
