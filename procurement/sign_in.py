"""Signing in: passwords, one-time codes sent by e-mail, and sign-ins that can be ended at any time."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select, update
from sqlalchemy.orm import Session, joinedload

from procurement.accounts import person_by_email, write_audit
from procurement.errors import RuleBroken
from procurement.links import Links
from procurement.mail import messages, outbox
from procurement.models import Person, SignIn, SignInCode
from procurement.rules import Rule

CODE_MINUTES = 10
LEAST_PASSWORD = 12
MOST_ATTEMPTS = 5
_MEMBER_IDLE, _STAFF_IDLE = timedelta(hours=12), timedelta(minutes=30)
_MEMBER_WHOLE, _STAFF_WHOLE = timedelta(days=14), timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=5)

# OWASP's second choice for argon2id (46 MiB, 1 pass): a sign-in burst must not take the machine's memory.
_HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_NOBODY = _HASHER.hash(secrets.token_urlsafe())


def digest(token: str) -> str:
    """What is stored of a random token: whoever reads the database cannot use it."""
    return hashlib.sha256(token.encode()).hexdigest()


def set_password(session: Session, *, person: Person, password: str, now: datetime) -> None:
    """Set a person's password, 12 to 128 characters of any kind; ends every sign-in of theirs."""
    if not LEAST_PASSWORD <= len(password) <= 128:
        raise RuleBroken(Rule.PASSWORD_TOO_SHORT, least=LEAST_PASSWORD)
    person.password_hash = _HASHER.hash(password)
    end_all(session, person=person, now=now)
    write_audit(session, person=person, act="password.set", subject=f"person:{person.id}", now=now)


def check_password(session: Session, *, email: str, password: str, now: datetime) -> Person:
    """The person with this address and password; the same answer and work for an unknown address."""
    person = person_by_email(session, email)
    stored = person.password_hash if person is not None and person.password_hash else _NOBODY
    try:
        _HASHER.verify(stored, password[:128])
    except (VerificationError, InvalidHashError):
        person = None
    if person is None or person.password_hash is None or not person.may_sign_in:
        raise RuleBroken(Rule.WRONG_CREDENTIALS)
    if _HASHER.check_needs_rehash(person.password_hash):
        person.password_hash = _HASHER.hash(password)
    return person


def ask_code(session: Session, *, email: str, browser: str, links: Links, now: datetime) -> None:
    """Send a one-time code bound to the browser that asks; an unknown address gets no mail, silently."""
    person = person_by_email(session, email)
    if person is None or not person.may_sign_in:
        return
    code = f"{secrets.randbelow(10**6):06d}"
    row = SignInCode(
        person=person,
        code_digest=_code_digest(code, browser),
        browser_digest=digest(browser),
        created_at=now,
        expires_at=now + timedelta(minutes=CODE_MINUTES),
    )
    session.add(row)
    session.flush()
    email_to_send = messages.sign_in_code(person=person, code=code, minutes=CODE_MINUTES, links=links)
    outbox.queue(
        session, person=person, kind="sign_in_code", key=f"code:{row.id}", email=email_to_send, now=now
    )


def use_code(session: Session, *, code: str, browser: str, now: datetime) -> Person | None:
    """The person whose newest code this is, used up by this call; None if wrong, old, used or foreign.

    Nothing is raised for a wrong code, so that the attempt is committed; after five the code is dead.
    """
    row = session.scalar(
        select(SignInCode)
        .where(SignInCode.browser_digest == digest(browser))
        .order_by(SignInCode.id.desc())
        .limit(1)
        .options(joinedload(SignInCode.person))
        .with_for_update(of=SignInCode)
    )
    if row is None or row.used_at is not None or row.expires_at <= now or row.attempts >= MOST_ATTEMPTS:
        return None
    row.attempts += 1
    wanted = _code_digest("".join(code.split()), browser)
    if not hmac.compare_digest(row.code_digest, wanted) or not row.person.may_sign_in:
        return None
    row.used_at = now
    return row.person


def _code_digest(code: str, browser: str) -> str:
    return digest(f"{browser}:{code}")


def open_sign_in(session: Session, *, person: Person, now: datetime) -> str:
    """Begin a sign-in and return its token, of which only the digest is kept."""
    token = secrets.token_urlsafe(32)
    whole = _STAFF_WHOLE if person.is_staff else _MEMBER_WHOLE
    session.add(
        SignIn(
            token_digest=digest(token),
            person=person,
            started_at=now,
            last_seen_at=now,
            expires_at=now + whole,
        )
    )
    write_audit(session, person=person, act="sign_in", subject=f"person:{person.id}", now=now)
    return token


def find_sign_in(session: Session, *, token: str, now: datetime) -> SignIn | None:
    """The sign-in of a token, while it is neither ended, nor over, nor idle for too long."""
    found = session.scalar(
        select(SignIn)
        .where(SignIn.token_digest == digest(token), SignIn.ended_at.is_(None), SignIn.expires_at > now)
        .options(
            joinedload(SignIn.person).joinedload(Person.member),
            joinedload(SignIn.person).joinedload(Person.chamber),
        )
    )
    if found is None or not found.person.may_sign_in:
        return None
    idle = _STAFF_IDLE if found.person.is_staff else _MEMBER_IDLE
    return found if now - found.last_seen_at <= idle else None


def see(session: Session, *, sign_in_id: int, now: datetime) -> None:
    """Note that a sign-in is in use, so that it is not taken for idle."""
    session.execute(
        update(SignIn).where(SignIn.id == sign_in_id, SignIn.ended_at.is_(None)).values(last_seen_at=now)
    )


def end_sign_in(session: Session, *, token: str, now: datetime) -> None:
    """End one sign-in: its token is worth nothing from now on."""
    session.execute(
        update(SignIn)
        .where(SignIn.token_digest == digest(token), SignIn.ended_at.is_(None))
        .values(ended_at=now)
    )


def end_all(session: Session, *, person: Person, now: datetime) -> None:
    """End every sign-in of a person, on every browser."""
    session.execute(
        update(SignIn).where(SignIn.person_id == person.id, SignIn.ended_at.is_(None)).values(ended_at=now)
    )
