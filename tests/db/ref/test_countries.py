from __future__ import annotations

from typing import Any

import psycopg
import pytest

from tests.labelled import cells


def one(db: psycopg.Connection, query: str, *parameters: object) -> Any:
    row = db.execute(query, parameters).fetchone()
    return None if row is None else row[0]


def reason(db: psycopg.Connection, text: str) -> str | None:
    found: str | None = one(
        db,
        "SELECT null_reason FROM ref.country_alias WHERE alias_key = ref.match_key(%s) AND source_name IS NULL",
        text,
    )
    return found


def test_no_spelling_names_two_flags(db: psycopg.Connection) -> None:
    rows = db.execute(
        "SELECT alias_key, source_name, array_agg(alias) FROM ref.country_alias GROUP BY 1, 2 HAVING count(*) > 1"
    ).fetchall()
    assert rows == []
    assert one(db, "SELECT count(*) FROM ref.country_alias WHERE alias_key = ''") == 0


@pytest.mark.parametrize("code", ["iso2", "iso3"])
def test_a_code_of_iso_3166_is_its_country(db: psycopg.Connection, code: str) -> None:
    wrong = db.execute(
        f"SELECT {code}, iso3, clean.country_of({code}) FROM ref.country "
        f"WHERE {code} IS NOT NULL AND clean.country_of({code}) IS DISTINCT FROM iso3"
    ).fetchall()
    assert wrong == []


def test_the_name_of_a_country_is_its_country(db: psycopg.Connection) -> None:
    wrong = db.execute(
        "SELECT iso3, name FROM ref.country "
        "WHERE clean.country_of(regexp_replace(name, ' \\(until .*', '')) IS DISTINCT FROM iso3"
    ).fetchall()
    assert wrong == []


SPELLINGS = {
    "TWN": "Chinese Taipei|CHINESE TAIPEI (TAIWAN)|CTP|TAI|TPE|Taiwan, Province of China|Taiwan Province of China|"
    "Fishing Entity of Taiwan|Taipei Chino|中華台北|台湾|チャイニーズ・タイペイ",
    "KOR": "Korea|KOREA REP|Rep. of KOREA|Korea(Republic of)|KOREA REPUBLIC|South Korea|República de Corea|한국|大韓民国",
    "PRK": "DPRK|Democratic People's Republic of Korea|Democratic People’s Republic of Korea|КНДР",
    "CHN": "China|P.R. China|People's Republic of China|People’s Republic of China|中国|中華人民共和国|КНР|الصين",
    "VUT": "Vanuatu|Republik of Vanuatu|VANUATU|バヌアツ",
    "MHL": "Republic of the Marshall Islands|REPUBLIC OF MARSHALL ISLANDS|MARSHALL ISLAND|RMI|Islas Marshall",
    "FSM": "FSM|Federated States of Micronesia|Micronesia (Federated States of)",
    "PNG": "PNG|P.N.G.|Papua New Guinea|Papouasie-Nouvelle-Guinée",
    "PYF": "FRA (French Polynesia)|French Polynesia|Polynésie française|PF|FRA-PYF",
    "NCL": "New Caledonia|FRA (New Caledonia)|Nouvelle-Calédonie",
    "ANT": "Netherlands Antilles|Netherland Antillies|ANT|AN",
    "CUW": "Curaçao|CURACAO|CW",
    "VGB": "GBR-BVI|BVI|British Virgin Islands|Virgin Islands (British)",
    "FRO": "FAROE ISLANDS|Faroe Islands|Faeroes|Føroyar|Færøyene|Færeyjar|Färöer",
    "GRL": "Greenland|Kalaallit Nunaat|Grænland",
    "GBR": "UK|U.K.|Great Britain|United Kingdom|GBE|GBW|Reino Unido|Großbritannien|Bretland|Storbritannia|EU-UK",
    "USA": "USA|U.S.A.|U.S.A|United States|UNITED STATE OF AMERICA|Estados Unidos|EE.UU.|Соединенные Штаты Америки|США",
    "VCT": "Saint Vincent|St. Vincent & Grenadines|St. Vincent and the Grenadines|San Vicente y las Granadinas",
    "BOL": "Bolivia|Bolivia (Plurinational State of)|BOLIVIA, PLURINATIONAL STATE OF",
    "TZA": "Tanzania|United Republic of Tanzania|Tanzania, United Republic of|Tanzania (Zanzibar)",
    "IRN": "Iran|Iran (Islamic Republic of)|I.R. Iran|إيران",
    "VEN": "Venezuela|Venezuela (Bolivarian Republic of)|República Bolivariana de Venezuela",
    "CPV": "Cabo Verde|Cape Verde|Cap-Vert",
    "SWZ": "Eswatini|Swaziland",
    "TUR": "Türkiye|Turkey|TURKIYE|Turquía",
    "VNM": "Viet Nam|Vietnam|VIETNAM",
    "COM": "Union des Comores|Comoros|Comores",
    "CIV": "Côte d'Ivoire|Côte d’Ivoire|COTE D IVOIRE|Cote dIvoire|Ivory Coast",
    "ESP": "EU (Spain)|EU-España|EU-ESP|EUESP|EU.ESP|España|ESPANA|Espagne|Spánn|Испания",
    "ITA": "EU-ITA|EU (Italy)|Italia|Ítalía",
    "PRT": "EU (Portugal)|EU-PRT|Azores|Madeira|POR",
    "IRL": "EIR|Eire|Ireland|Írland",
    "BLZ": "BELIZ|Belice|BELIZE",
    "RUS": "Russia|RUSSIAN FEDERATION|RUSSIA FEDERATION|Rússland|Российская Федерация|ロシア",
    "EUE": "European Union|EU|EEC|Union européenne|XEU|Unión Europea|EUE",
    "PLW": "THE REPUBLIC OF PALAU|Palau",
    "NOR": "NO|Norway|Noregur|Norge|Noruega|ノルウェー",
    "SUN": "USSR|URSS|U.S.S.R.",
    "DEU": "DDR|Federal Republic of Germany|Þýskaland",
    "JPN": "日本|JAPAN|Japón|일본",
}


def test_spellings_of_registers(db: psycopg.Connection) -> None:
    asked = [(text, iso3) for iso3, texts in SPELLINGS.items() for text in texts.split("|")]
    found = [(text, iso3, one(db, "SELECT clean.country_of(%s)", text)) for text, iso3 in asked]
    assert [f for f in found if f[1] != f[2]] == []


def test_a_code_that_two_lists_read_differently_is_known_for_one_source_alone(db: psycopg.Connection) -> None:
    assert one(db, "SELECT clean.country_of('GBS', 'UK_MMO')") == "GBR"
    assert one(db, "SELECT clean.country_of('GBS')") is None
    assert one(db, "SELECT clean.country_of('JPN.obs', 'ICCAT')") == "JPN"


def test_a_flag_that_nobody_knows_is_unknown(db: psycopg.Connection) -> None:
    texts = ["XXX", "Stateless", "unknown", "UNK", "sin bandera", "OTH", "NEI"]
    assert {reason(db, t) for t in texts} == {"unknown"}


def test_an_authority_that_is_no_state_has_no_flag(db: psycopg.Connection) -> None:
    assert {reason(db, t) for t in ["ICCAT-RMA", "Non-participant"]} == {"not_applicable"}


def test_what_names_no_flag_for_certain_is_not_guessed(db: psycopg.Connection) -> None:
    texts = ["MXO", "JCBY", "AFRICA", "FRENCH", "SP", "KINGSTOWN", "one", "CS"]
    assert {one(db, "SELECT clean.country_of(%s)", t) for t in texts} == {None}


def test_labelled_flags_are_met(db: psycopg.Connection) -> None:
    chosen = {
        (c.raw_value, c.expected)
        for c in cells()
        if c.kind == "country" and c.expected and not c.needs_review and not c.also and ";" not in c.expected
    }
    assert len(chosen) > 100
    found = {raw: one(db, "SELECT clean.country_of(%s, 'UK_MMO')", raw) for raw, _ in chosen}
    assert {raw: (found[raw], expected) for raw, expected in chosen if found[raw] != expected} == {}
