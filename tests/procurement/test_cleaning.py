"""Text from outside: one form of Unicode, no control, invisible or direction character, and no end of it."""

import random
import unicodedata

import pytest

from procurement.cleaning import clean_text, is_clean, one_line

_HOSTILE = [
    ("\x1b[31mrouge\x1b[0m", "rouge"),
    ("\x1b[2J\x1b[1;1Hvide", "vide"),
    ("\x1b]0;titre\x07suite", "]0;titresuite"),
    ("a\x00b", "ab"),
    ("a\x07\x08b", "ab"),
    ("a\x9b31mb", "a31mb"),
    ("prix\u202e001\u202c", "prix001"),
    ("\u2066isolé\u2069", "isolé"),
    ("\u061carabe\u200e\u200f", "arabe"),
    ("zé\u200bro lar\u200dgeur\ufeff", "zéro largeur"),
    ("mot\u2060lié\u206f", "motlié"),
    ("seul\ud800", "seul"),
    ("\udfffseul", "seul"),
    ("non\ufffecaractère\uffff\ufdd0", "noncaractère"),
    ("caché\U000e0041\U000e007f", "caché"),
    ("e\u0301cole", "école"),
    ("e\u200b\u0301cole", "école"),
    ("\u1161\u200b", "\u1161"),
    ("\u212bngström", "Ångström"),
    ("a\r\nb\rc", "a\nb\nc"),
    ("a\u2028b\u2029c", "a\nb\nc"),
    ("a\x0bb\x0cc\x85d", "a\nb\nc\nd"),
    ("a\n\n\n\n\nb", "a\n\nb"),
    ("  a \t  b  \n   c ", "a b\nc"),
    ("\n\n", ""),
    ("", ""),
    ("<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("=HYPERLINK(1)", "=HYPERLINK(1)"),
    ("Été – «\u00a0prix\u00a0»", "Été – «\u00a0prix\u00a0»"),
    ("👩\u200d🔧", "👩🔧"),
]
_PIECES = [
    *"aé \t\n\r",
    "\x1b[1m",
    "\x1b",
    "[31m",
    "\x00",
    "\u0301",
    "\u200b",
    "\u202e",
    "\ud800",
    "\udc00",
    "\x85",
    "\u2028",
    "\U000e0041",
    "\u1100",
    "\u1161",
    "\ufeff",
    "\u2126",
]


def _random_texts() -> list[str]:
    chance = random.Random(7)
    return ["".join(chance.choices(_PIECES, k=chance.randrange(40))) for _ in range(600)]


@pytest.mark.parametrize(("hostile", "clean"), _HOSTILE, ids=lambda text: ascii(text)[:40])
def test_hostile_text_is_made_harmless_and_honest_text_is_kept(hostile: str, clean: str) -> None:
    assert clean_text(hostile) == clean


def test_whatever_comes_in_what_comes_out_can_be_stored_and_shown() -> None:
    for hostile in _random_texts():
        clean = clean_text(hostile)

        clean.encode("utf-8")
        assert unicodedata.is_normalized("NFC", clean)
        assert all(character == "\n" or unicodedata.category(character)[0] != "C" for character in clean)


def test_clean_text_is_left_as_it_is() -> None:
    for hostile in _random_texts():
        once = clean_text(hostile)

        assert clean_text(once) == once


def test_nothing_is_longer_than_asked_for() -> None:
    for hostile in _random_texts():
        assert len(clean_text(hostile, longest=5)) <= 5
        assert len(one_line(hostile, longest=5)) <= 5


def test_a_text_without_end_is_cut_at_two_hundred_thousand() -> None:
    assert len(clean_text("x" * 1_000_000)) == 200_000


def test_a_text_is_not_cut_before_a_space() -> None:
    assert clean_text("abcd efgh", longest=5) == "abcd"
    assert one_line("abcd efgh", longest=5) == "abcd"


@pytest.mark.parametrize(
    "hostile",
    ["titre\r\nBcc: x@example.ch", "titre\nBcc:\u2028 x@example.ch", "titre\x0b\x85Bcc: x@example.ch"],
)
def test_a_line_stays_one_line(hostile: str) -> None:
    line = one_line(hostile)

    assert line.splitlines() == [line]
    assert line == "titre Bcc: x@example.ch"


@pytest.mark.timeout(20)
@pytest.mark.parametrize("heap", ["\u0301\u0327" * 200_000, "\u0344\u0327" * 200_000, "\u0301" * 400_000])
def test_a_letter_with_all_accents_takes_no_longer_than_words(heap: str) -> None:
    clean = clean_text(f"e{heap}cole")

    assert unicodedata.is_normalized("NFC", clean)
    assert len(clean) < 100


def test_what_is_clean_is_told_from_what_is_not() -> None:
    for hostile, clean in _HOSTILE:
        assert is_clean(clean)
        assert is_clean(hostile) or clean != hostile
