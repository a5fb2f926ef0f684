"""Why a lot fits a member, what speaks against it, why a gate stopped it: worded in the reader's language."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from procurement.i18n import ZURICH, known_language, locale_of, say_date
from procurement.models import in_language

_SPACED = re.compile(r" (?=[:;?!»])|(?<=«) ")
# What can be left out with its fact: all after a colon at the end, or what stands between brackets.
_FACT = re.compile(r"[ \u00a0]?: [^:{]*\{\w+\}(?=\.$)| \(\{\w+\}\)")
_QUOTES = {"fr": "«\u00a0{}\u00a0»", "de": "«{}»", "it": "«{}»", "en": "“{}”"}


def _typeset(text: str, language: str) -> str:
    """Every language wants its apostrophe; French, no break before its double signs."""
    text = text.replace("'", "’")
    return _SPACED.sub("\u00a0", text) if language == "fr" else text


@dataclass(frozen=True, slots=True)
class Wording:
    """A sentence in four languages with its facts in braces, and a plain one for when a fact is missing."""

    full: Mapping[str, str]
    plain: Mapping[str, str]

    def say(self, facts: Mapping[str, Any], language: str) -> str:
        """The sentence for a reader; the plain one when one of its facts is not known."""
        language = known_language(language)
        known = _Facts(facts, language)
        try:
            return self.full[language].format_map(known)
        except KeyError:
            return self.plain[language]


def _wording(
    fr: str, de: str, it: str, en: str, *, plain: tuple[str, str, str, str] | None = None
) -> Wording:
    full = {
        language: _typeset(text, language)
        for language, text in zip(("fr", "de", "it", "en"), (fr, de, it, en), strict=True)
    }
    if plain is None:
        return Wording(full, {language: _FACT.sub("", text) for language, text in full.items()})
    return Wording(
        full, {language: _typeset(text, language) for language, text in zip(full, plain, strict=True)}
    )


class _Facts(dict[str, str]):
    """The facts as words of a language; one that is not known raises KeyError."""

    def __init__(self, facts: Mapping[str, Any], language: str) -> None:
        super().__init__()
        self._facts, self._language = facts, language

    def __missing__(self, name: str) -> str:
        source, put = _PUT.get(name, (name, _plainly))
        value = self._facts.get(source)
        said = put(value, self._language) if value or value == 0 else ""
        if not said:
            raise KeyError(name)
        return said


def _plainly(value: Any, language: str) -> str:
    return str(value)


_LONGEST_QUOTE = 90


def _cut(value: Any, language: str) -> str:
    """The beginning of a text, as a quotation."""
    words = " ".join(str(value).split())
    if len(words) > _LONGEST_QUOTE:
        words = words[:_LONGEST_QUOTE].rsplit(" ", 1)[0].rstrip(",.;: ") + "\u00a0…"
    return _quoted([words], language) + "."


def _label(value: Any, language: str) -> str:
    # Words of a code in another language are better than a bare code.
    return _typeset(in_language(dict(value), language), language) if isinstance(value, Mapping) else ""


def _quoted(value: Any, language: str) -> str:
    return ", ".join(_QUOTES[language].format(_typeset(str(word), language)) for word in value)


def _language(value: Any, language: str) -> str:
    return str(locale_of(language).languages.get(str(value), value))


def _languages(value: Any, language: str) -> str:
    return ", ".join(_language(each, language) for each in value)


def _day(value: Any, language: str) -> str:
    return say_date(datetime.fromisoformat(str(value)).astimezone(ZURICH).date(), language)


def _canton(value: Any, language: str) -> str:
    return canton_name(str(value), language)


def _place(value: Any, language: str) -> str:
    # ISO 3166: "CH-FR" is Fribourg, "FR" is France.
    country, _, canton = str(value).partition("-")
    return (
        canton_name(canton, language)
        if canton
        else str(locale_of(language).territories.get(country, country))
    )


# How a fact is said: the name in braces, the fact it comes from, and what turns it into words.
_PUT: dict[str, tuple[str, Callable[[Any, str], str]]] = {
    "label": ("labels", _label),
    "own_label": ("own_labels", _label),
    "words": ("words", _quoted),
    "language": ("language", _language),
    "languages": ("languages", _languages),
    "deadline": ("deadline", _day),
    "canton": ("canton", _canton),
    "place": ("place", _place),
    "reference": ("reference", _cut),
}

_CANTONS = {
    "AG": ("Argovie", "Aargau", "Argovia", "Aargau"),
    "AI": (
        "Appenzell Rhodes-Intérieures",
        "Appenzell Innerrhoden",
        "Appenzello Interno",
        "Appenzell Innerrhoden",
    ),
    "AR": (
        "Appenzell Rhodes-Extérieures",
        "Appenzell Ausserrhoden",
        "Appenzello Esterno",
        "Appenzell Ausserrhoden",
    ),
    "BE": ("Berne", "Bern", "Berna", "Bern"),
    "BL": ("Bâle-Campagne", "Basel-Landschaft", "Basilea Campagna", "Basel-Landschaft"),
    "BS": ("Bâle-Ville", "Basel-Stadt", "Basilea Città", "Basel-Stadt"),
    "FR": ("Fribourg", "Freiburg", "Friburgo", "Fribourg"),
    "GE": ("Genève", "Genf", "Ginevra", "Geneva"),
    "GL": ("Glaris", "Glarus", "Glarona", "Glarus"),
    "GR": ("Grisons", "Graubünden", "Grigioni", "Graubünden"),
    "JU": ("Jura", "Jura", "Giura", "Jura"),
    "LU": ("Lucerne", "Luzern", "Lucerna", "Lucerne"),
    "NE": ("Neuchâtel", "Neuenburg", "Neuchâtel", "Neuchâtel"),
    "NW": ("Nidwald", "Nidwalden", "Nidvaldo", "Nidwalden"),
    "OW": ("Obwald", "Obwalden", "Obvaldo", "Obwalden"),
    "SG": ("Saint-Gall", "St. Gallen", "San Gallo", "St. Gallen"),
    "SH": ("Schaffhouse", "Schaffhausen", "Sciaffusa", "Schaffhausen"),
    "SO": ("Soleure", "Solothurn", "Soletta", "Solothurn"),
    "SZ": ("Schwytz", "Schwyz", "Svitto", "Schwyz"),
    "TG": ("Thurgovie", "Thurgau", "Turgovia", "Thurgau"),
    "TI": ("Tessin", "Tessin", "Ticino", "Ticino"),
    "UR": ("Uri", "Uri", "Uri", "Uri"),
    "VD": ("Vaud", "Waadt", "Vaud", "Vaud"),
    "VS": ("Valais", "Wallis", "Vallese", "Valais"),
    "ZG": ("Zoug", "Zug", "Zugo", "Zug"),
    "ZH": ("Zurich", "Zürich", "Zurigo", "Zurich"),
}


CANTONS = tuple(_CANTONS)


def canton_name(code: str, language: str) -> str:
    """The name of a canton for a reader; what is no canton's code is returned as it is."""
    names = _CANTONS.get(code)
    return names[("fr", "de", "it", "en").index(known_language(language))] if names else code


REASONS: dict[str, Wording] = {
    "cpv_same": _wording(
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
    "cpv_under": _wording(
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
    "cpv_near": _wording(
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
    "sector_core": _wording(
        "Au cœur de votre domaine : {label}.",
        "Im Kern Ihres Gebiets: {label}.",
        "Nel cuore del vostro settore: {label}.",
        "At the core of your field: {label}.",
    ),
    "sector_border": _wording(
        "En bordure de votre domaine : {label}.",
        "Am Rand Ihres Gebiets: {label}.",
        "Ai margini del vostro settore: {label}.",
        "At the edge of your field: {label}.",
    ),
    "sector_words": _wording(
        "L'avis emploie des mots de votre domaine : {words}.",
        "Die Bekanntmachung braucht Wörter Ihres Gebiets: {words}.",
        "Il bando usa parole del vostro settore: {words}.",
        "The notice uses words of your field: {words}.",
    ),
    "text_likeness": _wording(
        "Le texte ressemble à votre présentation : {words}.",
        "Der Text gleicht Ihrem Profil: {words}.",
        "Il testo somiglia alla vostra presentazione: {words}.",
        "The text is like your profile: {words}.",
    ),
    "reference_likeness": _wording(
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
    "title_words": _wording(
        "Le titre emploie vos mots : {words}.",
        "Der Titel braucht Ihre Wörter: {words}.",
        "Il titolo usa le vostre parole: {words}.",
        "The title uses your words: {words}.",
    ),
    "place_in_reach": _wording(
        "Lieu d'exécution dans votre rayon d'action : {canton}.",
        "Ausführungsort in Ihrem Einzugsgebiet: {canton}.",
        "Luogo di esecuzione nel vostro raggio d'azione: {canton}.",
        "Carried out within your reach: {canton}.",
    ),
    "buyer_in_reach": _wording(
        "Adjudicateur dans votre rayon d'action : {canton}.",
        "Vergabestelle in Ihrem Einzugsgebiet: {canton}.",
        "Committente nel vostro raggio d'azione: {canton}.",
        "A buyer within your reach: {canton}.",
    ),
    "offer_language": _wording(
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
    "days_left": _wording(
        "Du temps pour répondre : délai le {deadline}.",
        "Zeit zum Antworten: Frist am {deadline}.",
        "Tempo per rispondere: termine il {deadline}.",
        "Time to answer: deadline on {deadline}.",
    ),
}

RISKS: dict[str, Wording] = {
    "few_days": _wording(
        "Peu de temps : délai le {deadline}.",
        "Wenig Zeit: Frist am {deadline}.",
        "Poco tempo: termine il {deadline}.",
        "Little time: deadline on {deadline}.",
    ),
    "offer_in_other_language": _wording(
        "L'offre est à remettre dans une langue qui n'est pas votre première : {languages}.",
        "Das Angebot ist in einer Sprache einzureichen, die nicht Ihre erste ist: {languages}.",
        "L'offerta va presentata in una lingua che non è la vostra prima: {languages}.",
        "The bid must be written in a language that is not your first: {languages}.",
    ),
    "notice_in_other_language": _wording(
        "L'avis n'est pas dans votre langue ({language}).",
        "Die Bekanntmachung ist nicht in Ihrer Sprache ({language}).",
        "Il bando non è nella vostra lingua ({language}).",
        "The notice is not in your language ({language}).",
    ),
    "no_consortium": _wording(
        "Grand marché, et l'avis n'admet pas de communauté de soumissionnaires.",
        "Grosser Auftrag, und Bietergemeinschaften sind nicht zugelassen.",
        "Grande commessa, e il bando non ammette consorzi di offerenti.",
        "A large contract, and the notice does not admit consortia.",
    ),
    "only_buyer_in_reach": _wording(
        "Exécution hors de votre rayon d'action ({canton}) : seul l'adjudicateur y a son siège.",
        "Ausführung ausserhalb Ihres Einzugsgebiets ({canton}): Nur die Vergabestelle liegt darin.",
        "Esecuzione fuori dal vostro raggio d'azione ({canton}): solo il committente vi ha sede.",
        "Carried out beyond your reach ({canton}): only the buyer is within it.",
    ),
    "weak_evidence": _wording(
        "Peu d'indices : à vérifier.",
        "Wenige Hinweise: zu prüfen.",
        "Pochi indizi: da verificare.",
        "Little evidence: to be checked.",
    ),
    "many_references": _wording(
        "L'avis demande plusieurs références.",
        "Es werden mehrere Referenzen verlangt.",
        "Il bando chiede più referenze.",
        "The notice asks for several references.",
    ),
    "criteria_in_documents": _wording(
        "Des critères sont dans le dossier, non lus.",
        "Kriterien stehen in den Unterlagen, nicht gelesen.",
        "Alcuni criteri sono nella documentazione, non letti.",
        "Some criteria are in the documents, not read.",
    ),
}

GATES: dict[str, Wording] = {
    "open": _wording(
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
    "place": _wording(
        "Hors du rayon d'action : {place}.",
        "Ausserhalb des Einzugsgebiets: {place}.",
        "Fuori dal raggio d'azione: {place}.",
        "Out of reach: {place}.",
    ),
    "excluded_words": _wording(
        "L'avis contient un mot exclu par le profil : {words}.",
        "Die Bekanntmachung enthält ein vom Profil ausgeschlossenes Wort: {words}.",
        "Il bando contiene una parola esclusa dal profilo: {words}.",
        "The notice holds a word that the profile excludes: {words}.",
    ),
    "language_of_offers": _wording(
        "L'offre n'est admise que dans d'autres langues : {languages}.",
        "Das Angebot ist nur in anderen Sprachen zugelassen: {languages}.",
        "L'offerta è ammessa solo in altre lingue: {languages}.",
        "The bid is admitted in other languages only: {languages}.",
    ),
}

_UNKNOWN = _wording(
    "Un autre indice, tiré de l'avis et de votre profil.",
    "Ein weiterer Hinweis aus der Bekanntmachung und Ihrem Profil.",
    "Un altro indizio, tratto dal bando e dal vostro profilo.",
    "Another sign, from the notice and your profile.",
)
_STOPPED = _wording(
    "Une condition n'est pas remplie.",
    "Eine Bedingung ist nicht erfüllt.",
    "Una condizione non è soddisfatta.",
    "A condition is not met.",
)


def say(reason: Mapping[str, Any], language: str) -> str:
    """A reason or a risk as a sentence for its reader; one of an older model is worded in general terms."""
    key = str(reason.get("key", ""))
    wording = REASONS.get(key) or RISKS.get(key) or _UNKNOWN
    return wording.say(reason.get("facts") or {}, language)


def say_gate(gate: Mapping[str, Any], language: str) -> str:
    """Why a gate stopped a lead, as a sentence for its reader."""
    return GATES.get(str(gate.get("key", "")), _STOPPED).say(gate.get("facts") or {}, language)
