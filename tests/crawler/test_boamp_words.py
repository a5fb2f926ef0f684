"""Words of BOAMP: mended and counted only where it is certain."""

import pytest

from crawler.boamp.words import mended, weights


@pytest.mark.parametrize(
    ("spoilt", "whole"),
    [
        ("main-d'?uvre et man?uvre", "main-d'œuvre et manœuvre"),
        ("C?ur de ville, ch?urs, s?ur", "Cœur de ville, chœurs, sœur"),
        ("un n?ud, deux v?ux, dix ?ufs", "un nœud, deux vœux, dix œufs"),
        ("Quel marché ?uvre-t-on", "Quel marché œuvre-t-on"),
        ("Pourquoi ? Une question", "Pourquoi ? Une question"),
        ("lot?urs", "lot?urs"),
        ("OÃ¹ et cÅ“ur Ã©tÃ©", "Où et cœur été"),
        ("Ã laisser", "Ã laisser"),
    ],
)
def test_only_what_is_certain_is_mended(spoilt: str, whole: str) -> None:
    assert mended(spoilt) == whole


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Prix : 60 %\nValeur technique : 40 %", [("Prix", 60.0), ("Valeur technique", 40.0)]),
        ("1. Prix (55%) ; 2. Délai (45,0 %)", [("1. Prix", 55.0), ("2. Délai", 45.0)]),
        ("Prix : 60 %\nValeur technique", []),
        ("Remise de 10 % sur le prix", []),
        ("", []),
    ],
)
def test_weights_in_free_words_count_only_when_they_add_up(text: str, found: list[tuple[str, float]]) -> None:
    assert weights(text) == found
