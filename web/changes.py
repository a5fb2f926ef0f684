"""What each publication changed in a tender, in words: field by field, old and new."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import g

from procurement.cantons import canton_name
from procurement.i18n import say_date, say_instant
from procurement.labelled import Labelled
from procurement.models import Notice, Tender, TenderChange
from procurement.vocabulary import Stated, TenderField, TenderState
from web.i18n import cpv_words, gettext, percent, published, say_period

_LONG = 140


@dataclass(frozen=True, slots=True)
class Said:
    """One side of a change: in our words, or as published, with the language that is in."""

    text: str
    language: str | None = None
    # It says that nothing was stated.
    is_nothing: bool = False

    @property
    def paragraphs(self) -> list[str]:
        """The text cut at its line ends."""
        return [line.strip() for line in self.text.split("\n") if line.strip()]


@dataclass(frozen=True, slots=True)
class Line:
    """Old and new of one thing, `about` a lot where it is of one; None is what was not there or is gone."""

    about: str
    old: Said | None
    new: Said | None

    @property
    def was_there(self) -> bool:
        """Whether there was something before."""
        return self.old is not None and not self.old.is_nothing

    @property
    def is_long(self) -> bool:
        """Whether it is too much to stand side by side."""
        return any(len(each.text) > _LONG or "\n" in each.text for each in (self.old, self.new) if each)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that a publication changed."""

    field: TenderField
    lines: Sequence[Line]


def changes_of(tender: Tender, oldest_first: Sequence[Notice]) -> dict[int, list[Change]]:
    """What each publication changed, by its id; the first one changes nothing, it begins.

    What a call says for the first time after its announcement is no change; a correction that adds is one.
    """
    notices = {notice.id: notice for notice in oldest_first[1:]}
    found: dict[int, list[Change]] = {}
    for (notice_id, field), (old, new) in _joined(tender.changes).items():
        notice = notices.get(notice_id)
        if notice is None or old == new:
            continue
        lines = [line for line in _lines(tender, field, old, new) if line.was_there or notice.is_correction]
        if lines:
            found.setdefault(notice_id, []).append(Change(field, lines))
    order = list(TenderField)
    return {
        key: sorted(changes, key=lambda change: order.index(change.field)) for key, changes in found.items()
    }


def _joined(changes: Sequence[TenderChange]) -> dict[tuple[int, TenderField], tuple[Any, Any]]:
    """What a publication that was read several times changed in the end."""
    found: dict[tuple[int, TenderField], tuple[Any, Any]] = {}
    for change in changes:
        key = (change.notice_id, change.field)
        found[key] = (found[key][0] if key in found else change.old, change.new)
    return found


def _lines(tender: Tender, field: TenderField, old: Any, new: Any) -> Iterator[Line]:
    if field in _WHOLE:
        yield Line("", _WHOLE[field](old, tender), _WHOLE[field](new, tender))
    elif field is TenderField.CPV:
        yield from _cpv_lines(old, new)
    elif field in (TenderField.CONSORTIUM, TenderField.SUBCONTRACTING):
        yield from _rule_lines(tender, old, new)
    elif field is TenderField.LOTS:
        yield from _lot_lines(tender, old, new)
    else:
        for key in [key for key in old if key in new and old[key] != new[key]]:
            say = _OF_LOT[field]
            yield Line(_lot_name(tender, key), say(old[key], tender), say(new[key], tender))


def _text(texts: Mapping[str, str], tender: Tender) -> Said | None:
    it = published(dict(texts), tender.language)
    return Said(it.text, it.language) if it.text else None


def _instant(value: str | None, _tender: Tender) -> Said | None:
    return Said(say_instant(datetime.fromisoformat(value), g.language)) if value else None


def _day(value: str | None, _tender: Tender) -> Said | None:
    return Said(say_date(date.fromisoformat(value), g.language)) if value else None


def _address(value: str | None, _tender: Tender) -> Said | None:
    return Said(value, "") if value else None


def _word(words: type[Labelled], value: str) -> Said | None:
    found = words.of(value)
    return Said(found.label(g.language), is_nothing=found is Stated.NOT_SPECIFIED) if found else None


def _cpv_lines(old: Sequence[str], new: Sequence[str]) -> Iterator[Line]:
    codes = sorted({*old} ^ {*new})
    for code, words in cpv_words(codes):
        said = Said(f"{words} (CPV {code})", g.language)
        yield Line("", said if code in old else None, said if code in new else None)


def _rule_lines(tender: Tender, old: Sequence[Any], new: Sequence[Any]) -> Iterator[Line]:
    if old[0] != new[0]:
        yield Line("", _word(Stated, old[0]), _word(Stated, new[0]))
    if old[1] != new[1]:
        yield Line(gettext("remarque"), _text(old[1], tender), _text(new[1], tender))


def _lot_lines(tender: Tender, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Line]:
    for key in [*old, *(key for key in new if key not in old)]:
        name = _lot_name(tender, key)
        if key in old and key in new:
            for was, is_ in zip(old[key][1:], new[key][1:], strict=True):
                if was != is_:
                    yield Line(name, _text(was, tender), _text(is_, tender))
        elif key:
            # The whole, which stands for lots until there are some, is none itself.
            said = _text((old if key in old else new)[key][1], tender) or Said(name)
            yield Line(name, said if key in old else None, said if key in new else None)


def _criteria(value: Sequence[Sequence[Any]], tender: Tender) -> Said | None:
    named = [
        " ".join(filter(None, (published(title, tender.language).text, percent(weight) if weight else "")))
        for title, weight in value
    ]
    return Said(", ".join(named), tender.language) if named else None


def _place(value: Sequence[Any], tender: Tender) -> Said | None:
    canton, city = value
    said = _text(city, tender)
    if said is None:
        return Said(canton_name(canton, g.language)) if canton else None
    return Said(f"{said.text} ({canton})" if canton else said.text, said.language)


def _period(value: Sequence[Any], _tender: Tender) -> Said | None:
    first, last, days = value
    if not (first or last or days):
        return None
    first, last = (date.fromisoformat(day) if day else None for day in (first, last))
    return Said(say_period(first, last, days))


def _lot_name(tender: Tender, key: str) -> str:
    number = next((lot.number for lot in tender.lots if lot.source_key == key), None)
    return gettext("Lot {number}").format(number=number or key) if key else ""


_Say = Callable[[Any, Tender], Said | None]
_WHOLE: dict[TenderField, _Say] = {
    TenderField.STATE: lambda value, _tender: _word(TenderState, value),
    TenderField.TITLE: _text,
    TenderField.DESCRIPTION: _text,
    TenderField.SUBMISSION_DEADLINE: _instant,
    TenderField.ENQUIRY_DEADLINE: _day,
    TenderField.OPENING: _instant,
    TenderField.DOCUMENTS: _address,
}
_OF_LOT: dict[TenderField, _Say] = {
    TenderField.AWARD_CRITERIA: _criteria,
    TenderField.PLACE: _place,
    TenderField.PERIOD: _period,
}
