"""What a text that failed most likely is, and of which field."""

from __future__ import annotations

import pytest

from tests.db.clean.texts import reading


@pytest.mark.parametrize(
    ("raw", "cleaned", "field", "kind", "proposal"),
    [
        ("8814275", "8814275", "MMSI", "mmsi", ("8814275", "IMO")),
        ("IMO 8814275", "IMO8814275", "IRCS", "ircs", ("8814275", "IMO")),
        ("412674250", "412674250", "IRCS", "ircs", ("412674250", "MMSI")),
        ("412674250", "412674250", "IMO", "imo", ("412674250", "MMSI")),
        ("DUG-9061", "DUG-9061", "MMSI", "mmsi", ("DUG9061", "IRCS")),
        ("DUG-9061", "DUG-9061", "IMO", "imo", ("DUG9061", "IRCS")),
        ("8814275 (EX 7000001)", "8814275 (EX 7000001)", "IMO", "imo", ("8814275", "IMO")),
        ("H0-3272", "H03272", "IRCS", "ircs", ("HO3272", "IRCS")),
        ("4092", "4092", "IRCS", "ircs", (None, None)),
        ("HO1234 (2)", "HO1234 (2)", "IRCS", "ircs", ("HO1234", "IRCS")),
        (
            "VAGUR,  FAROE ISLANDS",
            "VAGUR, FAROE ISLANDS",
            "PREVIOUS_FLAG",
            "country",
            ("FRO", "PREVIOUS_FLAG"),
        ),
        ("LIBERI / SINGAPORE", "LIBERI / SINGAPORE", "PREVIOUS_FLAG", "country", ("SGP", "PREVIOUS_FLAG")),
        ("45000", "45000", "AUTH_START", "date", ("2023-03-15", "AUTH_START")),
        ("2450", "2450", "LENGTH", "length", ("24.5", "LENGTH")),
        ("6900", "6900", "BEAM", "length", ("6.9", "BEAM")),
        ("SHDN", "SHDN", "GEAR_TYPE", "gear", ("SHDN", "GEAR_TYPE")),
        ("Atlantis", "ATLANTIS", "FLAG", "country", (None, None)),
        ("nonsense", "NONSENSE", "IMO", "imo", (None, None)),
        ("1.234", "1.234", "LENGTH", "length", (None, None)),
        ("B?RKUR", "B?RKUR", "VESSEL_NAME", "name", (None, None)),
        ("???", None, "IRCS", "ircs", (None, None)),
    ],
)
def test_propose(vocabulary, raw: str, cleaned: str | None, field: str, kind: str, proposal: tuple) -> None:
    row = vocabulary.execute(
        "SELECT p.proposal, p.proposal_field FROM clean.propose(%s, %s, %s::stage.readings) AS p",
        [raw, cleaned, reading(field, kind, decimal_sign=".")],
    ).fetchone()
    assert row == proposal
