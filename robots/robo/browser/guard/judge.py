"""The judgement on each request of a guarded browser, and the memory of what could have written."""

from __future__ import annotations

import base64
from collections.abc import Collection, Mapping
from typing import Any, TypedDict

from .request import Listed, Sent, fields_of, listed


class Crossed(TypedDict):
    """A request that could have written. navigation: whether it was to bring the page, or a frame of it, elsewhere."""

    verdict: str
    why: str
    method: str
    address: str
    fields: dict[str, Any]
    navigation: bool


_BY_PAGES = ("Document", "XHR", "Fetch")
"""The kinds of requests by which people are signed in: no beacon, no report."""


class Judge:
    """Says of each request whether it may leave. Until it is told of lists, nothing that could write may."""

    def __init__(self) -> None:
        self.lists: Listed = {}
        self.signing_in: Collection[str] | None = None
        """While somebody signs in: the "host:port" to which scripts of the page may write as well."""
        self._crossed: list[Crossed] = []

    def answer(self, paused: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """The command that answers a `Fetch.requestPaused`, with its parameters."""
        request, navigation = _request(paused), paused.get("resourceType") == "Document"
        which = {"requestId": paused["requestId"]}
        why = self._why(request, paused)
        passes = why in ("", "harmless", "sign-in")
        if why:
            self._crossed.append(
                {
                    "verdict": "passed" if passes else "refused",
                    "why": why,
                    "method": request.method,
                    "address": request.url,
                    "fields": dict(request.fields),
                    "navigation": navigation,
                }
            )
        if passes:
            return "Fetch.continueRequest", which
        if navigation:
            # "No content" is the one answer that leaves a page where it is, with all that was entered.
            return "Fetch.fulfillRequest", {**which, "responseCode": 204}
        return "Fetch.failRequest", {**which, "errorReason": "BlockedByClient"}

    def report(self) -> list[Crossed]:
        """What could have written since the last report."""
        told, self._crossed = self._crossed, []
        return told

    def _why(self, request: Sent, paused: Mapping[str, Any]) -> str:
        """Of which kind it is, "" for what only reads."""
        if listed(request, "drafts", self.lists):
            return "draft"
        if not request.could_write:
            return ""
        if self._signs_in(request, paused):
            return "sign-in"
        return "harmless" if listed(request, "harmless", self.lists) else "unlisted"

    def _signs_in(self, request: Sent, paused: Mapping[str, Any]) -> bool:
        kind = paused.get("resourceType")
        # What a server sends on to another address was never looked at by whoever allowed the first one.
        if self.signing_in is None or "redirectedRequestId" in paused or kind not in _BY_PAGES:
            return False
        return kind == "Document" or "{}:{}".format(*request.place) in self.signing_in


def _request(paused: Mapping[str, Any]) -> Sent:
    request = paused["request"]
    entries = request.get("postDataEntries", ())
    body = b"".join(base64.b64decode(entry.get("bytes", "")) for entry in entries)
    headers = {name.lower(): value for name, value in request.get("headers", {}).items()}
    fields = fields_of(body, headers.get("content-type", ""))
    return Sent(request["method"].upper(), request["url"].partition("#")[0], fields)
