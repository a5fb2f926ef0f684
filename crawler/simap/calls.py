"""Calls for bids of simap: whole ones, and the offering phase that changes only a part of one."""

from datetime import datetime
from typing import Any

from crawler.simap import shape
from crawler.simap.conditions import conditions_of
from crawler.simap.lots import lot_of_phase, lots_of
from crawler.simap.words import instant, text_of
from procurement.cleaning import web_address
from procurement.errors import UnreadableNotice
from procurement.records import CallRecord
from procurement.vocabulary import NoticeType, Stated

WHOLE_CALLS = frozenset(
    {
        NoticeType.ADVANCE_NOTICE,
        NoticeType.REQUEST_FOR_INFORMATION,
        NoticeType.TENDER,
        NoticeType.COMPETITION,
        NoticeType.STUDY_CONTRACT,
    }
)


def call_of(details: shape.PublicationDetails) -> CallRecord | None:
    """The call that a publication makes or, in an offering phase, goes on with; None when it makes none."""
    if details.type in WHOLE_CALLS:
        return _whole(details)
    if details.type is NoticeType.SELECTIVE_OFFERING_PHASE:
        return _phase(details)
    return None


def _whole(details: shape.PublicationDetails) -> CallRecord:
    base, terms = details.base, details.terms or shape.Terms()
    info, dates = details.info or shape.ProjectInfo(), details.dates or shape.Dates()
    procurement = details.procurement or shape.Procurement()
    prize = terms.totalPrice or shape.Money()
    return CallRecord(
        description=text_of(procurement.orderDescription, "procurement.orderDescription"),
        lots=lots_of(details),
        submission_deadline=_deadline(details),
        submission_deadline_text=dates.offerDeadline,
        deadline_is_for_requests=base.processType == "selective",
        enquiry_deadline=max((each.date for each in dates.qnas or [] if each.date), default=None),
        enquiries=_enquiries(dates),
        opening=instant(dates.offerOpening.dateTime, "dates.offerOpening") if dates.offerOpening else None,
        consortium_allowed=terms.consortiumAllowed or Stated.NOT_SPECIFIED,
        consortium_multiple=terms.consortiumMultiApplicationAllowed or Stated.NOT_SPECIFIED,
        consortium_note=text_of(terms.consortiumNote, "terms.consortiumNote"),
        subcontracting_allowed=terms.subContractorAllowed or Stated.NOT_SPECIFIED,
        subcontracting_multiple=terms.subContractorMultiApplicationAllowed or Stated.NOT_SPECIFIED,
        subcontracting_note=text_of(terms.subContractorNote, "terms.subContractorNote"),
        lots_per_tenderer=base.participantLotsLimitation,
        lots_per_tenderer_note=text_of(
            base.participantLotsLimitationNote, "base.participantLotsLimitationNote"
        ),
        conditions=conditions_of(details),
        participation_source=terms.termsType,
        offer_languages=tuple(info.offerLanguages or ()),
        offer_channels=tuple(info.offerTypes or ()),
        document_languages=tuple(info.documentsLanguages or ()),
        documents_source=info.documentsSourceType,
        documents_url=web_address(info.documentsSourceUrl),
        remedies=text_of(terms.remediesNotice, "terms.remediesNotice"),
        value_amount=round(prize.price) if prize.price is not None else None,
        value_currency=(prize.currency or "chf").upper() if prize.price is not None else None,
    )


def _phase(details: shape.PublicationDetails) -> CallRecord:
    """The deadline of those selected, their questions, and by what their offers are judged."""
    dates = details.dates or shape.Dates()
    return CallRecord(
        description={},
        lots=(lot_of_phase(details),),
        submission_deadline=_deadline(details),
        submission_deadline_text=dates.offerDeadline,
        deadline_is_for_requests=False,
        enquiry_deadline=max((each.date for each in dates.qnas or [] if each.date), default=None),
        enquiries=_enquiries(dates),
        conditions=conditions_of(details),
        is_partial=True,
    )


def _deadline(details: shape.PublicationDetails) -> datetime | None:
    text = details.dates.offerDeadline if details.dates is not None else None
    deadline = instant(text, "dates.offerDeadline")
    # A correction may come when the deadline of the first version has passed.
    published = details.base.initialPublicationDate or details.base.publicationDate
    if deadline is not None and deadline.date() < min(published, details.base.publicationDate):
        raise UnreadableNotice("dates.offerDeadline", f"{text} is before the publication")
    return deadline


def _enquiries(dates: shape.Dates) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "date": question.date.isoformat() if question.date else None,
            "note": text_of(question.note, "dates.qnas"),
        }
        for question in dates.qnas or []
    )
