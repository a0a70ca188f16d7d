"""Other projects' pairs of input and output against our vocabularies. Where ours differs, DIFFERENT says why."""

from __future__ import annotations

import csv
from pathlib import Path

import psycopg
import pytest

PEERS = Path(__file__).parents[3] / "shared" / "data" / "peer"

Pair = tuple[str, str, str]


def pairs(name: str) -> list[Pair]:
    file = PEERS / name
    if not file.exists():
        pytest.skip(f"{name} is not ours to ship and does not lie beside this checkout")
    with file.open(encoding="utf-8-sig", newline="") as lines:
        return [(r["kind"], r["input"], r["expected"]) for r in csv.DictReader(lines) if r["kind"] != "kind"]


def flag(db: psycopg.Connection, text: str, source: str | None = None) -> str | None:
    row = db.execute(
        "SELECT iso3, null_reason FROM ref.country_alias "
        "WHERE alias_key = ref.match_key(%s) AND coalesce(source_name, %s) IS NOT DISTINCT FROM %s "
        "ORDER BY source_name NULLS LAST LIMIT 1",
        (text, source, source),
    ).fetchone()
    return None if row is None else row[0] or f"NULL ({row[1]})"


def gear(db: psycopg.Connection, text: str, source: str | None = None) -> str | None:
    row = db.execute(
        "SELECT code FROM ("
        " SELECT code, CASE WHEN source_name IS NULL THEN 2 ELSE 0 END AS rank FROM ref.gear_alias"
        " WHERE alias_key = ref.match_key(%(t)s) AND coalesce(source_name, %(s)s) IS NOT DISTINCT FROM %(s)s"
        " UNION ALL SELECT code, 1 FROM ref.gear WHERE code = upper(%(t)s)) AS g ORDER BY rank LIMIT 1",
        {"t": text, "s": source},
    ).fetchone()
    return None if row is None else str(row[0])


def gear_number(db: psycopg.Connection, text: str, source: str | None = None) -> str | None:
    row = db.execute("SELECT isscfg_code FROM ref.gear WHERE code = %s", (gear(db, text, source),)).fetchone()
    return None if row is None else str(row[0])


def unexplained(
    answers: list[tuple[Pair, str | None]], different: dict[tuple[str, str], str]
) -> dict[Pair, str | None]:
    """Pairs that we answer in another way without a reason, and reasons that no pair needs any more."""
    wrong = {pair: ours for pair, ours in answers if ours != pair[2] and (pair[0], pair[1]) not in different}
    needed = {(pair[0], pair[1]) for pair, ours in answers if ours != pair[2]}
    stale = {(kind, text, "no longer different"): None for kind, text in set(different) - needed}
    return wrong | stale


NOT_ONE = "names several flags, a part of one, or none: a person decides"
FORMER = "an entity that no longer is; ours names the State that took its place"
GONE = "an entity without a successor in whole; the code is withdrawn and no list uses it"
UNION = "EUE is ISO's reserved code of the Union, as canonical values have it; EUR is its currency"
OUTLYING = "withdrawn from ISO 3166; uninhabited, no port of registry, so a person should see it"
PART = "a part of its State without a flag of its own"
SLIP = "the list's own slip: not the name of a territory in that language"
WHY_NONE = "no flag: NULL with its reason, where the peer keeps a code for 'not elsewhere included'"
BROADER = "a class of gear without a kind is that class, not specified"
NAMESAKE = "a former State and today's have one name; it is today's"

DIFFERENT_FLAGS: dict[tuple[str, str], str] = {
    ("flag_name_en_to_iso3", "Belgium-Luxembourg"): NOT_ONE,
    ("flag_name_fr_to_iso3", "Îles Canton et Enderbury"): GONE,
    ("flag_name_es_to_iso3", "Islas Canton y Enderbury"): GONE,
    ("flag_name_en_to_iso3", "Ethiopia PDR"): FORMER,
    ("flag_name_fr_to_iso3", "Éthiopie RDP"): FORMER,
    ("flag_name_en_to_iso3", "Gaza Strip"): PART,
    ("flag_name_ar_to_iso3", "قطاع غزة"): PART,
    ("flag_name_ru_to_iso3", "сектор Газа"): PART,
    ("flag_name_en_to_iso3", "West Bank"): PART,
    ("flag_name_es_to_iso3", "Ribera Occidental"): PART,
    ("flag_name_zh_to_iso3", "西岸"): PART,
    ("flag_name_fr_to_iso3", "Allemagne,NouveauxLänder"): SLIP,
    ("flag_name_es_to_iso3", "Alemania,Nuevos Länder"): SLIP,
    ("flag_name_en_to_iso3", "Germany, Fed. Rep. of"): FORMER,
    ("flag_name_fr_to_iso3", "Île Johnston"): OUTLYING,
    ("flag_name_es_to_iso3", "Isla de Johnston"): OUTLYING,
    ("flag_name_ar_to_iso3", "جزيرة جونستون"): OUTLYING,
    ("flag_name_ru_to_iso3", "остров Джонстон"): OUTLYING,
    ("flag_name_fr_to_iso3", "îles Midway"): OUTLYING,
    ("flag_name_ar_to_iso3", "جزر ميدواي"): OUTLYING,
    ("flag_name_zh_to_iso3", "中途岛"): OUTLYING,
    ("flag_name_ru_to_iso3", "острова Мидуэй"): OUTLYING,
    ("flag_name_zh_to_iso3", "威克岛"): OUTLYING,
    ("flag_name_ru_to_iso3", "остров Уэйк"): OUTLYING,
    ("flag_name_zh_to_iso3", "荷属安的列斯人/属安的列斯人的"): SLIP,
    ("flag_name_en_to_iso3", "Neutral Zone"): GONE,
    ("flag_name_fr_to_iso3", "Zone Neutre"): GONE,
    ("flag_name_ar_to_iso3", "المنطقة المحايدة"): GONE,
    ("flag_name_ru_to_iso3", "Нейтральная зона"): GONE,
    ("flag_name_en_to_iso3", "Trust Territory of the Pacific Islands"): GONE,
    ("flag_name_zh_to_iso3", "太平洋岛屿托管领土"): GONE,
    ("flag_name_es_to_iso3", "Sudán (ex)"): NOT_ONE,
    ("flag_name_zh_to_iso3", "苏丹"): NAMESAKE,
    ("flag_name_es_to_iso3", "Yemen, Republica Araba"): FORMER,
    ("flag_name_en_to_iso3", "Yemen, Democratic"): FORMER,
    ("flag_name_fr_to_iso3", "Yemen Democratique"): FORMER,
    ("flag_name_es_to_iso3", "Yemen Democratico"): FORMER,
    ("flag_name_en_to_iso3", "Other NEI"): NOT_ONE,
    ("flag_name_fr_to_iso3", "Autres NCA"): NOT_ONE,
    ("flag_name_en_to_iso3", "Channel Islands"): NOT_ONE,
    ("flag_name_fr_to_iso3", "Îles Anglo-Normandes"): NOT_ONE,
    ("flag_name_es_to_iso3", "Islas Anglonormandas"): NOT_ONE,
    ("flag_name_zh_to_iso3", "海峡群岛"): NOT_ONE,
    ("flag_name_ru_to_iso3", "Нормандские острова"): NOT_ONE,
    ("flag_name_en_to_iso3", "United Republic of Tanzania, Zanzibar"): PART,
    ("flag_name_ar_to_iso3", "جمهوريّة تنزانيا المتحدة، زنجبار"): PART,
    ("flag_name_ru_to_iso3", "Объединенная Республика Танзания, Занзибар"): PART,
    ("flag_name_ru_to_iso3", "Сарк"): NOT_ONE,
    ("flag_name_en_to_iso3", "European Union"): UNION,
    ("flag_name_fr_to_iso3", "Union européenne"): UNION,
    ("flag_name_es_to_iso3", "Unión Europea"): UNION,
    ("flag_name_ru_to_iso3", "Европейский союз"): UNION,
    ("flag_code_iattc_to_fao_cwp", "EU"): UNION,
    ("flag_code_iccat_to_fao_cwp", "EU"): UNION,
    ("flag_code_iattc_to_fao_cwp", "OTR"): WHY_NONE,
    ("flag_code_iccat_to_fao_cwp", "ICCAT-RMA"): WHY_NONE,
    ("flag_code_iccat_to_fao_cwp", "MIX.FIS"): WHY_NONE,
    ("flag_code_iccat_to_fao_cwp", "NEI-BIL"): WHY_NONE,
    ("flag_code_iccat_to_fao_cwp", "NEI.001"): WHY_NONE,
    ("flag_code_iccat_to_fao_cwp", "NEI.002"): WHY_NONE,
    ("flag_code_iccat_to_fao_cwp", "NEI.UK.OT"): WHY_NONE,
    ("flag_code_iotc_to_fao_cwp", "NEICE"): WHY_NONE,
    ("flag_code_iotc_to_fao_cwp", "NEIFR"): WHY_NONE,
    ("flag_code_iotc_to_fao_cwp", "NEISU"): WHY_NONE,
    ("flag_code_wcpfc_to_fao_cwp", "XX"): WHY_NONE,
    ("flag_code_iccat_to_fao_cwp", "TAI"): "Chinese Taipei is TWN, as canonical values have it",
    ("flag_code_wcpfc_to_fao_cwp", "TK"): "TK is Tokelau; TKM is Turkmenistan, which has no Pacific fleet",
    ("iso2_to_iso3", "JT"): OUTLYING,
    ("iso2_to_iso3", "MI"): OUTLYING,
    ("iso2_to_iso3", "WK"): OUTLYING,
    ("iso2_to_iso3", "CS"): "was Czechoslovakia's and then Serbia and Montenegro's: two answers",
    ("iso2_to_iso3", "EU"): UNION,
    ("territory_exact_to_code", "Abkhazia"): PART,
    ("territory_exact_to_code", "South Ossetia"): PART,
    ("territory_exact_to_code", "Northern Ireland"): PART,
    ("territory_exact_to_code", "USSR"): "SUN is its code in ISO 3166-3",
    ("territory_exact_to_code", "Flag of convenience"): WHY_NONE,
    ("territory_fuzzy_to_code", "TGermany"): "a misspelt flag is reviewed with a proposal, never guessed",
    ("territory_fuzzy_to_code", "United Kigdom fo Great Britain and Northern Ireland"): "as TGermany",
    # What the peer does not know, and vessel lists write.
    **{
        ("territory_exact_to_code", text): "a spelling of vessel lists that the peer does not know"
        for text in (
            "CHINESE TAIPEI", "Chinese-Taipei", "TAIWAN P.O.C", "REP. OF KOREA", "ST KITTS", "FAEROES",
            "Marshall Is.", "European Community",
        )
    },
}  # fmt: skip

DIFFERENT_GEAR: dict[tuple[str, str], str] = {
    ("isscfg_label_to_code", "SEINE NETS"): BROADER,
    ("isscfg_label_to_code", "DREDGES"): BROADER,
    ("isscfg_label_to_code", "FALLING GEAR"): BROADER,
    ("gear_wcpfc_to_isscfg", "L"): "longline, not said whether set or drifting; tuna longlines drift",
}

DIFFERENT_IDENTITY: dict[tuple[str, str], str] = {
    ("mid_to_iso3", "306"): "serves Curaçao, Sint Maarten and Bonaire; nearly all its ships are Curaçao's",
    ("mid_to_iso3", "608"): "ASC is no code of ISO 3166-1: Ascension is part of SHN",
}

DIFFERENT_SERIES: dict[tuple[str, str], str] = {
    ("ircs_prefix_to_iso2", "HB3Y"): "allocated to Switzerland, which lends it",
    ("ircs_prefix_to_iso2", "HBL"): "allocated to Switzerland, which lends it",
    **{("ircs_prefix_to_iso2", p): "allocated to China as a whole" for p in ("BN", "BP", "BU", "BX")},
    ("ircs_prefix_to_iso2", "T9"): "withdrawn: Bosnia and Herzegovina has E7",
    ("ircs_prefix_to_iso2", "5U"): "Niger has 5U; Nigeria has 5N and 5O",
    **{("ircs_prefix_to_iso2", f"9{c}"): "the Democratic Republic's; the Congo has TN" for c in "OPQRST"},
}


def test_flags_by_name_and_code(db: psycopg.Connection) -> None:
    def ours(kind: str, text: str) -> str | None:
        return flag(db, text, kind.split("_")[2].upper() if kind.startswith("flag_code_") else None)

    chosen = [p for p in pairs("peer_flag.csv") if p[0].startswith(("flag_", "iso2_"))]
    assert len(chosen) > 1_000
    assert unexplained([(p, ours(p[0], p[1])) for p in chosen], _of(DIFFERENT_FLAGS, chosen)) == {}


def test_territories_by_name(db: psycopg.Connection) -> None:
    def ours(text: str) -> str:
        found = flag(db, text)
        if found == "EUE":
            return "eu"
        row = db.execute("SELECT lower(iso2) FROM ref.country WHERE iso3 = %s", (found,)).fetchone()
        return "\\N" if found is None else found if row is None else str(row[0])

    chosen = [p for p in pairs("peer_flag.csv") if p[0].startswith("territory")]
    assert len(chosen) > 40
    assert unexplained([(p, ours(p[1])) for p in chosen], _of(DIFFERENT_FLAGS, chosen)) == {}


def test_gears_and_bodies(db: psycopg.Connection) -> None:
    def ours(kind: str, text: str) -> str | None:
        if kind.startswith("isscfg"):
            return gear_number(db, text)
        if kind.startswith("gear_"):
            return gear_number(db, text, kind.split("_")[1].upper())
        if kind.startswith("eu_gear"):
            return gear(db, text)
        row = db.execute(
            "SELECT code FROM ref.rfmo_alias WHERE alias_key = ref.match_key(%s)", (text,)
        ).fetchone()
        return None if row is None else str(row[0])

    chosen = pairs("peer_gear_rfmo.csv")
    assert len(chosen) > 160
    assert unexplained([(p, ours(p[0], p[1])) for p in chosen], DIFFERENT_GEAR) == {}


def mid(db: psycopg.Connection, mmsi: str) -> str | None:
    row = db.execute("SELECT iso3 FROM ref.mid WHERE mid = left(%s, 3)", (mmsi,)).fetchone()
    return None if row is None else str(row[0])


def test_identification_digits_by_state(db: psycopg.Connection) -> None:
    chosen = [p for p in pairs("peer_mmsi_mid.csv") if p[0] == "mid_to_iso3"]
    assert len(chosen) > 130
    assert unexplained([(p, mid(db, p[1])) for p in chosen], DIFFERENT_IDENTITY) == {}


def test_only_ship_stations_have_identification_digits_in_front(db: psycopg.Connection) -> None:
    for kind, mmsi, expected in pairs("peer_mmsi_mid.csv"):
        if kind == "mmsi_type|mid|iso3":
            station, _, state = expected.split("|")
            assert (mid(db, mmsi) == state) is (station == "ship"), mmsi
        if kind == "mmsi_class" and len(mmsi) == 9 and mmsi.isdigit():
            assert mid(db, mmsi) is None, mmsi


def test_the_stations_of_carriers(db: psycopg.Connection) -> None:
    chosen = [p for p in pairs("real_cells_reefers.csv") if p[0] == "real_mmsi_mid_to_iso3"]
    assert len(chosen) > 300
    wrong = {
        p: mid(db, p[1]) for p in chosen if (mid(db, p[1]) or "\\N") != p[2] and not p[1].startswith("306")
    }
    assert wrong == {}


def test_the_flags_of_carriers_agree_with_their_stations(db: psycopg.Connection) -> None:
    """One ship of these had changed her flag and kept her number; 306 outlived the Netherlands Antilles."""
    chosen = [p for p in pairs("real_cells_reefers.csv") if p[0] == "real_mmsi_flag_name_gfw"]
    assert len(chosen) > 300
    wrong = {p[1]: p[2] for p in chosen if flag(db, p[2]) != mid(db, p[1]) and not p[1].startswith("306")}
    assert wrong == {"352135000": "Kiribati"}
    assert {flag(db, p[2]) for p in chosen if p[1].startswith("306")} == {"ANT"}


def test_call_sign_series_by_prefix(db: psycopg.Connection) -> None:
    def ours(text: str) -> str:
        rows = db.execute(
            "SELECT DISTINCT coalesce(c.iso2, '') FROM ref.call_sign_series AS s LEFT JOIN ref.country AS c USING (iso3) "
            "WHERE starts_with(s.series_start, left(%(t)s, 2)) AND (length(%(t)s) < 3 OR substr(%(t)s, 3, 1) ~ '[0-9]' "
            "OR left(%(t)s, 3) BETWEEN s.series_start AND s.series_end)",
            {"t": text},
        ).fetchall()
        return "|".join(sorted(r[0] for r in rows))

    chosen = [p for p in pairs("peer_ircs_prefix.csv") if p[0] == "ircs_prefix_to_iso2"]
    assert len(chosen) > 380
    assert unexplained([(p, ours(p[1])) for p in chosen], DIFFERENT_SERIES) == {}


def test_what_no_series_begins_with_is_no_call_sign(db: psycopg.Connection) -> None:
    for kind, text, expected in pairs("peer_ircs_prefix.csv"):
        if kind == "ircs_first_two_chars_legal":
            known = db.execute(
                "SELECT FROM ref.call_sign_series WHERE prefix = left(%s, 2)", (text,)
            ).fetchone()
            assert (known is not None) == (expected == "true"), text


def _of(different: dict[tuple[str, str], str], chosen: list[Pair]) -> dict[tuple[str, str], str]:
    kinds = {p[0] for p in chosen}
    return {k: why for k, why in different.items() if k[0] in kinds}
