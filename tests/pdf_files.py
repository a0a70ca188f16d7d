"""PDFs for tests, written byte by byte: pages of text at places, and every way to be damaged that a test needs."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Sequence

Text = tuple[float, float, str]
HEADER = ["Vessel Name", "Flag", "IMO", "Call Sign", "Length (m)"]
FLEET = [
    ["Shinsei Maru", "Japan", "9891799", "7KFU", "57.85"],
    ["Daito Maru", "Japan", "9100372", "JGGR", "49.90"],
    ["Helena Ndume", "Namibia", "8510817", "V5RE", "47.00"],
    ["King Kauluma", "Namibia", "7930010", "V5CV", "49.90"],
    ["Tronio", "Spain", "9361603", "ECJF", "55.00"],
    ["Ibsa Quinto", "Spain", "8916944", "EAAS", "49.00"],
]
_LEFT, _TOP, _STEP, _WIDTH = 60, 100, 18, 95


def pdf(
    pages: Sequence[bytes],
    *,
    size: tuple[float, float] = (612, 792),
    trailer: bytes = b"",
    deflate: bool = False,
    more: Sequence[bytes] = (),
) -> bytes:
    """A PDF of these content streams; `more` are further objects, from number 4 on where there are no pages."""
    first = 4
    kids = b" ".join(b"%d 0 R" % (first + 2 * n) for n in range(len(pages)))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (kids, len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for n, content in enumerate(pages):
        filters = b""
        if deflate:
            content, filters = zlib.compress(content), b"/Filter /FlateDecode "
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %g %g] /Contents %d 0 R"
            b" /Resources << /Font << /F1 3 0 R >> >> >>" % (*size, first + 2 * n + 1)
        )
        objects.append(b"<< %s/Length %d >>\nstream\n%s\nendstream" % (filters, len(content), content))
    objects += more
    out = [b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"]
    at, offsets = len(out[0]), []
    for number, body in enumerate(objects, start=1):
        offsets.append(at)
        out.append(b"%d 0 obj\n%s\nendobj\n" % (number, body))
        at += len(out[-1])
    out.append(b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1))
    out += [b"%010d 00000 n \n" % offset for offset in offsets]
    out.append(
        b"trailer\n<< /Size %d /Root 1 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, at)
    )
    return b"".join(out)


def texts(places: Iterable[Text], height: float = 792) -> bytes:
    """A content stream with texts at places: x, y from the top, text."""
    return b"\n".join(
        b"BT /F1 10 Tf %g %g Td (%s) Tj ET"
        % (
            x,
            height - y,
            text.encode("latin-1").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)"),
        )
        for x, y, text in places
    )


def table_page(rows: Sequence[Sequence[str]], title: str = "") -> bytes:
    """A page with a title and a table without lines."""
    places = [(_LEFT, 60.0, title)] if title else []
    places += [
        (_LEFT + _WIDTH * column, float(_TOP + _STEP * row), text)
        for row, cells in enumerate(rows)
        for column, text in enumerate(cells)
        if text
    ]
    return texts(places)


def fleet_pdf(name: str = "", pages: int = 1) -> bytes:
    """A vessel list of six rows a page; its header stands on the first page only. `name` makes it one of its own."""
    content = [table_page([HEADER, *FLEET], f"Authorised vessels {name}")]
    content += [table_page(FLEET) for _ in range(pages - 1)]
    return pdf(content)


def locked_pdf() -> bytes:
    """A PDF that asks for a password: no password fits these keys."""
    key = b"<" + b"5a" * 32 + b">"
    encrypt = b"<< /Filter /Standard /V 1 /R 2 /O %s /U %s /P -44 >>" % (key, key)
    return pdf(
        [table_page([HEADER, *FLEET])], more=[encrypt], trailer=b"/Encrypt 6 0 R /ID [<00112233> <00112233>] "
    )


def bomb_pdf(megabytes: int = 150) -> bytes:
    """A page whose content grows a thousandfold when it is unpacked."""
    return pdf([b"0 0 m 9 9 l S\n" * (megabytes * 1_000_000 // 14)], deflate=True)
