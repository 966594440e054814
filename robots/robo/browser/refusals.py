"""What a refused request of a dry run means for the click that sent it."""

from __future__ import annotations

from collections.abc import Sequence

from robo.browser.crossings import Stopped
from robo.browser.guard.request import Sent
from robo.browser.lists import entry_of, harmless_line
from robo.kit.errors import Failed, NotRehearsed
from robo.kit.lane import Site
from robo.kit.messages import _
from robo.kit.types import AnyPlace


def judge(place: AnyPlace, stopped: Sequence[Stopped], site: Site | None) -> None:
    """Raises for what the click was to send and could not; a draft that left the page at work is only told.

    Failed for a write that no list names: a real run would be in doubt about it. NotRehearsed for a draft that was to
    bring the next page.
    """
    unlisted = [one.crossing for one in stopped if one.crossing.why == "unlisted"]
    drafts = [one.crossing for one in stopped if one.crossing.why == "draft" and one.on_page]
    if unlisted:
        first = unlisted[0]
        entry = entry_of(Sent(first.method, first.address))
        line = first.line or harmless_line([*(site.harmless if site else ()), entry])
        raise Failed(
            _(
                "clicking “{place}” was to send {method} {address}, which may save something: a real run would be in "
                "doubt. If it only reads, write for the site in robo.toml: {line}; if it saves, write `submit` instead "
                "of `click`"
            ).format(place=place, method=first.method, address=first.address, line=line)
        )
    if drafts:
        raise NotRehearsed(
            _(
                "“{place}” saves a draft ({method} {address}), which a dry run does not: the pages that follow were "
                "not rehearsed"
            ).format(place=place, method=drafts[0].method, address=drafts[0].address)
        )
