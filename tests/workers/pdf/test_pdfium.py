"""Words and ruling lines as pdfium reads them. Needs the extra `pdf`."""

from __future__ import annotations

from random import Random

import pytest

pytest.importorskip("pypdfium2", reason="the extra `pdf` is not installed")

from tests.workers.pdf.drawn import grid
from tests.workers.pdf.files import pdf, table, text
from workers.errors import DocumentRejected
from workers.pdf.pdfium import read_pages
from workers.pdf.tables import find_tables

ROWS = [
    ["Vessel", "Flag", "Length"],
    ["Tronio", "Spain", "55.00"],
    ["Helena Ndume", "Namibia", "47.00"],
    ["Ibsa", "Spain", "49.00"],
]


def page(content: str, **kind):
    (ink,) = read_pages(pdf(content, **kind))
    return ink


def test_boxes_have_their_origin_at_the_top_left():
    (word,) = page(text(100, 692, "Tronio")).words
    assert word.text == "Tronio"
    assert (round(word.x0), round(word.baseline)) == (100, 100)
    assert word.top < word.baseline < word.bottom


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("ruled", [False, True], ids=["open", "ruled"])
def test_a_page_is_read_as_displayed_whatever_its_rotation(rotate, ruled):
    ink = page(table(ROWS, ruled=ruled), rotate=rotate)
    assert (ink.width, ink.height) == ((612, 792) if rotate % 180 == 0 else (792, 612))
    found = find_tables(ink)
    assert [grid(t) for t in found] == [ROWS]
    assert all(
        0 <= t.box[0] < t.box[2] <= ink.width and 0 <= t.box[1] < t.box[3] <= ink.height for t in found
    )


def test_a_page_box_that_does_not_begin_at_zero_shifts_nothing():
    (word,) = page(text(100, 792, "Tronio"), box=(0, 100, 612, 892)).words
    assert (round(word.x0), round(word.baseline)) == (100, 100)


def test_letters_drawn_twice_for_boldness_are_read_once():
    ink = page(text(100, 700, "Total 12") + text(100.3, 700, "Total 12"))
    assert [w.text for w in ink.words] == ["Total", "12"]


def test_equal_letters_beside_each_other_are_both_read():
    assert [w.text for w in page(text(100, 700, "1100 llll")).words] == ["1100", "llll"]


def test_leader_dots_are_a_word_of_their_own():
    words = page(text(100, 700, "Total.......... 12")).words
    assert [(w.text, w.leader) for w in words] == [("Total", False), ("..........", True), ("12", False)]


@pytest.mark.parametrize(
    "drawn",
    [
        "72 500 m 300 500 l S",
        "72 499.5 228 1 re f",
        "q 1 0 0 1 72 500 cm 0 0 m 228 0 l S Q",
        "2 0 0 1 0 0 cm 36 500 m 150 500 l S",
    ],
    ids=["stroke", "thin filled rectangle", "moved", "scaled"],
)
def test_a_line_is_a_line_however_it_is_drawn(drawn):
    (rule,) = page(drawn).rules
    assert rule.horizontal
    assert (round(rule.at), round(rule.start), round(rule.end)) == (292, 72, 300)


def test_a_path_that_paints_nothing_is_no_line():
    assert page("72 500 m 300 500 l n").rules == ()


def test_curves_are_figures():
    ink = page("72 500 m 100 600 200 600 300 500 c S")
    assert ink.rules == ()
    assert len(ink.figures) == 1


@pytest.mark.parametrize(
    "data", [b"", b"not a PDF", pdf(text(1, 1, "x"))[:200]], ids=["empty", "text", "truncated"]
)
def test_bytes_that_are_no_pdf_are_refused_with_a_cure(data):
    with pytest.raises(DocumentRejected) as caught:
        list(read_pages(data))
    assert "cannot be opened" in caught.value.message
    assert caught.value.hint


def test_damaged_files_are_refused_or_read_and_never_crash():
    whole = pdf(table(ROWS, ruled=True))
    chance = Random(1)
    refused = 0
    for _ in range(200):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 20)):
            data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        try:
            for page in read_pages(bytes(data[: chance.randint(len(data) // 2, len(data))])):
                find_tables(page)
        except DocumentRejected as error:
            refused += 1
            assert error.hint
    assert refused > 0


def test_only_the_pages_asked_for_are_read():
    assert len(list(read_pages(pdf(text(1, 1, "x")), range(0, 1)))) == 1
    assert list(read_pages(pdf(text(1, 1, "x")), range(0, 0))) == []
