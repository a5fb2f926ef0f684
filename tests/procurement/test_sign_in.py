"""Signing in: one answer for every wrong try, codes for one browser and one use, sign-ins that end."""

import re
from datetime import datetime, timedelta
from functools import partial

import pytest
from argon2 import PasswordHasher
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from procurement import sign_in
from procurement.db import transaction
from procurement.errors import RuleBroken
from procurement.models import AuditEntry, Message, Person, SignIn, SignInCode
from procurement.rules import Rule
from procurement.vocabulary import Role
from tests.factories import PASSWORD, hashed, make_member, make_person
from tests.procurement.mails import LINKS
from tests.procurement.together import together

HERE, ELSEWHERE = "browser-a", "browser-b"


def _check(session: Session, person: Person, now: datetime, password: str = PASSWORD) -> Person:
    return sign_in.check_password(session, email=person.email, password=password, now=now)


def _ask(session: Session, person: Person, now: datetime, browser: str = HERE) -> str:
    """Ask for a code and read it from the e-mail."""
    sign_in.ask_code(session, email=person.email, browser=browser, links=LINKS, now=now)
    session.flush()
    body = session.scalars(select(Message.body_text).order_by(Message.id.desc())).first() or ""
    (code,) = re.findall(r"^\d{6}$", body, re.MULTILINE)
    return str(code)


def _use(session: Session, code: str, now: datetime, browser: str = HERE) -> Person | None:
    return sign_in.use_code(session, code=code, browser=browser, now=now)


def _another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06d}"


@pytest.mark.parametrize(
    "password", ["x" * 12, "é" * 128, "une phrase avec des espaces", "🔑" * 12, " " * 12]
)
def test_a_password_of_any_signs_is_taken(session: Session, now: datetime, password: str) -> None:
    person = make_person(session, password=None)

    sign_in.set_password(session, person=person, password=password, now=now)

    assert _check(session, person, now, password) is person
    assert person.password_hash is not None
    assert person.password_hash.startswith("$argon2id$")


@pytest.mark.parametrize("password", ["", "x" * 11, "x" * 129])
def test_a_password_too_short_or_too_long_is_refused(session: Session, now: datetime, password: str) -> None:
    person = make_person(session)
    before = person.password_hash

    with pytest.raises(RuleBroken) as caught:
        sign_in.set_password(session, person=person, password=password, now=now)

    assert (caught.value.rule, caught.value.facts) == (Rule.PASSWORD_TOO_SHORT, {"least": 12})
    assert person.password_hash == before


def test_the_right_password_finds_its_person_whatever_the_capitals(session: Session, now: datetime) -> None:
    person = make_person(session, email="maude@example.ch")

    found = sign_in.check_password(session, email=" Maude@EXAMPLE.ch", password=PASSWORD, now=now)

    assert found is person


@pytest.mark.parametrize("email", ["maude@example.ch", "nobody@example.ch", "left@example.ch", "none", ""])
@pytest.mark.parametrize("password", ["wrong", "", PASSWORD + "x", PASSWORD[:-1], "x" * 100_000])
def test_every_wrong_try_gets_the_same_answer(
    session: Session, now: datetime, email: str, password: str
) -> None:
    make_person(session, email="maude@example.ch")
    make_person(session, email="left@example.ch", is_active=False)

    with pytest.raises(RuleBroken) as caught:
        sign_in.check_password(session, email=email, password=password, now=now)

    assert (caught.value.rule, caught.value.facts) == (Rule.WRONG_CREDENTIALS, {})


def test_somebody_without_a_password_enters_by_none(session: Session, now: datetime) -> None:
    person = make_person(session, password=None)

    for password in ("", "None", PASSWORD):
        with pytest.raises(RuleBroken):
            _check(session, person, now, password)


def _nobody_may_enter(session: Session) -> dict[str, Person]:
    return {
        "somebody who left": make_person(session, is_active=False),
        "of a member that left": make_person(session, member=make_member(session, is_active=False)),
    }


@pytest.mark.parametrize("who", ["somebody who left", "of a member that left"])
def test_who_left_does_not_enter_by_any_way(session: Session, now: datetime, who: str) -> None:
    person = _nobody_may_enter(session)[who]

    with pytest.raises(RuleBroken):
        _check(session, person, now)
    sign_in.ask_code(session, email=person.email, browser=HERE, links=LINKS, now=now)

    assert session.scalars(select(Message)).all() == []


@pytest.mark.parametrize("who", ["person", "member"])
def test_who_leaves_is_out_at_once(session: Session, now: datetime, who: str) -> None:
    person = make_person(session)
    code = _ask(session, person, now)
    token = sign_in.open_sign_in(session, person=person, now=now)
    session.flush()
    assert person.member is not None
    left = person if who == "person" else person.member
    left.is_active = False
    session.flush()

    assert _use(session, code, now) is None
    assert sign_in.find_sign_in(session, token=token, now=now) is None


def test_a_hash_of_older_strength_is_renewed(session: Session, now: datetime) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    person = make_person(session, password=None, password_hash=weak)

    _check(session, person, now)

    assert person.password_hash is not None
    assert "m=47104" in person.password_hash


def test_what_is_stored_as_a_hash_and_is_none_lets_nobody_in(session: Session, now: datetime) -> None:
    person = make_person(session, password=None, password_hash="plain")

    with pytest.raises(RuleBroken):
        _check(session, person, now, "plain")


def test_a_code_signs_in_its_person_once(session: Session, now: datetime) -> None:
    person = make_person(session)
    code = _ask(session, person, now)

    first, second = _use(session, code, now), _use(session, code, now)

    assert (first, second) == (person, None)


def test_a_code_may_be_typed_with_spaces(session: Session, now: datetime) -> None:
    person = make_person(session)
    code = _ask(session, person, now)

    assert _use(session, f" {code[:3]} {code[3:]}\t", now) is person


def test_a_code_is_worth_nothing_in_another_browser(session: Session, now: datetime) -> None:
    person = make_person(session)
    code = _ask(session, person, now)

    elsewhere, here = _use(session, code, now, ELSEWHERE), _use(session, code, now)

    assert (elsewhere, here) == (None, person)


@pytest.mark.parametrize(("minutes", "is_good"), [(9.99, True), (10, False), (60, False)])
def test_a_code_lasts_ten_minutes(session: Session, now: datetime, minutes: float, is_good: bool) -> None:
    person = make_person(session)
    code = _ask(session, person, now)

    found = _use(session, code, now + timedelta(minutes=minutes))

    assert (found is person) is is_good


def test_a_code_is_dead_after_five_wrong_ones(session: Session, now: datetime) -> None:
    person = make_person(session)
    code = _ask(session, person, now)

    wrong = [_use(session, _another(code), now) for _ in range(5)]

    assert wrong == [None] * 5
    assert _use(session, code, now) is None


def test_the_fifth_try_may_still_be_right(session: Session, now: datetime) -> None:
    person = make_person(session)
    code = _ask(session, person, now)
    for _ in range(4):
        _use(session, _another(code), now)

    assert _use(session, code, now) is person


def test_a_new_code_takes_the_place_of_the_old(session: Session, now: datetime) -> None:
    person = make_person(session)
    old = _ask(session, person, now)
    new = _ask(session, person, now + timedelta(minutes=1))

    found = [_use(session, code, now + timedelta(minutes=2)) for code in (old, new)]

    assert found == ([None, person] if old != new else [person, None])


def test_codes_of_two_browsers_do_not_disturb_each_other(session: Session, now: datetime) -> None:
    person, other = make_person(session), make_person(session)
    first, second = _ask(session, person, now), _ask(session, other, now, ELSEWHERE)

    assert _use(session, first, now) is person
    assert _use(session, second, now, ELSEWHERE) is other


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "\x00", "١٢٣٤٥٦", "0" * 10_000])
def test_what_is_no_code_signs_nobody_in(session: Session, now: datetime, code: str) -> None:
    _ask(session, make_person(session), now)

    assert _use(session, code, now) is None


def test_a_code_that_nobody_asked_for_signs_nobody_in(session: Session, now: datetime) -> None:
    assert _use(session, "123456", now) is None


@pytest.mark.parametrize("email", ["nobody@example.ch", "no address", ""])
def test_an_unknown_address_gets_no_code_and_no_other_answer(
    session: Session, now: datetime, email: str
) -> None:
    sign_in.ask_code(session, email=email, browser=HERE, links=LINKS, now=now)

    assert session.scalars(select(Message)).all() == []
    assert session.scalars(select(SignInCode)).all() == []


def test_who_reads_the_database_cannot_use_what_is_in_it(session: Session, now: datetime) -> None:
    person = make_person(session)
    code = _ask(session, person, now)
    token = sign_in.open_sign_in(session, person=person, now=now)
    session.flush()

    stored = session.scalars(select(SignInCode)).one()
    opened = session.scalars(select(SignIn)).one()
    assert code not in stored.code_digest
    assert HERE not in stored.browser_digest
    assert token not in opened.token_digest
    assert PASSWORD not in hashed(PASSWORD)


def test_a_code_used_twice_at_once_signs_in_once(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        code = _ask(session, make_person(session), now)

    def use() -> bool:
        with transaction(engine) as session:
            return _use(session, code, now) is not None

    assert together([use] * 5).count(True) == 1


def test_wrong_codes_at_once_are_all_counted(engine: Engine, now: datetime) -> None:
    with transaction(engine) as session:
        code = _ask(session, make_person(session), now)

    def guess(guessed: str) -> bool:
        with transaction(engine) as session:
            return _use(session, guessed, now) is not None

    together([partial(guess, _another(code))] * 5)

    assert guess(code) is False


def _seen(session: Session, token: str, at: datetime) -> bool:
    found = sign_in.find_sign_in(session, token=token, now=at)
    if found is not None:
        sign_in.see(session, sign_in_id=found.id, now=at)
        session.expire_all()
    return found is not None


def _open(session: Session, role: Role, now: datetime) -> str:
    token = sign_in.open_sign_in(session, person=make_person(session, role=role), now=now)
    session.flush()
    return token


@pytest.mark.parametrize(
    ("role", "idle"), [(Role.MEMBER, timedelta(hours=12)), (Role.STAFF, timedelta(minutes=30))]
)
def test_a_sign_in_that_is_not_used_ends(
    session: Session, now: datetime, role: Role, idle: timedelta
) -> None:
    token = _open(session, role, now)

    assert sign_in.find_sign_in(session, token=token, now=now + idle) is not None
    assert sign_in.find_sign_in(session, token=token, now=now + idle + timedelta(seconds=1)) is None


@pytest.mark.parametrize(
    ("role", "step", "whole"),
    [
        (Role.MEMBER, timedelta(hours=11), timedelta(days=14)),
        (Role.STAFF, timedelta(minutes=29), timedelta(hours=12)),
    ],
)
def test_a_sign_in_ends_in_the_end_however_much_it_is_used(
    session: Session, now: datetime, role: Role, step: timedelta, whole: timedelta
) -> None:
    token, at = _open(session, role, now), now
    while _seen(session, token, at):
        at += step

    assert now + whole <= at < now + whole + step


def test_a_sign_in_that_ended_is_never_found_again(session: Session, now: datetime) -> None:
    token = _open(session, Role.MEMBER, now)

    sign_in.end_sign_in(session, token=token, now=now)
    session.expire_all()
    sign_in.end_sign_in(session, token=token, now=now + timedelta(hours=1))

    assert sign_in.find_sign_in(session, token=token, now=now) is None
    assert session.scalars(select(SignIn.ended_at)).one() == now


def test_an_ended_sign_in_is_not_brought_back_by_being_seen(session: Session, now: datetime) -> None:
    token = _open(session, Role.MEMBER, now)
    found = sign_in.find_sign_in(session, token=token, now=now)
    assert found is not None
    sign_in.end_sign_in(session, token=token, now=now)

    sign_in.see(session, sign_in_id=found.id, now=now + timedelta(minutes=5))

    assert session.scalars(select(SignIn.last_seen_at)).one() == now
    assert sign_in.find_sign_in(session, token=token, now=now) is None


def test_ending_one_sign_in_leaves_the_others(session: Session, now: datetime) -> None:
    person = make_person(session)
    here, there = (sign_in.open_sign_in(session, person=person, now=now) for _ in range(2))

    sign_in.end_sign_in(session, token=here, now=now)

    assert sign_in.find_sign_in(session, token=there, now=now) is not None


def test_all_sign_ins_of_a_person_end_at_once_and_nobody_elses(session: Session, now: datetime) -> None:
    person, other = make_person(session), make_person(session)
    mine = [sign_in.open_sign_in(session, person=person, now=now) for _ in range(3)]
    theirs = sign_in.open_sign_in(session, person=other, now=now)

    sign_in.end_all(session, person=person, now=now)

    session.expire_all()
    assert all(sign_in.find_sign_in(session, token=token, now=now) is None for token in mine)
    assert sign_in.find_sign_in(session, token=theirs, now=now) is not None


def test_a_new_password_ends_every_sign_in(session: Session, now: datetime) -> None:
    person = make_person(session)
    token = sign_in.open_sign_in(session, person=person, now=now)
    session.flush()

    sign_in.set_password(session, person=person, password="une autre phrase", now=now)

    session.expire_all()
    assert sign_in.find_sign_in(session, token=token, now=now) is None
    with pytest.raises(RuleBroken):
        _check(session, person, now)
    acts = session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)).all()
    assert acts == ["sign_in", "password.set"]


@pytest.mark.parametrize("token", ["", "x", "\x00", "é" * 1000])
def test_what_is_no_token_finds_no_sign_in(session: Session, now: datetime, token: str) -> None:
    _open(session, Role.MEMBER, now)

    assert sign_in.find_sign_in(session, token=token, now=now) is None


def test_tokens_are_long_and_never_the_same(session: Session, now: datetime) -> None:
    person = make_person(session)

    tokens = {sign_in.open_sign_in(session, person=person, now=now) for _ in range(20)}

    assert len(tokens) == 20
    assert all(len(token) >= 43 for token in tokens)
