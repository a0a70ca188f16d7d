"""Page counts, limits and page images of a PDF with pypdfium2, in a helper process with limited memory (extra `pdf`).

What cannot be read is refused in words before the model sees it: empty, no PDF, cut off, locked, without pages, with
too many or too large ones, too slow or too big to render.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from workers.child import Child, ChildDied, serve
from workers.errors import DocumentRejected, ServiceUnavailable
from workers.reader.model import reject

_HEAD = 1024
_TAIL = 4096
_PASSWORD_ERROR = 4
_QUALITY = 85


@dataclass(frozen=True, slots=True)
class PagePolicy:
    """What is refused of a PDF and how its pages are rendered, from `stage.pdf_policy`."""

    max_pdf_bytes: int
    max_pdf_pages: int
    max_page_inches: float
    page_image_dpi: float
    max_page_pixels: int
    max_render_seconds: float
    max_render_bytes: int

    @classmethod
    def from_rows(cls, rows: Mapping[str, Any]) -> PagePolicy:
        """The policy from name → value."""
        return cls(
            int(rows["max_pdf_bytes"]),
            int(rows["max_pdf_pages"]),
            float(rows["max_page_inches"]),
            float(rows["page_image_dpi"]),
            int(rows["max_page_pixels"]),
            float(rows["max_render_seconds"]),
            int(rows["max_render_bytes"]),
        )


@dataclass(frozen=True, slots=True)
class PageImage:
    """A page's picture: number from 1, rotation in degrees, the JPEG file."""

    page_no: int
    rotation: int
    path: Path


class Pages:
    """The helper process that opens PDFs. One a worker process; `close` ends it."""

    def __init__(self, policy: PagePolicy) -> None:
        if find_spec("pypdfium2") is None or find_spec("PIL") is None:
            raise ServiceUnavailable(
                "This worker cannot read PDFs: pypdfium2 and Pillow are not installed.",
                hint="pip install 'oceanid[pdf]', or let another worker serve the queue extract.",
            )
        self._policy = policy
        self._child = Child("workers.pages", str(policy.max_render_bytes), start_seconds=120)

    def count(self, path: Path) -> int:
        """The number of pages. Raises DocumentRejected, cause and cure, for what is refused."""
        check_bytes(path, self._policy.max_pdf_bytes)
        answer = self._ask({"do": "count", "path": str(path)}, self._policy.max_render_seconds)
        pages, inches = int(answer["pages"]), float(answer["inches"])
        if pages > self._policy.max_pdf_pages:
            raise reject(
                f"The PDF has {pages:,} pages; the limit is {self._policy.max_pdf_pages:,}.",
                "Split it, or raise max_pdf_pages in stage.pdf_policy.",
            )
        if inches > self._policy.max_page_inches:
            raise reject(
                f"A page of the PDF is {inches:,.0f} inches long; the limit is {self._policy.max_page_inches:,.0f}.",
                "It is hardly a list; if it is, raise max_page_inches in stage.pdf_policy.",
            )
        return pages

    def render(self, path: Path, first: int, last: int, directory: Path) -> list[PageImage]:
        """JPEG pictures of the pages `first` to `last` (from 1), written to `directory`. Raises DocumentRejected."""
        answer = self._ask(
            {
                "do": "render",
                "path": str(path),
                "first": first,
                "last": last,
                "directory": str(directory),
                "dpi": self._policy.page_image_dpi,
                "pixels": self._policy.max_page_pixels,
            },
            self._policy.max_render_seconds,
        )
        return [PageImage(page, rotation, Path(file)) for page, rotation, file in answer["images"]]

    def close(self) -> None:
        """End the helper process. May be called twice."""
        self._child.close()

    def _ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        try:
            answer = self._child.ask(request, seconds)
        except ChildDied as error:
            if error.timed_out:
                raise reject(
                    f"The PDF's pages cannot be opened and drawn in {seconds:g} seconds.",
                    "It may be built to exhaust readers; print it to a new PDF, or raise max_render_seconds.",
                ) from error
            raise reject(
                "The PDF breaks the program that draws pages, or needs more memory than it may have.",
                "It is damaged or built to exhaust readers: print it to a new PDF and send that.",
            ) from error
        if "cause" in answer:
            raise reject(answer["cause"], answer["cure"])
        return answer


def check_bytes(path: Path, max_bytes: int) -> None:
    """Refuse by size, head and tail, before anything opens the file. Raises DocumentRejected."""
    size = path.stat().st_size
    if size == 0:
        raise reject("The file is empty.", "Check the download: nothing arrived.")
    if size > max_bytes:
        raise reject(
            f"The PDF has {size:,} bytes; the limit is {max_bytes:,}.",
            "Split it, or raise max_pdf_bytes in stage.pdf_policy.",
        )
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
        stream.seek(max(0, size - _TAIL))
        tail = stream.read()
    if b"%PDF-" not in head:
        raise reject("The file is no PDF, whatever its name says.", "Send the PDF itself.")
    # Readers mend a file that was cut off and show what is left of it: rows would be missing without a word.
    if b"%%EOF" not in tail:
        raise reject("The PDF is cut off: its end is missing.", "Download it again.")


def is_pdf(path: Path) -> bool:
    """Whether a file's content says that it is a PDF. Readers of PDF accept some rubbish in front of it."""
    with path.open("rb") as stream:
        before, mark, _ = stream.read(_HEAD).partition(b"%PDF-")
    return bool(mark) and b"\n" not in before


# ---- the helper's side -----------------------------------------------------------------------------------------


def _main(max_bytes: int) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (max_bytes, max_bytes))
    serve(_handle, {"ready": True})


def _handle(request: dict[str, Any]) -> dict[str, Any]:
    import pypdfium2 as pdfium

    try:
        document = pdfium.PdfDocument(request["path"])
    except pdfium.PdfiumError as error:
        # pdfium says nothing of a document without pages, and its last error stays that of an earlier document.
        if error.err_code == _PASSWORD_ERROR and b"/Encrypt" in Path(request["path"]).read_bytes():
            return {"cause": "The PDF is locked with a password.", "cure": "Send it without one."}
        cause = "The PDF cannot be opened: it is damaged or has no pages."
        return {"cause": cause, "cure": "Download it again."}
    try:
        if request["do"] == "count":
            return _count(document)
        return _render(document, request)
    except DocumentRejected as error:
        return {"cause": error.message, "cure": error.hint}
    finally:
        document.close()


def _count(document: Any) -> dict[str, Any]:
    import pypdfium2 as pdfium

    longest = 0.0
    for index in range(len(document)):
        try:
            # Opening a page unpacks what is drawn on it: what swells does so here, before the model sees it.
            page = document[index]
            longest = max(longest, *page.get_size())
            page.close()
        except pdfium.PdfiumError as error:
            raise _unreadable(index) from error
    return {"pages": len(document), "inches": longest / 72}


def _render(document: Any, request: dict[str, Any]) -> dict[str, Any]:
    import pypdfium2 as pdfium

    images = []
    for index in range(request["first"] - 1, request["last"]):
        try:
            page = document[index]
            width, height = page.get_size()
            if width <= 0 or height <= 0:
                raise _unreadable(index)
            scale = min(request["dpi"] / 72, (request["pixels"] / (width * height)) ** 0.5)
            file = Path(request["directory"]) / f"{index + 1:04d}.jpg"
            page.render(scale=scale).to_pil().convert("RGB").save(file, quality=_QUALITY)
            images.append((index + 1, page.get_rotation(), str(file)))
            page.close()
        except (pdfium.PdfiumError, ValueError, OSError) as error:
            raise _unreadable(index) from error
    return {"images": images}


def _unreadable(index: int) -> DocumentRejected:
    return reject(f"Page {index + 1} of the PDF cannot be read.", "It is damaged: download it again.")


if __name__ == "__main__":
    _main(int(sys.argv[1]))
