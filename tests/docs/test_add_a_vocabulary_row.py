"""docs/how-to/add-a-vocabulary-row.md does what it says."""

from __future__ import annotations

import re
from pathlib import Path

from tests.documents import Desk

PAGE = Path(__file__).resolve().parents[2] / "docs/how-to/add-a-vocabulary-row.md"


def test_the_page_teaches_a_header_a_unit_and_a_placeholder(database_url: str, tmp_path: Path) -> None:
    header, unit, placeholder, reclean = re.findall(
        r"^```sql\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL
    )
    desk = Desk(database_url, tmp_path)
    try:
        cells = ["400 donkeys", "1200 dp", "sleeping", "350"]
        before = desk.column(["1", "2"], "Muscle")
        assert desk.columns(before)[1]["field"] is None
        desk.db.execute(header)
        known = desk.column(cells, "Muscle")
        assert desk.columns(known)[1]["field"] == "ENGINE_POWER"
        assert desk.cleaned(known, 2) == ["?", "?", "?", "350"]
        desk.db.execute(unit)
        desk.db.execute(placeholder)
        (changed,) = desk.rows(reclean)
        assert changed["values_changed"] == 3
        desk.drain()
        assert desk.cleaned(known, 2) == ["100", "300", "(unknown)", "350"]
        rows = "SELECT count(*) FROM ref.header_alias WHERE alias = 'Muscle' AND NOT shipped"
        assert desk.one(rows) == 1, "an operator's row is the operator's"
    finally:
        desk.close()
