"""Sentences of a notice that demand something, in four languages; what merely describes is left alone."""

import pytest

from procurement.demands import demanding_sentences


@pytest.mark.parametrize(
    "sentence",
    [
        "Le soumissionnaire doit disposer d’un véhicule frigorifique.",
        "Une certification ISO 14001 est exigée pour tous les produits.",
        "Les associés doivent justifier de trois références comparables.",
        "Der Anbieter muss über ein zertifiziertes Umweltsystem verfügen.",
        "Ein Nachweis der Haftpflichtversicherung wird verlangt.",
        "L’offerente deve disporre di personale qualificato sul posto.",
        "È richiesta la conoscenza della lingua italiana parlata.",
        "The tenderer must have two years of experience in catering.",
    ],
)
def test_what_a_bidder_must_have_is_a_demand(sentence: str) -> None:
    assert demanding_sentences([f"Un marché de services. {sentence} Voilà."], most=8) == [sentence]


@pytest.mark.parametrize(
    "text",
    [
        "Le bâtiment doit rouvrir en août 2027 après les travaux.",
        "Nettoyage courant de douze écoles.\n\nProduits labellisés demandés.",
        "Il doit disposer.",
        "Le dossier doit disposer d’un lien, voir https://www.example.ch/dossier pour le détail.",
        "Écrire à achats@example.ch, une inscription est exigée avant la visite.",
        "Le soumissionnaire doit disposer de " + "matériel, " * 60 + "et voilà.",
    ],
)
def test_what_describes_or_could_give_a_name_away_is_none(text: str) -> None:
    assert demanding_sentences([text], most=8) == []


def test_each_is_told_once_in_order_and_they_are_few() -> None:
    lines = [f"– Le soumissionnaire doit fournir la pièce numéro {number}." for number in range(12)]

    found = demanding_sentences(["\n".join(lines), lines[0]], most=8)

    assert found == [line.removeprefix("– ") for line in lines[:8]]
