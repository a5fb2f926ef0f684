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
    "meaning": wording(
        "Écrit en {language}, l'avis est proche de votre présentation par son sens.",
        "Die Bekanntmachung ({language}) ist dem Sinn nach Ihrem Profil ähnlich.",
        "Scritto in {language}, il bando è vicino alla vostra presentazione per il senso.",
        "Written in {language}, the notice is close to your profile in meaning.",
        plain=(
            "L'avis est proche de votre présentation par son sens.",
            "Die Bekanntmachung ist dem Sinn nach Ihrem Profil ähnlich.",
            "Il bando è vicino alla vostra presentazione per il senso.",
            "The notice is close to your profile in meaning.",
        ),
    ),
    "buyer_won": wording(
        "Cet adjudicateur vous a déjà confié un marché : {reference}",
        "Diese Vergabestelle hat Ihnen schon einen Auftrag erteilt: {reference}",
        "Questo committente vi ha già affidato una commessa: {reference}",
        "This buyer has given you a contract before: {reference}",
        plain=(
            "Cet adjudicateur vous a déjà confié un marché.",
            "Diese Vergabestelle hat Ihnen schon einen Auftrag erteilt.",
            "Questo committente vi ha già affidato una commessa.",
            "This buyer has given you a contract before.",
        ),
    ),
    "buyer_kept": wording(
        "Vous avez déjà retenu un marché de cet adjudicateur.",
        "Sie haben schon einen Auftrag dieser Vergabestelle behalten.",
        "Avete già ritenuto una commessa di questo committente.",
        "You have kept a contract of this buyer before.",
    ),
    "size_fits": wording(
        "À votre taille : {value}.",
        "In Ihrer Grösse: {value}.",
        "A vostra misura: {value}.",
        "Of a size for you: {value}.",
    ),
    "ess_answerable": wording(
        "Un critère ESS auquel vous pouvez répondre : {label}.",
        "Ein ESS-Kriterium, das Sie erfüllen können: {label}.",
        "Un criterio ESS a cui potete rispondere: {label}.",
        "An ESS criterion that you can answer: {label}.",
    ),
    "ess_weighed": wording(
        "Un critère pondéré à {weight}, auquel vous pouvez répondre : {label}.",
        "Ein mit {weight} gewichtetes Kriterium, das Sie erfüllen können: {label}.",
        "Un criterio ponderato al {weight}, a cui potete rispondere: {label}.",
        "A criterion with a weight of {weight} that you can answer: {label}.",
        plain=(
            "Un critère pondéré auquel vous pouvez répondre.",
            "Ein gewichtetes Kriterium, das Sie erfüllen können.",
            "Un criterio ponderato a cui potete rispondere.",
            "A weighted criterion that you can answer.",
        ),
    ),
    "like_kept": wording(
        "Ressemble à {title}, que vous avez retenu.",
        "Gleicht {title}; das haben Sie behalten.",
        "Somiglia a {title}, che avete ritenuto.",
        "Like {title}, which you kept.",
        plain=(
            "Ressemble à un marché que vous avez retenu.",
            "Gleicht einem Auftrag, den Sie behalten haben.",
            "Somiglia a una commessa che avete ritenuto.",
            "Like a contract which you kept.",
        ),
    ),
    "like_proposed": wording(
        "Ressemble à {title}, retenu pour vous par la Chambre.",
        "Gleicht {title}; das hat die Kammer für Sie behalten.",
        "Somiglia a {title}, ritenuto per voi dalla Camera.",
        "Like {title}, which the chamber kept for you.",
        plain=(
            "Ressemble à un marché retenu pour vous par la Chambre.",
            "Gleicht einem Auftrag, den die Kammer für Sie behalten hat.",
            "Somiglia a una commessa ritenuta per voi dalla Camera.",
            "Like a contract which the chamber kept for you.",
        ),
    ),
    "like_kept_in_sector": wording(
        "Ressemble à ce qui est retenu dans votre domaine.",
        "Gleicht dem, was in Ihrem Gebiet behalten wird.",
        "Somiglia a quanto viene ritenuto nel vostro settore.",
        "Like what is kept in your field.",
    ),
}
