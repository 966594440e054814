"""Who is written to when a run has ended, through the command and a real server."""

from __future__ import annotations

from email.message import EmailMessage

from cli.conftest import Desk
from mail.conftest import people
from robo.practice.post import MailFaults, Post

RULES = """\
notify:
  - {on: failure, mail: [chef@example.fr, "Bureau <bureau@example.fr>"]}
  - {on: [success, in_doubt], mail: =inputs.who}
inputs: {who: {type: email, default: suivi@example.fr}}
"""


def told(post: Post) -> list[EmailMessage]:
    """The mails about ends, among all that the server took."""
    letters = (mail.message for mail in post.mails)
    return [one for one in letters if str(one["Subject"]).startswith("Convocations: ")]


def add_rules(desk: Desk) -> None:
    file = desk.root / "flows/convocations.yaml"
    file.write_text(file.read_text("utf-8").replace("steps:", RULES + "steps:", 1), encoding="utf-8")


def test_a_good_end_is_told_in_one_mail_and_again_at_the_next_end(desk: Desk, post: Post) -> None:
    add_rules(desk)
    assert desk.json("run", "convocations", "--input", "who=anne@example.fr")["exit"] == 0
    (letter,) = told(post)
    assert (letter["To"], letter["Subject"]) == ("anne@example.fr", "Convocations: done")
    text = letter.get_content()
    assert "is done." in text
    assert "3 done" in text
    desk.robo("run", "convocations")
    assert len(told(post)) == 2


def test_a_failure_and_what_waits_are_told_with_the_command(desk: Desk, post: Post) -> None:
    add_rules(desk)
    people(desk.root, ("A1", "Abadie", "abadie@example.fr"), ("A2", "Bénac", "nobody"), ("A2", "Bénac", "b@example.fr"))
    assert desk.json("run", "convocations")["exit"] == 1
    (letter,) = told(post)
    assert letter["To"] == "chef@example.fr, Bureau <bureau@example.fr>"
    assert "the key A2 stands in lines 3, 4" in letter.get_content()


def test_a_mail_that_cannot_be_sent_changes_nothing_but_the_log(desk: Desk, post: Post) -> None:
    add_rules(desk)
    desk.robo("run", "convocations")
    post.set_faults(MailFaults(refuse=frozenset({"suivi@example.fr"})))
    answer = desk.json("run", "convocations")
    assert (answer["exit"], answer["state"]) == (0, "done")
    log = (desk.root / answer["folder"] / "run.log").read_text("utf-8")
    assert "The mail about this end could not be sent (success, in_doubt)" in log
    assert "notify/1" not in log
    assert len(told(post)) == 1


def test_what_is_missing_in_robo_toml_is_said_before_the_run(desk: Desk) -> None:
    add_rules(desk)
    (desk.root / "robo.toml").write_text("", encoding="utf-8")
    flow = desk.root / "flows/register.yaml"
    flow.write_text("robo: 1\nnotify: [{on: failure, mail: a@example.fr}]\nsteps: [log: x]\n", encoding="utf-8")
    said = desk.robo("check", "register")
    assert said.returncode == 2
    assert "flows/register.yaml:2:10: robo.toml describes no way to send mail" in said.stdout + said.stderr


def test_who_is_asked_is_written_to_once_with_the_command_that_answers(desk: Desk, post: Post) -> None:
    desk.write(
        "flows/asks.yaml",
        """\
robo: 1
name: Convocations
notify:
  - {on: approval, mail: chef@example.fr}
  - {on: in_doubt, mail: suivi@example.fr}
steps:
  - approve: {title: Send the letters, show: {People: 3}}
""",
    )
    run = desk.json("run", "asks")["run"]
    (letter,) = told(post)
    assert (letter["To"], letter["Subject"]) == (
        "chef@example.fr", "Convocations: a person is asked: Send the letters"
    )  # fmt: skip
    text = letter.get_content()
    assert "People: 3" in text
    assert f"-> robo approve {run}\r\n" in text
    assert desk.json("resume", run)["state"] == "waits"
    assert len(told(post)) == 1
