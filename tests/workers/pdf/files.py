"""Small PDFs written by hand: content streams of PDF operators on one page."""

from __future__ import annotations


def pdf(content: str, *, rotate: int = 0, box: tuple[int, int, int, int] = (0, 0, 612, 792)) -> bytes:
    """A PDF of one page in Helvetica (/F1) with this content."""
    stream = content.encode("latin-1")
    parts = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [%d %d %d %d] /Rotate %d /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>" % (*box, rotate),
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    out = bytearray(b"%PDF-1.4\n")
    starts = []
    for number, part in enumerate(parts, start=1):
        starts.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, part)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(parts) + 1)
    out += b"".join(b"%010d 00000 n \n" % start for start in starts)
    out += b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(parts) + 1, table)
    return bytes(out)


def text(x: float, y: float, words: str, size: float = 10) -> str:
    """Operators that write words at a point, origin bottom left."""
    return f"BT /F1 {size} Tf {x} {y} Td ({words}) Tj ET\n"


def table(
    rows: list[list[str]], *, x: float = 72, y: float = 700, step: float = 120, ruled: bool = False
) -> str:
    """Operators that write rows of cells, with a line around each cell where `ruled`."""
    content = ""
    for r, row in enumerate(rows):
        for c, words in enumerate(row):
            content += text(x + step * c + 4, y - 20 * r, words)
            if ruled:
                content += f"{x + step * c} {y - 20 * r - 6} {step} 20 re S\n"
    return content
