"""Encodings: detected, recorded, overridable, and never lossy."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.workers.reader.helpers import read_bytes
from workers.errors import DocumentRejected
from workers.reader.alphabets import rank
from workers.reader.encoding import REPAIR

TEXTS = {
    "Spanish": ("cp1252", "Nombre,Puerto\nMUÑOZ HERMANOS,Málaga\nSEÑORA DE ÁNGELES,A Coruña\nnº 5,Bermeo\n"),
    "Portuguese": ("cp1252", "Nome,Porto\nSÃO PEDRO,Nazaré\nCONCEIÇÃO,Olhão\nPraia da Vitória,AÇORES\n"),
    "French": ("cp1252", "Nom,Port\nL'ÉTOILE,Boulogne\nPËCHEURS D'ISLANDE,Saint-Malo\nZAMÈNE,Concarneau\n"),
    "Icelandic": ("cp1252", "Nafn,Höfn\nÞórunn Sveinsdóttir,Vestmannaeyjar\nSigurður,Ísafjörður\n"),
    "Faroese": ("cp1252", "Navn,Havn\nHøgaberg,Tvøroyri\nNorðborg,Klaksvík\nSTÓRASTEIN,FUGLAFJØRÐUR\n"),
    "Danish and Norwegian": ("cp1252", "Navn,Havn\nÆrø,Skagen\nGERDA SÆLE,BÅTSFJORD\nÅLESUND,Tromsø\n"),
    "Finnish and Swedish": ("cp1252", "Namn,Hamn\nKylmäkoski,Pyhäjärvi\nStröm,Kökar\nHAVSÖRN,ÅLAND\n"),
    "a cubic metre": ("cp1252", "Name,Hold (m³)\nPEÑA,120\n"),
    "typographic quotes": ("cp1252", "Name,Port\nO’BRIEN,Cork\n“STAR”,€ 5\n"),
    "Polish": ("cp1250", "Nazwa,Port\nŁÓDŹ,Gdańsk\nWŁADYSŁAWOWO,Świnoujście\nKołobrzeg,Łeba\n"),
    "Croatian": ("cp1250", "Ime,Luka\nBOŽIĆ,Pula\nKovačić,Rijeka\nĐurđica,Poreč\n"),
    "Polish, Latin-2": ("iso8859-2", "Nazwa,Port\nŁÓDŹ,Gdańsk\nWŁADYSŁAWOWO,Świnoujście\nMąż,Żuk\n"),
    "Turkish": ("cp1254", "Ad,Liman\nIŞIK,İstanbul\nÇağrı Bey,Muğla\nGÜNEŞ,Karadeniz Ereğli\n"),
    "Baltic": ("cp1257", "Nosaukums,Osta\nJūrmala,Liepāja\nRīga,Ventspils\nŽalgiris,Klaipėda\n"),
    "Russian": ("cp1251", "Название,Порт\nКапитан Кузнецов,Мурманск\nМЫС ДЕЖНЁВА,Владивосток\n"),
    "Russian, KOI8": ("koi8-r", "Название,Порт\nКапитан Кузнецов,Мурманск\nМЫС ДЕЖНЁВА,Владивосток\n"),
    "Russian, DOS": ("cp866", "Название,Порт\nКапитан Кузнецов,Мурманск\nМЫС ДЕЖНЁВА,Владивосток\n"),
    "Greek": ("cp1253", "Όνομα,Λιμάνι\nΆγιος Νικόλαος,Πειραιάς\nΚΑΠΕΤΑΝ ΓΙΩΡΓΗΣ,Καβάλα\n"),
    "Spanish, old Macintosh": ("mac-roman", "Nombre,Puerto\nMUÑOZ HERMANOS,Málaga\nSEÑORA,A Coruña\n"),
    "Portuguese, DOS": ("cp850", "Nome,Porto\nMUÑOZ HERMANOS,Málaga\nÉtoile,Nazaré\nSÃO,Olhão\n"),
    "simplified Chinese": ("gb18030", "船名,船籍港\n远洋渔业公司,舟山\n鲁荣远渔,威海\n中水,大连\n"),
    "traditional Chinese": ("big5", "船名,高雄港\n順發號,高雄\n金昌,東港\n漁業公司,台灣\n"),
    "Korean": ("cp949", "선명,선적항\n동원호,부산\n제일수산,인천\n대한민국,서울\n"),
    "Japanese": ("cp932", "船名,船籍港\n第五福竜丸,焼津\nさくら丸,気仙沼\n"),
}


@pytest.mark.parametrize("language", TEXTS)
def test_an_old_encoding_is_known_by_its_letters(language: str) -> None:
    codec, text = TEXTS[language]
    found = read_bytes(text.encode(codec))
    assert (found.facts["encoding"], found.facts["encoding_method"]) == (codec, "letter statistics")
    assert [found.headers[0], *found.rows] == [line.split(",") for line in text.splitlines()]


@pytest.mark.parametrize(
    ("codec", "mark", "method"),
    [
        ("utf-8", b"", "strict decoding"),
        ("utf-8", b"\xef\xbb\xbf", "byte order mark"),
        ("utf-16-le", b"\xff\xfe", "byte order mark"),
        ("utf-16-be", b"\xfe\xff", "byte order mark"),
        ("utf-16-le", b"", "pattern of NUL bytes"),
        ("utf-16-be", b"", "pattern of NUL bytes"),
        ("utf-32-le", b"\xff\xfe\x00\x00", "byte order mark"),
    ],
)
def test_unicode_is_known_by_its_mark_or_its_pattern(codec: str, mark: bytes, method: str) -> None:
    text = "Name,Flag,Year built\r\nŁÓDŹ,POL,1999\r\nБРИЗ,RUS,2001\r\n船,CHN,2003\r\n"
    found = read_bytes(mark + text.encode(codec))
    assert (found.facts["encoding"], found.facts["encoding_method"]) == (codec, method)
    assert found.headers == [["Name", "Flag", "Year built"]]
    assert found.rows == [["ŁÓDŹ", "POL", "1999"], ["БРИЗ", "RUS", "2001"], ["船", "CHN", "2003"]]


def test_a_replacement_character_that_was_published_stays_as_it_is() -> None:
    found = read_bytes("Name,Port\nS\ufffdRKAPP,Oslo\n".encode())
    assert (found.rows, found.warnings) == ([["S\ufffdRKAPP", "Oslo"]], [])


def test_a_few_broken_bytes_in_utf_8_are_read_as_cp1252_with_a_warning() -> None:
    content = "Name,Port\nPEÑA,A Coruña\nSÃO,Nazaré\n".encode() + b"MU\xd1OZ,M\xe1laga \xc3\xa9\nX\x81,Y\n"
    found = read_bytes(content)
    assert found.rows == [["PEÑA", "A Coruña"], ["SÃO", "Nazaré"], ["MUÑOZ", "Málaga é"], ["X\x81", "Y"]]
    assert found.facts["encoding_method"] == "utf-8 with cp1252 bytes"
    assert found.facts["warnings"][0] | {"text": ""} == {"warning": "broken bytes", "count": 3, "text": ""}


@settings(max_examples=200, deadline=None)
@given(content=st.binary(max_size=60))
def test_repaired_text_keeps_every_byte(content: bytes) -> None:
    text = content.decode("utf-8", REPAIR)
    assert _bytes_of(text, content) == content


def _bytes_of(text: str, content: bytes) -> bytes:
    """Put the bytes together again: each character is either valid UTF-8 of the content or stands for one byte."""
    out = b""
    for letter in text:
        as_utf_8 = letter.encode("utf-8", "surrogatepass")
        if content.startswith(as_utf_8, len(out)) and (len(as_utf_8) > 1 or letter < "\x80"):
            out += as_utf_8
        else:
            try:
                out += letter.encode("cp1252")
            except UnicodeEncodeError:
                out += bytes([ord(letter)])
    return out


def test_the_same_bytes_always_get_the_same_encoding() -> None:
    sample = TEXTS["Polish"][1].encode("cp1250")
    assert {tuple(rank(sample)) for _ in range(20)} == {tuple(rank(sample))}
    assert rank(sample)[-1] == "latin-1"


def test_a_declared_encoding_is_taken_at_its_word() -> None:
    found = read_bytes("Name,Port\nŁÓDŹ,Gdańsk\n".encode("cp1250"), options={"encoding": "windows-1250"})
    assert (found.facts["encoding"], found.facts["encoding_method"]) == ("cp1250", "declared")
    assert found.rows == [["ŁÓDŹ", "Gdańsk"]]


@pytest.mark.parametrize(
    ("encoding", "cause"),
    [
        ("utf-8", "not utf-8, as declared"),
        ("klingon", "no text encoding"),
        ("base64", "no text encoding"),
        ("x\0", "no text"),
    ],
)
def test_a_declared_encoding_that_does_not_fit_is_refused(encoding: str, cause: str) -> None:
    with pytest.raises(DocumentRejected, match=cause):
        read_bytes("Name,Port\nŁÓDŹ,Gdańsk\n".encode("cp1250"), options={"encoding": encoding})


def test_a_mark_that_lies_is_refused() -> None:
    with pytest.raises(DocumentRejected, match="byte order mark"):
        read_bytes(b"\xfe\xff\xd8\x00\x00a\x00,\x00b")


def test_a_character_cut_by_a_block_s_end_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workers.reader.encoding._CHUNK", 7)
    text = "Name,Port\n" + "ŁÓDŹ船,Gdańsk\n" * 50
    assert read_bytes(text.encode()).rows == [["ŁÓDŹ船", "Gdańsk"]] * 50
    mixed = text.encode() + b"MU\xd1OZ,X\n"
    assert read_bytes(mixed).rows[-1] == ["MUÑOZ", "X"]
