"""Dates and years: every way registries write them, the calendar, and no guess between day and month."""

from __future__ import annotations

import calendar
import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.db.clean.texts import each, reading

DMY = reading("AUTH_START", "date", date_order="DMY")
MDY = reading("AUTH_START", "date", date_order="MDY")
OPEN = reading("AUTH_START", "date")
END = reading("AUTH_END", "date", date_order="DMY")
THIS_YEAR = datetime.date.today().year


@pytest.mark.parametrize(
    ("raw", "iso"),
    [
        ("2025-05-27", "2025-05-27"),
        ("2025/5/27", "2025-05-27"),
        ("2025.05.27", "2025-05-27"),
        ("20250527", "2025-05-27"),
        ("2025-05-27T00:00:00", "2025-05-27"),
        ("2025-05-27 12:34:56.789+02:00", "2025-05-27"),
        ("2025-05-27T10:00:00Z", "2025-05-27"),
        ("27/05/2025 10:30 PM", "2025-05-27"),
        ("27/05/2025", "2025-05-27"),
        ("05/27/2025", "2025-05-27"),
        ("27.5.2025", "2025-05-27"),
        ("27-05-25", "2025-05-27"),
        ("27-MAY-25", "2025-05-27"),
        ("27 May 2025", "2025-05-27"),
        ("27MAY2025", "2025-05-27"),
        ("27th May, 2025", "2025-05-27"),
        ("May 27, 2025", "2025-05-27"),
        ("2025-May-27", "2025-05-27"),
        ("27 de mayo de 2025", "2025-05-27"),
        ("1º de enero de 2020", "2020-01-01"),
        ("1er janvier 2020", "2020-01-01"),
        ("3. März 2021", "2021-03-03"),
        ("5 мая 2019", "2019-05-05"),
        ("2019年3月5日", "2019-03-05"),
        ("２０２５－０５－２７", "2025-05-27"),
        ("2017-00-00", "2017"),
        ("2017-00-00T12:03:49", "2017"),
        ("2017-05-00", "2017-05"),
        ("2017-5", "2017-05"),
        ("05/2017", "2017-05"),
        ("May 2017", "2017-05"),
        ("2019年3月", "2019-03"),
        ("2017", "2017"),
        ("05/05/2019", "2019-05-05"),
        ("9999-12-31", "9999-12-31"),
        # no such day, or none at all
        ("31-Feb-2020", "31-Feb-2020"),
        ("2019-02-31", "2019-02-31"),
        ("13/13/2018", "13/13/2018"),
        ("25722", "25722"),
        ("201903", "201903"),
        ("until further notice", "until further notice"),
        ("27-XXX-25", "27-XXX-25"),
        ("2019-13-01", "2019-13-01"),
        ("", ""),
    ],
)
def test_a_date_that_needs_no_order(ask, raw: str, iso: str) -> None:
    assert ask("clean.normalise_date", raw, OPEN) == iso


def test_day_and_month_are_in_the_columns_order_or_nowhere(ask) -> None:
    assert ask("clean.normalise_date", "05/03/2019", DMY) == "2019-03-05"
    assert ask("clean.normalise_date", "05/03/2019", MDY) == "2019-05-03"
    assert ask("clean.normalise_date", "05/03/2019", OPEN) == "05/03/2019"
    assert ask("clean.validate_date_order", "05/03/2019", OPEN) is False
    # a value against its column's order is no reason to turn the order for it alone
    assert ask("clean.normalise_date", "27/05/2019", MDY) == "27/05/2019"
    assert ask("clean.validate_date", "27/05/2019") is False


@pytest.mark.parametrize(
    ("text", "known"),
    [("05/03/2019", False), ("5.3.19", False), ("05/03/2019 10:00", False), ("2019-03-05", True), ("27/05/2019", True),
     ("May 2017", True), ("nonsense", True)],
)  # fmt: skip
def test_the_order_is_missing_only_where_it_is_needed(ask, text: str, known: bool) -> None:
    assert ask("clean.validate_date_order", text, OPEN) is known
    assert ask("clean.validate_date_order", text, DMY) is True


def test_two_digit_years_and_no_end(ask) -> None:
    assert ask("clean.normalise_date", "31-12-99", END) == "2099-12-31"
    assert ask("clean.normalise_date", "31-12-99", DMY) == "1999-12-31"
    assert ask("clean.normalise_date", "01-06-25", DMY) == "2025-06-01"
    assert ask("clean.normalise_date", "01-06-70", DMY) == "1970-06-01"
    assert ask("clean.read_date", "31-12-99", "DMY", True) == "2099-12-31"


@settings(max_examples=60, deadline=None)
@given(st.lists(st.dates(datetime.date(1850, 1, 1), datetime.date(2098, 12, 31)), min_size=1, max_size=60))
def test_every_format_of_a_day_is_that_day(vocabulary, days: list[datetime.date]) -> None:
    months = [calendar.month_name[n] for n in range(13)]
    written = {
        DMY: ["{d:%d/%m/%Y}", "{d.day}.{d.month}.{d.year}", "{d:%d-%m-%Y} 10:05", "{d:%d %m %Y}"],
        MDY: ["{d:%m/%d/%Y}", "{d.month}/{d.day}/{d.year}", "{d:%m-%d-%Y}T23:59:59"],
        OPEN: ["{d:%Y-%m-%d}", "{d:%Y}/{d.month}/{d.day}", "{d:%Y%m%d}", "{d:%Y-%m-%d} 00:00:00", "{d:%d}-{m}-{d:%Y}",
               "{m} {d.day}, {d:%Y}", "{d.day} {M} {d:%Y}", "{d:%Y}-{M}-{d:%d}"],
    }  # fmt: skip
    iso = [day.isoformat() for day in days]
    for order, formats in written.items():
        for format_ in formats:
            texts = [format_.format(d=d, m=months[d.month], M=months[d.month][:3].upper()) for d in days]
            assert each(vocabulary, "clean.normalise_date", texts, order) == iso, format_
    assert all(each(vocabulary, "clean.validate_date", iso))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(1840, 2110), st.integers(0, 13), st.integers(0, 32)), min_size=1, max_size=200
    )
)
def test_the_calendar_is_pythons(vocabulary, parts: list[tuple[int, int, int]]) -> None:
    def exists(year: int, month: int, day: int) -> bool:
        try:
            datetime.date(year, month, day)
        except ValueError:
            return False
        return 1850 <= year <= 2098

    written = [f"{y}-{m:02d}-{d:02d}" for y, m, d in parts]
    assert each(vocabulary, "clean.validate_date", written) == [exists(*p) for p in parts]
    built = vocabulary.execute(
        "SELECT clean.calendar_date(t.y::text, t.m, t.d, false) FROM unnest(%s::int[], %s::int[], %s::int[])"
        " WITH ORDINALITY AS t (y, m, d, n) ORDER BY t.n",
        [list(column) for column in zip(*parts, strict=True)],
    ).fetchall()
    for (year, month, day), (text,) in zip(parts, built, strict=True):
        if month == 0:
            assert text == str(year)
        elif month <= 12 and day == 0:
            assert text == f"{year}-{month:02d}"
        elif month <= 12 and day <= calendar.monthrange(year, month)[1]:
            assert text == f"{year}-{month:02d}-{day:02d}"
        else:
            assert text is None


@pytest.mark.parametrize(
    ("text", "valid"),
    [("2019", True), ("2019-03", True), ("2019-13", False), ("2019-03-1", False), ("1849", False), ("1850", True),
     ("2098-12-31", True), ("2099-01-01", False), ("1900-02-29", False), ("2000-02-29", True), ("03/05/2019", False),
     ("", False)],
)  # fmt: skip
def test_validate_date(ask, text: str, valid: bool) -> None:
    assert ask("clean.validate_date", text) is valid


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, ["January", "jan", "ENE", "enero", "janv.", "janeiro", "Januar", "gennaio", "январь"]),
        (2, ["February", "feb", "fév", "février", "febrero", "fevereiro", "февраля"]),
        (3, ["March", "mar", "März", "mars", "marzo", "março", "maart", "марта"]),
        (4, ["April", "abr", "avril", "abril", "aprile", "апрель"]),
        (5, ["May", "mayo", "mai", "maio", "maggio", "mei", "maj", "мая"]),
        (6, ["June", "jun", "juin", "junio", "giugno", "июнь"]),
        (7, ["July", "jul", "juillet", "julio", "luglio", "июля"]),
        (8, ["August", "ago", "août", "agosto", "август"]),
        (9, ["September", "sep", "sept", "setiembre", "setembro", "сентябрь"]),
        (10, ["October", "oct", "octubre", "outubro", "ottobre", "okt", "октябрь"]),
        (11, ["November", "nov", "noviembre", "ноябрь"]),
        (12, ["December", "dic", "décembre", "dezembro", "des", "dec", "декабрь"]),
        (None, ["XXX", "Mon", "day", "m"]),
    ],
)
def test_months_in_many_languages(ask, number: int | None, words: list[str]) -> None:
    assert {ask("clean.month_number", word.strip(".")) for word in words} == {number}


@pytest.mark.parametrize(
    ("raw", "year"),
    [
        ("1974", "1974"),
        ("1974.0", "1974"),
        ("197401", "1974"),
        ("19740131", "1974"),
        ("1974-05-01", "1974"),
        ("2000-01-01T00:00:00", "2000"),
        ("05/13/1974", "1974"),
        ("May 1974", "1974"),
        ("１９７４", "1974"),
        ("197413", "197413"),
        ("74", "74"),
        ("1974/1980", "1974/1980"),
        ("c. 1974", "c. 1974"),
        ("0", "0"),
        (None, None),
    ],
)
def test_normalise_year(ask, raw: str | None, year: str | None) -> None:
    assert ask("clean.normalise_year", raw) == year


@pytest.mark.parametrize(
    ("text", "valid"),
    [("1850", True), ("1849", False), (str(THIS_YEAR + 1), True), (str(THIS_YEAR + 2), False), ("74", False),
     ("197401", False), ("1974.5", False), ("", False)],
)  # fmt: skip
def test_a_year_is_from_1850_to_the_next(ask, text: str, valid: bool) -> None:
    assert ask("clean.validate_year", text) is valid
