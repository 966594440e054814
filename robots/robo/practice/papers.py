"""PDF documents written by hand: a page of text in Helvetica, or a page that is only a picture."""

from __future__ import annotations

import zlib
from collections.abc import Sequence


def text_pdf(lines: Sequence[str]) -> bytes:
    """One page of these lines, in what Western European letters and signs can say."""
    drawn = "BT /F1 11 Tf 15 TL 60 780 Td\n" + "".join(f"({_escaped(line)}) Tj T*\n" for line in lines) + "ET"
    content = _stream(drawn.encode("cp1252"))
    font = b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    return _file(b"<< /Font << /F1 5 0 R >> >>", content, font)


def scanned_pdf(width: int = 60, height: int = 80) -> bytes:
    """One page that is a grey picture, as a scanner makes it: nothing in it can be read."""
    grey = bytes((column * row) % 251 for row in range(height) for column in range(width))
    entries = f"/Type /XObject /Subtype /Image /Width {width} /Height {height} /ColorSpace /DeviceGray"
    picture = _stream(grey, f"{entries} /BitsPerComponent 8 ".encode())
    return _file(b"<< /XObject << /Im1 5 0 R >> >>", _stream(b"q 480 0 0 700 50 70 cm /Im1 Do Q"), picture)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    packed = zlib.compress(content)
    head = b"<< " + entries + b"/Filter /FlateDecode /Length %d >>" % len(packed)
    return head + b"\nstream\n" + packed + b"\nendstream"


def _file(resources: bytes, content: bytes, used: bytes) -> bytes:
    """The objects of a document with one page, and the table of where they are."""
    page = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources " + resources + b" >>"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        page,
        content,
        used,
    ]
    made, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n" % number + one + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    count = len(objects) + 1
    head = b"xref\n0 %d\n0000000000 65535 f \n" % count
    return made + head + table + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (count, len(made))
