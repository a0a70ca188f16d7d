"""IMO, MMSI, call sign, fleet register and registration numbers: form first, then what their check says."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.db.clean.texts import each, texts


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("8814275", "8814275"),
        ("IMO 8814275", "8814275"),
        ("IMO8814275", "8814275"),
        ("imo: 8814275", "8814275"),
        ("IMO-8814275", "8814275"),
        ("IMO No. 8814275", "8814275"),
        ("IMO number: 8814275", "8814275"),
        ("N° 8814275", "8814275"),
        ("UVI 8814275", "8814275"),
        ("LR 8814275", "8814275"),
        (" 8814275\u00a0", "8814275"),
        ("8814275.0", "8814275"),
        ("8814275,00", "8814275"),
        ("８８１４２７５", "8814275"),
        ("9,074,729", "9074729"),
        ("90 74 729", "9074729"),
        ("8-814-275", "8814275"),
        # more than one number, or less: left as it is, for the validator to refuse
        ("8814275 (EX 7000001)", "8814275 (EX 7000001)"),
        ("9074729/8814275", "9074729/8814275"),
        ("8814275 7000001", "8814275 7000001"),
        ("8814.275", "8814.275"),
        ("881427.5", "881427.5"),
        ("8.814275E6", "8.814275E6"),
        ("9O74729", "9O74729"),
        ("0", "0"),
        ("1.0", "1.0"),
        ("907472", "907472"),
        ("", ""),
        (None, None),
    ],
)
def test_normalise_imo(ask, raw: str | None, number: str | None) -> None:
    assert ask("clean.normalise_imo", raw) == number


def checked(number: str) -> bool:
    """The check digit by its own arithmetic: weights 7 to 2, the sum's last digit is the seventh."""
    if len(number) != 7 or not (number.isascii() and number.isdigit()) or number == "0000000":
        return False
    return sum(
        int(digit) * weight for digit, weight in zip(number, range(7, 1, -1), strict=False)
    ) % 10 == int(number[6])


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.from_regex(r"[0-9]{6,8}", fullmatch=True) | st.from_regex(r"[0-9]{7}", fullmatch=True),
        min_size=1,
        max_size=200,
    )
)
def test_the_imo_check_digit_is_the_formula(vocabulary, numbers: list[str]) -> None:
    assert each(vocabulary, "clean.validate_imo", numbers) == [checked(number) for number in numbers]


def test_the_check_digit_passes_one_number_in_ten(vocabulary) -> None:
    numbers = [f"{n:07d}" for n in range(8_814_000, 8_815_000)]
    answers = each(vocabulary, "clean.validate_imo", numbers)
    assert answers == [checked(number) for number in numbers]
    assert answers.count(True) == 100


@pytest.mark.parametrize(
    "text", ["", "881427", "88142750", "8814275 ", "881427X", "８８１４２７５", "0000000", "8.81427"]
)
def test_what_is_not_seven_digits_is_no_imo_number(ask, text: str) -> None:
    assert ask("clean.validate_imo", text) is False


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("412123456", "412123456"),
        ("MMSI 412123456", "412123456"),
        ("MMSI: 412-123-456", "412123456"),
        ("MMSI No. 412 123 456", "412123456"),
        ("412123456.0", "412123456"),
        ("４１２１２３４５６", "412123456"),
        ("41212345", "41212345"),
        ("412123.456", "412123.456"),
        ("412123456 / 412123457", "412123456 / 412123457"),
        ("n-star", "N-STAR"),
        ("0", "0"),
        (None, None),
    ],
)
def test_normalise_mmsi(ask, raw: str | None, number: str | None) -> None:
    assert ask("clean.normalise_mmsi", raw) == number


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("412123456", True),
        ("265000000", True),
        ("716123456", False),  # a first digit of a region without this MID
        ("444001822", False),
        ("773060519", False),
        ("112123456", False),  # an aircraft or a group
        ("812123456", False),  # a handheld radio
        ("003660010", False),  # a coast station
        ("970123456", False),  # a search and rescue transmitter
        ("41212345", False),
        ("4121234567", False),
        ("４１２１２３４５６", False),
        ("", False),
    ],
)
def test_an_mmsi_is_a_ship_station_of_an_allocated_mid(ask, text: str, valid: bool) -> None:
    assert ask("clean.validate_mmsi", text) is valid


@pytest.mark.parametrize(
    ("raw", "sign"),
    [
        ("DUG9061", "DUG9061"),
        ("DUG-9061", "DUG9061"),
        ("DUM - 3664", "DUM3664"),
        ("3 BUW", "3BUW"),
        ("e a x j", "EAXJ"),
        ("JD.2345", "JD2345"),
        ("UBÁA", "UBAA"),
        ("YJRU3@@@", "YJRU3"),
        ("'WDF 1234'", "WDF1234"),
        ("ＢＺＸＹ12", "BZXY12"),
        ("HO/1234", "HO1234"),
        ("bz–xy 12", "BZXY12"),
        # what a further sign means is not guessed
        ("UB?A", "UB?A"),
        ("UB\ufffdA", "UB\ufffdA"),
        ("HO1234 (2)", "HO1234 (2)"),
        ("LIXX (old)", "LIXX (OLD)"),
        ("V2A/V2B", "V2A/V2B"),
        ("УБХР", "УБХР"),
        ("UБХР", "UБХР"),
        ("@@@@", "@@@@"),
        ("-", "-"),
        ("", ""),
        (None, None),
    ],
)
def test_normalise_call_sign(ask, raw: str | None, sign: str | None) -> None:
    assert ask("clean.normalise_call_sign", raw) == sign


@pytest.mark.parametrize(
    ("text", "valid"),
    [
        ("3BUW", True),
        ("DUG9061", True),
        ("HO3272", True),
        ("V6KPJ10", True),
        ("OWPA2", True),
        ("SFB-1234", False),
        ("BZWIQ", False),  # five letters are a name
        ("ATLANTIC", False),
        ("MARIA", False),
        ("H03272", False),  # H0 is no series
        ("1ACZ912", False),
        ("0020300", False),
        ("26805", False),
        ("412674250", False),
        ("8814275", False),
        ("QAB1", False),  # Q is no series
        ("UBA", False),
        ("V6PQA959", False),
        ("", False),
        (None, False),
    ],
)
def test_a_call_sign_is_of_an_allocated_series_and_no_word_or_number(
    ask, text: str | None, valid: bool
) -> None:
    assert ask("clean.validate_call_sign", text) is valid


@pytest.mark.parametrize(
    ("raw", "number", "valid"),
    [
        ("ESP000012345", "ESP000012345", True),
        ("esp 12345", "ESP000012345", True),
        ("ESP-12345", "ESP000012345", True),
        ("FIN00003255V", "FIN00003255V", True),
        ("GBR000A10707", "GBR000A10707", True),
        ("GBRA10707", "GBR000A10707", True),
        ("ESP", "ESP", False),
        ("ES000012345", "ES000012345", False),
        ("000012345", "000012345", False),
        ("ESP0000123456", "ESP0000123456", False),
        ("XQZ000012345", "XQZ000012345", False),
        ("Esperanza", "ESPERANZA", False),
        ("NORWAY", "NORWAY", False),
        ("", "", False),
    ],
)
def test_a_fleet_register_number_is_a_state_and_nine_signs(ask, raw: str, number: str, valid: bool) -> None:
    assert ask("clean.normalise_cfr", raw) == number
    assert ask("clean.validate_cfr", number) is valid


@pytest.mark.parametrize(
    ("raw", "registration"),
    [
        ("00123", "00123"),
        ("（lu）007", "(LU)007"),
        ("lk-5 / a", "LK-5 / A"),
        ("8,1e5", "8,1E5"),
        (" n 346  \u00d8 ", "N 346 Ø"),
        (None, None),
    ],
)
def test_a_registration_is_never_parsed(ask, raw: str | None, registration: str | None) -> None:
    assert ask("clean.normalise_registration", raw) == registration


@settings(max_examples=40, deadline=None)
@given(texts)
def test_what_passes_as_an_identifier_has_its_form(vocabulary, values: list[str]) -> None:
    for function, check, form in (
        ("normalise_imo", "validate_imo", r"[0-9]{7}"),
        ("normalise_mmsi", "validate_mmsi", r"[2-7][0-9]{8}"),
        ("normalise_call_sign", "validate_call_sign", r"[A-Z0-9]{4,7}"),
        ("normalise_cfr", "validate_cfr", r"[A-Z]{3}[A-Z0-9]{9}"),
    ):
        cleaned = each(vocabulary, f"clean.{function}", values)
        for text, valid in zip(cleaned, each(vocabulary, f"clean.{check}", cleaned), strict=True):
            assert valid in (True, False)
            assert not valid or re.fullmatch(form, text, re.ASCII), text
