"""What the CPV is learnt from: texts of notices with their own code, and the official words of every code."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from procurement.labelled import LANGUAGES
from procurement.models import Cpv, Tender, Translations

DIVISION_DIGITS = 2
CODE_DIGITS = 8


@dataclass(frozen=True, slots=True)
class Example:
    """A text in one language with the CPV code (eight digits) that its buyer gave it, and its day."""

    text: str
    code: str
    language: str
    published_on: date
    # What was published together: never partly learnt from and partly measured on.
    group: str


def usable(examples: Iterable[Example], labels: Mapping[str, Translations]) -> list[Example]:
    """The examples with a text and a code of a known division, oldest first; other codes are mistakes."""
    divisions = {code[:DIVISION_DIGITS] for code in labels}
    kept = [
        example
        for example in examples
        if example.text.strip()
        and len(example.code) == CODE_DIGITS
        and example.code.isdigit()
        and (not divisions or example.code[:DIVISION_DIGITS] in divisions)
    ]
    return sorted(kept, key=lambda example: (example.published_on, example.group, example.language))


def stored_labels(session: Session) -> dict[str, Translations]:
    """The official words of every CPV code that `aimp codes` or a notice has brought, by code."""
    return {row.code: dict(row.labels) for row in session.scalars(select(Cpv).order_by(Cpv.code))}


def stored_examples(session: Session) -> list[Example]:
    """Each stored tender with codes of its own, and each lot with others, in every language it is written in.

    A tender that another one stands for is left out: its words are those of the other.
    """
    tenders = session.scalars(
        select(Tender)
        .where(Tender.merged_into_id.is_(None))
        .options(selectinload(Tender.lots))
        .order_by(Tender.id)
    )
    return [example for tender in tenders for example in _examples_of(tender)]


def _examples_of(tender: Tender) -> list[Example]:
    parts: list[tuple[Sequence[str], Mapping[str, str], Mapping[str, str]]] = [
        (tender.cpv_codes, tender.title, tender.description)
    ]
    parts += [(lot.cpv_codes, lot.title, lot.description) for lot in tender.lots]
    found: dict[tuple[str, str], Example] = {}
    for codes, title, description in parts:
        for language in LANGUAGES:
            text = joined(title.get(language, ""), description.get(language, ""))
            if codes and text:
                example = Example(text, codes[0], language, tender.published_on, str(tender.id))
                found.setdefault((codes[0], text), example)
    return list(found.values())


def joined(title: str, description: str) -> str:
    """A title and a description as one text, the subject first, as the predictor reads it."""
    return "\n".join(part for part in (title.strip(), description.strip()) if part)
