"""A notice in eForms (UBL: ContractNotice, ContractAwardNotice, PriorInformationNotice) as a NoticeRecord.

Fields by their business terms: eForms SDK 1.16, `fields/fields.json`. Contact points are not read.
"""

from collections.abc import Iterable, Iterator
from datetime import date

from crawler.ted.codes import (
    AFTER_THE_AWARD,
    METHODS,
    NATURES,
    NOTICE_TYPES,
    canton_of,
    country_of,
    language_of,
    publication_number,
)
from crawler.ted.eforms_awards import read_awards
from crawler.ted.eforms_lots import ESTIMATE, LOT_KINDS, read_lot, words
from crawler.ted.parts import SOURCE, Deadlines, Organization, Outcome, kind_of, page_of
from crawler.ted.tree import (
    Element,
    broken,
    cleaned,
    day,
    flag,
    instant,
    known,
    money,
    string,
    together,
    value_of,
    web_address,
    whole,
)
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import CallRecord, LotRecord, NoticeRecord
from procurement.vocabulary import ContractNature, NoticeType, ProcurementMethod, Stated

EXTENSION = "UBLExtensions/UBLExtension/ExtensionContent/EformsExtension"
_CALLS = frozenset(
    {
        NoticeType.TENDER,
        NoticeType.COMPETITION,
        NoticeType.ADVANCE_NOTICE,
        NoticeType.REQUEST_FOR_INFORMATION,
    }
)
# A change that some platforms send under a kind of its own: what it changes shows in the kind of document.
_CORRECTION = "corr"
_ROOT_TYPES = {
    "ContractNotice": NoticeType.TENDER,
    "ContractAwardNotice": NoticeType.AWARD,
    "PriorInformationNotice": NoticeType.ADVANCE_NOTICE,
}
# What national platforms write into notices that were not published in the OJ.
_NO_NUMBER = frozenset({"", "n.a.", "n/a"})
# Identifiers of the SDK's own examples, which some senders leave in their notices: they name no procedure.
_EXAMPLE_PROCEDURES = frozenset({"aff2863e-b4cc-4e91-baba-b3b85f709117"})
# The number of the SDK's one example of a published notice. Its other examples have none, neither in them nor
# in their names: whoever publishes a notice gives it by its number, or else by its identifier.
_EXAMPLE_NUMBERS = frozenset({"12345678-2025"})


def read_eforms(root: Element, payload: bytes, *, fetched_from: str, number: str) -> NoticeRecord:
    """The record of an eForms notice; `number` is what its address calls it, when it bears none itself."""
    publication = root.find(f"{EXTENSION}/Publication")
    own_number = _number(root, publication, number)
    language = known_language(root)
    code = root.find("NoticeTypeCode")
    stated_type = known({**NOTICE_TYPES, _CORRECTION: _ROOT_TYPES[root.tag]}, code)
    if stated_type is None:
        raise UnreadableNotice("NoticeTypeCode", "absent: the notice does not say what it is")
    method = known(METHODS, root.find("TenderingProcess/ProcedureCode")) or ProcurementMethod.NONE
    organizations = _organizations(root, language)
    tells_results = stated_type in (NoticeType.AWARD, NoticeType.DIRECT_AWARD)
    outcome = Outcome()
    if tells_results and value_of(code) not in AFTER_THE_AWARD:
        outcome = read_awards(root, organizations, language=language)
    kind = kind_of(stated_type, method, is_without_winner=outcome.is_without_winner)
    changes = root.find(f"{EXTENSION}/Changes")
    if changes is not None and string(changes, "ChangeReason/ReasonCode") == "cancel":
        kind = NoticeType.REVOCATION if tells_results else NoticeType.ABANDONMENT
    lot_elements = [
        lot
        for lot in root.iterfind("ProcurementProjectLot")
        if (identifier := lot.find("ID")) is not None and identifier.get("schemeName") in LOT_KINDS
    ]
    nature = _nature(root, kind)
    lots = [
        read_lot(lot, position=position, language=language, nature=nature)
        for position, lot in enumerate(lot_elements, start=1)
    ] or [_whole(root, language, nature)]
    title = words(root.iterfind("ProcurementProject/Name"), language, single=True) or lots[0].title
    if not title:
        raise UnreadableNotice("ProcurementProject/Name", "empty: the notice has no title of its own")
    buyer = _buyer(root, organizations)
    procedure = _procedure(root) or own_number
    notice_id = one_line(string(root, "ID"))
    version = string(root, "VersionID")
    covered = [
        flag(lot.find("TenderingProcess/GovernmentAgreementConstraintIndicator")) for lot in lot_elements
    ]
    documents = [*root.iterfind("ProcurementProjectLot/TenderingTerms/CallForTendersDocumentReference")]
    references = [("ted", own_number)]
    if procedure != own_number:
        references.insert(0, ("procedure", procedure))
    if notice_id:
        references.append(("notice", f"{notice_id}-{version}" if version else notice_id))
    return NoticeRecord(
        source=SOURCE,
        source_key=own_number,
        number=own_number,
        notice_type=kind,
        procedure_key=procedure[:120],
        procedure_number=own_number,
        published_on=_published_on(root, publication),
        language=language,
        title=title,
        cpv_codes=tuple(sorted({code for lot in lots for code in lot.cpv_codes} | set(_cpv(root, language)))),
        url=page_of(own_number, language),
        procurement_method=method,
        payload=payload,
        fetched_from=fetched_from,
        contract_nature=nature,
        is_under_treaty=True if True in covered else False if False in covered else None,
        has_documents=True if documents else None,
        is_correction=changes is not None or value_of(code) == _CORRECTION,
        corrects_key=_notice_name(string(changes, "ChangedNoticeIdentifier")),
        refers_to_key=_notice_name(_earlier(root)),
        lot_key=_only_part(lots, kind),
        buyer=buyer.as_buyer(language) if buyer is not None else None,
        call=_call(root, lot_elements, lots, language, method, title) if kind in _CALLS else None,
        references=tuple(references),
        awards=tuple(outcome.awards),
    )


def known_language(root: Element) -> str:
    """The language that a notice is written in (BT-702)."""
    element = root.find("NoticeLanguageCode")
    code = value_of(element)
    language = language_of(code)
    if language is None:
        raise UnreadableNotice("NoticeLanguageCode", f"{code[:20]!r} is no language we know")
    return language


def _number(root: Element, publication: Element | None, asked: str) -> str:
    """The publication number (OPP-010), which must be the one that was asked for."""
    element = publication.find("NoticePublicationID") if publication is not None else None
    text = value_of(element)
    printed = publication_number(text)
    wanted = publication_number(asked)
    if element is not None and printed is None and text.lower() not in _NO_NUMBER:
        raise broken(element, f"{value_of(element)[:40]!r} is no publication number")
    if printed is not None and wanted and printed != wanted:
        raise broken(element if element is not None else root, f"{printed} was sent for {wanted}")
    own_number = printed or wanted or _own_name(root, asked)
    if own_number is None or own_number in _EXAMPLE_NUMBERS:
        raise UnreadableNotice(
            f"{EXTENSION}/Publication/NoticePublicationID",
            f"{own_number or 'absent'}: an example or a draft, never published",
        )
    return own_number


def _own_name(root: Element, asked: str) -> str | None:
    """The identifier under which a national platform gives a notice that is not in the OJ."""
    identifier, version = string(root, "ID"), string(root, "VersionID")
    is_so_called = bool(identifier) and asked in (identifier, f"{identifier}-{version}")
    return one_line(asked, longest=40) if is_so_called else None


def _published_on(root: Element, publication: Element | None) -> date:
    """The day of the OJ (OPP-012), else the day on which the notice was sent (BT-05)."""
    found = day(publication.find("PublicationDate")) if publication is not None else None
    found = found or day(root.find("IssueDate"))
    if found is None:
        raise UnreadableNotice("IssueDate", "absent: the notice bears no date")
    return found


def _procedure(root: Element) -> str:
    """BT-04, unless it is empty or an example's."""
    folder = one_line(string(root, "ContractFolderID"), longest=120)
    return "" if folder.lower() in _EXAMPLE_PROCEDURES else folder


def _notice_name(text: str) -> str | None:
    """Another notice as this one names it: its publication number, else its identifier with its version."""
    return publication_number(text) or one_line(text, longest=120) or None


def _earlier(root: Element) -> str:
    """The notice before this one: a planning notice (BT-125), else the call of a direct award (BT-1252)."""
    return string(root, "ProcurementProjectLot/TenderingProcess/NoticeDocumentReference/ID") or next(
        (
            string(reason, "Description")
            for reason in root.iterfind("TenderingProcess/ProcessJustification")
            if (code := reason.find("ProcessReasonCode")) is not None
            and code.get("listName") == "direct-award-justification"
        ),
        "",
    )


def _nature(root: Element, kind: NoticeType) -> ContractNature | None:
    if kind is NoticeType.COMPETITION:
        return ContractNature.DESIGN
    return known(NATURES, root.find("ProcurementProject/ProcurementTypeCode"))


def _cpv(root: Element, language: str) -> tuple[str, ...]:
    return _whole(root, language, None).cpv_codes


def _whole(root: Element, language: str, nature: ContractNature | None) -> LotRecord:
    """The lot of a notice that speaks of none: the procurement itself."""
    return read_lot(root, position=1, language=language, nature=nature)


def _only_part(lots: list[LotRecord], kind: NoticeType) -> str | None:
    """The lot of an award notice that is about one later lot alone: it says nothing of the others."""
    if kind in _CALLS or len(lots) != 1 or lots[0].number < 2 or not lots[0].source_key:
        return None
    return lots[0].source_key


def _organizations(root: Element, language: str) -> dict[str, Organization]:
    """Buyers and bidders by the identifier that the notice gives them (OPT-200)."""
    found: dict[str, Organization] = {}
    for element in root.iterfind(f"{EXTENSION}/Organizations/Organization"):
        company = element.find("Company")
        if company is None:
            continue
        name = words(company.iterfind("PartyName/Name"), language, single=True)
        identifier = string(company, "PartyIdentification/ID")
        if not identifier or not name:
            continue
        address = company.find("PostalAddress")
        nuts = string(address, "CountrySubentityCode")
        found[identifier] = Organization(
            name=name,
            national_id=one_line(string(company, "PartyLegalEntity/CompanyID"), longest=120),
            city=cleaned(string(address, "CityName"), company, single=True)[:120],
            postal_code=one_line(string(address, "PostalZone"), longest=20),
            canton=canton_of(nuts),
            country=country_of(string(address, "Country/IdentificationCode")),
            is_person=flag(element.find("NaturalPersonIndicator")) is True,
        )
    return found


def _buyer(root: Element, organizations: dict[str, Organization]) -> Organization | None:
    """The first buyer (OPT-300)."""
    return organizations.get(string(root, "ContractingParty/Party/PartyIdentification/ID"))


def _call(
    root: Element,
    lot_elements: list[Element],
    lots: list[LotRecord],
    language: str,
    method: ProcurementMethod,
    title: Translations,
) -> CallRecord:
    parts = lot_elements or [root]
    deadlines = _deadlines(parts, method)
    asked = [day(part.find("TenderingProcess/AdditionalInformationRequestPeriod/EndDate")) for part in parts]
    documents = [
        reference
        for part in parts
        for reference in part.iterfind("TenderingTerms/CallForTendersDocumentReference")
    ]
    amount, currency = money(root.find(f"ProcurementProject/{ESTIMATE}"))
    if amount is None and len(parts) == 1:
        amount, currency = money(parts[0].find(f"ProcurementProject/{ESTIMATE}"))
    obligations = [
        string(part, "TenderingTerms/AllowedSubcontractTerms/SubcontractingConditionsCode") for part in parts
    ]
    return CallRecord(
        description=words(root.iterfind("ProcurementProject/Description"), language),
        lots=tuple(lots),
        submission_deadline=deadlines.submission,
        submission_deadline_text=deadlines.text,
        deadline_is_for_requests=deadlines.is_for_requests,
        enquiry_deadline=min((each for each in asked if each), default=None),
        opening=deadlines.opening,
        consortium_note=_all_words(
            parts, "TenderingTerms/TendererQualificationRequest/CompanyLegalForm", language
        ),
        subcontracting_allowed=(
            Stated.YES if any(each.startswith("subc-") for each in obligations) else Stated.NOT_SPECIFIED
        ),
        subcontracting_note=_all_words(parts, "TenderingTerms/AllowedSubcontractTerms/Description", language),
        lots_per_tenderer=whole(root.find("TenderingTerms/LotDistribution/MaximumLotsSubmittedNumeric")),
        conditions={name: text for name, text in _conditions(root, parts, language) if text},
        offer_languages=_languages(parts, "TenderingTerms/Language/ID"),
        document_languages=_languages(
            documents,
            f"{EXTENSION}/OfficialLanguages/Language/ID",
            f"{EXTENSION}/NonOfficialLanguages/Language/ID",
        ),
        documents_url=next(
            (
                address
                for each in documents
                if (address := web_address(string(each, "Attachment/ExternalReference/URI")))
            ),
            None,
        ),
        remedies=_all_words(parts, "TenderingTerms/AppealTerms/PresentationPeriod/Description", language),
        value_amount=round(amount) if amount is not None else None,
        value_currency=currency,
    )


def _conditions(root: Element, parts: list[Element], language: str) -> Iterator[tuple[str, Translations]]:
    """Conditions in free words: BT-70, BT-77, BT-75, BT-300."""
    performance = [
        requirement
        for part in parts
        for requirement in part.iterfind("TenderingTerms/ContractExecutionRequirement")
        if (code := requirement.find("ExecutionRequirementCode")) is not None
        and code.get("listName") == "conditions"
    ]
    yield "performance", together(words(each.iterfind("Description"), language) for each in performance)
    yield "payment", _all_words(parts, "TenderingTerms/PaymentTerms/Note", language)
    yield "securities", _all_words(parts, "TenderingTerms/RequiredFinancialGuarantee/Description", language)
    yield "additional_information", _all_words([root, *parts], "ProcurementProject/Note", language)


def _all_words(parts: Iterable[Element], path: str, language: str) -> Translations:
    return together(words(part.iterfind(path), language) for part in parts)


def _languages(parts: list[Element], *paths: str) -> tuple[str, ...]:
    """Languages in the order in which they are named; one that we do not know is left out."""
    found = (
        language_of(value_of(element)) for part in parts for path in paths for element in part.iterfind(path)
    )
    return tuple(dict.fromkeys(language for language in found if language))


def _deadlines(parts: list[Element], method: ProcurementMethod) -> Deadlines:
    """The earliest deadline of the lots: for offers (BT-131), or for requests (BT-1311, BT-630)."""
    offers = [
        period
        for part in parts
        for period in part.iterfind("TenderingProcess/TenderSubmissionDeadlinePeriod")
    ]
    requests = [
        period
        for part in parts
        for path in ("ParticipationRequestReceptionPeriod", f"{EXTENSION}/InterestExpressionReceptionPeriod")
        for period in part.iterfind(f"TenderingProcess/{path}")
    ]
    is_for_requests = bool(requests) and (method is ProcurementMethod.SELECTIVE or not offers)
    dated = []
    for period in requests if is_for_requests else offers:
        on, at = period.find("EndDate"), period.find("EndTime")
        if day(on) is not None:
            dated.append((day(on), instant(on, at), f"{value_of(on)} {value_of(at)}".strip()[:40]))
    # A day without its hour is no instant: the earliest day holds, its hour where it is given.
    dated.sort(key=lambda each: (each[0], each[1] is None, each[1] and each[1].timestamp()))
    openings = [
        moment
        for part in parts
        for event in part.iterfind("TenderingProcess/OpenTenderEvent")
        if (moment := instant(event.find("OccurrenceDate"), event.find("OccurrenceTime"))) is not None
    ]
    return Deadlines(
        submission=dated[0][1] if dated else None,
        text=dated[0][2] if dated else None,
        is_for_requests=is_for_requests and bool(dated),
        opening=min(openings, default=None),
    )
