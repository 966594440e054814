"""What the service says of itself: lines for people, or one JSON object a line for programs."""

from __future__ import annotations

import json
import sys
from contextlib import suppress
from datetime import datetime
from typing import Any, TextIO


class Log:
    """as_json: for programs, with the time in UTC's distance; else for people."""

    def __init__(self, as_json: bool = False, to: TextIO | None = None) -> None:
        self._as_json, self._to = as_json, to or sys.stderr

    def __call__(self, event: str, text: str, **data: Any) -> None:
        """Say what happened. event: a word that stays the same; text: for people; data: plain values."""
        now = datetime.now().astimezone()
        if self._as_json:
            said = {"at": now.isoformat(timespec="milliseconds"), "event": event, "text": text, **data}
            line = json.dumps(said, ensure_ascii=False, default=str)
        else:
            line = f"{now:%Y-%m-%d %H:%M:%S}  {text}"
        with suppress(OSError):  # of a full disk: the work goes on
            self._to.write(line + "\n")
            self._to.flush()
