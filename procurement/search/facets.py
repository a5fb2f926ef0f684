"""By what tenders are told apart in a search: the facets, their values for a tender, and their words."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from config.criteria import family_label
from config.tables import sources
from procurement.cantons import canton_name
from procurement.codes import cpv_labels
from procurement.i18n import locale_of, translator
from procurement.labelled import Labelled
from procurement.models import Lot, Tender
from procurement.records import BY_HAND
from procurement.vocabulary import ProcurementMethod

# What is not stated is a value of its own: nobody disappears from a list for want of it.
UNKNOWN = "non-indique"
# Without the choice of a status, what one may still bid for is shown; this one stands for all of them.
EVERY = "tous"
ABROAD = "hors-suisse"
ANY_CRITERION, NO_CRITERION, UNREAD = "tous", "aucun", "non-lus"


class Facet(Labelled):
    """What one filters by; the value is its name in the address."""

    STATUS = "statut", "Statut", "Stand", "Stato", "Status"
    DEADLINE = "delai", "Délai", "Frist", "Termine", "Deadline"
    PLACE = "lieu", "Lieu d’exécution", "Ausführungsort", "Luogo di esecuzione", "Place of performance"
    SEAT = (
        "siege",
        "Siège de l’adjudicateur",
        "Sitz des Auftraggebers",
        "Sede del committente",
        "Buyer’s seat",
    )
    CPV = "cpv", "Domaine (CPV)", "Bereich (CPV)", "Settore (CPV)", "Field (CPV)"
    ESS = "ess", "Critères ESS", "ESS-Kriterien", "Criteri ESS", "SSE criteria"
    PROCEDURE = "procedure", "Procédure", "Verfahren", "Procedura", "Procedure"
    VALUE = "valeur", "Valeur estimée", "Geschätzter Wert", "Valore stimato", "Estimated value"
    LANGUAGE = (
        "langue",
        "Langue de l’avis",
        "Sprache der Publikation",
        "Lingua del bando",
        "Language of the notice",
    )
    SOURCE = "source", "Source", "Quelle", "Fonte", "Source"


class Status(Labelled):
    """Where a tender stands today: `open` and `closed` are both called for."""

    OPEN = "ouvert", "ouvert", "offen", "aperto", "open"
    CLOSED = (
        "clos",
        "clos, pas encore adjugé",
        "geschlossen, nicht vergeben",
        "chiuso, non aggiudicato",
        "closed",
    )
    ANNOUNCED = "annonce", "annoncé", "angekündigt", "annunciato", "announced"
    AWARDED = "adjuge", "adjugé", "vergeben", "aggiudicato", "awarded"
    CANCELLED = "interrompu", "interrompu", "abgebrochen", "interrotto", "cancelled"


class Span(Labelled):
    """How far away a deadline is."""

    WEEK = "7-jours", "dans 7 jours", "in 7 Tagen", "entro 7 giorni", "within 7 days"
    FORTNIGHT = "14-jours", "de 8 à 14 jours", "8 bis 14 Tage", "da 8 a 14 giorni", "8 to 14 days"
    MONTH = "30-jours", "de 15 à 30 jours", "15 bis 30 Tage", "da 15 a 30 giorni", "15 to 30 days"
    LATER = "plus-tard", "plus de 30 jours", "über 30 Tage", "oltre 30 giorni", "over 30 days"
    PAST = "echu", "échu", "abgelaufen", "scaduto", "past"


# The last day of each span that has one.
SPANS = {Span.WEEK: timedelta(days=7), Span.FORTNIGHT: timedelta(days=14), Span.MONTH: timedelta(days=30)}


class Size(Labelled):
    """How large a contract is, in its own currency."""

    TINY = "100k", "moins de 100 000", "unter 100 000", "meno di 100 000", "under 100,000"
    SMALL = (
        "250k",
        "de 100 000 à 250 000",
        "100 000 bis 250 000",
        "da 100 000 a 250 000",
        "100,000 to 250,000",
    )
    MIDDLE = (
        "1m",
        "de 250 000 à 1 million",
        "250 000 bis 1 Million",
        "da 250 000 a 1 milione",
        "250,000 to 1 million",
    )
    LARGE = "5m", "de 1 à 5 millions", "1 bis 5 Millionen", "da 1 a 5 milioni", "1 to 5 million"
    HUGE = "plus", "plus de 5 millions", "über 5 Millionen", "oltre 5 milioni", "over 5 million"


_SIZES = ((100_000, Size.TINY), (250_000, Size.SMALL), (1_000_000, Size.MIDDLE), (5_000_000, Size.LARGE))
# The state of a tender as it is stored: what follows from it today is worked out when somebody searches.
STATE, DATED = "etat", "date"


def values_of(tender: Tender, families: Iterable[str], *, are_unread: bool, is_read: bool) -> set[str]:
    """The values of a standing tender, each as « facet:value »; status and span are a matter of the day."""
    lots = [lot for lot in tender.lots if not lot.is_withdrawn]
    criteria = set(families)
    if criteria:
        criteria.add(ANY_CRITERION)
    if are_unread:
        criteria.add(UNREAD)
    if not criteria:
        criteria.add(NO_CRITERION if is_read else UNKNOWN)
    found: dict[str, Collection[str]] = {
        STATE: {tender.state.value},
        DATED: {"oui"} if tender.submission_deadline else {"non"},
        Facet.PLACE: {_place(lot.place_canton, lot.place_country) for lot in lots} or {UNKNOWN},
        Facet.SEAT: {_place(tender.buyer.canton, tender.buyer.country) if tender.buyer else UNKNOWN},
        Facet.CPV: _fields([*tender.cpv_codes, *(code for lot in lots for code in lot.cpv_codes)]),
        Facet.ESS: criteria,
        Facet.PROCEDURE: {tender.procurement_method.value},
        Facet.LANGUAGE: {tender.language},
        # What staff entered is shown to few: a publication does not tell that it stands for such a tender.
        Facet.SOURCE: {tender.source, *(each.source for each in tender.merged if each.source != BY_HAND)},
        Facet.VALUE: {_size(tender, lots)},
    }
    return {f"{facet}:{value[:60]}" for facet, values in found.items() for value in values}


def _place(canton: str | None, country: str | None) -> str:
    return canton or (ABROAD if country and country != "CH" else UNKNOWN)


def _fields(codes: Iterable[str]) -> set[str]:
    """Divisions and groups: « 90 » and « 909 »."""
    known = [code for code in codes if len(code) >= 3 and code.isdecimal()]
    return {code[:2] for code in known} | {code[:3] for code in known if code[2] != "0"} or {UNKNOWN}


def _size(tender: Tender, lots: Iterable[Lot]) -> str:
    amount = tender.value_amount
    if amount is None:
        # A whole of which a part is unknown is unknown, and so is one in several currencies.
        parts = [(lot.value_amount, lot.value_currency) for lot in lots]
        if parts and len({currency for _, currency in parts}) == 1:
            known = [each for each, _ in parts if each is not None]
            amount = sum(known) if len(known) == len(parts) else None
    if amount is None:
        return UNKNOWN
    return next((size for least, size in _SIZES if amount < least), Size.HUGE).value


def labels_of(session: Session, facet: Facet, values: Collection[str], language: str) -> dict[str, str]:
    """The words of values for a reader; one that has none keeps its key."""
    gettext = translator(language).gettext
    words = {value: value for value in values}
    own: type[Labelled] | None = {
        Facet.STATUS: Status,
        Facet.DEADLINE: Span,
        Facet.VALUE: Size,
        Facet.PROCEDURE: ProcurementMethod,
    }.get(facet)
    if own is not None:
        words |= {each.value: each.label(language) for each in own if each.value in words}
    elif facet in (Facet.PLACE, Facet.SEAT):
        words = {value: canton_name(value, language) for value in values} | {
            ABROAD: gettext("hors de Suisse")
        }
    elif facet is Facet.ESS:
        words = {value: family_label(value, language) for value in values}
        words[ANY_CRITERION] = gettext("avec un critère ESS")
        words[NO_CRITERION] = gettext("aucun critère ESS trouvé")
        words[UNREAD] = gettext("critères dans le dossier, non lus")
        words[UNKNOWN] = gettext("pas encore lu")
        return words
    elif facet is Facet.LANGUAGE:
        names = locale_of(language).languages
        words = {value: str(names.get(value, value)) for value in values}
    elif facet is Facet.SOURCE:
        known = sources()
        words = {value: known[value].title if value in known else value for value in values}
        words[BY_HAND] = gettext("Saisi par l’équipe")
    else:
        codes = {value.ljust(8, "0"): value for value in values if value.isdecimal()}
        known_words = cpv_labels(session, codes, language)
        words |= {codes[code]: f"{codes[code]} {label}" for code, label in known_words.items()}
        if language == "fr":
            words = {value: label.replace("'", "’") for value, label in words.items()}
    words[UNKNOWN] = gettext("non indiqué")
    if facet is Facet.STATUS:
        words[EVERY] = gettext("tous")
    return words


def order_of(facet: Facet, labels: dict[str, str], counts: dict[str, int]) -> list[str]:
    """The values of a facet in the order to show them, the unknown last.

    Spans and sizes go by size, codes as they are numbered, others by how many hits they have.
    """
    words: type[Labelled] | None = {Facet.STATUS: Status, Facet.DEADLINE: Span, Facet.VALUE: Size}.get(facet)
    ranked = [each.value for each in words or ()]

    def rank(value: str) -> tuple[bool, int, int, str]:
        place = ranked.index(value) if value in ranked else 0
        many = 0 if ranked or facet is Facet.CPV else -counts.get(value, 0)
        return value == UNKNOWN, place, many, value if facet is Facet.CPV else labels[value].casefold()

    return sorted(counts, key=rank)


def ends_of(now: datetime) -> dict[Span, datetime]:
    """When each span that has an end ends."""
    return {span: now + length for span, length in SPANS.items()}
