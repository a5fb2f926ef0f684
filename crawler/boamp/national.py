"""The two forms of French notices below the European thresholds: MAPA and FNSimple.

Shapes: one full record of each kind of MAPA call, and what independent clients of the API read of both forms;
names of officials, telephones and e-mail addresses are not read.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from crawler.boamp import moments, words
from crawler.boamp.contents import Contents
from crawler.boamp.corrections import read_correction, stated_rules
from crawler.boamp.shape import Record, listed
from crawler.boamp.tree import Node
from procurement.cleaning import web_address
from procurement.models import Translations
from procurement.records import (
    AwardRecord,
    BuyerRecord,
    CallRecord,
    CriterionRecord,
    LotRecord,
    SupplierRecord,
)
from procurement.vocabulary import CriteriaSource, CriterionKind, ProcurementMethod, Stated

_CPV = ("objetPrincipal", "classPrincipale")
_SECTIONS = ("initial", "attribution", "rectificatif", "annulation")
_IN_DOCUMENTS = re.compile(
    r"(?i)r[èe]glement|cahier des charges|\bR\.?C\.?\b|dossier|documents? de (?:la )?consultation"
)
_LOT_NUMBER = re.compile(r"(?i)^\s*(?:lot\s*)?(?:n\s*[°o]\s*)?(\d{1,3})\s*[:.\-–—)]\s*(?=\S)")
_OFFERS = re.compile(r"(?i)nombre d['’]offres re[çc]ues\s*:\s*(\d{1,4})\b")
_AWARDED_ON = re.compile(r"(?i)date d['’]attribution\s*:\s*(\d{2})/(\d{2})/((?:20)?\d{2})\b")
_PRICE = re.compile(
    r"(?i)\bmontant\s*(?:total\s*)?(?:h\.?\s?t\.?\s*)?:\s*(\d[\d\s.]*(?:,\d{1,2})?)\s*(?:€|euros?\b)"
)
_FAILED = re.compile(r"(?i)\b(?:infructueux|sans suite)\b")


@dataclass(frozen=True, slots=True)
class _Whole:
    """What a notice says once for all its lots."""

    criteria: tuple[CriterionRecord, ...]
    criteria_source: CriteriaSource
    criteria_note: Translations
    variants: Stated
    place_postal_code: str
    place_city: Translations
    place_note: Translations
    duration_days: int | None


def read_mapa(root: Node, record: Record) -> Contents:
    """A notice of a procedure below 90 000 € (root `MAPA`)."""
    section = _section(root)
    call = _mapa_call(root, root.first("initial")) if root.has("initial") else None
    awards, failed = _mapa_awards(root.first("attribution"), record)
    description = section.first("description")
    return Contents(
        buyer=_buyer(root.first("organisme"), "acheteurPublic", record, address="adr"),
        title=words.words(description.text("objet"), description.path, single=True),
        call=call,
        awards=awards,
        cpv_codes=_codes(section),
        initial_key=section.text("avisInitial", "idWeb") or None,
        method=ProcurementMethod.OPEN if root.has("initial", "procedure", "procedureAdaptee") else None,
        ended_without_award=failed,
        correction=read_correction(root.first("rectificatif")) if root.has("rectificatif") else None,
    )


def read_simple(root: Node, record: Record) -> Contents:
    """A notice on the national form (root `FNSimple`)."""
    section = _section(root)
    what = section.first("natureMarche")
    call = _simple_call(root.first("initial")) if root.has("initial") else None
    awards, failed = _simple_awards(root.first("attribution"), record)
    return Contents(
        buyer=_buyer(root.first("organisme"), "nomOfficiel", record),
        title=words.words(what.text("intitule"), what.path, single=True),
        call=call,
        awards=awards,
        cpv_codes=_codes(section),
        initial_key=section.text("avisInitial", "idWeb") or None,
        ended_without_award=failed,
        correction=read_correction(root.first("rectificatif")) if root.has("rectificatif") else None,
    )


def _section(root: Node) -> Node:
    return next((root.first(name) for name in _SECTIONS if root.has(name)), root.first("initial"))


def _codes(section: Node) -> tuple[str, ...]:
    texts = [
        node.text() for name in ("classPrincipale", "classSupplementaire") for node in section.below(name)
    ]
    return words.cpv_codes(texts)


def _buyer(organisation: Node, title: str, record: Record, *, address: str = "") -> BuyerRecord | None:
    name = words.name(organisation.text(title) or record.nomacheteur or "", organisation.path)
    if not name:
        return None
    at = organisation.first(address) if address else organisation
    number = words.siret(organisation.text("codeIdentificationNational"))
    return BuyerRecord(
        source_key=number or name[:120],
        name={"fr": name},
        city=words.name(at.text("ville"), at.path, longest=120),
        postal_code=words.name(at.text("cp"), at.path, longest=20),
        country="FR",
    )


def _mapa_call(root: Node, section: Node) -> CallRecord:
    details, terms = section.first("caracteristiques"), section.first("conditions")
    notes, proofs = section.first("renseignements"), section.first("justifications")
    variants = details.first("variantes")
    criteria = section.first("criteres")
    weighted = tuple(
        _award(node.text("critere"), words.number(node.text("criterePCT")), node.path)
        for node in criteria.all("criterePondere")
    )
    said = " ".join(criteria.leaves()) if not weighted else ""
    source, listed_criteria = _source(weighted, said, is_in_documents=criteria.has("critereCDC"))
    place = section.first("description", "lieuExecutionLivraison")
    if not place.names:
        place = section.first("description", "lieuExecution")
    whole = _Whole(
        criteria=listed_criteria,
        criteria_source=source,
        criteria_note=words.words(said, criteria.path),
        variants=_yes_or_no(variants.has("oui"), variants.has("non")),
        place_postal_code=words.name(place.text("cp"), place.path, longest=20),
        place_city=words.words(place.text("ville"), place.path, single=True),
        place_note=words.words(place.text("voie", "nomvoie") or place.text(), place.path),
        duration_days=_duration(section.first("duree")) or _duration(section.first("natureMarche")),
    )
    group = words.words(terms.text("formeJuridique"), terms.path)
    allowed, multiple = stated_rules(f"{terms.text('formeJuridique')}\n{notes.text('rensgComplt')}")
    deadline, deadline_text, is_for_requests = _mapa_deadline(section.first("delais"))
    documents = web_address(section.text("adressesComplt", "document", "coord", "url"))
    return CallRecord(
        description=words.words(
            "\n\n".join(
                part
                for part in (
                    section.text("description", "objet"),
                    details.text("principales"),
                    details.text("quantites"),
                )
                if part
            ),
            section.path,
        ),
        lots=_lots(section, whole),
        submission_deadline=deadline,
        submission_deadline_text=deadline_text,
        deadline_is_for_requests=is_for_requests,
        consortium_allowed=allowed,
        consortium_multiple=multiple,
        consortium_note=group,
        conditions=_filled(
            participation=words.words(
                proofs.text("justificationComment") or proofs.text("justificationAutre"), proofs.path
            ),
            payment=words.words(terms.text("modFinancement"), terms.path),
            securities=words.words(terms.text("cautionnement"), terms.path),
            other_requirements=words.words(notes.text("rensgComplt"), notes.path),
        ),
        offer_languages=_languages(terms.texts("langue", "langEC")),
        documents_url=documents or web_address(root.text("organisme", "urlProfilAcheteur")),
    )


def _mapa_deadline(terms: Node) -> tuple[datetime | None, str | None, bool]:
    for name, is_for_requests in (("receptionOffres", False), ("receptionCandidatures", True)):
        if text := terms.text(name):
            return moments.own_moment(text, f"{terms.path}.{name}"), text, is_for_requests
    return None, None, False


def _simple_call(section: Node) -> CallRecord:
    what, how, where = (section.first(name) for name in ("natureMarche", "procedure", "communication"))
    notes = section.first("informComplementaire")
    said = how.text("criteresAttrib")
    source, criteria = _source((), said, is_in_documents=False)
    place = what.first("lieuExecution")
    whole = _Whole(
        criteria=criteria,
        criteria_source=source,
        criteria_note=words.words(said, how.path),
        variants=_yes_or_no(how.has("variantesO"), how.has("variantesN")),
        place_postal_code=words.name(place.text("cp"), place.path, longest=20),
        place_city=words.words(place.text("ville"), place.path, single=True),
        place_note=words.words(place.text() or place.text("voie", "nomvoie"), place.path),
        duration_days=_duration(what),
    )
    deadline_text = how.text("dateReceptionOffres") or None
    value = what.first("valeurEstimee")
    amount = words.amount(value.text("valeur")) or words.amount(value.text("fourchette", "valeurHaute"))
    notes_text = notes.text("autresInformComplementaire")
    allowed, multiple = stated_rules(notes_text)
    return CallRecord(
        description=words.words(what.text("description"), what.path),
        lots=_lots(section, whole),
        submission_deadline=moments.own_moment(deadline_text or "", f"{how.path}.dateReceptionOffres"),
        submission_deadline_text=deadline_text,
        consortium_allowed=allowed,
        consortium_multiple=multiple,
        conditions=_filled(
            participation=words.words(
                "\n\n".join(
                    text
                    for name in ("capaciteExercice", "capaciteEcoFin", "capaciteTech")
                    if (text := how.text(name))
                ),
                how.path,
            ),
            other_requirements=words.words(notes_text, notes.path),
        ),
        documents_url=web_address(where.text("urlDocConsul")) or web_address(where.text("urlProfilAch")),
        value_amount=int(amount) if amount else None,
        value_currency="EUR" if amount else None,
    )


def _lots(section: Node, whole: _Whole) -> tuple[LotRecord, ...]:
    """The lots; a notice without lots has one, which is the whole of it."""
    nodes = [node for node in section.all("lots", "lot") if node.names]
    if not nodes:
        return (_lot(section, whole, source_key="", number=1),)
    found: dict[str, LotRecord] = {}
    for position, node in enumerate(nodes, 1):
        text = node.text("intitule") or node.text("description")
        prefix = _LOT_NUMBER.match(text)
        written = node.text("numLot") or node.text("numero") or (prefix[1] if prefix else "")
        key = written[:60] if written and written not in found else f"#{position}"
        title = words.words((text[prefix.end() :] if prefix else text).split("\n")[0], node.path, single=True)
        found[key] = _lot(
            node,
            whole,
            source_key=key,
            number=words.whole(written) or position,
            title=title,
            description=words.words(node.text("description"), node.path),
        )
    return tuple(found.values())


def _lot(
    node: Node,
    whole: _Whole,
    *,
    source_key: str,
    number: int,
    title: Translations | None = None,
    description: Translations | None = None,
) -> LotRecord:
    return LotRecord(
        source_key=source_key,
        number=number,
        title=title or {},
        description=description or {},
        cpv_codes=_codes(node),
        place_country="FR",
        place_postal_code=whole.place_postal_code,
        place_city=whole.place_city,
        place_note=whole.place_note,
        duration_days=whole.duration_days,
        variants=whole.variants,
        award_criteria_source=whole.criteria_source,
        criteria_note=whole.criteria_note,
        criteria=whole.criteria,
    )


def _award(title: str, weight: float | None, path: str) -> CriterionRecord:
    return CriterionRecord(
        kind=CriterionKind.AWARD,
        title=words.words(title, path, single=True),
        weight=weight,
        is_price=words.is_about_price(title),
    )


def _source(
    weighted: tuple[CriterionRecord, ...], said: str, *, is_in_documents: bool
) -> tuple[CriteriaSource, tuple[CriterionRecord, ...]]:
    """Where the award criteria stand, and those that are in the notice."""
    criteria = weighted or tuple(_award(title, weight, "criteres") for title, weight in words.weights(said))
    if criteria:
        return CriteriaSource.DEFINED, criteria
    if is_in_documents or _IN_DOCUMENTS.search(said):
        return CriteriaSource.IN_DOCUMENTS, ()
    return (CriteriaSource.DEFINED if said else CriteriaSource.NOT_SPECIFIED), ()


def _yes_or_no(is_yes: bool, is_no: bool) -> Stated:
    if is_yes == is_no:
        return Stated.NOT_SPECIFIED
    return Stated.YES if is_yes else Stated.NO


def _duration(node: Node) -> int | None:
    months = words.number(node.text("nbMois") or node.text("dureeMois"))
    return words.days(months) or words.whole(node.text("nbJours") or node.text("dureeJours"))


def _languages(codes: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(code.lower()[:2] for code in codes))


def _filled(**conditions: Translations) -> dict[str, Translations]:
    return {name: text for name, text in conditions.items() if text}


def _mapa_awards(section: Node, record: Record) -> tuple[tuple[AwardRecord, ...], bool]:
    """The winners of a MAPA, and whether it ended without one."""
    offers = words.whole(section.text("autresInformations", "nbOffresRecues"))
    awards = []
    for won in section.all("attribution", "resultat", "attribue"):
        winners = tuple(
            words.name(text, won.path) for text in won.texts("titulaire", "PersonneMorale")
        ) or tuple(listed(record.titulaire))
        price = won.first("montant")
        value = words.amount(price.text("valeur"))
        currency = price.attribute("devise") or "EUR"
        awards.append(
            AwardRecord(
                suppliers=tuple(
                    SupplierRecord(
                        name=winner,
                        value_amount=value if len(winners) == 1 else None,
                        value_currency=currency if value and len(winners) == 1 else None,
                    )
                    for winner in winners
                ),
                offers_received=offers,
                value_high=value if len(winners) > 1 else None,
                value_currency=currency if value and len(winners) > 1 else None,
            )
        )
    outcome = section.first("attribution", "resultat")
    failed = not awards and (outcome.has("infructueux") or outcome.has("sansSuite"))
    return tuple(awards) or (() if failed else _named(record, Node(None, "attribution"), {})), failed


def _simple_awards(section: Node, record: Record) -> tuple[tuple[AwardRecord, ...], bool]:
    """The winners that the index names; what the notice says of them is free text, kept whole."""
    said = section.text("attributionMarche")
    failed = bool(said) and not listed(record.titulaire) and _FAILED.search(said) is not None
    return (() if failed else _named(record, section, words.words(said, section.path))), failed


def _day(day: str, month: str, year: str) -> date | None:
    """A day in free words; one that no calendar has is left in the words."""
    try:
        return date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day))
    except ValueError:
        return None


def _named(record: Record, section: Node, note: Translations) -> tuple[AwardRecord, ...]:
    """One award per winner of the index: nothing says that several bid together."""
    said = note.get("fr", "")
    offers, days = set(_OFFERS.findall(said)), set(_AWARDED_ON.findall(said))
    decided = _day(*days.pop()) if len(days) == 1 else None
    prices = {price for text in _PRICE.findall(said) if (price := words.amount(text))}
    names = [name for text in listed(record.titulaire) if (name := words.name(text, "titulaire"))]
    if not names and not said:
        return ()
    # Only one winner and one price belong together for certain.
    price = prices.pop() if len(prices) == 1 and len(names) == 1 else None
    supplied: list[tuple[SupplierRecord, ...]] = [(SupplierRecord(name=name),) for name in names] or [()]
    return tuple(
        AwardRecord(
            suppliers=suppliers,
            decided_on=decided,
            offers_received=int(next(iter(offers))) if len(offers) == 1 else None,
            value_high=price,
            value_currency="EUR" if price else None,
            note=note if position == 0 else {},
        )
        for position, suppliers in enumerate(supplied)
    )


READERS: dict[str, Callable[[Node, Record], Contents]] = {"MAPA": read_mapa, "FNSimple": read_simple}
