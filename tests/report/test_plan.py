"""The page of a dry run."""

from __future__ import annotations

import json
from pathlib import Path

from playwright.sync_api import Browser

from report.conftest import plan, words
from robo.kit.messages import speak
from robo.report import write_plan


def test_it_says_what_would_be_done_and_what_to_look_at_first(planned: Path) -> None:
    page = words(write_plan(planned))
    assert "Dry run: nothing was changed" in page.text
    assert page.headings[:3] == ["To look at", "Result", "To do it for real"]
    assert page.commands == ["robo run demandes", 'harmless = ["POST /recherche"]']
    row = next(row for row in page.rows if "D00001" in row)
    for said in ("would be done", "Dupont 1", "‹not known yet›", "/a/done/in.pdf", "lettre.eml", "“Prénom” is empty"):
        assert said in row
    assert "would be refused" in next(row for row in page.rows if "D00003" in row)


def test_in_french_it_is_french(planned: Path) -> None:
    speak("fr")
    try:
        page = write_plan(planned)
    finally:
        speak("en")
    assert '<html lang="fr">' in page.read_text("utf-8")
    said = words(page).text.replace("\u00a0", " ")
    assert "Essai à blanc : rien n’a été modifié" in said
    assert (said.count("2 seraient faits"), said.count("1 serait refusé")) == (2, 2)


def test_text_of_others_is_text(planned: Path) -> None:
    told = plan(2)
    told["items"][0]["reason"] = "<script>alert(1)</script>"
    told["items"][0]["changes"][0]["documents"][0]["file"] = 'documents/50% "a#b".eml'
    (planned / "plan.json").write_text(json.dumps(told), encoding="utf-8")
    page = write_plan(planned).read_text("utf-8")
    assert "<script>alert" not in page
    assert 'href="documents/50%25%20%22a%23b%22.eml"' in page


def test_ten_thousand_items_open_and_each_can_be_found(tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "plan.json").write_text(json.dumps(plan(10_000)), encoding="utf-8")
    file = write_plan(tmp_path)
    assert file.stat().st_size < 5_000_000
    page = browser.new_page()
    page.goto(file.as_uri())
    page.get_by_label("Show only items with").fill("D07777")
    page.get_by_role("rowheader", name="D07777").wait_for(timeout=20_000)
    assert page.get_by_role("rowheader", name="D00001").is_hidden()
    page.close()
