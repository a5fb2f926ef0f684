"""Conditions that a simap publication states in free words, by the name that they have in our table."""

from crawler.simap import shape
from crawler.simap.words import amount, day, joined, text_of
from procurement.labelled import LANGUAGES
from procurement.models import Translations
from procurement.vocabulary import Stated

_TERMS = {
    "participation": "termsNote",
    "other_requirements": "otherRequirements",
    "pre_involved": "preInvolvedVendor",
    "business": "termsOfBusiness",
    "payment": "termsOfPayment",
    "included_costs": "includedCosts",
    "securities": "securityDeposits",
    "outside_treaty": "nonWTORequirements",
    "site_visit": "walkThroughNotes",
    # Of design contests and parallel studies.
    "independent_experts": "independentExperts",
    "jury_decision": "bindingJuryDecision",
    "anonymity": "anonymity",
}
_PURCHASES = {
    "fr": "Achats\u00a0: {stated}",
    "de": "Ankäufe: {stated}",
    "it": "Acquisti: {stated}",
    "en": "Purchases: {stated}",
}
_SHARE = {
    "fr": "Au plus {share}\u00a0% de la somme",
    "de": "Höchstens {share}\u00a0% der Summe",
    "it": "Al massimo {share}\u00a0% della somma",
    "en": "At most {share}% of the sum",
}


def conditions_of(details: shape.PublicationDetails) -> dict[str, Translations]:
    """What a call says of terms, prizes, dates and its own correction beyond the fields of our table."""
    terms, dates = details.terms or shape.Terms(), details.dates or shape.Dates()
    found = {name: text_of(getattr(terms, field), f"terms.{field}") for name, field in _TERMS.items()}
    found |= _prizes(terms, details.base.language)
    found |= _calendar(dates, details.base.language)
    if details.info is not None and details.info.participantLimitation is not None:
        found["participants_limit"] = {details.base.language: str(details.info.participantLimitation)}
    if details.notice is not None:
        found["offering_phase"] = text_of(details.notice.notice, "notice.notice")
    if details.correction is not None:
        found["correction"] = text_of(details.correction.remarks, "correction.remarks")
    return {name: words for name, words in found.items() if words}


def _prizes(terms: shape.Terms, language: str) -> dict[str, Translations]:
    """Prizes, purchases and compensation of a design contest or parallel study (`terms` extended)."""

    def with_note(money: shape.Money | None, note: shape.Text | None, path: str) -> Translations:
        sum_ = amount(money)
        return joined({language: sum_} if sum_ else {}, text_of(note, path), created_in=language)

    purchases: list[Translations] = []
    if terms.purchasesAllowed not in (None, Stated.NOT_SPECIFIED):
        stated = terms.purchasesAllowed
        purchases.append({each: _PURCHASES[each].format(stated=stated.label(each)) for each in LANGUAGES})
    if terms.purchaseMaxShareOfTotalPrice is not None:
        share = terms.purchaseMaxShareOfTotalPrice
        purchases.append({each: _SHARE[each].format(share=share) for each in LANGUAGES})
    purchases.append(text_of(terms.purchaseNote, "terms.purchaseNote"))
    return {
        "prizes": with_note(terms.totalPrice, terms.totalPriceNote, "terms.totalPriceNote"),
        "purchases": joined(*purchases, created_in=language),
        "compensation": with_note(terms.compensation, terms.compensationNote, "terms.compensationNote"),
    }


def _calendar(dates: shape.Dates, language: str) -> dict[str, Translations]:
    """Appointments, formal requirements, and when an announced call is expected."""
    appointments = [
        joined(
            {language: day(each.date)} if each.date else {},
            text_of(each.name, f"dates.otherAppointments.{position}.name", single=True),
            text_of(each.note, f"dates.otherAppointments.{position}.note", single=True),
            created_in=language,
            by=" · ",
        )
        for position, each in enumerate(dates.otherAppointments or [])
    ]
    forecast = dates.publicationDateForecast
    return {
        "appointments": joined(*appointments, created_in=language),
        "formalities": text_of(
            dates.specificDeadlinesAndFormalRequirements, "dates.specificDeadlinesAndFormalRequirements"
        ),
        "expected_on": {language: day(forecast)} if forecast else {},
    }
