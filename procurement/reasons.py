"""Why a lot fits a member, what speaks against it, why a gate stopped it: worded in the reader's language."""

from collections.abc import Mapping
from typing import Any

from procurement.partner_words import OFFERS
from procurement.wording import Wording, wording

REASONS: dict[str, Wording] = {
    "cpv_same": wording(
        "Code CPV {code} ({label}), que vous avez indiqué.",
        "CPV-Code {code} ({label}), den Sie angegeben haben.",
        "Codice CPV {code} ({label}), da voi indicato.",
        "CPV code {code} ({label}), which you have given.",
        plain=(
            "Un code CPV que vous avez indiqué.",
            "Ein CPV-Code, den Sie angegeben haben.",
            "Un codice CPV da voi indicato.",
            "A CPV code which you have given.",
        ),
    ),
    "cpv_under": wording(
        "Code CPV {code} ({label}), dans votre branche {own_code} ({own_label}).",
        "CPV-Code {code} ({label}), in Ihrem Zweig {own_code} ({own_label}).",
        "Codice CPV {code} ({label}), nel vostro ramo {own_code} ({own_label}).",
        "CPV code {code} ({label}), within your branch {own_code} ({own_label}).",
        plain=(
            "Un code CPV dans l'une de vos branches.",
            "Ein CPV-Code in einem Ihrer Zweige.",
            "Un codice CPV in uno dei vostri rami.",
            "A CPV code within one of your branches.",
        ),
    ),
    "cpv_near": wording(
        "Code CPV {code} ({label}), proche de votre code {own_code} ({own_label}).",
        "CPV-Code {code} ({label}), nahe bei Ihrem Code {own_code} ({own_label}).",
        "Codice CPV {code} ({label}), vicino al vostro codice {own_code} ({own_label}).",
        "CPV code {code} ({label}), close to your code {own_code} ({own_label}).",
        plain=(
            "Un code CPV proche de l'un des vôtres.",
            "Ein CPV-Code nahe bei einem von Ihren.",
            "Un codice CPV vicino a uno dei vostri.",
            "A CPV code close to one of yours.",
        ),
    ),
    "cpv_suggested": wording(
        "L'avis n'a pas de code précis ; son texte fait penser à {code} ({label}), sûr à {sure}.",
        "Ohne genauen Code publiziert; der Text lässt an {code} ({label}) denken, zu {sure} sicher.",
        "Il bando non ha un codice preciso; il suo testo fa pensare a {code} ({label}), sicuro al {sure}.",
        "The notice has no precise code; its text points to {code} ({label}), {sure} sure.",
        plain=(
            "L'avis n'a pas de code précis ; son texte fait penser à votre branche.",
            "Die Bekanntmachung hat keinen genauen Code; ihr Text lässt an Ihre Branche denken.",
            "Il bando non ha un codice preciso; il suo testo fa pensare al vostro ramo.",
            "The notice has no precise code; its text points to your branch.",
        ),
    ),
    "sector_core": wording(
        "Au cœur de votre domaine : {label}.",
        "Im Kern Ihres Gebiets: {label}.",
        "Nel cuore del vostro settore: {label}.",
        "At the core of your field: {label}.",
    ),
    "sector_border": wording(
        "En bordure de votre domaine : {label}.",
        "Am Rand Ihres Gebiets: {label}.",
        "Ai margini del vostro settore: {label}.",
        "At the edge of your field: {label}.",
    ),
    "sector_words": wording(
        "L'avis emploie des mots de votre domaine : {words}.",
        "Die Bekanntmachung braucht Wörter Ihres Gebiets: {words}.",
        "Il bando usa parole del vostro settore: {words}.",
        "The notice uses words of your field: {words}.",
    ),
    "text_likeness": wording(
        "Le texte ressemble à votre présentation : {words}.",
        "Der Text gleicht Ihrem Profil: {words}.",
        "Il testo somiglia alla vostra presentazione: {words}.",
        "The text is like your profile: {words}.",
    ),
    "reference_likeness": wording(
        "Proche d'une de vos références : {reference}",
        "Ähnlich wie eine Ihrer Referenzen: {reference}",
        "Simile a una delle vostre referenze: {reference}",
        "Like one of your references: {reference}",
        plain=(
            "Proche d'une de vos références.",
            "Ähnlich wie eine Ihrer Referenzen.",
            "Simile a una delle vostre referenze.",
            "Like one of your references.",
        ),
    ),
    "title_words": wording(
        "Le titre emploie vos mots : {words}.",
        "Der Titel braucht Ihre Wörter: {words}.",
        "Il titolo usa le vostre parole: {words}.",
        "The title uses your words: {words}.",
    ),
    "place_in_reach": wording(
        "Lieu d'exécution dans votre rayon d'action : {canton}.",
        "Ausführungsort in Ihrem Einzugsgebiet: {canton}.",
        "Luogo di esecuzione nel vostro raggio d'azione: {canton}.",
        "Carried out within your reach: {canton}.",
    ),
    "buyer_in_reach": wording(
        "Adjudicateur dans votre rayon d'action : {canton}.",
        "Vergabestelle in Ihrem Einzugsgebiet: {canton}.",
        "Committente nel vostro raggio d'azione: {canton}.",
        "A buyer within your reach: {canton}.",
    ),
    "offer_language": wording(
        "L'avis est dans une autre langue, mais l'offre peut être remise en {language}.",
        "Die Bekanntmachung ist anderssprachig, das Angebot auf {language} aber möglich.",
        "Il bando è in un'altra lingua, ma l'offerta può essere presentata in {language}.",
        "The notice is in another language, but the bid may be written in {language}.",
        plain=(
            "L'avis est dans une autre langue, mais l'offre peut être remise dans la vôtre.",
            "Die Bekanntmachung ist anderssprachig, das Angebot in Ihrer Sprache aber möglich.",
            "Il bando è in un'altra lingua, ma l'offerta può essere presentata nella vostra.",
            "The notice is in another language, but the bid may be written in yours.",
        ),
    ),
    "days_left": wording(
        "Du temps pour répondre : délai le {deadline}.",
        "Zeit zum Antworten: Frist am {deadline}.",
        "Tempo per rispondere: termine il {deadline}.",
        "Time to answer: deadline on {deadline}.",
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

RISKS: dict[str, Wording] = {
    "few_days": wording(
        "Peu de temps : délai le {deadline}.",
        "Wenig Zeit: Frist am {deadline}.",
        "Poco tempo: termine il {deadline}.",
        "Little time: deadline on {deadline}.",
    ),
    "offer_in_other_language": wording(
        "L'offre est à remettre dans une langue qui n'est pas votre première : {languages}.",
        "Das Angebot ist in einer Sprache einzureichen, die nicht Ihre erste ist: {languages}.",
        "L'offerta va presentata in una lingua che non è la vostra prima: {languages}.",
        "The bid must be written in a language that is not your first: {languages}.",
    ),
    "notice_in_other_language": wording(
        "L'avis n'est pas dans votre langue ({language}).",
        "Die Bekanntmachung ist nicht in Ihrer Sprache ({language}).",
        "Il bando non è nella vostra lingua ({language}).",
        "The notice is not in your language ({language}).",
    ),
    "no_consortium": wording(
        "Grand marché, et l'avis n'admet pas de communauté de soumissionnaires.",
        "Grosser Auftrag, und Bietergemeinschaften sind nicht zugelassen.",
        "Grande commessa, e il bando non ammette consorzi di offerenti.",
        "A large contract, and the notice does not admit consortia.",
    ),
    "larger_than_alone": wording(
        "Plus grand ({value}) que ce que vous portez seul : à prévoir avec d'autres.",
        "Grösser ({value}), als Sie allein tragen: mit anderen zu planen.",
        "Più grande ({value}) di quanto assumete da soli: da prevedere con altri.",
        "Larger ({value}) than you carry alone: to be planned with others.",
    ),
    "reserved_to_check": wording(
        "Marché réservé, votre statut est à vérifier : {reserved_to}.",
        "Vorbehaltener Auftrag, Ihr Status ist zu prüfen: {reserved_to}.",
        "Commessa riservata, il vostro statuto è da verificare: {reserved_to}.",
        "Reserved contract, your status is to be checked: {reserved_to}.",
    ),
    "reserved_abroad": wording(
        "Marché réservé à l'étranger : à vérifier, votre statut suisse doit y être reconnu.",
        "Im Ausland vorbehaltener Auftrag: zu prüfen, Ihr Schweizer Status muss dort anerkannt sein.",
        "Commessa riservata all'estero: da verificare, il vostro statuto svizzero deve esservi riconosciuto.",
        "A contract reserved abroad: to be checked, your Swiss status must be recognised there.",
    ),
    "execution_reserved": wording(
        "L'exécution est réservée à des emplois protégés.",
        "Die Ausführung ist geschützten Arbeitsplätzen vorbehalten.",
        "L'esecuzione è riservata a impieghi protetti.",
        "The contract is to be carried out in sheltered employment.",
    ),
    "only_buyer_in_reach": wording(
        "Exécution hors de votre rayon d'action ({canton}) : seul l'adjudicateur y a son siège.",
        "Ausführung ausserhalb Ihres Einzugsgebiets ({canton}): Nur die Vergabestelle liegt darin.",
        "Esecuzione fuori dal vostro raggio d'azione ({canton}): solo il committente vi ha sede.",
        "Carried out beyond your reach ({canton}): only the buyer is within it.",
    ),
    "weak_evidence": wording(
        "Peu d'indices : à vérifier.",
        "Wenige Hinweise: zu prüfen.",
        "Pochi indizi: da verificare.",
        "Little evidence: to be checked.",
    ),
    "like_refused": wording(
        "Ressemble à {title}, qui n'était pas pour vous.",
        "Gleicht {title}; das war nichts für Sie.",
        "Somiglia a {title}, che non faceva per voi.",
        "Like {title}, which was not for you.",
        plain=(
            "Ressemble à un marché qui n'était pas pour vous.",
            "Gleicht einem Auftrag, der nichts für Sie war.",
            "Somiglia a una commessa che non faceva per voi.",
            "Like a contract which was not for you.",
        ),
    ),
    "many_references": wording(
        "L'avis demande plusieurs références.",
        "Es werden mehrere Referenzen verlangt.",
        "Il bando chiede più referenze.",
        "The notice asks for several references.",
    ),
    "criteria_in_documents": wording(
        "Des critères sont dans le dossier, non lus.",
        "Kriterien stehen in den Unterlagen, nicht gelesen.",
        "Alcuni criteri sono nella documentazione, non letti.",
        "Some criteria are in the documents, not read.",
    ),
}

GATES: dict[str, Wording] = {
    "open": wording(
        "Le délai est échu depuis le {deadline}, ou le marché n'est plus ouvert.",
        "Die Frist ist am {deadline} abgelaufen, oder die Ausschreibung ist nicht mehr offen.",
        "Il termine è scaduto il {deadline}, o il bando non è più aperto.",
        "The deadline passed on {deadline}, or the tender is no longer open.",
        plain=(
            "Le marché n'est plus ouvert.",
            "Die Ausschreibung ist nicht mehr offen.",
            "Il bando non è più aperto.",
            "The tender is no longer open.",
        ),
    ),
    "place": wording(
        "Hors du rayon d'action : {place}.",
        "Ausserhalb des Einzugsgebiets: {place}.",
        "Fuori dal raggio d'azione: {place}.",
        "Out of reach: {place}.",
    ),
    "excluded_words": wording(
        "L'avis contient un mot exclu par le profil : {words}.",
        "Die Bekanntmachung enthält ein vom Profil ausgeschlossenes Wort: {words}.",
        "Il bando contiene una parola esclusa dal profilo: {words}.",
        "The notice holds a word that the profile excludes: {words}.",
    ),
    "language_of_offers": wording(
        "L'offre n'est admise que dans d'autres langues : {languages}.",
        "Das Angebot ist nur in anderen Sprachen zugelassen: {languages}.",
        "L'offerta è ammessa solo in altre lingue: {languages}.",
        "The bid is admitted in other languages only: {languages}.",
    ),
    "worthwhile": wording(
        "Plus petit que ce que le profil demande : {value}.",
        "Kleiner, als das Profil verlangt: {value}.",
        "Più piccolo di quanto chiede il profilo: {value}.",
        "Smaller than the profile asks for: {value}.",
    ),
    "size": wording(
        "Trop grand pour être porté seul, et l'avis n'admet ni communauté ni sous-traitance : {value}.",
        "Zu gross, um allein getragen zu werden, und weder Bietergemeinschaft noch Unterauftrag ist "
        "zugelassen: {value}.",
        "Troppo grande da assumere da soli, e il bando non ammette né consorzi né subappalto: {value}.",
        "Too large to carry alone, and the notice admits neither consortia nor subcontracting: {value}.",
    ),
    "reserved": wording(
        "Réservé à un statut que le profil n'a pas : {reserved_to}.",
        "Einem Status vorbehalten, den das Profil nicht hat: {reserved_to}.",
        "Riservato a uno statuto che il profilo non ha: {reserved_to}.",
        "Reserved to a status that the profile does not have: {reserved_to}.",
    ),
}

_UNKNOWN = wording(
    "Un autre indice, tiré de l'avis et de votre profil.",
    "Ein weiterer Hinweis aus der Bekanntmachung und Ihrem Profil.",
    "Un altro indizio, tratto dal bando e dal vostro profilo.",
    "Another sign, from the notice and your profile.",
)
_STOPPED = wording(
    "Une condition n'est pas remplie.",
    "Eine Bedingung ist nicht erfüllt.",
    "Una condizione non è soddisfatta.",
    "A condition is not met.",
)


def say(reason: Mapping[str, Any], language: str) -> str:
    """A reason or a risk as a sentence for its reader; one of an older model is worded in general terms."""
    key = str(reason.get("key", ""))
    found = REASONS.get(key) or RISKS.get(key) or OFFERS.get(key) or _UNKNOWN
    return found.say(reason.get("facts") or {}, language)


def say_gate(gate: Mapping[str, Any], language: str) -> str:
    """Why a gate stopped a lead, as a sentence for its reader."""
    return GATES.get(str(gate.get("key", "")), _STOPPED).say(gate.get("facts") or {}, language)
