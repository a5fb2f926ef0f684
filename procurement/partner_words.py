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
}
