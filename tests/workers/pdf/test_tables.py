"""Tables in open text, partly and wholly ruled; and what only looks like one."""

from __future__ import annotations

from collections import Counter
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.pdf.drawn import Sheet, grid, width
from workers.pdf.model import PageInk, Rule, Word, turned
from workers.pdf.tables import find_tables, table_in

XS = [72, 300, 380, 460, 540]
ALIGN = "lrrrr"


def tables(sheet: Sheet):
    return find_tables(sheet.page())


def rows(sheet: Sheet):
    found = tables(sheet)
    assert len(found) == 1
    return grid(found[0])


def numbers(sheet: Sheet, *names: str, xs=XS) -> Sheet:
    for name in names:
        sheet.row(xs, ALIGN, name, *["1,234", "12", "—", "5.6"][: len(xs) - 1])
    return sheet


# ---- tables ------------------------------------------------------------------------------------------------------


def test_an_unruled_table_between_prose_is_found_alone():
    sheet = Sheet().prose(4).down()
    sheet.put(72, "Table 1. Landings by country")
    sheet.down(16).row(XS, ALIGN, "Country", "2001", "2002", "2003", "2004")
    numbers(sheet, "Norway", "Iceland", "Faroe Islands").down(6).prose(4)
    assert rows(sheet) == [
        ["Country", "2001", "2002", "2003", "2004"],
        *[[name, "1,234", "12", "—", "5.6"] for name in ("Norway", "Iceland", "Faroe Islands")],
    ]


def test_a_table_of_two_columns_is_one():
    sheet = Sheet().prose(4).down(8)
    for state, vessels in (("Alabama", "1,234"), ("Alaska", "14,222"), ("New Hampshire", "12")):
        sheet.row([72, 300], "lr", state, vessels)
    assert rows(sheet.down(10).prose(4))[2] == ["New Hampshire", "12"]


def test_headings_of_groups_do_not_split_a_table():
    sheet = Sheet().row(XS, ALIGN, "Item", "2001", "2002", "2003", "2004")
    for heading in ("Men", "Women"):
        sheet.down(6)
        sheet.put(72, heading)
        numbers(sheet.down(), "  16 to 19 years", "  20 years and over")
    read = rows(sheet)
    assert [r[0] for r in read] == [
        "Item",
        "Men",
        "16 to 19 years",
        "20 years and over",
        "Women",
        "16 to 19 years",
        "20 years and over",
    ]
    assert read[1][1:] == [""] * 4


def test_a_heading_centred_over_the_columns_spans_them():
    sheet = Sheet().row(XS, ALIGN, "Item", "2001", "2002", "2003", "2004")
    for heading in ("Thousands of persons", "Percent distribution"):
        sheet.down(4)
        sheet.put(306, heading, align="c")
        numbers(sheet.down(14), "Total", "Men", "Women")
    found = tables(sheet)
    assert len(found) == 1
    spans = [(c.text, c.row, c.col_span) for c in found[0].cells if c.col_span > 1]
    assert spans == [("Thousands of persons", 1, 5), ("Percent distribution", 5, 5)]


@pytest.mark.parametrize(
    "title", ["Table {}. Landings", "Landings of part {}"], ids=["numbered", "not numbered"]
)
def test_neighbouring_tables_stay_two(title):
    sheet = Sheet()
    for part in (1, 2):
        sheet.put(306, title.format(part), align="c")
        sheet.down(16).row(XS, ALIGN, "Country", "First", "Second", "Third", "Fourth")
        numbers(sheet, "Norway", "Iceland", "Spain").down(14)
    assert [(t.rows, t.columns) for t in tables(sheet)] == [(4, 5), (4, 5)]


def test_notes_below_are_not_part_of_the_table():
    sheet = numbers(
        Sheet().row(XS, ALIGN, "Item", "2001", "2002", "2003", "2004"), "Total", "Men", "Women"
    ).down(4)
    sheet.put(72, "1 Includes persons who did not report a state and persons abroad.", size=8)
    sheet.down(10)
    sheet.put(72, "Source: Bureau of Statistics, 2009.", size=8)
    assert len(rows(sheet)) == 4


def test_a_header_centred_over_two_columns_spans_them():
    sheet = Sheet().row([72, 310, 453], "lcc", "", "2007", "2008")
    xs = [72, 300, 360, 440, 500]
    sheet.row(xs, ALIGN, "Household", "Estimate", "SE", "Estimate", "SE")
    for name in ("All", "Family", "Other"):
        sheet.row(xs, ALIGN, name, "50,233", "(110)", "50,303", "(123)")
    found = tables(sheet)[0]
    assert [(c.text, c.col, c.col_span) for c in found.cells if c.row == 0] == [
        ("2007", 1, 2),
        ("2008", 3, 2),
    ]
    assert [c.text for c in found.cells if c.header] == [
        "2007",
        "2008",
        "Household",
        "Estimate",
        "SE",
        "Estimate",
        "SE",
    ]


def test_a_header_of_three_lines_is_one_row():
    xs = [72, 250, 320, 390, 460, 540]
    sheet = Sheet().row(xs, "lrrrrr", "", "", "", "Percent", "", "")
    sheet.row(xs, "lrrrrr", "", "", "Percent", "of total", "Median", "Standard")
    sheet.row(xs, "lrrrrr", "State and area", "Number", "of total", "catch", "income", "error").down(4)
    for name in ("North", "South", "East"):
        sheet.row(xs, "lrrrrr", name, "1,200", "3.4", "1.2", "43,000", "210")
    assert rows(sheet)[0] == [
        "State and area",
        "Number",
        "Percent of total",
        "Percent of total catch",
        "Median income",
        "Standard error",
    ]


def test_a_wrapped_label_is_one_cell_with_the_values_on_its_first_line():
    sheet = Sheet().row(XS, ALIGN, "Fishery", "2001", "2002", "2003", "2004")
    for _ in range(3):
        numbers(sheet, "Purse seine vessels fishing for tropical")
        sheet.put(80, "tunas in the eastern Pacific")
        numbers(sheet.down(), "Longline")
    assert [r[0] for r in rows(sheet)[1:3]] == [
        "Purse seine vessels fishing for tropical tunas in the eastern Pacific",
        "Longline",
    ]


def test_a_registry_with_wrapped_text_has_a_row_a_vessel():
    xs = [40, 150, 230, 300, 420]
    sheet = Sheet().row(xs, "lllll", "Vessel name", "Flag", "IMO number", "Owner", "Address").down(3)
    for name in ("Shinsei", "Daito Maru", "Helena Ndume", "Tronio"):
        sheet.row(xs, "lllll", name, "Japan", "9891799", "Taiyo A & F Co.,", "4-5 Toyomi-cho,")
        sheet.row(xs, "lllll", "", "", "", "Limited", "Chuo-ku, Tokyo").down(4)
    read = rows(sheet)
    assert len(read) == 5
    assert read[4] == [
        "Tronio",
        "Japan",
        "9891799",
        "Taiyo A & F Co., Limited",
        "4-5 Toyomi-cho, Chuo-ku, Tokyo",
    ]


def test_running_numbers_are_a_column_however_close():
    sheet = Sheet().row([84, 230, 330], "lll", "Vessel", "Flag", "IMO")
    for number, name in enumerate(("Shinsei Maru", "Daito Maru", "Tronio"), start=1):
        sheet.put(72, str(number))
        sheet.row([80.4, 230, 330], "lll", name, "Japan", "9891799")
    assert [r[:2] for r in rows(sheet)[1:]] == [["1", "Shinsei Maru"], ["2", "Daito Maru"], ["3", "Tronio"]]


def test_empty_cells_stay_empty():
    sheet = Sheet().row(XS, ALIGN, "Area", "Jan", "Feb", "Mar", "Apr")
    sheet.row(XS, ALIGN, "North", "", "12", "", "4").row(XS, ALIGN, "South", "3", "", "12", "").row(
        XS, ALIGN, "East", "3", "7", "", "9"
    )
    assert rows(sheet)[1:] == [
        ["North", "", "12", "", "4"],
        ["South", "3", "", "12", ""],
        ["East", "3", "7", "", "9"],
    ]


def test_rules_between_rows_of_text_make_the_rows():
    xs = [72, 170, 400]
    sheet = (
        Sheet().prose(3).down(8).line(72, 540).row(xs, "lll", "Port", "Description", "Contact").line(72, 540)
    )
    for _ in range(3):
        sheet.row(xs, "lll", "Vigo", "A large port with cold stores and yards", "Harbour master,")
        sheet.row(xs, "lll", "", "that serve vessels of many flags", "Vigo").line(72, 540)
    read = rows(sheet.prose(3))
    assert len(read) == 4
    assert read[1] == [
        "Vigo",
        "A large port with cold stores and yards that serve vessels of many flags",
        "Harbour master, Vigo",
    ]


def test_a_table_in_one_column_of_prose_is_found():
    sheet = Sheet()
    top = sheet.y
    sheet.prose(30, right=295)
    sheet.y = top
    sheet.prose(8, x=317).down(4)
    xs = [317, 430, 490, 540]
    sheet.row(xs, "lrrr", "Area", "2001", "2002", "2003")
    for area in ("Area 21", "Area 27", "Area 34", "Area 41"):
        sheet.row(xs, "lrrr", area, "12", "13", "14.5")
    read = rows(sheet.down(6).prose(10, x=317))
    assert read[0] == ["Area", "2001", "2002", "2003"]
    assert len(read) == 5


# ---- ruled -------------------------------------------------------------------------------------------------------


def ruled(texts: list[list[str]], missing: tuple[Rule, ...] = ()) -> PageInk:
    """A grid of cells 100 by 20 points with its lines, without those that are missing."""
    words = [
        word
        for r, row in enumerate(texts)
        for c, text in enumerate(row)
        for word in _words(text, 55 + 100 * c, 114 + 20 * r)
    ]
    height, across = len(texts), len(texts[0])
    lines = [
        Rule(True, 100 + 20 * r, 50 + 100 * c, 150 + 100 * c)
        for r in range(height + 1)
        for c in range(across)
    ]
    lines += [
        Rule(False, 50 + 100 * c, 100 + 20 * r, 120 + 20 * r)
        for r in range(height)
        for c in range(across + 1)
    ]
    return PageInk(612, 792, tuple(words), tuple(line for line in lines if line not in missing))


def _words(text: str, x: float, baseline: float):
    sheet = Sheet(baseline)
    sheet.put(x, text)
    return sheet.words


def test_a_ruled_grid_is_read_by_its_lines():
    texts = [["Name", "Flag", "IMO"], ["Tronio", "Spain", "9361603"], ["Helena", "Namibia", "8510817"]]
    found = find_tables(ruled(texts))
    assert [grid(t) for t in found] == [texts]
    assert found[0].ruled
    assert all(c.confidence > 0.98 for c in found[0].cells)


def test_a_line_that_is_missing_joins_two_cells():
    gone = (Rule(False, 250.0, 100, 120),)
    found = find_tables(
        ruled(
            [["Name", "Register", ""], ["Tronio", "Spain", "9361603"], ["Helena", "Namibia", "8510817"]], gone
        )
    )
    assert [(c.text, c.col_span) for c in found[0].cells if c.row == 0] == [("Name", 1), ("Register", 2)]


def test_ruled_columns_with_unruled_rows_are_read_row_by_row():
    sheet = Sheet(114)
    for name, length in (("Name", "Length"), ("Tronio", "55.0"), ("Helena", "47.0"), ("Daito", "49.9")):
        sheet.row([55, 240], "lr", name, length, step=14)
    for at in (100.0, 119.0, 165.0):
        sheet.rules.append(Rule(True, at, 50, 250))
    for at in (50.0, 150.0, 250.0):
        sheet.rules.append(Rule(False, at, 100, 165))
    assert rows(sheet) == [["Name", "Length"], ["Tronio", "55.0"], ["Helena", "47.0"], ["Daito", "49.9"]]


@pytest.mark.parametrize("turn", [1, 2, 3], ids=["downwards", "upside down", "upwards"])
def test_a_page_on_its_side_is_read_like_one_upright(turn):
    sheet = numbers(
        Sheet().row(XS, ALIGN, "Country", "2001", "2002", "2003", "2004"), "Norway", "Iceland", "Spain"
    )
    page = sheet.page()
    sides = (page.height, page.width) if turn % 2 else (page.width, page.height)
    words = []
    for w in page.words:
        x0, top, x1, bottom = turned(w.box, -turn, page.width, page.height)
        words.append(Word(w.text, x0, top, x1, bottom, w.size, w.baseline, turn=turn))
    (found,) = find_tables(PageInk(*sides, tuple(words)))
    (upright,) = find_tables(page)
    assert grid(found) == grid(upright)
    assert found.box == pytest.approx(turned(upright.box, -turn, page.width, page.height))


# ---- what is no table -----------------------------------------------------------------------------------------------


def contents() -> Sheet:
    sheet = Sheet()
    for title, number in (
        ("Introduction", "1"),
        ("Methods of the survey", "3"),
        ("Results", "7"),
        ("References", "15"),
    ):
        end = sheet.put(72, title)
        sheet.put(end, "." * int((500 - end) / 2.8))
        sheet.put(540, number, align="r")
        sheet.down(14)
    return sheet


def two_columns_of_prose() -> Sheet:
    sheet = Sheet()
    top = sheet.y
    sheet.prose(40, right=295)
    sheet.y = top
    return sheet.prose(40, x=317)


def numbered_paragraphs() -> Sheet:
    sheet = Sheet()
    for number in range(1, 7):
        sheet.put(72, f"{number}.")
        sheet.put(100, "The vessels of the parties shall be entered in the register")
        sheet.down()
        sheet.put(100, "with their names and marks before they leave port.")
        sheet.down()
    return sheet


def letter() -> Sheet:
    sheet = Sheet().row([72, 400], "ll", "Ministry of Fisheries", "Telephone: 555 1234")
    sheet.row([72, 400], "ll", "12 Harbour Street", "Fax: 555 4321").row(
        [72, 400], "ll", "Windhoek", "June 12, 2009"
    )
    return (
        sheet.down(20)
        .prose(10)
        .down(30)
        .row([72, 350], "ll", "John Smith", "Mary Jones")
        .row([72, 350], "ll", "Director", "Secretary")
    )


def equations() -> Sheet:
    sheet = Sheet().prose(3).down()
    for number, text in ((1, "x = a + b"), (2, "y = c - d")):
        sheet.put(200, text)
        sheet.put(530, f"({number})", align="r")
        sheet.down(20).prose(2).down()
    return sheet


def references() -> Sheet:
    sheet = Sheet()
    for _ in range(8):
        sheet.put(72, "Smith, J.")
        sheet.put(140, "2009. The vessels of the contracting parties and their marks.")
        sheet.down()
        sheet.put(140, "Journal of Fisheries 12: 1-20.")
        sheet.down()
    return sheet


def axis() -> Sheet:
    sheet = Sheet().row([100, 180, 260, 340], "cccc", "1", "2", "3", "4")
    sheet.put(220, "wealth decile", align="c")
    return sheet.down().row([100, 260], "ll", "mean of the first group", "mean of all others")


def chart() -> Sheet:
    sheet = Sheet()
    sheet.put(72, "Figure 2: Landings by area")
    return numbers(sheet.down(16), "North", "South", "East", "West")


@pytest.mark.parametrize(
    "drawn",
    [
        contents,
        two_columns_of_prose,
        numbered_paragraphs,
        letter,
        equations,
        references,
        chart,
        axis,
        lambda: Sheet().prose(50),
    ],
    ids=[
        "contents",
        "two columns of prose",
        "numbered paragraphs",
        "letter",
        "equations",
        "references",
        "figure",
        "axis of a chart",
        "prose",
    ],
)
def test_what_only_looks_like_a_table_is_none(drawn):
    assert tables(drawn()) == []


def test_an_empty_page_has_no_table():
    assert find_tables(PageInk(612, 792, ())) == []


def test_boxes_of_a_diagram_are_no_table():
    sheet = Sheet()
    for x, text in ((72, "Taxes"), (200, "State budget"), (350, "Ministry")):
        sheet.put(x + 5, text)
        sheet.put(x + 5, "of all", y=sheet.y + 12)
        for at in (sheet.y - 10, sheet.y + 16):
            sheet.rules.append(Rule(True, at, x, x + 80))
        for at in (x, x + 80):
            sheet.rules.append(Rule(False, at, sheet.y - 10, sheet.y + 16))
    assert tables(sheet) == []


def test_labels_within_a_line_chart_are_no_table():
    page = numbers(Sheet(), "North", "South", "East", "West").page()
    strokes = tuple((100.0 + 20 * i, 60.0, 120.0 + 20 * i, 130.0) for i in range(20))
    assert len(find_tables(page)) == 1
    assert find_tables(PageInk(page.width, page.height, page.words, figures=strokes)) == []


# ---- regions and confidence -------------------------------------------------------------------------------------------


def test_a_region_named_by_a_layout_model_is_read_even_where_no_table_was_found():
    sheet = Sheet().row([72, 300], "ll", "Name:", "Tronio").row([72, 300], "ll", "Flag:", "Spain")
    page = sheet.page()
    assert find_tables(page) == []
    read = table_in(page, (60.0, 60.0, 400.0, 120.0), [])
    assert read is not None
    assert grid(read) == [["Name:", "Tronio"], ["Flag:", "Spain"]]


def test_a_region_without_columns_is_no_table():
    assert table_in(Sheet().prose(4).page(), (60.0, 60.0, 560.0, 200.0), []) is None


def test_a_region_is_the_table_that_was_found_in_it():
    page = numbers(Sheet(), "Norway", "Iceland", "Spain").page()
    found = find_tables(page)
    assert table_in(page, (70.0, 65.0, 545.0, 110.0), found) is found[0]


def test_a_crowded_cell_is_less_sure_than_one_with_room():
    sheet = Sheet().row([72, 200, 300], "lll", "Name", "Flag", "IMO")
    for name in ("Tronio", "Helena", "Daito", "Shinsei"):
        sheet.row([72, 200, 300], "lll", name, "Spain", "9361603")
    sheet.row([72, 202, 300], "lll", "Ibsa", "Spain and Portugal, E", "8916944")
    cells = {c.text: c for c in tables(sheet)[0].cells}
    assert cells["8916944"].confidence < cells["Tronio"].confidence <= 0.99


# ---- whatever is drawn ----------------------------------------------------------------------------------------------

_TEXTS = ["Tronio", "12", "1,234.5", ".....", "$", "%", "•", "1.", "Table 1", "(a)", "—", "of the", "2001"]


def scattered(chance: Random) -> PageInk:
    """Words in rough rows and columns, here and there shifted or missing, under lines drawn anywhere."""
    across, down = chance.choice([60, 80, 90]), chance.choice([12, 14])
    words = []
    columns = chance.randint(1, 6)
    for row in range(chance.randint(1, 12)):
        for column in range(columns):
            if chance.random() < 0.8:
                text = chance.choice(_TEXTS)
                x = 60.0 + across * column + chance.choice([0, 0, 0, 5, 20, 30])
                y = 100.0 + down * row + chance.choice([0, 0, 0, 3, 6])
                words.append(Word.from_box(text, (x, y - 8, x + width(text), y + 2)))
    rules = [
        Rule(chance.random() < 0.5, 20.0 * chance.randint(1, 25), start, start + 20.0 * chance.randint(1, 25))
        for start in (20.0 * chance.randint(0, 25) for _ in range(chance.randint(0, 20)))
    ]
    return PageInk(612.0, 612.0, tuple(words), tuple(rules))


@given(st.integers(0, 10**9))
@settings(max_examples=300, deadline=None)
def test_no_page_fails_and_every_word_is_in_at_most_one_cell(seed):
    page = scattered(Random(seed))
    found = find_tables(page)
    for read in found:
        slots = [
            (r, c)
            for cell in read.cells
            for r in range(cell.row, cell.row + cell.row_span)
            for c in range(cell.col, cell.col + cell.col_span)
        ]
        assert len(slots) == len(set(slots))
        assert all(0 <= r < read.rows and 0 <= c < read.columns for r, c in slots)
        assert all(0 < cell.confidence <= 1 for cell in read.cells)
    letters = Counter("".join(w.text for w in page.words).replace(" ", ""))
    assert Counter("".join(c.text for read in found for c in read.cells).replace(" ", "")) <= letters
