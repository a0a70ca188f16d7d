"""Headers that the vocabulary knows mean what they say."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence

import psycopg
import pytest

from tests.conftest import _create, _to_database
from tests.labelled import headers

# Words of registries that are not among the labelled lists; each is a column that some public list has.
WORDS = {
    "VESSEL_NAME": "Vessel Name (English)|Nombre del buque|Nom du navire|NAME OF VESSEL|Name of Ship|VesselName|Fartøynavn|"
    "Название судна|船名|선박명|Nome da embarcação|Schiffsname|Nama Kapal|Skipsnafn|Vessel Name / Nombre del Buque",
    "PREVIOUS_NAME": "Previous name(s)|Ex-names|Formerly known as|Nombre anterior|Noms précédents|Former Name(s), if any",
    "FLAG": "Flag|Flag State|Current flag|Bandera|Pabellón|Pavillon|État du pavillon|Country|Flagge|Флаг|船旗国|국적",
    "PREVIOUS_FLAG": "Previous flags|Former Flag(s)|Bandera anterior|Pavillon précédent|Previous flag (if any)",
    "IMO": "IMO|IMO No.|IMO #|IMO Number|Lloyds/IMO|IMO/LR no|Lloyd's number|UVI|Número OMI|N° OMI|IMO/Lloyds Number|"
    "Unique Vessel Identifier (UVI)|IMO_number|imoNumber",
    "MMSI": "MMSI|MMSI No.|Maritime Mobile Service Identity (MMSI)|Número MMSI",
    "IRCS": "IRCS|Int. Radio call Sign|Call Sign|Callsign|Radio Call Sign|Indicatif radio|Señal distintiva|Kallesignal|"
    "International Radio Call Sign (IRCS)|Позывной|呼号|Indicativo de chamada",
    "EU_CFR": "CFR|CFR number|EU fleet register number|Community Fleet Register number (CFR)",
    "NATIONAL_REG_NO": "Registration No|Registry No.|National register number|Matrícula|Immatriculation|Official Number|"
    "Reg. No.|National Registration Number|Registration Nbr|漁船登録番号|Skipaskrárnúmer|VRN|NatRegNo",
    "EXTERNAL_MARKING": "External marking|Ext Marking|Side number|PLN|Port letters and numbers (PLN)|Marquage externe|"
    "Havnekendingsnummer|Registreringsmerke|Hull marking",
    "LICENSE_NO": "Licence No.|License Number|Permit No|Número de licencia|N° de licence|Permiso de pesca|Authorisation number",
    "PORT_NAME": "Port of registry|Home port|Homeport|Puerto base|Port d'attache|Puerto de matrícula|Hailing port|船籍港",
    "OWNER_NAME": "Owner|Registered owner|Owner name|Armador|Propietario|Propriétaire|Armateur|Vessel owner|船东",
    "OPERATOR_NAME": "Operator|Operator name|Exploitant|Operador|Vessel operator",
    "BUILD_YEAR": "Year built|Year of construction|Built|Built in year|Año de construcción|Année de construction|Byggeår|"
    "Yr Built|When built|Build year|Год постройки|建造年份",
    "BUILD_COUNTRY": "Country of build|Country of construction|País de construcción|Built in country",
    "LENGTH": "Length|Length (m)|Vessel length|Eslora|Longueur|Lengde|Length in metres",
    "LENGTH_OVERALL": "LOA (m)|LOA|Length overall|Length Overall (LOA) (m)|Overall length (m)|Eslora total|"
    "Longueur hors tout|Length O.A.|Største lengde|Total length|全長",
    "LENGTH_BETWEEN_PERPENDICULARS": "LBP|LPP|Length between perpendiculars (m)|Eslora entre perpendiculares",
    "LENGTH_REGISTERED": "Registered length|Length registered (m)|Eslora de registro",
    "GROSS_TONNAGE": "GT|Gross Tonnage|Tonnage (GT)|Gross tonnage (GT)|Arqueo bruto|Jauge brute|Bruttotonnasje|Gross tons",
    "GROSS_REGISTER_TONNAGE": "GRT|Gross Registered Tonnage|Tonnage (GRT)|TRB|TJB|BRT|Gross Register Tonnage (GRT)",
    "TONNAGE": "Tonnage|GT/GRT|Gross tonnage (GT or GRT)|Tonelaje|Tons",
    "TONNAGE_TYPE": "Tonnage type|Type of tonnage|TonType",
    "ENGINE_POWER": "Engine power|Engine Power (kW)|kW|HP|Power of main engine|Potencia del motor|Puissance motrice|"
    "Main engine power (HP)|Horsepower|Potencia (HP)|Motorleistung|主机功率",
    "HOLD_VOLUME": "Fish hold capacity (m3)|Fish hold capacity|Hold volume (m³)|Capacidad de bodega (m3)|Volume de cale|"
    "Total volume of fish holds (m3)|Capacity (m3)",
    "CARRYING_CAPACITY": "Carrying capacity (t)|Carrying capacity|Capacity (t)|Fish hold capacity (t)|Capacidad de acarreo|"
    "Fish hold capacity (MT)",
    "GEAR_TYPE": "Gear|Gear type|Fishing gear|Arte|Engin|ISSCFG|Fishing method|Arte de pesca|Engin de pêche|Main gear|"
    "Fishing gear code (ISSCFG)|Authorised gear(s)|Redskap|Орудие лова",
    "VESSEL_TYPE": "Vessel type|Type of vessel|ISSCFV|Tipo de buque|Type de navire|Type|Ship type|Тип судна|Fartygstyp",
    "SPECIES": "Species|Target species|Especies|Espèces cibles",
    "FAO_AREA": "FAO area|FAO fishing area|Zona FAO",
    "AUTH_START": "Date from|Authorisation start|Period of authorisation from|Date de début|Valid from|Start date|Desde|From|"
    "Authorized from|Licence start date|Date of issue|Fecha de inicio|Authorisation period (from)",
    "AUTH_END": "Date to|Valid until|Authorisation end|Expiry date|Date de fin|Hasta|To|Authorised until|Valid to|"
    "Licence expiry date|Fecha de vencimiento|Expiration date|Authorisation period (to)",
    "FLAG_REGISTERED_DATE": "Date of registration|Registration date|Fecha de registro",
    "LISTED_DATE": "Date of listing|Date listed|Date included|Date of inclusion|First listed",
    "DELISTED_DATE": "Date of delisting|Delisted|Date removed",
    "UPDATED_AT": "Last updated|Last update|Date updated|Última actualización|Last modified",
    "CREW_COUNT": "Crew|Number of crew|Crew complement|Tripulantes|Nombre d'équipage",
    "AUTHORISING_FLAG": "CPC|CCM|Contracting Party|Member|Submitted by|Participant",
    "HULL_MATERIAL": "Hull material|Material del casco|Matériau de coque|Hull",
    "ADDRESS": "Address|Dirección|Adresse",
    "OWNER_ADDRESS": "Owner address|Address of owner|Dirección del armador",
    "NOTES": "Remarks|Notes|Observaciones|Comments|備考",
    "IUU_REASON": "Reason for listing|IUU activity|Reason for inclusion",
    "RFMO_ID": "IATTC Vessel Number|IOTC Number|ICCATSerialNo|VID|CCSBT Registration Number|RFMO vessel ID",
}

# Columns that look like a field and are none: taking one for the field would be worse than not knowing it.
NO_FIELD = (
    "No.|Nº|S/N°|Sl. No|Item|Ref|Row|Previous call sign|Previous IRCS|Company IMO|IMO company number|Reason for no IMO|"
    "IMO exemption|Owner date of birth|Engine make|Number of engines|Fuel capacity|GTs|Administrative port|Ice class"
)  # fmt: skip

SOURCE_WORDS = {
    "NAFO": {"Radio": "IRCS"},
    "NEAFC": {"RC": "IRCS", "XR": "EXTERNAL_MARKING", "SD": "AUTH_START"},
    "ICCAT": {"IntRegNo": "IMO", "OwName": "OWNER_NAME", "LOAm": "LENGTH_OVERALL", "SWOn_DtFrom": "AUTH_START", "IRNoTypeCode": None},
    "IOTC": {"REGNO": "NATIONAL_REG_NO", "Total Volume (m3)": "HOLD_VOLUME", "CC (MT)": "CARRYING_CAPACITY"},
    "FFA": {"VID": "FFA_ID", "Built in Year": "BUILD_YEAR", "Last Radio Call Sign (IRCS)": None},
    "WCPFC": {"VID": "RFMO_ID", "Host CCM": "HOST_COUNTRY"},
    "IATTC": {"Vessel": "VESSEL_NAME", "Vessel No.": "RFMO_ID"},
}  # fmt: skip


@pytest.fixture(scope="module")
def mapped(server_url: str, template: str) -> Iterator[object]:
    """`mapped(headers, source_type, source_name)`: field and unit of each header's alias; absent where there is none."""
    name = f"t_headers_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    _create(server_url, name, template)

    def ask(
        names: Sequence[str], source_type: str = "OTHER", source_name: str = "TEST"
    ) -> dict[int, tuple[str | None, str | None]]:
        with psycopg.connect(_to_database(server_url, name)) as conn:
            source = conn.execute(
                "INSERT INTO stage.source (source_type, source_name) VALUES (%s, %s) RETURNING source_id",
                (source_type, source_name),
            ).fetchone()
            document = conn.execute(
                "INSERT INTO stage.documents (source_id, version_no, sha256, file_name, byte_size, object_key)"
                " VALUES (%s, 1, decode(repeat('00', 32), 'hex'), 'x.csv', 1, 'x') RETURNING document_id",
                source,
            ).fetchone()
            assert document is not None
            with conn.cursor() as cursor:
                cursor.executemany(
                    "INSERT INTO stage.columns (document_id, column_position, header_raw, column_name) VALUES (%s, %s, %s, %s)",
                    [(document[0], n, header, f"c{n}") for n, header in enumerate(names)],
                )
            conn.execute("SELECT clean.header_candidates(%s)", document)
            found = conn.execute(
                "SELECT column_position, field, unit FROM pg_temp.column_candidate WHERE method IN ('alias', 'source alias')"
            ).fetchall()
            conn.rollback()
        return {position: (field, unit) for position, field, unit in found}

    yield ask
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@pytest.mark.parametrize("name", sorted({header.list for header in headers()}))
def test_every_labelled_header_is_known_by_its_words(mapped, name: str) -> None:
    wanted = [header for header in headers() if header.list == name]
    source_type = "RFMO" if not name.startswith(("eu_", "uk_")) else "COUNTRY"
    found = mapped([header.column_name for header in wanted], source_type, name.split("_")[0].upper())
    wrong = {
        header.column_name: found.get(n, "no alias")
        for n, header in enumerate(wanted)
        if n not in found or not header.accepts(found[n][0])
    }
    assert wrong == {}


def test_headers_of_lists_never_seen_are_known_by_their_words(mapped) -> None:
    pairs = [(field, word) for field, words in WORDS.items() for word in words.split("|")]
    found = mapped([word for _, word in pairs])
    wrong = {
        word: found.get(n, "no alias")
        for n, (field, word) in enumerate(pairs)
        if n not in found or found[n][0] != field
    }
    assert wrong == {}


def test_a_look_alike_of_a_field_is_plain_text_on_purpose(mapped) -> None:
    words = NO_FIELD.split("|")
    found = mapped(words)
    assert {word: found.get(n) for n, word in enumerate(words) if found.get(n) != (None, None)} == {}


def test_a_source_s_own_word_wins_over_the_global_one(mapped) -> None:
    for source, words in SOURCE_WORDS.items():
        found = mapped(list(words), "RFMO", source)
        assert {word: found.get(n, ("no alias", None))[0] for n, word in enumerate(words)} == words, source


def test_the_unit_that_a_header_only_implies_is_told(mapped) -> None:
    words = ["LOAm", "EnginePowerHP", "Fish hold capacity MT", "Capacity cubic feet"]
    found = mapped(words, "RFMO", "ICCAT")
    assert [found[n][1] for n in range(4)] == ["m", "HP", "t", "ft3"]


def test_one_spelling_has_one_meaning(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT alias_key, source_type, source_name FROM ref.header_alias GROUP BY 1, 2, 3 HAVING count(*) > 1"
    ).fetchall() == []  # fmt: skip
    assert vocabulary.execute("SELECT alias FROM ref.header_alias WHERE alias_key = ''").fetchall() == []


def test_a_unit_of_a_header_measures_its_field(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT alias FROM ref.header_alias AS h JOIN ref.field AS f USING (field) WHERE h.unit IS NOT NULL"
        " AND NOT EXISTS (SELECT FROM ref.unit AS u WHERE u.unit = h.unit AND u.dimension = f.dimension)"
    ).fetchall() == []  # fmt: skip


def test_every_field_has_a_header(vocabulary: psycopg.Connection) -> None:
    assert vocabulary.execute(
        "SELECT field FROM ref.field AS f WHERE NOT EXISTS (SELECT FROM ref.header_alias AS h WHERE h.field = f.field)"
    ).fetchall() == []  # fmt: skip
