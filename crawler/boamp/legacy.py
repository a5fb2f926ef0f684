"""Notices of the schema V230 (2015 to 2021), whose parts stand at the top of `donnees` without a root."""

import re
from collections.abc import Iterator
from dataclasses import replace

from crawler.boamp import moments, words
from crawler.boamp.contents import Contents
from crawler.boamp.corrections import read_correction, stated_rules
from crawler.boamp.shape import Record, listed
from crawler.boamp.tree import Node
from crawler.ted.codes import publication_number
from procurement.cleaning import web_address
from procurement.models import Translations
from procurement.records import (
    AwardRecord,
    BuyerRecord,
    CallRecord,
    ConsiderationRecord,
    CriterionRecord,
    LotRecord,
    SupplierRecord,
)
from procurement.vocabulary import CriteriaSource, CriterionKind, Stated

# The parts by which a tree of this schema is known.
PARTS = frozenset(
    {"IDENTITE", "OBJET", "PROCEDURE", "CONDITION_DELAI", "ATTRIBUTION", "RECTIF", "ANNULATION"}
)

_LEAD = re.compile(r"(?i)\s*[(-]\s*mandataire\s*\)?\s*$")
_RANK = re.compile(r"(?i)\s*\(\s*rang\s+(\d{1,2})\s*\)\s*$")
_MEMBER = re.compile(r"(?i)\s*[(-]\s*co-?traitant\s*\)?\s*$")
_EARLIER = ("ANNONCE_ANTERIEUR", "REFERENCE", "IDWEB")
# Earlier publications in the Official Journal that were of this very procedure; a planning notice, a buyer
# profile or a qualification system stands before many.
_OF_THE_PROCEDURE = ("AVIS_MARCHE", "AVIS_CONCOURS", "AVIS_ATTRIBUTION", "AVIS_EX_ANTE_VOLONTAIRE")


def read_legacy(root: Node, record: Record) -> Contents:
    """A notice of the years 2015 to 2021."""
    what = root.first("OBJET")
    awards = _awards(root.first("ATTRIBUTION"), record)
    ended = root.has("ATTRIBUTION", "SANS_SUITE") or root.has("ATTRIBUTION", "DECISION", "INFRUCTUEUX")
    earlier = [key for node in root.below(_EARLIER[0]) for key in node.texts(*_EARLIER[1:])]
    return Contents(
        buyer=_buyer(root.first("IDENTITE"), record),
        title=words.words(what.text("TITRE_MARCHE") or what.text("OBJET_COMPLET"), what.path, single=True),
        call=_call(root) if what.names and not root.has("ATTRIBUTION") else None,
        awards=awards,
        cpv_codes=words.cpv_codes([text for node in what.below("CPV") for text in node.leaves()]),
        initial_key=earlier[0] if earlier else None,
        ted_numbers=tuple(dict.fromkeys(_ted_numbers(root))),
        is_contest=root.has("CONDITION_ADMINISTRATIVE", "RECOMPENSES_LAUREAT_OUI"),
        ended_without_award=ended and not any(award.suppliers for award in awards),
        correction=read_correction(root.first("RECTIF")) if root.has("RECTIF") else None,
    )


def _ted_numbers(root: Node) -> Iterator[str]:
    """The numbers on TED of earlier publications: « 2016/S 140-252708 » stands in three parts."""
    for node in root.below("PUBLICATION_JOUE"):
        kind = node.first("NATURE")
        if kind.names and not any(kind.has(name) for name in _OF_THE_PROCEDURE):
            continue
        number, year = node.text("NUM_ANNONCE"), node.text("ANNEE")
        if found := publication_number(number) or publication_number(f"{number}-{year}"):
            yield found


def _buyer(identity: Node, record: Record) -> BuyerRecord | None:
    name = words.name(identity.text("DENOMINATION") or record.nomacheteur or "", identity.path)
    if not name:
        return None
    number = words.siret(
        identity.text("CODE_IDENT_NATIONAL") or identity.text("TYPE_IDENT_NATIONAL", "SIRET")
    )
    return BuyerRecord(
        source_key=number or name[:120],
        name={"fr": name},
        city=words.name(identity.text("VILLE"), identity.path, longest=120),
        postal_code=words.name(identity.text("CP"), identity.path, longest=20),
        country="FR",
    )


def _call(root: Node) -> CallRecord:
    what, terms, times = (
        root.first(name) for name in ("OBJET", "CONDITION_RELATIVE_MARCHE", "CONDITION_DELAI")
    )
    taking_part, identity = root.first("CONDITION_PARTICIPATION"), root.first("IDENTITE")
    notes, details = root.first("RENSEIGNEMENTS_COMPLEMENTAIRES"), what.first("CARACTERISTIQUES")
    group = words.words(terms.text("FORME_JURIDIQUE"), terms.path)
    allowed, multiple = stated_rules(group.get("fr", ""))
    offers, requests = times.text("RECEPT_OFFRES"), times.text("RECEPT_CANDIDAT")
    texts = [what.text("OBJET_COMPLET"), details.text("PRINCIPALES")]
    value = words.amount(details.text("VALEUR_TOTALE"))
    conditions = {
        "participation": _joined(taking_part, "SITUATION_JURIDIQUE", "CAP_ECO", "CAP_TECH"),
        "execution": _joined(taking_part, "CONDITION_PARTICULIERE_EXECUTION"),
        "payment": _joined(terms, "FINANCEMENT"),
        "securities": _joined(terms, "CAUTIONNEMENT"),
        "other_requirements": _joined(notes, "RENS_COMPLEMENT"),
    }
    return CallRecord(
        description=words.words("\n\n".join(text for text in texts if text), what.path),
        lots=_lots(root),
        submission_deadline=moments.own_moment(offers or requests, f"{times.path}.RECEPT_OFFRES"),
        submission_deadline_text=offers or requests or None,
        deadline_is_for_requests=not offers and bool(requests),
        consortium_allowed=allowed,
        consortium_multiple=multiple,
        consortium_note=group,
        lots_per_tenderer=words.whole(what.text("NB_LOT_OFFRE_MAX")),
        conditions={name: text for name, text in conditions.items() if text},
        offer_languages=tuple(
            dict.fromkeys(code.lower()[:2] for code in terms.texts("LANGUES", "LANGUE") if code)
        ),
        documents_url=web_address(identity.text("URL_DOCUMENT"))
        or web_address(identity.text("URL_PROFIL_ACHETEUR")),
        remedies=_joined(notes, "PROCEDURES_RECOURS_PRECISIONS"),
        value_amount=int(value) if value else None,
        value_currency="EUR" if value else None,
    )


def _joined(node: Node, *names: str) -> Translations:
    return words.words("\n\n".join(text for name in names if (text := node.text(name))), node.path)


def _lots(root: Node) -> tuple[LotRecord, ...]:
    """The lots; this schema writes the whole of a contract without lots as a lot without a number."""
    what = root.first("OBJET")
    nodes = what.all("LOTS", "LOT") or what.all("LOT")
    is_divided = len(nodes) > 1
    return tuple(
        _lot(root, node, position, is_divided=is_divided) for position, node in enumerate(nodes or [what], 1)
    )


def _lot(root: Node, node: Node, position: int, *, is_divided: bool) -> LotRecord:
    what = root.first("OBJET")
    place = what.first("LIEU_EXEC_LIVR")
    judged = node.first("CRITERES_ATTRIBUTION")
    if not judged.names:
        judged = root.first("PROCEDURE", "CRITERES_ATTRIBUTION")
    criteria = tuple(_criteria(judged))
    free = judged.text("CRITERES_LIBRE")
    source = CriteriaSource.NOT_SPECIFIED
    if criteria or free:
        source = CriteriaSource.DEFINED
    elif judged.has("CRITERES_CCTP"):
        source = CriteriaSource.IN_DOCUMENTS
    elif judged.has("CRITERES_PRIX"):
        source = CriteriaSource.PRICE_ONLY
    months = node.text("DUREE_MOIS") or node.text("DUREE_DELAI", "DUREE_MOIS")
    codes = [text for cpv in node.all("CPV") for text in cpv.leaves()]
    return LotRecord(
        source_key=(node.text("NUM")[:60] or f"#{position}") if is_divided else "",
        number=words.whole(node.text("NUM")) or position,
        title=words.words(node.text("INTITULE"), node.path, single=True) if is_divided else {},
        description=words.words(node.text("DESCRIPTION"), node.path),
        cpv_codes=words.cpv_codes(codes or [text for cpv in what.all("CPV") for text in cpv.leaves()]),
        place_country="FR",
        place_postal_code=words.name(place.text("CP"), place.path, longest=20),
        place_city=words.words(place.text("VILLE"), place.path, single=True),
        place_note=words.words(node.text("LIEU_PRINCIPAL") or place.text("ADRESSE"), node.path),
        starts_on=moments.day_of(node.text("DATE_DEBUT"), f"{node.path}.DATE_DEBUT"),
        ends_on=moments.day_of(node.text("DATE_FIN"), f"{node.path}.DATE_FIN"),
        duration_days=words.days(words.number(months)),
        can_be_extended=_yes_or_no(node, "RENOUVELLEMENT"),
        variants=_yes_or_no(node, "VARIANTES"),
        award_criteria_source=source,
        criteria_note=words.words(free, judged.path),
        criteria=criteria,
        considerations=tuple(_reserved(root)),
    )


def _criteria(judged: Node) -> list[CriterionRecord]:
    """Criteria with their weights: in one weighted list, or as qualities beside the price."""
    found = []
    for list_name in ("CRITERES_PONDERES", "CRITERES_QUALITE", "CRITERES_COUT"):
        for node in judged.all(list_name, "CRITERE"):
            title = words.words(node.text(), node.path, single=True)
            if title:
                is_price = list_name == "CRITERES_COUT" or words.is_about_price(title["fr"])
                found.append(_criterion(title, node.attribute("POIDS"), is_price=is_price))
    if found and judged.has("CRITERES_PRIX"):
        found.append(_criterion({"fr": "Prix"}, judged.text("CRITERES_PRIX", "POIDS"), is_price=True))
    return found


def _criterion(title: Translations, weight: str, *, is_price: bool) -> CriterionRecord:
    return CriterionRecord(
        kind=CriterionKind.AWARD, title=title, weight=words.number(weight), is_price=is_price
    )


def _yes_or_no(node: Node, name: str) -> Stated:
    if node.has(f"{name}_OUI") == node.has(f"{name}_NON"):
        return Stated.NOT_SPECIFIED
    return Stated.YES if node.has(f"{name}_OUI") else Stated.NO


def _reserved(root: Node) -> list[ConsiderationRecord]:
    """Contracts kept for sheltered workshops or programmes, in the codes of eForms."""
    found = []
    for part in ("OBJET", "CONDITION_PARTICIPATION"):
        for node in root.all(part, "MARCHE_RESERVE_OUI"):
            said = words.words("\n".join(node.leaves()), node.path)
            if node.has("EMPLOIS_PROTEGES"):
                found.append(ConsiderationRecord("BT-736", "yes", said))
            if node.has("ATELIERS_PROTEGES") or not node.has("EMPLOIS_PROTEGES"):
                code = "res-ws" if node.has("ATELIERS_PROTEGES") else ""
                found.append(ConsiderationRecord("BT-71", code, said))
    return found


def _awards(section: Node, record: Record) -> tuple[AwardRecord, ...]:
    awards = [award for decision in section.all("DECISION") for award in _decided(decision, section)]
    total = words.amount(section.text("VALEUR_TOTALE"))
    if len(awards) == 1 and total and awards[0].value_high is None:
        currency = section.first("VALEUR_TOTALE").attribute("DEVISE") or "EUR"
        return (replace(awards[0], value_high=total, value_currency=currency),)
    if awards or not section.names:
        return tuple(awards)
    return tuple(AwardRecord(suppliers=(SupplierRecord(name=name),)) for name in listed(record.titulaire))


def _decided(decision: Node, section: Node) -> list[AwardRecord]:
    """The winners of one decision: together when one of them is said to lead, else each for itself."""
    suppliers = [_supplier(node) for node in decision.all("TITULAIRE") if node.text("DENOMINATION")]
    facts = decision.all("RENSEIGNEMENT")
    if len(suppliers) < 2 or any(each.is_lead is not None for each in suppliers):
        return [_award(decision, section, tuple(suppliers), facts)]
    is_told_apart = len(facts) == len(suppliers)
    return [
        _award(decision, section, (supplier,), [facts[position]] if is_told_apart else [])
        for position, supplier in enumerate(suppliers)
    ]


def _award(
    decision: Node, section: Node, suppliers: tuple[SupplierRecord, ...], facts: list[Node]
) -> AwardRecord:
    days = [text for fact in facts if (text := fact.text("DATE_ATTRIBUTION"))]
    values = [value for fact in facts if (value := words.amount(fact.text("MONTANT")))]
    currencies = [code for fact in facts if (code := fact.first("MONTANT").attribute("DEVISE"))]
    counts = [count for fact in facts if (count := words.whole(fact.text("NB_OFFRE_RECU")))]
    return AwardRecord(
        suppliers=suppliers,
        lot_key=decision.text("NUM_LOT")[:60] or None,
        decided_on=moments.day_of(
            days[0] if days else section.text("DATE_DECISION"), f"{decision.path}.DATE_ATTRIBUTION"
        ),
        offers_received=counts[0] if counts else None,
        value_high=sum(values) or None,
        value_currency=(currencies[0] if currencies else "EUR") if values else None,
        note=words.words(decision.text("INTITULE") or decision.text("DESCRIPTION"), decision.path),
    )


def _supplier(node: Node) -> SupplierRecord:
    name = words.name(node.text("DENOMINATION"), node.path)
    rank = _RANK.search(name)
    is_lead = True if _LEAD.search(name) else False if _MEMBER.search(name) else None
    return SupplierRecord(
        name=_RANK.sub("", _MEMBER.sub("", _LEAD.sub("", name))) or name,
        source_key=words.siret(node.text("CODE_IDENT_NATIONAL")),
        city=words.name(node.text("VILLE"), node.path, longest=120),
        postal_code=words.name(node.text("CP"), node.path, longest=20),
        country="FR" if not node.text("PAYS") else None,
        is_lead=is_lead,
        rank=int(rank[1]) if rank else None,
    )
