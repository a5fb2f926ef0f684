"""The record of a notice of a page or a feed: its facts in words, read strictly, and what its form adds."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from config.readers import ListForm, NoticeDefaults
from config.settings import BadConfiguration
from crawler.generic.addresses import key_of, number_of
from crawler.words import read_amount, read_day, read_deadline
from procurement.cleaning import one_line
from procurement.errors import UnreadableNotice
from procurement.models import Translations
from procurement.records import BuyerRecord, CallRecord, LotRecord, NoticeRecord
from procurement.vocabulary import ContractNature, NoticeType, ProcurementMethod

# What is over says nothing of a deadline or of documents.
_OVER = (NoticeType.AWARD, NoticeType.DIRECT_AWARD, NoticeType.ABANDONMENT, NoticeType.REVOCATION)


@dataclass(frozen=True, slots=True)
class Kind:
    """What every notice of a source is, in the words of the trade."""

    notice_type: NoticeType
    method: ProcurementMethod
    nature: ContractNature | None

    @classmethod
    def of(cls, form: NoticeDefaults) -> "Kind":
        """The kind that a form names; BadConfiguration when it names one that there is not."""
        notice_type, method = NoticeType.of(form.notice_type), ProcurementMethod.of(form.procurement_method)
        nature = ContractNature.of(form.contract_nature)
        if notice_type is None:
            raise BadConfiguration(f"notice_type: {form.notice_type!r} is none of {', '.join(NoticeType)}")
        if method is None:
            known = ", ".join(ProcurementMethod)
            raise BadConfiguration(f"procurement_method: {form.procurement_method!r} is none of {known}")
        if nature is None and form.contract_nature:
            known = ", ".join(ContractNature)
            raise BadConfiguration(f"contract_nature: {form.contract_nature!r} is none of {known}")
        return cls(notice_type, method, nature)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a notice was found: its source, its key there, its page, the answer as received."""

    source: str
    key: str
    url: str
    payload: bytes
    fetched_from: str


def is_wanted(title: str, form: ListForm) -> bool:
    """Whether a title is that of a notice: it matches what the form asks of it, if anything."""
    return not form.only_if or re.search(form.only_if, title, re.I) is not None


def is_before_the_window(
    facts: Mapping[str, str], form: NoticeDefaults, *, pattern: str, since: date, today: date
) -> bool:
    """Whether an entry says that it is older than the window; never when what it calls for is still open."""
    published_on = published_day(facts, form, today=today)
    if published_on is None or published_on >= since:
        return False
    deadline = deadline_of(facts, form, pattern=pattern, published_on=published_on, today=today)
    return deadline is None or deadline[0].date() < today


def the_words(pattern: str, text: str) -> str:
    """What the one group of a form's pattern holds in a text; empty when it is not there."""
    found = re.search(pattern, text, re.I)
    return (found[1] or "") if found else ""


def published_day(facts: Mapping[str, str], form: NoticeDefaults, *, today: date) -> date | None:
    """The day of publication that an entry states, None when it states none."""
    words = facts.get("published", "")
    return read_day(words, language=form.language, path="published", today=today) if words else None


def deadline_of(
    facts: Mapping[str, str], form: NoticeDefaults, *, pattern: str, published_on: date | None, today: date
) -> tuple[datetime, str] | None:
    """The deadline that an entry states with its words, None when it states none."""
    words = facts.get("deadline", "")
    if words and pattern:
        said = the_words(pattern, words)
        if not said:
            raise UnreadableNotice("deadline", f"the pattern {pattern!r} found nothing in {words[:80]!r}")
        words = said
    if not words:
        return None
    found = read_deadline(
        words, language=form.language, path="deadline", today=today, published_on=published_on
    )
    if published_on is not None and found.at.date() < published_on:
        raise UnreadableNotice("deadline", f"{found.words!r} is before the publication")
    return found.at, found.words


def record_of(
    facts: Mapping[str, str],
    form: NoticeDefaults,
    *,
    origin: Origin,
    deadline_pattern: str,
    today: date,
) -> NoticeRecord:
    """The record of an entry; UnreadableNotice names the fact that is missing or doubtful."""
    title = one_line(facts.get("title", ""))
    if not title:
        raise UnreadableNotice("title", "the entry has none")
    kind = Kind.of(form)
    published_on = published_day(facts, form, today=today)
    deadline = deadline_of(facts, form, pattern=deadline_pattern, published_on=published_on, today=today)
    name = one_line(facts.get("buyer_from", "") or form.buyer)
    number = number_of(origin.key)
    return NoticeRecord(
        source=origin.source,
        source_key=origin.key,
        number=number,
        notice_type=kind.notice_type,
        procedure_key=origin.key,
        procedure_number=number,
        published_on=published_on or today,
        language=form.language,
        title={form.language: title},
        cpv_codes=(),
        url=origin.url,
        procurement_method=kind.method,
        payload=origin.payload,
        fetched_from=origin.fetched_from,
        contract_nature=kind.nature,
        has_documents=bool(facts.get("documents")) or None,
        buyer=_buyer(name, form) if name else None,
        call=None if kind.notice_type in _OVER else _call(facts, form, kind, deadline),
    )


def _buyer(name: str, form: NoticeDefaults) -> BuyerRecord:
    return BuyerRecord(
        source_key=key_of(name),
        name={form.language: name},
        canton=form.canton,
        country="CH" if form.canton else None,
    )


def _call(
    facts: Mapping[str, str], form: NoticeDefaults, kind: Kind, deadline: tuple[datetime, str] | None
) -> CallRecord:
    text = facts.get("description", "")
    description: Translations = {form.language: text} if text else {}
    amount = read_amount(facts["value"], path="value") if facts.get("value") else None
    return CallRecord(
        description=description,
        lots=(
            LotRecord(
                source_key="",
                number=1,
                title={},
                description={},
                cpv_codes=(),
                contract_nature=kind.nature,
            ),
        ),
        submission_deadline=deadline[0] if deadline else None,
        submission_deadline_text=deadline[1] if deadline else None,
        deadline_is_for_requests=kind.method is ProcurementMethod.SELECTIVE,
        documents_url=facts.get("documents") or None,
        value_amount=round(amount.value) if amount else None,
        value_currency=amount.currency if amount else None,
    )
