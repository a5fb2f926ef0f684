"""Why a member is suggested to others as a partner: from what it offers, in the third person."""

from procurement.wording import Wording, wording

OFFERS: dict[str, Wording] = {
    "offers_code": wording(
        "Offre : {own_label} (CPV {own_code}).",
        "Bietet an: {own_label} (CPV {own_code}).",
        "Offre: {own_label} (CPV {own_code}).",
        "Offers: {own_label} (CPV {own_code}).",
        plain=(
            "Offre une prestation de cette branche.",
            "Bietet eine Leistung dieses Fachs an.",
            "Offre una prestazione di questo ramo.",
            "Offers a service of this branch.",
        ),
    ),
    "offers_proof": wording(
        "Peut le prouver : attestation ou label à jour.",
        "Kann es belegen: gültiger Nachweis oder gültiges Label.",
        "Può provarlo: attestato o marchio valido.",
        "Can prove it: a valid certificate or label.",
    ),
    "offers_words": wording(
        "Sa présentation en parle : {words}.",
        "Die Vorstellung spricht davon: {words}.",
        "La presentazione ne parla: {words}.",
        "Its presentation speaks of it: {words}.",
    ),
    "bid_together": wording(
        "A déjà répondu avec vous ({title}, {year}).",
        "Hat schon mit Ihnen angeboten ({title}, {year}).",
        "Ha già presentato un’offerta con voi ({title}, {year}).",
        "Has bid with you before ({title}, {year}).",
        plain=(
            "A déjà répondu avec vous.",
            "Hat schon mit Ihnen angeboten.",
            "Ha già presentato un’offerta con voi.",
            "Has bid with you before.",
        ),
    ),
}
