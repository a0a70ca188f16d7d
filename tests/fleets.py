"""A small fleet of two regional bodies, promoted the real way: what tests of the analysts' side look at."""

from __future__ import annotations

from tests.documents import Desk

HEADER = [
    "Vessel Name", "IMO Number", "Call Sign", "Flag", "Fishing Methods", "Length (m)", "Gross Tonnage", "Previous Names",
    "Authorisation Start Date", "Authorisation End Date",
]  # fmt: skip

# Every identifier is made up; the check digits are right.
NAFO_2024 = [
    ["SANTA MARIA", "9074729", "EAAA", "ESP", "OTB", "62.5", "1200", "", "2024-01-01", "2024-12-31"],
    ["NORDLYS", "8814275", "LAAA", "NOR", "LLS", "41", "700", "POLARIS", "2024-01-01", "2024-12-31"],
    ["GAMLE ERIK", "9134270", "LBBB", "NOR", "LLS", "35", "400", "", "2024-01-01", "2024-12-31"],
]
NAFO_2025 = [
    ["SANTA MARIA", "9074729", "EAAA", "ESP", "OTB", "62.5", "1200", "", "2025-01-01", "2025-12-31"],
    ["NORDLYS II", "8814275", "LAAA", "DNK", "LLS", "41", "700", "POLARIS", "2025-01-01", "2099-12-31"],
]
SPRFMO_2025 = [
    ["SANTA MARIA", "9074729", "EAAA", "ESP", "OTB", "62.5", "1210", "", "2025-01-01", "2025-06-30"],
    ["ВОСТОК-1", "8715871", "UAAA", "RUS", "OTM", "104", "7700", "", "2025-01-01", "2025-12-31"],
]


def promote_fleet(desk: Desk) -> dict[str, int]:
    """Promote the lists of 2024 and 2025; document ids by name."""
    documents = {}
    for name, rows, source, listed_on in (
        ("nafo_2024", NAFO_2024, "NAFO", "2024-01-15"),
        ("nafo_2025", NAFO_2025, "NAFO", "2025-01-15"),
        ("sprfmo_2025", SPRFMO_2025, "SPRFMO", "2025-02-01"),
    ):
        documents[name] = desk.register(desk.write(HEADER, rows), source)
        desk.rows("SELECT promote.declare_date(%s, %s)", documents[name], listed_on)
        desk.drain()
    return documents
