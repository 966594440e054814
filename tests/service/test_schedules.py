"""What begins by itself: each due time is one run, through edits, faults, pauses and absences."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from robo.practice.post import Post
from service.conftest import Shop, until

WAKING = """\
robo: 1
name: Waking
schedule:
  - {entry}
inputs:
  piece: {{type: text, default: {piece}}}
steps:
  - bench.work: {{file: bench.txt, piece: =inputs.piece}}
"""

LATE = '''\
from robo import action


@action
def nothing() -> None:
    """Do nothing."""
'''


def fires(shop: Shop) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(shop.root / ".robo" / "robo.db")) as store:
        return store.execute("SELECT slot, what, run FROM fire ORDER BY slot").fetchall()


def asleep(shop: Shop, minutes: int) -> None:
    """As if nobody had looked for so long."""
    before = (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()
    with closing(sqlite3.connect(shop.root / ".robo" / "robo.db")) as store, store:
        store.execute("DELETE FROM fire")
        store.execute("UPDATE trigger_known SET since = ?, last = NULL", (before,))


def begun(shop: Shop) -> list[str]:
    return [line.removeprefix("begin ") for line in shop.bench if line.startswith("begin")]


@pytest.mark.parametrize(("policy", "runs"), [("run_once", 1), ("skip", 0), ("all", 3)])
def test_what_was_due_while_nobody_was_there_follows_its_policy(shop: Shop, policy: str, runs: int) -> None:
    shop.write("flows/waking.yaml", WAKING.format(entry=f"{{every: 2 minutes, if_missed: {policy}}}", piece="a"))
    service = shop.serve()
    service.terminate()
    service.wait()
    asleep(shop, 7)
    shop.serve()
    until(lambda: len(fires(shop)) >= 3)
    until(lambda: len(begun(shop)) >= runs)
    what = [what for _slot, what, _run in fires(shop)]
    now = len(what) > 3  # one of the times may be due just now, and then it is the one that makes up for all
    assert what.count("run") in {"run_once": (1,), "skip": (int(now),), "all": (3, 4)}[policy]


def test_a_flow_that_was_broken_runs_as_it_was_and_a_mended_one_as_it_is(shop: Shop) -> None:
    good = WAKING.format(entry="{every: 1 minutes, if_missed: run_once}", piece="good")
    shop.write("flows/waking.yaml", good)
    shop.write("flows/other.yaml", WAKING.format(entry="{every: 1 minutes, if_missed: run_once}", piece="other"))
    service = shop.serve()
    until(lambda: len(list((shop.root / ".robo" / "good").glob("*.json"))) == 2)
    shop.write("flows/waking.yaml", good.replace("bench.work", "bench.wrok"))
    until(lambda: "waking is wrong" in shop.log)
    service.terminate()
    service.wait()
    asleep(shop, 1)
    service = shop.serve()
    until(lambda: sorted(begun(shop)) == ["good", "other"])
    shop.write("flows/waking.yaml", good.replace("default: good", "default: mended"))
    service.terminate()
    service.wait()
    asleep(shop, 1)
    shop.serve()
    until(lambda: "mended" in begun(shop))


def test_files_that_arrive_are_taken_up_once_each(shop: Shop) -> None:
    shop.write("robo.toml", '[workspace]\n[folders]\narrivee = "arrivee"\n')
    shop.write("arrivee/there.txt", "already")
    entry = "{when_file: 'arrivee/*.txt', inputs: {piece: =file}}"
    shop.write("flows/waking.yaml", WAKING.format(entry=entry, piece="none"))
    service = shop.serve()
    until(lambda: begun(shop) == ["arrivee/there.txt"])
    shop.write("arrivee/later.txt", "later")
    until(lambda: begun(shop) == ["arrivee/there.txt", "arrivee/later.txt"])
    service.kill()
    service.wait()
    shop.serve()
    shop.write("arrivee/last.txt", "last")
    until(lambda: "arrivee/last.txt" in begun(shop))
    assert begun(shop) == ["arrivee/there.txt", "arrivee/later.txt", "arrivee/last.txt"]


def test_a_flow_after_another_follows_each_of_its_good_ends(shop: Shop) -> None:
    shop.write("flows/waking.yaml", WAKING.format(entry="{after: piece}", piece="follows"))
    shop.serve()
    shop.json("trigger", "piece", "-i", "piece=a", "--wait")
    until(lambda: begun(shop) == ["a", "follows"])
    shop.json("run", "piece", "-i", "piece=b")
    until(lambda: begun(shop) == ["a", "follows", "b", "follows"])


def test_a_paused_flow_is_not_due(shop: Shop) -> None:
    shop.write("flows/waking.yaml", WAKING.format(entry="{after: piece}", piece="follows"))
    shop.json("pause", "waking")
    shop.serve()
    shop.json("trigger", "piece", "-i", "piece=a", "--wait")
    until(lambda: [what for _slot, what, _run in fires(shop)] == ["paused"])
    assert begun(shop) == ["a"]


def test_people_are_told_once_by_mail_of_what_was_missed_and_of_a_wrong_flow(shop: Shop) -> None:
    with Post() as post:
        mail = f'[mail.main]\nfrom = "robo@example.fr"\nsmtp = "{post.address}"\n'
        shop.write("robo.toml", f'[workspace]\n[service]\nnotify = "chef@example.fr"\n{mail}')
        shop.write("flows/waking.yaml", WAKING.format(entry="{every: 2 minutes, if_missed: skip}", piece="a"))
        service = shop.serve()
        service.terminate()
        service.wait()
        asleep(shop, 5)
        shop.write("flows/wrong.yaml", WAKING.format(entry="{every: sometimes}", piece="a"))
        service = shop.serve()
        until(lambda: len(post.mails) == 2)
        service.kill()
        service.wait()
        shop.serve()
        until(lambda: shop.log.count("wrong is wrong") == 2)
        subjects = sorted(str(mail.message["Subject"]) for mail in post.mails)
        assert subjects == ["waking: missed", "wrong: the flow is wrong"]


def test_the_bad_end_of_a_run_that_nobody_asked_for_is_told_where_its_flow_names_nobody(shop: Shop) -> None:
    with Post() as post:
        mail = f'[mail.main]\nfrom = "robo@example.fr"\nsmtp = "{post.address}"\n'
        shop.write("robo.toml", f'[workspace]\nlanguage = "en"\n[service]\nnotify = "chef@example.fr"\n{mail}')
        ends = "steps:\n  - stop: {reason: no more, as: failed}\n"
        shop.write("flows/waking.yaml", f"robo: 1\nname: Waking\nschedule:\n  - after: piece\n{ends}")
        told = f"notify: [{{on: failure, mail: own@example.fr}}]\n{ends}"
        shop.write("flows/own.yaml", f"robo: 1\nname: Own\nschedule:\n  - after: piece\n{told}")
        shop.serve()
        shop.json("trigger", "piece", "-i", "piece=a", "--wait")
        shop.json("trigger", "waking", "--wait")
        until(lambda: len(post.mails) == 2)
        letters = sorted((str(mail.message["To"]), str(mail.message["Subject"])) for mail in post.mails)
        assert letters == [
            ("chef@example.fr", "Waking: not everything went well"),
            ("own@example.fr", "Own: not everything went well"),
        ]
        assert (
            "no more"
            in next(mail.message for mail in post.mails if mail.message["To"] == "chef@example.fr").get_content()
        )


def test_a_new_site_and_a_new_robot_are_known_without_a_restart(shop: Shop) -> None:
    shop.serve()
    shop.write("robots/late.py", LATE)
    toml = '[workspace]\n[sites.new]\naddress = "http://127.0.0.1:9"\n'
    shop.write("robo.toml", toml)
    more = "settings: {site: new}\nsteps:\n  - late.nothing\n"
    shop.write("flows/waking.yaml", WAKING.format(entry="{after: piece}", piece="a").replace("steps:\n", more))
    until(lambda: "are read anew" in shop.log)
    shop.write("robo.toml", toml.replace("address", "adress"))
    until(lambda: "what was there before still holds" in shop.log)
    before = shop.log.count("are read anew")
    shop.write("robo.toml", toml)
    until(lambda: shop.log.count("are read anew") > before)
    shop.json("trigger", "piece", "-i", "piece=x", "--wait")
    until(lambda: begun(shop) == ["x", "a"])


def test_a_flow_that_was_wrong_before_the_service_began_keeps_its_schedule(shop: Shop) -> None:
    good = WAKING.format(entry="{after: piece}", piece="good")
    shop.write("flows/waking.yaml", good)
    service = shop.serve()
    until(lambda: len(list((shop.root / ".robo" / "good").glob("*.json"))) == 1)
    service.terminate()
    service.wait()
    shop.write("flows/waking.yaml", good.replace("after:", "aftre:"))
    shop.serve()
    shop.json("trigger", "piece", "-i", "piece=x", "--wait")
    until(lambda: begun(shop) == ["x", "good"])
