"""Objects for tests, whole and plausible; each argument overrides one fact. Everybody is fictional."""

import itertools
import zlib
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from procurement import advice, consents, consortiums, requirements, room_files, talk, work
from procurement.accounts import only_chamber
from procurement.advice_words import AdviceSubject
from procurement.i18n import ZURICH
from procurement.lens import FindingKind, Polarity
from procurement.models import (
    AdviceRequest,
    Attestation,
    Buyer,
    BuyerContact,
    Chamber,
    Consortium,
    Credential,
    Criterion,
    Finding,
    Lot,
    Match,
    Member,
    MemberTie,
    Notice,
    NoticeVersion,
    Person,
    RoomFile,
    RoomPost,
    RoomTask,
    Seat,
    Tender,
)
from procurement.notices import digest_of
from procurement.teaming import PostKind, SeatRole, SeatState
from procurement.vocabulary import (
    ContractNature,
    CriteriaSource,
    CriterionKind,
    Frequency,
    LegalForm,
    NoticeType,
    ProcurementMethod,
    Role,
    Strength,
    TenderState,
)

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=ZURICH)
PASSWORD = "une phrase de passe assez longue"
_numbers = itertools.count(1)


@lru_cache(maxsize=4)
def hashed(password: str) -> str:
    """The hash of a password, made once per run: it is slow on purpose."""
    from procurement.sign_in import _HASHER

    return str(_HASHER.hash(password))


def make_chamber(session: Session, **overrides: Any) -> Chamber:
    """The only chamber, with an adviser; `key=` makes another one."""
    if "key" in overrides:
        chamber = Chamber(**{"name": "Autre chambre", **overrides})
        session.add(chamber)
    else:
        chamber = only_chamber(session)
        chamber.adviser_name = "Solène Vuagnat"
        chamber.adviser_email = "solene.vuagnat@example.ch"
        for name, value in overrides.items():
            setattr(chamber, name, value)
    session.flush()
    return chamber


def make_member(session: Session, **overrides: Any) -> Member:
    """A cleaning cooperative of Geneva, or whatever the overrides say."""
    number = next(_numbers)
    facts: dict[str, Any] = {
        "chamber": overrides.get("chamber") or make_chamber(session),
        "key": f"membre-{number}",
        "name": f"Coopérative Éclat {number}",
        "legal_form": LegalForm.COOPERATIVE,
        "statement": "Nettoyage écologique de bureaux et d’écoles, avec des emplois d’insertion.",
        "sectors": ["nettoyage_conciergerie_blanchisserie"],
        "cpv_codes": ["90910000"],
        "cantons": ["GE", "VD"],
        "offer_languages": ["fr"],
        "profile_changed_at": NOW - timedelta(days=40),
    }
    member = Member(**{**facts, **overrides})
    session.add(member)
    session.flush()
    return member


def make_person(session: Session, *, password: str | None = PASSWORD, **overrides: Any) -> Person:
    """Somebody of a member (made when none is given), or of the staff with `role=Role.STAFF`."""
    number = next(_numbers)
    role = overrides.get("role", Role.MEMBER)
    member = overrides.get("member")
    if role is Role.MEMBER and member is None:
        member = make_member(session)
    facts: dict[str, Any] = {
        "chamber": member.chamber if member else make_chamber(session),
        "member": member,
        "name": f"Maude Rochat {number}",
        "email": f"personne{number}@example.ch",
        "role": role,
        "frequency": Frequency.OFF if role is Role.STAFF else Frequency.DAILY,
        "created_at": NOW - timedelta(days=90),
        "password_hash": hashed(password) if password else None,
    }
    person = Person(**{**facts, **overrides, "member": member})
    if member is not None:
        consents.join(person, now=person.created_at)
    session.add(person)
    session.flush()
    return person


def make_contact(session: Session, **overrides: Any) -> BuyerContact:
    """Somebody at a buyer, noted by the chamber half a year ago."""
    facts: dict[str, Any] = {
        "chamber_id": (overrides.pop("chamber", None) or make_chamber(session)).id,
        "name": "Aloïs Treyvaud",
        "function": "Responsable des achats",
        "email": "alois.treyvaud@example.ch",
        "telephone": "022 555 01 02",
        "note": "Cherche des offres pour la conciergerie.",
        "changed_at": NOW - timedelta(days=180),
    }
    contact = BuyerContact(**{**facts, **overrides})
    session.add(contact)
    session.flush()
    return contact


def make_lot(tender: Tender, **overrides: Any) -> Lot:
    """A lot of a tender, with two weighted award criteria and one of selection."""
    number = len(tender.lots) + 1
    facts: dict[str, Any] = {
        "source_key": f"lot-{number}",
        "number": number,
        "title": {"fr": f"Secteur {number}"},
        "description": {"fr": "Nettoyage courant, vitrerie deux fois par an."},
        "contract_nature": ContractNature.SERVICES,
        "cpv_codes": ["90911200"],
        "place_canton": "GE",
        "place_country": "CH",
        "place_postal_code": "1205",
        "place_city": {"fr": "Genève"},
        "starts_on": date(2027, 2, 1),
        "ends_on": date(2029, 1, 31),
        "award_criteria_source": CriteriaSource.DEFINED,
    }
    lot = Lot(**{**facts, **overrides})
    if "criteria" not in overrides:
        lot.criteria = [
            Criterion(kind=CriterionKind.AWARD, position=0, title={"fr": "Prix"}, weight=60, is_price=True),
            Criterion(kind=CriterionKind.AWARD, position=1, title={"fr": "Qualité"}, weight=40),
            Criterion(kind=CriterionKind.SELECTION, position=2, title={"fr": "Trois références"}),
        ]
    tender.lots.append(lot)
    return lot


def make_notice(session: Session, tender: Tender, **overrides: Any) -> Notice:
    """A publication of a tender with one version of its content."""
    number = next(_numbers)
    payload = f'{{"invented": {number}}}'.encode()
    facts: dict[str, Any] = {
        "tender": tender,
        "source": tender.source,
        "source_key": f"notice-{number}",
        "number": f"{tender.number}-{len(tender.notices) + 1:02d}",
        "notice_type": NoticeType.TENDER,
        "published_on": tender.published_on,
        "cpv_codes": list(tender.cpv_codes),
        "url": tender.url,
        "first_seen_at": NOW - timedelta(days=2),
    }
    notice = Notice(**{**facts, **overrides})
    notice.versions.append(
        NoticeVersion(
            number=1,
            digest=digest_of(payload),
            payload=zlib.compress(payload),
            fetched_at=NOW - timedelta(days=2),
            fetched_from="http://127.0.0.1/",
        )
    )
    session.add(notice)
    session.flush()
    return notice


def make_tender(session: Session, **overrides: Any) -> Tender:
    """An open call for the cleaning of schools in Geneva, with its notice and a lot; `lots=` sets others."""
    number = next(_numbers)
    buyer = overrides.pop("buyer", None) or Buyer(
        source="simap",
        source_key=f"office-{number}",
        name={"fr": "Ville de Genève – Service des écoles"},
        city="Genève",
        postal_code="1205",
        canton="GE",
        country="CH",
    )
    facts: dict[str, Any] = {
        "source": "simap",
        "procedure_key": f"project-{number}",
        "number": str(20000 + number),
        "buyer": buyer,
        "state": TenderState.CALLED,
        "title": {"fr": "Nettoyage écologique des écoles"},
        "description": {"fr": "Nettoyage courant de douze écoles.\n\nProduits labellisés demandés."},
        "language": "fr",
        "procurement_method": ProcurementMethod.OPEN,
        "contract_nature": ContractNature.SERVICES,
        "is_under_treaty": False,
        "cpv_codes": ["90911200"],
        "published_on": date(2026, 11, 20),
        "submission_deadline": NOW + timedelta(days=20, hours=3),
        "enquiry_deadline": date(2026, 12, 4),
        "offer_languages": ["fr"],
        "url": f"https://www.simap.ch/fr/project-detail/project-{number}",
        "changed_at": NOW - timedelta(days=2),
    }
    tender = Tender(**{**facts, **overrides})
    session.add(tender)
    if "lots" not in overrides:
        make_lot(tender, source_key="", number=1, title={}, description={})
    session.flush()
    make_notice(session, tender)
    return tender


def make_match(session: Session, **overrides: Any) -> Match:
    """A proposed match; `member=`, `tender=` or `lot=` choose whose and on what, `released_at=` sends it."""
    member = overrides.pop("member", None) or make_member(session)
    tender = overrides.pop("tender", None)
    lot = overrides.pop("lot", None) or (tender or make_tender(session)).lots[0]
    version = session.scalars(
        select(NoticeVersion).join(Notice).where(Notice.tender_id == lot.tender_id).order_by(NoticeVersion.id)
    ).first()
    assert version is not None
    facts: dict[str, Any] = {
        "chamber_id": member.chamber_id,
        "member": member,
        "lot": lot,
        "notice_version_id": version.id,
        "score": 0.72,
        "strength": Strength.STRONG,
        "signals": {"cpv": 1.0, "place": 1.0},
        "reasons": [
            {"key": "title_words", "facts": {"words": ["nettoyage", "écoles"]}},
            {"key": "place_in_reach", "facts": {"canton": "GE"}},
        ],
        "risk": {"key": "many_references", "facts": {}},
        "model": "test",
        "proposed_at": NOW - timedelta(hours=5),
    }
    match = Match(**{**facts, **overrides})
    session.add(match)
    session.flush()
    return match


def finding(**overrides: Any) -> Finding:
    """A criterion on apprentices found among the award criteria, of no lot yet."""
    facts: dict[str, Any] = {
        "family": "apprentissage_formation",
        "kind": FindingKind.AWARD,
        "polarity": Polarity.PRESENT,
        "counts": True,
        "weight": 5.0,
        "language": "fr",
        "field": "award.2.title",
        "start": 8,
        "evidence": "apprenties et apprentis",
        "sentence": "Part des apprenties et apprentis dans l’effectif.",
        "rule": "apprentissage_formation:fr:1",
        "found_with": "test",
        "found_at": NOW,
    }
    return Finding(**{**facts, **overrides})


def make_finding(session: Session, lot: Lot, **overrides: Any) -> Finding:
    """An award criterion of 10 % on work integration, found in a lot that was read."""
    facts: dict[str, Any] = {
        "family": "insertion_socioprofessionnelle",
        "weight": 10.0,
        "field": "award.1.title",
        "start": 0,
        "evidence": "insertion professionnelle",
        "sentence": "Le soumissionnaire offre des places à des personnes en insertion professionnelle.",
        "rule": "insertion_socioprofessionnelle:fr:1",
        "found_at": NOW - timedelta(days=1),
    }
    found = finding(lot=lot, **{**facts, **overrides})
    lot.read_at, lot.read_with = NOW - timedelta(days=1), "test"
    session.add(found)
    session.flush()
    return found


def make_credential(session: Session, member: Member, **overrides: Any) -> Credential:
    """Two apprentices that a member trains."""
    facts: dict[str, Any] = {
        "family": "apprentissage_formation",
        "name": "Apprentis agents de propreté",
        "figure": 2,
        "valid_until": None,
        "changed_at": NOW - timedelta(days=10),
    }
    credential = Credential(**{**facts, **overrides})
    member.credentials.append(credential)
    session.flush()
    return credential


def make_room(
    session: Session,
    *,
    lead: Person | None = None,
    tender: Tender | None = None,
    adviser: Person | None = None,
    suggested: Member | None = None,
    **facts: Any,
) -> Consortium:
    """A room on a tender with its rows; `suggested=` has the matcher suggest a member for the first row."""
    lead = lead or make_person(session, password=None)
    tender = tender or make_tender(session)
    assert lead.member is not None
    lots = facts.pop("lots", None) or tender.lots
    room = consortiums.open_consortium(
        session,
        tender=tender,
        lots=lots,
        lead=lead.member,
        has_read=True,
        person=lead,
        now=NOW,
        **{"places": 3, **facts},
    )
    requirements.draw(session, consortium=room, language="fr")
    room.adviser_id = adviser.id if adviser else None
    if suggested is not None:
        suggest(session, room, suggested)
    session.flush()
    return room


def make_task(session: Session, room: Consortium, **overrides: Any) -> RoomTask:
    """A task of everybody in a room, due in nine days."""
    facts: dict[str, Any] = {
        "consortium": room,
        "text": "Appeler le service des écoles",
        "due_on": date(2026, 12, 3),
        "is_day_set": True,
    }
    task = RoomTask(**{**facts, **overrides})
    session.add(task)
    session.flush()
    return task


def make_attestation(session: Session, member: Member, **overrides: Any) -> Attestation:
    """An attestation of the AVS issued three weeks ago."""
    facts: dict[str, Any] = {
        "member_id": member.id,
        "kind": "avs",
        "issued_on": date(2026, 11, 3),
        "valid_until": None,
        "changed_at": NOW - timedelta(days=20),
    }
    attestation = Attestation(**{**facts, **overrides})
    session.add(attestation)
    session.flush()
    return attestation


def make_advice(
    session: Session, *, person: Person, owner: Person | None = None, **facts: Any
) -> AdviceRequest:
    """Somebody's request for advice on no tender in particular; `owner=` of the staff has taken it up."""
    assert person.member is not None
    request = advice.ask(
        session,
        person=person,
        **{
            "member": person.member,
            "subject": AdviceSubject.BID,
            "text": "Comment remplir la déclaration ?",
            "due_on": NOW.date() + timedelta(days=5),
            "now": NOW,
            **facts,
        },
    )
    if owner is not None:
        advice.take(session, request=request, person=owner, now=NOW)
    session.flush()
    return request


def make_tie(session: Session, member: Member | None, other: Member | None, **facts: Any) -> MemberTie:
    """Two members under one direction, as staff recorded it."""
    assert member is not None
    assert other is not None
    first, second = sorted((member, other), key=lambda each: each.id)
    tie = MemberTie(member=first, other=second, **{"reason": "même direction", "recorded_at": NOW, **facts})
    session.add(tie)
    session.flush()
    return tie


def suggest(session: Session, room: Consortium, *members: Member) -> None:
    """Let the matcher have suggested some members for the first row of a room, and together as a team."""
    row = room.requirements[0]
    said = [
        {"member": member.id, "level": 1.0, "reason": {"key": "offers_proof", "facts": {}}}
        for member in members
    ]
    team = {"members": [member.id for member in members], "carried": {str(row.id): members[0].id}}
    answer = {"rows": {str(row.id): said}, "teams": [{**team, "covered": 60}]}
    key = f"partners:{room.id}"
    asked = work.ask(session, key=key, kind="partners", now=NOW, consortium_id=room.id)
    session.flush()
    work.finish(session, work_id=asked.id, answer=answer, now=NOW)


def make_seat(session: Session, room: Consortium, person: Person, state: SeatState, **facts: Any) -> Seat:
    """Somebody's seat in a room, brought to a state by the acts that lead there."""
    lead = next(each for each in consortiums.lead_of(room).people)
    assert person.member is not None
    seat = consortiums.ask(
        session,
        consortium=room,
        member=person.member,
        person=lead,
        now=NOW,
        **{"role": SeatRole.PARTNER, "message": "Vitrerie de trois écoles.", **facts},
    )
    if state is not SeatState.ASKED:
        accepts = state is not SeatState.DECLINED
        consortiums.answer(session, seat=seat, accepts=accepts, person=person, now=NOW)
    if state is SeatState.CONFIRMED:
        consortiums.bind(session, seat=seat, has_read=True, person=person, now=NOW)
    if state is SeatState.LEFT:
        consortiums.leave(session, seat=seat, person=person, now=NOW)
    session.flush()
    return seat


def make_post(session: Session, room: Consortium, person: Person, **facts: Any) -> RoomPost:
    """Something that somebody wrote in a room."""
    said = {"kind": PostKind.MESSAGE, "text": "Bonjour à tous.", "is_no_price": False, "now": NOW}
    return talk.post(session, consortium=room, person=person, **{**said, **facts})


def make_file(session: Session, room: Consortium, person: Person, **facts: Any) -> RoomFile:
    """A small file that somebody put into a room."""
    said = {"name": "Notes.txt", "content": "Réunion mardi.".encode(), "now": NOW}
    return room_files.add(session, consortium=room, person=person, **{**said, **facts})
