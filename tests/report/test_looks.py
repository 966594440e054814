"""The page before the eyes of people, in a real browser: on a desk, on a telephone, at night, to a screen reader."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser

from report.conftest import Desk
from robo.report import write_plan

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


VIEWS: list[tuple[int, Literal["light", "dark"]]] = [(1280, "light"), (1280, "dark"), (360, "light")]


@pytest.mark.parametrize("kind", ["run", "plan"])
def test_nobody_is_kept_from_reading_it(browser: Browser, desk: Desk, planned: Path, kind: str) -> None:
    if kind == "run":
        desk.robo("show")
    page = browser.new_context(offline=True, bypass_csp=True).new_page()
    page.goto((desk.report if kind == "run" else write_plan(planned)).as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(AXE)
    for width, scheme in VIEWS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        found = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        assert [(one["id"], [node["html"][:120] for node in one["nodes"][:3]]) for one in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.context.close()


def test_it_needs_nothing_else_and_obeys_its_own_policy(browser: Browser, desk: Desk) -> None:
    desk.robo("show")
    page = browser.new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url[:60]))
    page.goto(desk.report.as_uri())
    assert page.locator("img").evaluate_all("all => all.every(one => one.complete && one.naturalWidth > 0)")
    assert told == []
    assert [one for one in asked if not one.startswith("data:")] == [desk.report.as_uri()[:60]]
    page.close()


def test_on_paper_everything_that_matters_is_unfolded(browser: Browser, desk: Desk) -> None:
    desk.robo("show")
    page = browser.new_page()
    page.goto(desk.report.as_uri())
    page.emulate_media(media="print")
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.get_by_text("125000").is_visible()
    assert not page.get_by_text("What could be read on it").first.is_visible()
    assert page.locator("figure img").first.is_visible()
    page.close()
