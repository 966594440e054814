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
def test_every_test_that_is_named_is_in_the_file_linked_before_it(page: Page) -> None:
    known: set[str] = set()
    for path, name in re.findall(r"\]\(([^)]*test_\w+\.py)\)|`(test_\w+)`", page.prose):
        if path:
            known = set(re.findall(r"^def (test_\w+)", (page.file.parent / path).read_text("utf-8"), re.MULTILINE))
        else:
            assert name in known, f"{page.name}: {name}"


def test_every_page_is_reached_from_the_first() -> None:
    assert {page.name for page in PAGES[1:]} <= set(README.links())
