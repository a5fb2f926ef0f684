"""Calls of the European forms in use since 2024: the UBL tree of eForms, turned into JSON (root `EFORMS`).

Source: eForms SDK, fields by their business terms (BT-…); contact points and their addresses are not read.
"""

from datetime import datetime

from crawler.boamp import moments, words
from crawler.boamp.contents import Contents
from crawler.boamp.eforms_results import organisations, read_awards
from crawler.boamp.shape import Record
from crawler.boamp.tree import Node
from procurement.cleaning import one_line, web_address
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import (
    BuyerRecord,
    CallRecord,
    ConsiderationRecord,
    CriterionRecord,
    LotRecord,
)
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    ProcurementMethod,
    Stated,
)

_KINDS = ("ContractNotice", "PriorInformationNotice", "ContractAwardNotice")
_LANGUAGES = {"FRA": "fr", "DEU": "de", "ITA": "it", "ENG": "en"}
_METHODS = {
    "open": ProcurementMethod.OPEN,
    "restricted": ProcurementMethod.SELECTIVE,
    "neg-w-call": ProcurementMethod.SELECTIVE,
    "comp-dial": ProcurementMethod.SELECTIVE,
    "innovation": ProcurementMethod.SELECTIVE,
    "neg-wo-call": ProcurementMethod.DIRECT,
}
_NATURES = {
    "works": ContractNature.WORKS,
    "supplies": ContractNature.GOODS,
    "services": ContractNature.SERVICES,
}
_VARIANTS = {"allowed": Stated.YES, "required": Stated.YES, "not-allowed": Stated.NO}
# What is asked, where it stands and by which list its codes are known.
_ADDITIONAL_TYPES = {
    "strategic-procurement": "BT-06",
    "environmental-impact": "BT-774",
    "social-objective": "BT-775",
    "gpp-criteria": "BT-805",
    "accessibility": "BT-754",
}
# Codes by which a notice says that it asks for nothing of the kind.
_NOTHING = frozenset({"", "none", "no", "not-known", "n-inc", "n-inc-just", "false"})
_TREATY = "cbc:GovernmentAgreementConstraintIndicator"
_AMOUNT = "cbc:EstimatedOverallContractAmount"
_QUALIFICATION = "cac:TendererQualificationRequest"
_DAYS = {"DAY": 1.0, "WEEK": 7.0, "MONTH": 365 / 12, "YEAR": 365.0}
_EXTENSION = (
    "ext:UBLExtensions",
    "ext:UBLExtension",
    "ext:ExtensionContent",
    "efext:EformsExtension",
)


def read_eforms(root: Node, record: Record) -> Contents:
    """A notice of the European forms; UnreadableNotice names a kind of notice that is not known."""
    kind = next((name for name in _KINDS if root.has(name)), None)
    if kind is None:
        raise UnreadableNotice(
            root.path, f"{', '.join(root.names) or 'nothing'} is none of {', '.join(_KINDS)}"
        )
    notice = root.first(kind)
    project, process = notice.first("cac:ProcurementProject"), notice.first("cac:TenderingProcess")
    lots = [
        node
        for node in notice.all("cac:ProcurementProjectLot")
        if node.first("cbc:ID").attribute("schemeName") in ("", "Lot")
    ]
    awards, ended = read_awards(notice) if kind == "ContractAwardNotice" else ((), False)
    treaty = {text for lot in lots for text in lot.texts("cac:TenderingProcess", _TREATY)}
    return Contents(
        buyer=_buyer(notice, record),
        title=translations(project.all("cbc:Name"), single=True),
        call=_call(notice, project, lots) if kind != "ContractAwardNotice" else None,
        awards=awards,
        cpv_codes=_codes([project, *(lot.first("cac:ProcurementProject") for lot in lots)]),
        folder=notice.text("cbc:ContractFolderID") or None,
        method=_METHODS.get(process.text("cbc:ProcedureCode")),
        nature=_NATURES.get(project.text("cbc:ProcurementTypeCode")),
        is_under_treaty={"true": True, "false": False}.get(treaty.pop()) if len(treaty) == 1 else None,
        is_contest=notice.text("cbc:NoticeTypeCode") == "cn-desg",
        ended_without_award=ended,
    )


def translations(nodes: list[Node], *, single: bool = False) -> Translations:
    """The languages among elements that each state one, cleaned; French where none is named."""
    found: dict[str, list[str]] = {}
    for node in nodes:
        language = _LANGUAGES.get(node.attribute("languageID").upper() or "FRA")
        text = words.words(node.text(), node.path, single=single).get("fr")
        if language and text and text not in found.setdefault(language, []):
            found[language].append(text)
    return {
        language: one_line(" ".join(texts)) if single else "\n\n".join(texts)
        for language, texts in found.items()
        if texts
    }


def _buyer(notice: Node, record: Record) -> BuyerRecord | None:
    """The buyer: the organisation that the notice points at; the first one listed may be its publisher."""
    key = notice.text("cac:ContractingParty", "cac:Party", "cac:PartyIdentification", "cbc:ID")
    company = organisations(notice).get(key, Node(None, "cac:ContractingParty"))
    name = words.name(company.text("cac:PartyName", "cbc:Name") or record.nomacheteur or "", company.path)
    if not name:
        return None
    numbers = [words.siret(text) for text in company.texts("cac:PartyLegalEntity", "cbc:CompanyID")]
    address = company.first("cac:PostalAddress")
    return BuyerRecord(
        source_key=next((number for number in numbers if number), name[:120]),
        name={"fr": name},
        city=words.name(address.text("cbc:CityName"), address.path, longest=120),
        postal_code=words.name(address.text("cbc:PostalZone"), address.path, longest=20),
        country="FR",
    )


def _codes(projects: list[Node]) -> tuple[str, ...]:
    texts = [
        text
        for project in projects
        for name in ("cac:MainCommodityClassification", "cac:AdditionalCommodityClassification")
        for text in project.texts(name, "cbc:ItemClassificationCode")
    ]
    return words.cpv_codes(texts)


def _call(notice: Node, project: Node, lots: list[Node]) -> CallRecord:
    deadline, text, is_for_requests = _deadline(lots)
    processes = [lot.first("cac:TenderingProcess") for lot in lots]
    terms = [lot.first("cac:TenderingTerms") for lot in lots]
    amount, currency = _estimate(project)
    questions = [
        moments.day_of(day, f"{process.path}.cac:AdditionalInformationRequestPeriod")
        for process in processes
        for day in process.texts("cac:AdditionalInformationRequestPeriod", "cbc:EndDate")
    ]
    openings = [
        moments.eforms_moment(event.text("cbc:OccurrenceDate"), event.text("cbc:OccurrenceTime"), event.path)
        for process in processes
        for event in process.all("cac:OpenTenderEvent")
    ]
    execution = [
        note
        for each in terms
        for requirement in each.all("cac:ContractExecutionRequirement")
        if requirement.first("cbc:ExecutionRequirementCode").attribute("listName") == "conditions"
        for note in requirement.all("cbc:Description")
    ]
    group_form = [node for each in terms for node in each.all(_QUALIFICATION, "cbc:CompanyLegalForm")]
    documents = [
        link
        for each in terms
        for text in each.texts(
            "cac:CallForTendersDocumentReference", "cac:Attachment", "cac:ExternalReference", "cbc:URI"
        )
        if (link := web_address(text))
    ]
    languages = [
        _LANGUAGES.get(code, code.lower()) for each in terms for code in each.texts("cac:Language", "cbc:ID")
    ]
    most = notice.text("cac:TenderingTerms", "cac:LotDistribution", "cbc:MaximumLotsSubmittedNumeric")
    conditions = {
        "execution": translations(execution),
        "securities": translations(
            [node for each in terms for node in each.all("cac:RequiredFinancialGuarantee", "cbc:Description")]
        ),
        "payment": translations(
            [node for each in terms for node in each.all("cac:PaymentTerms", "cbc:Note")]
        ),
    }
    return CallRecord(
        description=translations(project.all("cbc:Description")),
        lots=tuple(_lot(lot, position) for position, lot in enumerate(lots, 1)),
        submission_deadline=deadline,
        submission_deadline_text=text,
        deadline_is_for_requests=is_for_requests,
        enquiry_deadline=max((day for day in questions if day), default=None),
        opening=min((moment for moment in openings if moment), default=None),
        consortium_note=translations(group_form),
        lots_per_tenderer=words.whole(most),
        conditions={name: note for name, note in conditions.items() if note},
        offer_languages=tuple(dict.fromkeys(languages)),
        documents_url=documents[0] if documents else None,
        remedies=translations(
            [
                node
                for each in terms
                for node in each.all("cac:AppealTerms", "cac:PresentationPeriod", "cbc:Description")
            ]
        ),
        value_amount=amount,
        value_currency=currency,
    )


def _estimate(project: Node) -> tuple[int | None, str | None]:
    """The estimated value (BT-27) with its currency; neither when it is not given, or as nought."""
    amount = words.amount(project.text("cac:RequestedTenderTotal", _AMOUNT))
    currency = project.first("cac:RequestedTenderTotal", _AMOUNT).attribute("currencyID") or "EUR"
    return (int(amount), currency) if amount else (None, None)


def _deadline(lots: list[Node]) -> tuple[datetime | None, str | None, bool]:
    """The earliest deadline of the lots (BT-131), else that for requests to take part (BT-1311)."""
    for name, is_for_requests in (
        ("cac:TenderSubmissionDeadlinePeriod", False),
        ("cac:ParticipationRequestReceptionPeriod", True),
    ):
        found = []
        for lot in lots:
            for period in lot.all("cac:TenderingProcess", name):
                day, hour = period.text("cbc:EndDate"), period.text("cbc:EndTime")
                moment = moments.eforms_moment(day, hour, f"{period.path}.cbc:EndDate")
                if moment is not None:
                    found.append((moment, f"{day} {hour}"))
        if found:
            return (*min(found), is_for_requests)
    return None, None, False


def _lot(lot: Node, position: int) -> LotRecord:
    key = lot.text("cbc:ID")[:60] or f"#{position}"
    project, terms = lot.first("cac:ProcurementProject"), lot.first("cac:TenderingTerms")
    place = project.first("cac:RealizedLocation")
    address = place.first("cac:Address")
    period = project.first("cac:PlannedPeriod")
    criteria = [*_award_criteria(terms), *_selection_criteria(terms)]
    has_award = any(each.kind is CriterionKind.AWARD for each in criteria)
    said = terms.all("cac:AwardingTerms", "cac:AwardingCriterion", "cbc:Description")
    amount, currency = _estimate(project)
    return LotRecord(
        source_key=key,
        number=words.whole(key.rpartition("-")[2].lstrip("0")) or position,
        title=translations(project.all("cbc:Name"), single=True),
        description=translations(project.all("cbc:Description")),
        cpv_codes=_codes([project]),
        contract_nature=_NATURES.get(project.text("cbc:ProcurementTypeCode")),
        value_amount=amount,
        value_currency=currency,
        place_country="FR" if address.text("cac:Country", "cbc:IdentificationCode") in ("", "FRA") else None,
        place_postal_code=words.name(address.text("cbc:PostalZone"), address.path, longest=20),
        place_city=words.words(address.text("cbc:CityName"), address.path, single=True),
        place_note=translations(place.all("cbc:Description")),
        starts_on=moments.day_of(period.text("cbc:StartDate"), f"{period.path}.cbc:StartDate"),
        ends_on=moments.day_of(period.text("cbc:EndDate"), f"{period.path}.cbc:EndDate"),
        duration_days=_duration(period.first("cbc:DurationMeasure")),
        can_be_extended=Stated.YES
        if words.whole(project.text("cac:ContractExtension", "cbc:MaximumNumberNumeric"))
        else Stated.NOT_SPECIFIED,
        variants=_VARIANTS.get(terms.text("cbc:VariantConstraintCode"), Stated.NOT_SPECIFIED),
        award_criteria_source=CriteriaSource.DEFINED if has_award or said else CriteriaSource.NOT_SPECIFIED,
        criteria_note=translations(said),
        criteria=tuple(criteria),
        considerations=tuple(_considerations(project, terms)),
    )


def _duration(measure: Node) -> int | None:
    factor, count = _DAYS.get(measure.attribute("unitCode")), words.number(measure.text())
    return round(count * factor) if factor and count else None


def _award_criteria(terms: Node) -> list[CriterionRecord]:
    """The criteria with their weights; points and orders of importance are no percentages."""
    found = []
    for node in terms.all("cac:AwardingTerms", "cac:AwardingCriterion", "cac:SubordinateAwardingCriterion"):
        title = translations(node.all("cbc:Name"), single=True)
        description = translations(node.all("cbc:Description"))
        if not title and description:
            title, description = translations(node.all("cbc:Description"), single=True), {}
        weight = None
        for each in node.all(*_EXTENSION, "efac:AwardCriterionParameter"):
            if each.text("efbc:ParameterCode").startswith("per-"):
                weight = words.number(each.text("efbc:ParameterNumeric"))
        is_price = node.text("cbc:AwardingCriterionTypeCode") in ("price", "cost")
        if title or is_price:
            found.append(
                CriterionRecord(
                    kind=CriterionKind.AWARD,
                    title=title or {"fr": "Prix"},
                    description=description,
                    weight=weight,
                    is_price=is_price,
                )
            )
    return found


def _selection_criteria(terms: Node) -> list[CriterionRecord]:
    """The criteria of aptitude (BT-809, BT-750)."""
    return [
        CriterionRecord(
            kind=CriterionKind.SELECTION,
            title=translations(node.all("cbc:Name"), single=True),
            description=translations(node.all("cbc:Description")),
        )
        for node in terms.all(*_EXTENSION, "efac:SelectionCriteria")
        if node.has("cbc:Name") or node.has("cbc:Description")
    ]


def _considerations(project: Node, terms: Node) -> list[ConsiderationRecord]:
    """Reserved, social, green and accessible: only what is asked for, each with the number of its field."""
    found = [
        ConsiderationRecord("BT-71", code)
        for node in terms.all(
            _QUALIFICATION, "cac:SpecificTendererRequirement", "cbc:TendererRequirementTypeCode"
        )
        if node.attribute("listName") in ("", "reserved-procurement")
        and (code := node.text()) not in _NOTHING
    ]
    found += [
        ConsiderationRecord("BT-736", code)
        for node in terms.all("cac:ContractExecutionRequirement", "cbc:ExecutionRequirementCode")
        if node.attribute("listName") == "reserved-execution" and (code := node.text()) not in _NOTHING
    ]
    for additional in project.all("cac:ProcurementAdditionalType"):
        for node in additional.all("cbc:ProcurementTypeCode"):
            term = _ADDITIONAL_TYPES.get(node.attribute("listName"))
            if term and (code := node.text()) not in _NOTHING:
                found.append(ConsiderationRecord(term, code))
        if said := translations(additional.all("cbc:ProcurementType")):
            found.append(ConsiderationRecord("BT-777", text=said))
    for node in terms.all(_QUALIFICATION):
        form = translations(node.all("cbc:CompanyLegalForm"))
        if form or node.text("cbc:CompanyLegalFormCode") == "true":
            found.append(ConsiderationRecord("BT-76", node.text("cbc:CompanyLegalFormCode"), form))
    return list({(each.business_term, each.code, str(each.text)): each for each in found}.values())
