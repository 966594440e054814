"""The page that actions borrow: one browser per lane, with a proxy of its own as its only way out."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self
from urllib.parse import urlsplit

from robo.browser.chromium import arguments, executable, guarded, profile
from robo.browser.crossings import Crossings
from robo.browser.driver import at_most, driver
from robo.browser.guard.request import List, Sent, listed
from robo.browser.guarded import Guard
from robo.browser.lists import lists_of, sites_of
from robo.browser.scripts import script
from robo.browser.troubles import is_gone, is_theirs, plainly
from robo.browser.watch import Watch
from robo.browser.watchdog import Watchdog
from robo.browser.writes import writes
from robo.kit.errors import Failed, LaneLost, SignedOut
from robo.kit.lane import Lane, Site
from robo.kit.messages import _
from robo.kit.patience import remaining
from robo.kit.resource import Crossing, resource

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Frame
    from playwright.sync_api import Page as Tab

    from robo.browser.proxy import Proxy

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_LOCALES = {"fr": "fr-FR", "en": "en-GB"}
_GRACE = 1.0
"""Seconds beyond the step's patience until a question that waits is ended by force."""
_SETTLED = 0.1
"""Seconds without traffic after which a page is quiet."""


@resource(ahead="playwright.sync_api")
class Page:
    """What is in front of the robot: the newest tab of its browser."""

    fleeting: ClassVar[bool] = True

    def __init__(self, lane: Lane, context: BrowserContext, proxy: Proxy, guarded: Crossings | None = None) -> None:
        self.lane, self.proxy = lane, proxy
        self.guarded = guarded
        """In a dry run, what the guard tells."""
        self._context = context
        self._lists = lists_of(lane)
        self.watch = Watch(context)
        self._watchdog = Watchdog(proxy)
        self._mark = 0

    @classmethod
    def open(cls, lane: Lane) -> Self:
        """Start a browser for this lane, in a dry run behind the guard.

        Raises Failed where no browser is installed or no guard can be, LaneLost where the browser does not start.
        """
        program = executable()
        hosts = {urlsplit(site.address).hostname or "" for site in sites_of(lane)} | set(lane.allow_hosts)
        from robo.browser.proxy import Door, Proxy

        guard, door = (Guard(lane.scratch), Door()) if lane.dry else (None, None)
        proxy = Proxy(hosts - {""}, door)
        address = proxy.start()
        try:
            context = driver().chromium.launch_persistent_context(
                profile(lane.scratch / "profile"),
                executable_path=guard.program(program) if guard else program,
                headless=not lane.headed,
                args=arguments() + (guarded(f"127.0.0.1:{proxy.port}", door.port) if door else []),
                proxy=None if door else {"server": address, "bypass": "<-loopback>"},
                locale=_LOCALES.get(lane.language, lane.language),
                viewport={"width": 1280, "height": 900},
                downloads_path=lane.scratch / "downloads",
                # A practice office on this machine signs its own certificate; others must have a true one.
                ignore_https_errors=bool(hosts) and all(host in _LOOPBACK for host in hosts),
                handle_sigint=False,
                handle_sigterm=False,
                handle_sighup=False,
            )
            if guard:
                guard.meet(lists_of(lane))
        except Exception as error:
            if guard:
                guard.close()
            proxy.stop()
            if not is_theirs(error):
                raise
            raise LaneLost(_("the browser {path} does not start").format(path=program)) from error
        return cls(lane, context, proxy, Crossings(lane, guard, door) if guard and door else None)

    def close(self) -> None:
        """End the browser and its proxy; what does not end by itself within seconds is left to be swept."""
        self._watchdog.stop()
        with at_most(3), suppress(Exception):
            self._context.close()
        if self.guarded:
            self.guarded.guard.close()
        with suppress(Exception):
            self.proxy.stop()

    def renew(self) -> None:
        """A new tab with the same session; the others are closed."""
        with plainly(_("opening a new tab")):
            old = list(self._context.pages)
            self._context.new_page()
            for tab in old:
                tab.close()
            self.watch.forget()

    @property
    def tab(self) -> Tab:
        """The newest tab that is open."""
        tabs = self._context.pages
        if not tabs:
            raise LaneLost(_("the browser's last window was closed"))
        return tabs[-1]

    @property
    def tabs(self) -> int:
        """How many tabs are open."""
        return len(self._context.pages)

    def close_empty(self, after: int) -> None:
        """Close tabs beyond that many in which nothing was opened: what was to come into them was refused."""
        with plainly(_("closing an empty tab")):
            for tab in self._context.pages[after:]:
                if tab.url in ("", "about:blank"):
                    tab.close()

    @property
    def frames(self) -> list[Frame]:
        """The page's own frame first, then those within it."""
        return self.tab.frames

    @property
    def address(self) -> str:
        """The address shown, "" before anything was opened."""
        return "" if self.tab.url == "about:blank" else self.tab.url

    @property
    def site(self) -> Site | None:
        """The site whose page is shown: of the flow's settings, else by its host."""
        host = urlsplit(self.tab.url).netloc
        return next((one for one in sites_of(self.lane) if urlsplit(one.address).netloc == host), self.lane.site)

    def ask(self, name: str, argument: Any = None, frame: Frame | None = None) -> Any:
        """Run a script of ours in the page; again if the page went on to another one meanwhile."""
        end = time.monotonic() + remaining() + 2 * _GRACE
        while True:
            try:
                with self._watchdog.within(remaining() + _GRACE):
                    return (frame or self.tab.main_frame).evaluate(script(name), argument)
            except Exception as error:
                if is_gone(error):
                    raise LaneLost(_("the browser died (looking at the page)")) from error
                if not _moved_on(error) or time.monotonic() > end:
                    raise
                if frame is not None and frame.is_detached():
                    raise Failed(_("a frame of the page went away")) from None

    def pause(self, seconds: float) -> None:
        """Wait while the page goes on; a window that closes itself meanwhile leaves the one behind it."""
        tab = self.tab
        try:
            tab.wait_for_timeout(seconds * 1000)
        except Exception as error:
            if not (is_gone(error) and tab.is_closed() and self._context.pages):
                raise

    def settle(self, quiet: float = 0.0) -> None:
        """Wait until nothing was loading for that many seconds, as long as the step may take."""
        end = time.monotonic() + remaining()
        tab = self.tab
        tab.wait_for_load_state("domcontentloaded", timeout=remaining() * 1000)
        while time.monotonic() < end:
            if not self.watch.busy and self.watch.idle_for() >= quiet:
                break
            tab.wait_for_timeout(10)
        if not tab.is_closed():
            tab.wait_for_load_state("domcontentloaded", timeout=remaining() * 1000)

    def shows(self, text: str) -> bool:
        """Whether these whole words can be seen in any frame, whatever their case, once nothing is loading any more."""
        with plainly(_("looking for “{text}”").format(text=text)):
            self.pause(0.001)
            self.settle(_SETTLED)
            return any(self.see([{"text": text}], frame)["proven"] for frame in self.frames)

    def see(self, proofs: list[dict[str, Any]], frame: Frame | None = None) -> Any:
        """{proven: numbers of the proofs that hold now, signedOut, message}."""
        return self.ask("see", {"proofs": proofs, "signedOut": self.signed_out}, frame)

    @property
    def signed_out(self) -> str | None:
        """The words by which the site asks to sign in."""
        site = self.site
        return site.signed_out if site else None

    def check_signed_in(self) -> None:
        """Raises SignedOut if the page asks to sign in."""
        if self.signed_out and self.see([])["signedOut"]:
            raise SignedOut(_("{address} asks to sign in again").format(address=self.address))

    @contextmanager
    def sending(self) -> Iterator[None]:
        """While something is pressed: what leaves is counted from here, and leaves on connections of its own."""
        with self.proxy.sending():
            self.watch.mark()
            self._mark = self.proxy.mark()
            yield

    def written(self, *, drafts: bool = False) -> list[str]:
        """The requests since the press that could write and are not listed, as robo.toml would list them.

        drafts: count what the site lists as drafts too.
        """
        which: tuple[List, ...] = ("harmless",) if drafts else ("harmless", "drafts")

        def is_listed(sent: Sent) -> bool:
            return any(listed(sent, one, self._lists) for one in which)

        return [sent.line for sent in writes(self.watch.seen, self.proxy.left_since(self._mark), is_listed)]

    @contextmanager
    def signing_in(self, site: Site) -> Iterator[None]:
        """While somebody signs in: the one time that a dry run lets a page write."""
        with self.guarded.signing_in(site.address, self.tab.url) if self.guarded else nullcontext():
            yield

    def evidence(self, folder: Path, name: str) -> Mapping[str, str]:
        """A picture, and the visible text under the address; what is typed is not in the text."""
        kept: dict[str, str] = {}
        with at_most(10), suppress(Exception):
            folder.mkdir(parents=True, exist_ok=True)
            texts = [self.tab.main_frame, *self.frames[1:]]
            text = "\n\n".join([self.address, *(frame.evaluate(script("text_of")) for frame in texts)])
            (folder / f"{name}.txt").write_text(text, encoding="utf-8")
            kept["text"] = f"{name}.txt"
            self.tab.screenshot(path=folder / f"{name}.jpg", type="jpeg", quality=60, timeout=5000)
            kept["screenshot"] = f"{name}.jpg"
        return kept

    def hide(self, password: str) -> None:
        """Show what was entered as a password as bullets, wherever a dry run shows it."""
        if self.guarded:
            self.guarded.hide(password)

    def crossings(self) -> Sequence[Crossing]:
        """What the guard of a dry run refused, and what it let pass that could have written."""
        return self.guarded.take() if self.guarded else ()


def _moved_on(error: Exception) -> bool:
    signs = ("Execution context was destroyed", "Frame was detached", "navigat", "Cannot find context")
    return any(sign in str(error) for sign in signs)
