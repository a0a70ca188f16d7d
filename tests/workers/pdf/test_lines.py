"""Words become lines, segments, captions and columns of prose."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.pdf.drawn import SIZE, Sheet, width
from workers.pdf.lines import CAPTION, flows, is_numeric, paragraphs, text_lines
from workers.pdf.model import Word, split_text, with_sizes


def lines_of(sheet: Sheet):
    return text_lines(sheet.page().words)


def test_a_wide_gap_separates_segments_and_a_word_space_does_not():
    sheet = Sheet().row([72, 200, 300], "lll", "Shinsei Maru", "Japan", "57.85")
    assert [s.text for s in lines_of(sheet)[0].segments] == ["Shinsei Maru", "Japan", "57.85"]


def test_stretched_spaces_of_justified_prose_are_no_columns():
    assert not any(line.tabular for line in lines_of(Sheet().prose(12, right=300.0)))


def test_a_raised_number_stays_in_its_line():
    sheet = Sheet()
    end = sheet.put(72, "vessels")
    sheet.put(end - width(" "), "2", size=6.0, y=sheet.y - 4)
    lines = lines_of(sheet)
    assert [line.text for line in lines] == ["vessels2"]


def test_leader_dots_separate_a_label_from_its_value():
    sheet = Sheet()
    end = sheet.put(72, "Total")
    sheet.put(end, "." * 40)
    sheet.put(200, "12", align="r")
    assert [s.text for s in lines_of(sheet)[0].segments] == ["Total", "12"]


def test_a_currency_sign_stays_with_its_number_however_far():
    sheet = Sheet().row([72, 200, 260], "llr", "Income", "$", "50,233")
    assert [s.text.replace(" ", "") for s in lines_of(sheet)[0].segments] == ["Income", "$50,233"]


@pytest.mark.parametrize("label", ["1.", "(a)", "6.2", "•", "iv)", "(1)"])
def test_a_label_and_its_paragraph_are_no_columns(label):
    sheet = Sheet()
    sheet.put(72, label)
    sheet.put(110, "The vessels shall be entered in the register")
    assert not lines_of(sheet)[0].tabular


@pytest.mark.parametrize(
    "text", ["12", "1,234.5", "(3.4)", "-1.2", "45%", "n.a.", "—", "$ 1,200", "15 455", "2006/07"]
)
def test_numbers_and_marks_of_a_value_are_numeric(text):
    assert is_numeric(text)


@pytest.mark.parametrize("text", ["Norway", "EU 15 average", "1st quarter results", "", "Total"])
def test_words_are_not_numeric(text):
    assert not is_numeric(text)


@pytest.mark.parametrize(
    "text", ["Table 4. Landings", "TABLE A-3 - Size", "Figure 2: Map", "Tableau 1 Navires"]
)
def test_titles_are_known(text):
    assert CAPTION.match(text)


@pytest.mark.parametrize("text", ["Tables and figures", "Tablet", "The table 4 shows"])
def test_prose_about_tables_is_no_title(text):
    assert not CAPTION.match(text)


@pytest.mark.parametrize("offset", [0.0, 5.0], ids=["on common baselines", "shifted"])
def test_columns_of_prose_are_read_one_after_the_other(offset):
    sheet = Sheet()
    top = sheet.y
    sheet.prose(20, right=295)
    sheet.y = top + offset
    sheet.prose(20, x=317)
    streams = flows(lines_of(sheet))
    assert [len(s) for s in streams] == [20, 20]
    assert max(line.x1 for line in streams[0]) < min(line.x0 for line in streams[1])


def test_lines_that_follow_closely_are_one_paragraph():
    parts = paragraphs(lines_of(Sheet().prose(3).down(20).prose(2)))
    assert [len(p) for p in parts] == [3, 2]


@given(st.text(alphabet=st.characters(blacklist_categories=("Cs",)), max_size=60))
def test_a_split_line_keeps_every_word_in_order_and_inside_its_box(text):
    box = (10.0, 20.0, 200.0, 30.0)
    words = split_text(text, box)
    assert [w.text for w in words] == text.split()
    assert all(box[0] - 1e-6 <= w.x0 <= w.x1 <= box[2] + 1e-6 for w in words)
    assert all(a.x1 <= b.x0 + 1e-6 for a, b in itertools.pairwise(words))


def test_boxes_as_high_as_capitals_only_get_the_size_of_their_font():
    low = [
        Word.from_box(t, (0, 100 - 0.66 * SIZE, width(t), 100)) for t in ("Shinsei", "Namibia", "register")
    ]
    assert all(w.size > 0.85 * SIZE for w in with_sizes(low))


def test_boxes_as_high_as_the_font_stay_as_they_are():
    words = [Word.from_box(t, (0, 90, 0.4 * SIZE * len(t), 100)) for t in ("Shinsei", "Namibia", "register")]
    assert with_sizes(words) == words
