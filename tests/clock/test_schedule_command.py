"""`robo schedule` tells people and programs what is due next."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from clock.triggers import trigger
from robo.kit.messages import speak
from robo.run.storage.store import Store
from robo_scheduler.work.wording import in_words, moment_in_words

Robo = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def robo(tmp_path: Path) -> Robo:
    (tmp_path / "robo.toml").write_text('[folders]\narrivee = "arrivee"\n', encoding="utf-8")
    (tmp_path / "flows").mkdir()

    def called(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "robo", *words]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    return called


def write(folder: Path, name: str, schedule: str, title: str = "") -> None:
    text = f"robo: 1\n{title}schedule: {schedule}\nsteps: [log: x]\n"
    (folder / "flows" / f"{name}.yaml").write_text(text, encoding="utf-8")


def test_what_is_due_next_is_said_per_flow(robo: Robo, tmp_path: Path) -> None:
    write(tmp_path, "relances", "[{every: weekday at 07:30, skip_holidays: yes}]", "name: Relances du matin\n")
    write(tmp_path, "courrier", "[{when_file: arrivee/*.pdf}, {at: 2020-01-01 08:00}]")
    write(tmp_path, "sans", "[]")
    write(tmp_path, "casse", "[{every: lundi}]")
    Store(tmp_path / ".robo" / "robo.db").all("INSERT INTO paused VALUES ('production/courrier', 'anne', '')")
    told = robo("schedule", "--lang", "fr")
    assert told.returncode == 2
    assert "flows/casse.yaml:2:20" in told.stderr
    lines = told.stdout.splitlines()
    assert lines[:4] == [
        "courrier",
        "  à l’arrivée d’un fichier\u00a0: arrivee/*.pdf",
        "  une fois, mercredi 01/01/2020 08:00, plus jamais",
        "  en pause\u00a0: rien n’en commence avant robo unpause",
    ]
    assert lines[4] == "relances  Relances du matin"
    assert re.fullmatch(
        r"  chaque jour ouvré à 07:30, prochaine fois (lun|mar|mercre|jeu|vendre)di \d\d/\d\d/\d{4} 07:30", lines[5]
    )


def test_programs_are_told_the_instants(robo: Robo, tmp_path: Path) -> None:
    write(tmp_path, "a", "[{every: 6 hours}]")
    told = robo("schedule", "a", "--days", "2", "--json", "--lang", "en")
    answer = json.loads(told.stdout)
    (flow,) = answer["flows"]
    assert (flow["flow"], flow["paused"], flow["triggers"][0]["when"]) == ("a", False, "every 6 hours")
    assert len(answer["due"]) == 8
    assert answer["due"][0]["due"] == flow["triggers"][0]["next"]
    assert 0 < (datetime.fromisoformat(answer["due"][0]["due"]) - datetime.now(UTC)).total_seconds() <= 6 * 3600
    assert robo("schedule", "b").returncode == 2


@pytest.mark.parametrize(
    ("entry", "english", "french"),
    [
        ("every: day at 6h", "every day at 06:00", "chaque jour à 06:00"),
        ("every: weekday at 6h", "from Monday to Friday at 06:00", "du lundi au vendredi à 06:00"),
        ("every: monday and sunday at 6h", "every Monday and Sunday at 06:00", "chaque lundi et dimanche à 06:00"),
        ("every: day 15 of month at 8h", "on day 15 of the month at 08:00", "le 15 du mois à 08:00"),
        ("every: last working day of month at 8h", "on the last working day of the month at 08:00",
         "le dernier jour ouvré du mois à 08:00"),
        ("every: hour, between: 7h-19h", "every hour, between 07:00 and 19:00", "chaque heure, entre 07:00 et 19:00"),
        ("every: 15 minutes, dry_run: yes", "every 15 minutes, only rehearsed", "toutes les 15 minutes, à l’essai"),
        ("every: 2 hours, timezone: Indian/Reunion", "every 2 hours, on the clocks of Indian/Reunion",
         "toutes les 2 heures, à l’heure de Indian/Reunion"),
        ("cron: 0 8 * * 1, skip_holidays: yes", "by cron 0 8 * * 1, not on public holidays",
         "selon cron 0 8 * * 1, sauf jours fériés"),
    ],
)  # fmt: skip
def test_each_way_in_words(entry: str, english: str, french: str) -> None:
    try:
        for language, words in (("en", english), ("fr", french)):
            speak(language)
            assert in_words(trigger(entry), "Europe/Paris") == words
        assert moment_in_words(datetime(2026, 11, 30, 7, 30)) == "lundi 30/11/2026 07:30"
    finally:
        speak("en")
