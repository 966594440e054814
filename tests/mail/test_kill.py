"""The command killed at each instant of a mail's way out: nobody gets it twice, and a person is asked only in need."""

from __future__ import annotations

import subprocess
from collections import Counter
from collections.abc import Callable

from cli.conftest import Desk, until
from mail.conftest import FLOW, written_back
from robo.practice.post import MailFaults, Post

NUMBERS = ["A1", "A2", "A3"]


def killed(desk: Desk, when: Callable[[], bool]) -> None:
    process: subprocess.Popen[str] = desk.start("run", "convocations")
    until(when)
    process.kill()
    process.communicate()


def letters(post: Post) -> Counter[str]:
    """How often each mail was taken."""
    return Counter(mail.message_id for mail in post.mails)


def test_killed_before_the_text_left_nothing_is_in_doubt(desk: Desk, post: Post) -> None:
    post.set_faults(MailFaults(wait_rcpt=1.0))
    killed(desk, lambda: post.recipients == 2)
    post.set_faults()
    assert desk.json("resume")["exit"] == 0
    assert sorted(letters(post).values()) == [1, 1, 1]
    assert set(written_back(desk.root).values()) == set(letters(post))


def test_killed_within_the_text_a_person_says_again(desk: Desk, post: Post) -> None:
    flow = FLOW.replace("            text: |", "            attach: '{{ row.numero }}.bin'\n            text: |")
    desk.write("flows/convocations.yaml", flow)
    for number in NUMBERS:  # the second is more than the system takes off the sender's hands
        (desk.root / f"{number}.bin").write_bytes(bytes(12_000_000 if number == "A2" else 10))
    post.set_faults(MailFaults(wait_text=1.5))
    killed(desk, lambda: post.texts == 2)
    post.set_faults()
    resumed = desk.json("resume")
    assert [(one["key"], one["why"]) for one in resumed["waits"]] == [("A2", "doubt")]
    assert (resumed["exit"], len(letters(post))) == (4, 2)
    # Refused for as long as what was sent may still arrive, which a fast machine sees.
    until(lambda: desk.robo("decide", resumed["run"], "A2", "again", "--number", "1").returncode == 0)
    assert desk.json("resume")["exit"] == 0
    assert sorted(letters(post).values()) == [1, 1, 1]


def test_killed_before_the_answer_a_person_says_done_and_the_row_has_its_number(desk: Desk, post: Post) -> None:
    post.set_faults(MailFaults(wait=1.0))
    killed(desk, lambda: len(post.mails) == 2)
    post.set_faults()
    resumed = desk.json("resume")
    assert [one["key"] for one in resumed["waits"]] == ["A2"]
    decided = desk.robo("decide", resumed["run"], "A2", "done", "--number", "1")
    assert decided.returncode == 0, decided.stderr
    assert desk.json("resume")["exit"] == 0
    assert sorted(letters(post).values()) == [1, 1, 1]
    assert set(written_back(desk.root).values()) == set(letters(post))


def test_what_is_found_among_the_sent_mails_needs_nobody(desk: Desk, post: Post) -> None:
    post.set_faults(MailFaults(wait=1.0, files=True))
    killed(desk, lambda: len(post.mails) == 2)
    post.set_faults(MailFaults(files=True))
    assert desk.json("resume")["exit"] == 0
    assert sorted(letters(post).values()) == [1, 1, 1]
    assert set(written_back(desk.root).values()) == set(letters(post))
    assert len(post.sent) == 3


def test_what_was_sent_is_filed_and_a_second_run_sends_nothing(desk: Desk, post: Post) -> None:
    desk.robo("run", "convocations")
    assert len(post.sent) == 3
    assert desk.robo("run", "convocations").returncode == 0
    assert sorted(letters(post).values()) == [1, 1, 1]
