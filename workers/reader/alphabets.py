"""Which of the old encodings a text was written in, from the letters that each of them would make of it.

A wrong encoding turns letters into other letters that no language of the encoding has together, into signs in
the middle of words, or into capitals among small letters. Each (encoding, languages) pair is scored on the
words that hold bytes beyond ASCII; the first of the best wins, so the result is the same on every machine.
"""

from __future__ import annotations

import re

_WEST = "àáâãäåæçèéêëìíîïñòóôõöøùúûüßœ"
_SPECIAL = frozenset("ºª°´’‘“”–—«»€½·¿¡³²№…")

# (codec, letters of the languages written in it, what each letter of it counts). Western Europe's languages
# mix in registries, so their union stands first; Icelandic and Faroese letters would hide Turkish ones if
# they were in it.
_CANDIDATES: tuple[tuple[str, str, float], ...] = (
    ("cp1252", _WEST, 1.0),
    ("cp1252", "áéíóúýðþæöøåä", 0.98),
    ("cp1252", _WEST + "ðþýšžÿ", 0.8),
    ("cp1250", "ąćęłńóśźż", 0.97),
    ("cp1250", "čćđšžáéíóúýďěňřťůöüőűôľĺŕä", 0.97),
    ("cp1250", "ăâîşţ", 0.95),
    ("iso8859-2", "ąćęłńóśźż", 0.96),
    ("iso8859-2", "čćđšžáéíóúýďěňřťůöüőűôľĺŕä", 0.96),
    ("cp1254", "çğıöşüâîûİ", 0.97),
    ("cp1257", "āčēģīķļņšūžėįųąęäöüõ", 0.96),
    ("cp1251", "абвгдеёжзийклмнопрстуфхцчшщъыьэюяіїєґў", 1.0),
    ("koi8-r", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", 0.99),
    ("cp866", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", 0.98),
    ("iso8859-5", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", 0.97),
    ("mac-cyrillic", "абвгдеёжзийклмнопрстуфхцчшщъыьэюя", 0.96),
    ("cp1253", "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ", 0.99),
    ("cp1256", "ابتثجحخدذرزسشصضطظعغفقكلمنهويىةأإآؤئء", 0.97),
    ("mac-roman", _WEST, 0.95),
    ("cp850", _WEST, 0.94),
    ("cp437", _WEST, 0.93),
)

# (codec, first and last lead byte of the characters in everyday use). A character takes two bytes.
_WIDE: tuple[tuple[str, int, int], ...] = (
    ("gb18030", 0xB0, 0xD7),
    ("big5", 0xA4, 0xC6),
    ("cp949", 0xB0, 0xC8),
    ("cp932", 0x82, 0x97),
    ("euc-jp", 0xA4, 0xCF),
)

_WORD = re.compile(rb"[A-Za-z0-9'.\x80-\xff]*[\x80-\xff][A-Za-z0-9'.\x80-\xff]*")


def rank(sample: bytes) -> list[str]:
    """Codecs from the best to the worst fit, each once; Latin-1, which fits any bytes, comes last."""
    words = list(dict.fromkeys(_WORD.findall(sample)))[:1_000]
    scores: dict[str, float] = {}
    for codec, letters, weight in _CANDIDATES:
        score = _score(words, codec, frozenset(letters + letters.upper()), weight)
        if score is not None:
            scores[codec] = max(score, scores.get(codec, score))
    lines = [line for line in sample.split(b"\n") if line][:500]
    for codec, first, last in _WIDE:
        score = _score_wide(lines, codec, first, last)
        if score is not None:
            scores[codec] = score
    ranked = sorted(scores, key=lambda codec: -scores[codec])
    return [*ranked, "latin-1"]


def _score(words: list[bytes], codec: str, letters: frozenset[str], weight: float) -> float | None:
    """Points per byte beyond ASCII, or None where the sample does not decode."""
    points = 0.0
    count = 0
    for raw in words:
        try:
            word = raw.decode(codec)
        except UnicodeDecodeError:
            return None
        run = 0
        for position, letter in enumerate(word):
            if letter < "\x80":
                run = 0
                continue
            count += 1
            run += 1
            before = word[position - 1] if position else ""
            after = word[position + 1] if position + 1 < len(word) else ""
            points += _points(letter, before, after, run, letters, weight)
    return points / count if count else None


def _points(letter: str, before: str, after: str, run: int, letters: frozenset[str], weight: float) -> float:
    inside = before.isalpha() or after.isalpha()
    if letter in letters:
        points = weight
        foreign = letter >= "\u0370"
        if foreign:
            # Cyrillic, Greek and Arabic letters stand among their own.
            if ("a" <= before.lower() <= "z" and len(before) == 1) or (
                "a" <= after.lower() <= "z" and len(after) == 1
            ):
                points -= 2.5
        elif run > 2:
            points -= 1.5
        if (letter.islower() and before.isupper() and after.isupper()) or (
            letter.isupper() and before.islower()
        ):
            points -= 1.5
        return points
    if letter.isalpha():
        return -0.7
    if letter in _SPECIAL:
        return _points_of_sign(letter, before, after)
    if letter == "\xa0":
        return 0.0
    if "\x80" <= letter <= "\x9f":
        return -4.0
    return -2.0 if inside else -1.0


def _points_of_sign(letter: str, before: str, after: str) -> float:
    """Signs that every typist uses, where typists put them: O’BRIEN, m³, Nº 5, “STAR”."""
    opening, closing = not before.isalnum(), not after.isalnum()
    if letter in "’´·" and not opening:
        return 1.1
    if (letter in "“‘«¿¡" and opening) or (letter in "”»…" and closing):
        return 1.1
    if letter in "³²½" and not after.isalpha() and (before.isdigit() or before in "mM"):
        return 1.3
    if letter in "ºª°" and not after.isalpha() and before.isalnum():
        return 1.1
    if letter in "–—€№" and not (before.isalpha() and after.isalpha()):
        return 1.0
    return -0.5 if before.isalpha() and after.isalpha() else 0.3


def _score_wide(lines: list[bytes], codec: str, first: int, last: int) -> float | None:
    points = 0.0
    count = 0
    for raw in lines:
        try:
            text = raw.decode(codec)
        except UnicodeDecodeError:
            return None
        for letter in text:
            if letter < "\x80":
                continue
            encoded = letter.encode(codec)
            count += len(encoded)
            points += len(encoded) * _points_wide(letter, encoded[0], codec, first, last)
    return points / count if count else None


def _points_wide(letter: str, lead: int, codec: str, first: int, last: int) -> float:
    kana = "\u3040" <= letter <= "\u30ff"
    hangul = "\uac00" <= letter <= "\ud7a3"
    if codec in ("cp932", "euc-jp"):
        if kana:
            return 1.1
        if "\uff61" <= letter <= "\uff9f":
            return -0.8
    elif kana:
        return -1.0
    if codec == "cp949":
        return 1.05 if hangul and first <= lead <= last else -0.6
    if "\uff01" <= letter <= "\uff5e" or "\u3000" <= letter <= "\u3020":
        return 0.3
    if "\u4e00" <= letter <= "\u9fff" and first <= lead <= last:
        return 1.0
    return -0.7
