"""The pages say what is so: the flow that they show, the places that they lead to, the tests that they name."""

from __future__ import annotations

import re

import pytest

from docs.pages import PAGES, README, ROOT, Page

every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def test_the_flow_shown_is_the_flow_of_the_demonstration() -> None:
    assert README.blocks("yaml") == [(ROOT / "flows" / "demandes.yaml").read_text("utf-8")]


@every_page
def test_links_lead_somewhere(page: Page) -> None:
    for link in page.links():
        path, _hash, anchor = link.partition("#")
        file = (page.file.parent / path).resolve() if path else page.file
        assert file.exists(), f"{page.name}: {link}"
        assert not anchor or anchor in Page(file.relative_to(ROOT).as_posix()).anchors(), f"{page.name}: {link}"


@every_page
def test_every_test_that_is_named_exists_where_its_line_says(page: Page) -> None:
    for line in page.prose.splitlines():
        named = re.findall(r"`(test_\w+)`", line)
        files = [page.file.parent / path for path in re.findall(r"\]\(([^)]*test_\w+\.py)\)", line)]
        known = {name for file in files for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))}
        assert set(named) <= known, f"{page.name}: {sorted(set(named) - known)} in {line}"


def test_every_page_is_reached_from_the_first() -> None:
    assert {page.name for page in PAGES[1:]} <= set(README.links())
