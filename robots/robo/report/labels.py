"""The fixed words of a page; its template has none of its own."""

from __future__ import annotations

from collections.abc import Mapping

from robo.kit.messages import _


def labels() -> Mapping[str, str]:
    """Name in the template to word."""
    return {
        "skip": _("Skip to the content"),
        "waits": _("What waits for you"),
        "attention": _("To look at"),
        "requests": _("Requests that could write"),
        "requests_about": _(
            "In a dry run, what a page sends and what could change something there is refused before it leaves. "
            "Where it only reads, such as a search, its line in robo.toml lets it through."
        ),
        "result": _("Result"),
        "counts": _("Items by state"),
        "items": _("Items"),
        "find": _("Show only items with"),
        "none_found": _("No item contains this."),
        "item": _("Item"),
        "line": _("line {line}"),
        "state": _("State and reason"),
        "details": _("What was to be entered"),
        "outside": _("Outside of the loops"),
        "fields": _("Values by label"),
        "more": _("Details"),
        "cells": _("Cells of workbooks"),
        "cell": _("Cell"),
        "column": _("Column"),
        "before": _("Before"),
        "after": _("After"),
        "moves": _("Files"),
        "to": _("to"),
        "gone": _("nothing (removed)"),
        "documents": _("Documents"),
        "remarks": _("To look at before the real run"),
        "stages": _("Steps"),
        "went_wrong": _("went wrong"),
        "went_well": _("done"),
        "picture": _("The page as it was"),
        "picture_file": _("Picture of the page"),
        "readable": _("What could be read on it"),
        "facts": _("What was asked"),
        "inputs": _("Inputs"),
        "notes": _("Notes of the run"),
        "files": _("In the same folder"),
        "empty": _("(empty)"),
        "line_to_add": _("If it only reads, add to its site in robo.toml"),
        "sends": _("What it sends"),
        "next": _("To do it for real"),
        "outputs": _("What the flow gave"),
        "pair": _("{label}: {value}"),
        "made_by": _("Written by Robo. This page needs no network and holds everything that it shows."),
    }
