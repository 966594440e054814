"""Reading what a browser posts: urlencoded or multipart/form-data, always in UTF-8."""

from __future__ import annotations

import re
from email.message import Message
from urllib.parse import parse_qsl

_NAME = re.compile(r'\bname="([^"]*)"')
_FILENAME = re.compile(r'\bfilename="([^"]*)"')


def parse(content_type: str, body: bytes) -> dict[str, str]:
    """The fields of a posted form, the last value of each name; ValueError if it is no form we can read.

    A file field gives its file's name, and its size in bytes under the name followed by "_octets"; a file field
    left empty gives "" alone. Line ends stay as they were sent (browsers send CRLF).
    """
    header = Message()
    header["Content-Type"] = content_type
    if header.get_content_type() == "multipart/form-data":
        boundary = header.get_param("boundary")
        if not isinstance(boundary, str) or not boundary:
            raise ValueError("multipart form without boundary")
        return _multipart(boundary.encode(), body)
    return dict(parse_qsl(body.decode("utf-8"), keep_blank_values=True, max_num_fields=200))


def _multipart(boundary: bytes, body: bytes) -> dict[str, str]:
    # The CRLF before a boundary belongs to the boundary: one put in front makes the first like the others.
    parts = (b"\r\n" + body).split(b"\r\n--" + boundary)
    if len(parts) < 2 or not parts[-1].startswith(b"--"):
        raise ValueError("multipart form without its end")
    fields: dict[str, str] = {}
    for part in parts[1:-1]:
        head, blank, content = part.partition(b"\r\n\r\n")
        text = head.decode("utf-8")
        name = _NAME.search(text)
        if not blank or name is None:
            raise ValueError("multipart form with a part that has no name")
        key = _unescape(name[1])
        filename = _FILENAME.search(text)
        if filename is None:
            fields[key] = content.decode("utf-8")
            continue
        fields[key] = _unescape(filename[1])
        if filename[1]:
            fields[f"{key}_octets"] = str(len(content))
    return fields


def _unescape(text: str) -> str:
    """Browsers escape only these three characters in the names of a multipart form."""
    return text.replace("%22", '"').replace("%0D", "\r").replace("%0A", "\n")
