"""Who agreed to which kind of e-mail, when and in which words; without a yes nothing of it is written."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from procurement.accounts import write_audit
from procurement.consent_words import TEXT_VERSION, ConsentKind
from procurement.models import Consent, Person


def consent_of(person: Person, kind: ConsentKind) -> Consent | None:
    """What somebody last said of a kind of e-mail; None when they never agreed."""
    return next((consent for consent in person.consents if consent.kind is kind), None)


def agrees(person: Person, kind: ConsentKind) -> bool:
    """Whether somebody wants this kind of e-mail."""
    consent = consent_of(person, kind)
    return consent is not None and consent.withdrawn_at is None


def join(person: Person, *, now: datetime) -> None:
    """Note what comes with membership for somebody who is entered as one of a member's people."""
    person.consents += [
        Consent(kind=kind, text_version=TEXT_VERSION, given_at=now)
        for kind in ConsentKind
        if kind.comes_with_membership
    ]


def choose(session: Session, *, person: Person, kinds: Collection[ConsentKind], now: datetime) -> None:
    """Agree to these kinds of e-mail and to no other; what stays as it was keeps its date and its words.

    The audit trail keeps every yes and every no.
    """
    for kind in ConsentKind:
        wants = kind in kinds
        if wants == agrees(person, kind):
            continue
        consent = consent_of(person, kind)
        if not wants and consent is not None:
            consent.withdrawn_at = now
        elif consent is None:
            person.consents.append(Consent(kind=kind, text_version=TEXT_VERSION, given_at=now))
        else:
            consent.text_version, consent.given_at, consent.withdrawn_at = TEXT_VERSION, now, None
        write_audit(
            session,
            person=person,
            act="consent.give" if wants else "consent.withdraw",
            subject=f"person:{person.id}",
            facts={"kind": kind.value, "text_version": TEXT_VERSION},
            now=now,
        )
