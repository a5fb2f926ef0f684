"""The observatory as tables: figures, families of criteria, trend, quotes, what members won."""

from collections.abc import Iterator

from sqlalchemy.orm import Session

from config.criteria import family_label
from config.tables import sources
from procurement.exports.sheets import Sheet, Value
from procurement.i18n import translator
from procurement.labelled import Labelled
from procurement.models import in_language
from procurement.observatory.calls import Reading
from procurement.observatory.figures import Dimension, Tally
from procurement.observatory.method import METHOD
from procurement.observatory.names import buyer_names, names_of
from procurement.observatory.quotes import quotes
from procurement.observatory.survey import Survey


class Column(Labelled):
    """The columns of these tables."""

    BY = "by", "Selon", "Nach", "Secondo", "By"
    VALUE = "value", "Valeur", "Wert", "Valore", "Value"
    CALLS = "calls", "Appels", "Ausschreibungen", "Bandi", "Calls"
    SHARE = (
        "share",
        "Part des appels lus",
        "Anteil der gelesenen",
        "Quota dei bandi letti",
        "Share of those read",
    )
    LOW = "low", "Borne basse", "Untere Grenze", "Limite inferiore", "Lower bound"
    HIGH = "high", "Borne haute", "Obere Grenze", "Limite superiore", "Upper bound"
    LEAST = "least", "Au moins, de tous", "Mindestens, von allen", "Almeno, di tutti", "At least, of all"
    YEAR = "year", "Année", "Jahr", "Anno", "Year"
    QUARTER = "quarter", "Trimestre", "Quartal", "Trimestre", "Quarter"
    FAMILY = "family", "Famille de critères", "Kriterienfamilie", "Famiglia di criteri", "Family of criteria"
    AS_AWARD = (
        "as_award",
        "Dont critère d’adjudication",
        "Davon Zuschlagskriterium",
        "Di cui criterio di aggiudicazione",
        "Of which award criterion",
    )
    WEIGHTED = "weighted", "Poids indiqués", "Angegebene Gewichte", "Pesi indicati", "Weights stated"
    MEDIAN = "median", "Poids médian (%)", "Median (%)", "Peso mediano (%)", "Median weight (%)"
    LIGHTEST = "lightest", "Poids minimal (%)", "Minimum (%)", "Peso minimo (%)", "Lightest (%)"
    HEAVIEST = "heaviest", "Poids maximal (%)", "Maximum (%)", "Peso massimo (%)", "Heaviest (%)"
    BUYER = "buyer", "Adjudicateur", "Auftraggeber", "Committente", "Buyer"
    TENDER = "tender", "Marché", "Auftrag", "Commessa", "Tender"
    PUBLISHED = "published", "Publié le", "Publiziert am", "Pubblicato il", "Published on"
    KIND = "kind", "Sorte", "Art", "Genere", "Kind"
    WEIGHT = "weight", "Poids (%)", "Gewicht (%)", "Peso (%)", "Weight (%)"
    SENTENCE = "sentence", "Phrase", "Satz", "Frase", "Sentence"
    FIELD = "field", "Champ de l’avis", "Feld", "Campo dell’avviso", "Field of the notice"
    LINK = "link", "Avis officiel", "Amtliche Publikation", "Avviso ufficiale", "Official notice"
    MEMBER = "member", "Membre", "Mitglied", "Membro", "Member"
    AMOUNT = "amount", "Montant publié", "Publizierter Betrag", "Importo pubblicato", "Published amount"
    CURRENCY = "currency", "Monnaie", "Währung", "Valuta", "Currency"
    METHOD = "method", "Comment c’est compté", "So wird gezählt", "Come si conta", "How it is counted"


_TALLIED = (*Reading, Column.SHARE, Column.LOW, Column.HIGH, Column.LEAST)
_OF_FAMILIES = (
    Column.FAMILY,
    Column.CALLS,
    Column.AS_AWARD,
    Column.WEIGHTED,
    Column.MEDIAN,
    Column.LIGHTEST,
    Column.HEAVIEST,
)
_OF_QUOTES = (
    Column.BUYER,
    Column.TENDER,
    Column.PUBLISHED,
    Column.FAMILY,
    Column.KIND,
    Column.WEIGHT,
    Column.SENTENCE,
    Column.FIELD,
    Column.LINK,
)


def sheets(session: Session, survey: Survey, language: str) -> list[Sheet]:
    """Every table of the observatory, in the reader’s language."""
    return [
        figures_sheet(session, survey, language),
        families_sheet(survey, language),
        trend_sheet(survey, language),
        quotes_sheet(session, survey, language),
        _wins_sheet(survey, language),
        _method_sheet(language),
    ]


def figures_sheet(session: Session, survey: Survey, language: str) -> Sheet:
    """The calls as a whole and by each dimension, one row for each value."""
    tr = translator(language)
    rows: list[list[Value]] = [[tr.gettext("ensemble"), "", *_cells(survey.whole)]]
    for dimension in Dimension:
        found = survey.by(dimension)
        words = names_of(session, dimension, [key for key, _ in found], language)
        rows += [[dimension.label(language), words[key], *_cells(each)] for key, each in found]
    columns = (Column.BY, Column.VALUE, Column.CALLS, *_TALLIED)
    return Sheet(tr.gettext("Chiffres"), _titles(columns, language), rows, [26, 44])


def families_sheet(survey: Survey, language: str) -> Sheet:
    """How often each family is asked for, and how heavily."""
    rows: list[list[Value]] = [
        [
            family_label(each.family, language),
            each.calls,
            each.as_award,
            len(each.weights),
            each.median,
            *(each.range or (None, None)),
        ]
        for each in survey.families
    ]
    return Sheet(translator(language).gettext("Familles"), _titles(_OF_FAMILIES, language), rows, [44])


def trend_sheet(survey: Survey, language: str) -> Sheet:
    """The quarters of all years."""
    rows = [[*when, *_cells(each)] for when, each in survey.trend]
    columns = (Column.YEAR, Column.QUARTER, Column.CALLS, *_TALLIED)
    return Sheet(translator(language).gettext("Évolution"), _titles(columns, language), rows)


def quotes_sheet(session: Session, survey: Survey, language: str) -> Sheet:
    """The sentences that ask, with where they stand."""
    found = quotes(session, asking=survey.asking)
    names = buyer_names(session, {each.buyer_id for each in found if each.buyer_id}, language)
    rows = (
        [
            names.get(each.buyer_id or 0, ""),
            in_language(each.title, language),
            each.published_on.isoformat(),
            family_label(each.family, language),
            each.kind.label(language),
            each.weight,
            each.sentence,
            each.field,
            each.url,
        ]
        for each in found
    )
    widths = [40, 60, None, 30, 24, None, 90, 24, 40]
    return Sheet(translator(language).gettext("Citations"), _titles(_OF_QUOTES, language), rows, widths)


def _wins_sheet(survey: Survey, language: str) -> Sheet:
    rows = [
        [
            win.member,
            in_language(win.title, language),
            win.published_on.isoformat(),
            win.amount,
            win.currency if win.amount is not None else "",
            win.url,
        ]
        for win in survey.won.wins
    ]
    columns = (Column.MEMBER, Column.TENDER, Column.PUBLISHED, Column.AMOUNT, Column.CURRENCY, Column.LINK)
    return Sheet(translator(language).gettext("Gagnés"), _titles(columns, language), rows, [40, 60])


def _method_sheet(language: str) -> Sheet:
    tr = translator(language)
    rows = [[tr.gettext(text)] for text in METHOD]
    rows += [[f"{form.title} – {form.licence}"] for form in sources().values()]
    return Sheet(tr.gettext("Méthode"), _titles([Column.METHOD], language), rows, [140])


def _titles(columns: tuple[Labelled, ...] | list[Labelled], language: str) -> list[str]:
    return [column.label(language) for column in columns]


def _cells(each: Tally) -> Iterator[Value]:
    yield each.calls
    yield from (each.counts[reading] for reading in Reading)
    yield each.share
    yield from each.interval or (None, None)
    yield each.least
