"""Who may see and do what: every route, every kind of reader, every object id."""

import re
from dataclasses import dataclass
from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from werkzeug.routing import Rule

from config.settings import BadConfiguration, Settings
from procurement.db import Base, transaction
from procurement.models import (
    AdviceRequest,
    BuyerContact,
    Consortium,
    Credential,
    Finding,
    Match,
    Member,
    MemberTie,
    Person,
    RoomFile,
    RoomPost,
    RoomTask,
    SignIn,
    Tender,
    TenderPair,
)
from procurement.search import saved
from procurement.search.finding import Search
from procurement.vocabulary import Role
from tests.factories import (
    NOW,
    finding,
    make_advice,
    make_chamber,
    make_contact,
    make_credential,
    make_file,
    make_match,
    make_member,
    make_person,
    make_post,
    make_room,
    make_task,
    make_tender,
    make_tie,
)
from tests.web.conftest import Clock, Page, Writing
from web import access, create_app
from web.access import Audience, local_path
from web.transactions import is_static

# Every route with its audience: a route that is not here fails the test below.
ROUTES = {
    ("GET", "/"): Audience.PUBLIC,
    ("GET", "/connexion"): Audience.PUBLIC,
    ("POST", "/connexion"): Audience.PUBLIC,
    ("GET", "/connexion/code"): Audience.PUBLIC,
    ("POST", "/connexion/code"): Audience.PUBLIC,
    ("POST", "/connexion/code/demande"): Audience.PUBLIC,
    ("GET", "/desabonnement/<token>"): Audience.PUBLIC,
    ("POST", "/desabonnement/<token>"): Audience.PUBLIC,
    ("GET", "/sources"): Audience.PUBLIC,
    ("GET", "/mentions"): Audience.PUBLIC,
    ("GET", "/chiffres"): Audience.PUBLIC,
    ("GET", "/marches/<int:tender_id>"): Audience.SIGNED_IN,
    ("GET", "/preferences"): Audience.SIGNED_IN,
    ("POST", "/preferences"): Audience.SIGNED_IN,
    ("POST", "/preferences/accords"): Audience.SIGNED_IN,
    ("POST", "/preferences/mot-de-passe"): Audience.SIGNED_IN,
    ("POST", "/preferences/connexions"): Audience.SIGNED_IN,
    ("POST", "/deconnexion"): Audience.SIGNED_IN,
    ("GET", "/marches"): Audience.MEMBER,
    ("GET", "/marches/<int:tender_id>/reponse"): Audience.MEMBER,
    ("POST", "/marches/<int:tender_id>/reponse"): Audience.MEMBER,
    ("GET", "/marches/<int:tender_id>/pourquoi"): Audience.MEMBER,
    ("POST", "/marches/<int:tender_id>/pourquoi"): Audience.MEMBER,
    ("POST", "/equipe/marches/<int:tender_id>/pourquoi"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/pourquoi"): Audience.STAFF,
    ("GET", "/equipe/membres/<int:member_id>/marches/<int:tender_id>/pourquoi"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/marches/<int:tender_id>/pourquoi"): Audience.STAFF,
    ("POST", "/marches/proches"): Audience.MEMBER,
    ("POST", "/equipe/membres/<int:member_id>/proches"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/personnes/<int:person_id>/adresse"): Audience.STAFF,
    ("GET", "/profil"): Audience.MEMBER,
    ("POST", "/profil"): Audience.MEMBER,
    ("POST", "/profil/essai"): Audience.MEMBER,
    ("POST", "/profil/propositions"): Audience.MEMBER,
    ("GET", "/communautes"): Audience.SIGNED_IN,
    ("POST", "/marches/<int:tender_id>/communaute"): Audience.MEMBER,
    ("GET", "/communautes/propositions/<int:seat_id>"): Audience.MEMBER,
    ("POST", "/communautes/propositions/<int:seat_id>"): Audience.MEMBER,
    ("GET", "/communautes/<int:consortium_id>"): Audience.SIGNED_IN,
    ("POST", "/communautes/<int:consortium_id>/suggestions"): Audience.MEMBER,
    ("GET", "/communautes/<int:consortium_id>/demandes/<int:asked_id>"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/demandes/<int:asked_id>"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/exigences"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/exigences/<int:row_id>"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/exigences/<int:row_id>/retirer"): Audience.MEMBER,
    ("GET", "/communautes/<int:consortium_id>/exigences/<int:row_id>/modifier"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/exigences/<int:row_id>/modifier"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/exigences/<int:row_id>/ordre"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/exigences/reprendre"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/engagement"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/places/<int:seat_id>/depart"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/parts"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/complet"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/remise"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/fin"): Audience.MEMBER,
    ("GET", "/communautes/<int:consortium_id>/resultat"): Audience.SIGNED_IN,
    ("POST", "/communautes/<int:consortium_id>/resultat"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/resultat/reference"): Audience.MEMBER,
    ("GET", "/renouvellements"): Audience.MEMBER,
    ("GET", "/equipe/renouvellements"): Audience.STAFF,
    ("GET", "/equipe/renouvellements.csv"): Audience.STAFF,
    ("POST", "/communautes/<int:consortium_id>/conseil"): Audience.SIGNED_IN,
    ("GET", "/communautes/<int:consortium_id>/echeances"): Audience.SIGNED_IN,
    ("POST", "/communautes/<int:consortium_id>/echeances"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/echeances/plan"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/echeances/calendrier"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/echeances/<int:task_id>"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/echeances/<int:task_id>/etat"): Audience.MEMBER,
    ("POST", "/communautes/<int:consortium_id>/echeances/<int:task_id>/retirer"): Audience.MEMBER,
    ("GET", "/calendrier/<token>.ics"): Audience.PUBLIC,
    ("GET", "/marches/<int:tender_id>/delai.ics"): Audience.SIGNED_IN,
    ("GET", "/profil/attestations"): Audience.MEMBER,
    ("POST", "/profil/attestations"): Audience.MEMBER,
    ("GET", "/communautes/<int:consortium_id>/papiers"): Audience.SIGNED_IN,
    ("POST", "/communautes/<int:consortium_id>/papiers/<key>"): Audience.SIGNED_IN,
    ("GET", "/communautes/<int:consortium_id>/echanges"): Audience.SIGNED_IN,
    ("POST", "/communautes/<int:consortium_id>/echanges"): Audience.SIGNED_IN,
    ("POST", "/communautes/<int:consortium_id>/echanges/<int:post_id>/retirer"): Audience.SIGNED_IN,
    ("POST", "/communautes/<int:consortium_id>/fichiers"): Audience.SIGNED_IN,
    ("GET", "/communautes/<int:consortium_id>/fichiers/<int:file_id>"): Audience.SIGNED_IN,
    ("POST", "/communautes/<int:consortium_id>/fichiers/<int:file_id>/retirer"): Audience.SIGNED_IN,
    ("POST", "/equipe/marches/<int:tender_id>/admissions"): Audience.STAFF,
    ("POST", "/equipe/marches/<int:tender_id>/implications"): Audience.STAFF,
    ("POST", "/equipe/marches/<int:tender_id>/implications/<int:member_id>/retirer"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/liens"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/liens/<int:tie_id>/retirer"): Audience.STAFF,
    ("GET", "/conseil"): Audience.MEMBER,
    ("POST", "/conseil"): Audience.MEMBER,
    ("GET", "/equipe/conseils"): Audience.STAFF,
    ("GET", "/equipe/conseils.csv"): Audience.STAFF,
    ("GET", "/equipe/conseils/<int:request_id>"): Audience.STAFF,
    ("POST", "/equipe/conseils/<int:request_id>/prendre"): Audience.STAFF,
    ("POST", "/equipe/conseils/<int:request_id>/remettre"): Audience.STAFF,
    ("POST", "/equipe/conseils/<int:request_id>/delai"): Audience.STAFF,
    ("POST", "/equipe/conseils/<int:request_id>/temps"): Audience.STAFF,
    ("POST", "/equipe/conseils/<int:request_id>/clore"): Audience.STAFF,
    ("GET", "/equipe/membres/<int:member_id>/profil"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/profil"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/profil/essai"): Audience.STAFF,
    ("GET", "/profil/preuves"): Audience.MEMBER,
    ("POST", "/profil/preuves"): Audience.MEMBER,
    ("GET", "/profil/preuves/<int:proof_id>"): Audience.MEMBER,
    ("POST", "/profil/preuves/<int:proof_id>"): Audience.MEMBER,
    ("POST", "/profil/preuves/<int:proof_id>/retirer"): Audience.MEMBER,
    ("GET", "/equipe/membres/<int:member_id>/preuves"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/preuves"): Audience.STAFF,
    ("GET", "/equipe/membres/<int:member_id>/preuves/<int:proof_id>"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/preuves/<int:proof_id>"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/preuves/<int:proof_id>/retirer"): Audience.STAFF,
    ("GET", "/criteres"): Audience.SIGNED_IN,
    ("GET", "/criteres/<family>"): Audience.SIGNED_IN,
    ("GET", "/recherche"): Audience.SIGNED_IN,
    ("GET", "/recherche.csv"): Audience.SIGNED_IN,
    ("GET", "/recherche.xlsx"): Audience.SIGNED_IN,
    ("POST", "/recherche/enregistrees"): Audience.SIGNED_IN,
    ("POST", "/recherche/enregistrees/<int:search_id>/voir"): Audience.SIGNED_IN,
    ("POST", "/recherche/enregistrees/<int:search_id>/supprimer"): Audience.SIGNED_IN,
    ("GET", "/equipe/file"): Audience.STAFF,
    ("POST", "/equipe/matches/<int:match_id>/garder"): Audience.STAFF,
    ("POST", "/equipe/matches/<int:match_id>/ecarter"): Audience.STAFF,
    ("POST", "/equipe/matches/<int:match_id>/defaire"): Audience.STAFF,
    ("GET", "/equipe/saisir"): Audience.STAFF,
    ("POST", "/equipe/saisir"): Audience.STAFF,
    ("GET", "/equipe/doublons"): Audience.STAFF,
    ("POST", "/equipe/doublons/<int:pair_id>/meme"): Audience.STAFF,
    ("POST", "/equipe/doublons/<int:pair_id>/deux"): Audience.STAFF,
    ("POST", "/equipe/marches/<int:tender_id>/separer"): Audience.STAFF,
    ("GET", "/equipe/criteres-a-confirmer"): Audience.STAFF,
    ("POST", "/equipe/criteres/<int:finding_id>/compte"): Audience.STAFF,
    ("POST", "/equipe/criteres/<int:finding_id>/ne-compte-pas"): Audience.STAFF,
    ("POST", "/equipe/criteres/<int:finding_id>/defaire"): Audience.STAFF,
    ("GET", "/equipe/points-juridiques"): Audience.STAFF,
    ("GET", "/equipe/points-juridiques.csv"): Audience.STAFF,
    ("GET", "/equipe/tables-du-droit"): Audience.STAFF,
    ("GET", "/equipe/reponses"): Audience.STAFF,
    ("GET", "/qualite"): Audience.STAFF,
    ("POST", "/qualite/seuils"): Audience.STAFF,
    ("POST", "/qualite/modeles/<kind>/revenir"): Audience.STAFF,
    ("POST", "/qualite/modeles/<kind>/reprendre"): Audience.STAFF,
    ("GET", "/qualite/lecons"): Audience.STAFF,
    ("POST", "/qualite/lecons/<int:match_id>/oublier"): Audience.STAFF,
    ("POST", "/qualite/lecons/<int:match_id>/reprendre"): Audience.STAFF,
    ("GET", "/catalogue"): Audience.PUBLIC,
    ("GET", "/catalogue.csv"): Audience.PUBLIC,
    ("GET", "/catalogue/<key>"): Audience.PUBLIC,
    ("GET", "/profil/catalogue"): Audience.MEMBER,
    ("POST", "/profil/catalogue"): Audience.MEMBER,
    ("POST", "/profil/catalogue/retrait"): Audience.MEMBER,
    ("POST", "/equipe/catalogue"): Audience.STAFF,
    ("GET", "/equipe/membres/<int:member_id>/catalogue"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/catalogue"): Audience.STAFF,
    ("POST", "/equipe/membres/<int:member_id>/catalogue/retrait"): Audience.STAFF,
    ("GET", "/clauses"): Audience.STAFF,
    ("GET", "/clauses.docx"): Audience.STAFF,
    ("GET", "/clauses/<family>"): Audience.STAFF,
    ("POST", "/clauses/<key>/<language>"): Audience.STAFF,
    ("POST", "/clauses/<key>/<language>/origine"): Audience.STAFF,
    ("GET", "/equipe/marches/<int:tender_id>/lettre"): Audience.STAFF,
    ("POST", "/equipe/marches/<int:tender_id>/lettre"): Audience.STAFF,
    ("GET", "/adjudicateurs"): Audience.STAFF,
    ("GET", "/adjudicateurs/<int:buyer_id>"): Audience.STAFF,
    ("POST", "/adjudicateurs/<int:buyer_id>/contacts"): Audience.STAFF,
    ("POST", "/adjudicateurs/<int:buyer_id>/contacts/<int:contact_id>"): Audience.STAFF,
    ("POST", "/adjudicateurs/<int:buyer_id>/contacts/<int:contact_id>/oter"): Audience.STAFF,
    ("GET", "/equipe/membres"): Audience.STAFF,
    ("GET", "/equipe/membres/<int:member_id>"): Audience.STAFF,
    ("GET", "/observatoire"): Audience.STAFF,
    ("GET", "/observatoire/adjudicateurs"): Audience.STAFF,
    ("GET", "/observatoire/adjudicateurs/<int:buyer_id>"): Audience.STAFF,
    ("POST", "/observatoire/publication"): Audience.STAFF,
    ("GET", "/observatoire/chiffres.csv"): Audience.STAFF,
    ("GET", "/observatoire/citations.csv"): Audience.STAFF,
    ("GET", "/observatoire/observatoire.xlsx"): Audience.STAFF,
    ("GET", "/observatoire/ocds.json"): Audience.STAFF,
    ("GET", "/observatoire/rapport-<int:year>.pdf"): Audience.STAFF,
}
READERS = {"anonymous": None, "member": Role.MEMBER, "staff": Role.STAFF}
MATRIX = [(method, path, who, reader) for (method, path), who in ROUTES.items() for reader in READERS]


@dataclass
class World:
    """A chamber with a member that leads a room, a match and staff; and another chamber with the same."""

    person: Person
    stranger: Person
    staff: Person
    other_staff: Person
    match: Match
    tender: Tender
    member: Member
    pair: TenderPair
    proof: Credential
    finding: Finding
    contact: BuyerContact
    room: Consortium
    task: RoomTask
    advice: AdviceRequest
    tie: MemberTie
    post: RoomPost
    file: RoomFile
    # A search that each kind of reader keeps.
    searches: dict[str, int]


@pytest.fixture
def world(writing: Writing) -> World:
    """Two chambers that may know nothing of each other."""
    with writing() as session:
        member, tender = make_member(session), make_tender(session)
        make_chamber(session, shows_catalogue=True)
        member.in_catalogue_since = NOW
        member.chamber.shows_figures = True
        other_chamber = make_chamber(session, key="autre")
        pair = TenderPair(first=tender, second=make_tender(session, source="ted"), score=0.8, found_at=NOW)
        pair.facts = {"title": 0.8, "buyer": 0.8, "same_deadline": True}
        session.add(pair)
        tender.lots[0].findings = [finding(opinion=0.1)]
        person, staff = make_person(session, member=member), make_person(session, role=Role.STAFF)
        stranger = make_person(session, member=make_member(session))
        room = make_room(session, lead=person, adviser=staff, suggested=stranger.member)
        return World(
            person=person,
            stranger=stranger,
            staff=staff,
            other_staff=make_person(session, role=Role.STAFF, chamber=other_chamber),
            match=make_match(session, member=member, tender=tender),
            tender=tender,
            member=member,
            pair=pair,
            proof=make_credential(session, member),
            finding=tender.lots[0].findings[0],
            contact=make_contact(session, buyer=tender.buyer),
            room=room,
            task=make_task(session, room),
            advice=make_advice(session, person=person, owner=staff),
            tie=make_tie(session, member, stranger.member),
            post=make_post(session, room, person),
            file=make_file(session, room, person),
            searches={
                reader: saved.save(session, person=who, search=Search(), name="Écoles", now=NOW).id
                for reader, who in (("anonymous", stranger), ("member", person), ("staff", staff))
            },
        )


def views(app: Flask) -> list[tuple[str, Rule]]:
    """Every route of ours as method and rule."""
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
        if not is_static(rule.endpoint)
    ]


def address(path: str, world: World, reader: str = "member") -> str:
    """The path with the ids of the world put in."""
    ids = {
        "tender_id": world.tender.id,
        "match_id": world.match.id,
        "member_id": world.member.id,
        "pair_id": world.pair.id,
        "kind": "match",
        "proof_id": world.proof.id,
        "finding_id": world.finding.id,
        "person_id": world.person.id,
        "consortium_id": world.room.id,
        "search_id": world.searches[reader],
        "seat_id": world.room.seats[0].id,
        "row_id": world.room.requirements[0].id,
        "asked_id": world.stranger.member_id,
        "task_id": world.task.id,
        "request_id": world.advice.id,
        "tie_id": world.tie.id,
        "post_id": world.post.id,
        "file_id": world.file.id,
        "year": 2026,
        "token": "x",
        "buyer_id": world.contact.buyer_id,
        "contact_id": world.contact.id,
        "key": _key(path, world),
        "family": "biodiversite",
        "language": "de",
    }
    return re.sub(r"<(?:int:)?(\w+)>", lambda found: str(ids[found[1]]), path)


def _key(path: str, world: World) -> str:
    if "/papiers/" in path:
        return "intent"
    return world.member.key if path.startswith("/catalogue") else "biodiversite"


def test_every_route_stands_in_the_table_with_its_audience(app: Flask) -> None:
    found = {(method, rule.rule): access.audience_of(app, rule.endpoint) for method, rule in views(app)}

    assert found == ROUTES


@pytest.mark.parametrize(("method", "path", "who", "reader"), MATRIX)
def test_only_its_audience_passes_the_door(
    page: Page, world: World, method: str, path: str, who: Audience, reader: str
) -> None:
    people = {"anonymous": None, "member": world.person, "staff": world.staff}
    person = people[reader]
    if person is not None:
        page.sign_in(person)

    url = address(path, world, reader)
    if method == "GET":
        response = page.client.get(url)
    else:
        response = page.post(url, choice="interested", reason="too_far", frequency="daily", language="fr")

    sent_to_door = response.status_code == 303 and response.location.startswith("/connexion")
    if access.may_see(person, who):
        is_forged_link = "<token>" in path
        ends_here = path == "/preferences/connexions" or path.startswith("/connexion/code")
        assert response.status_code == 404 if is_forged_link else response.status_code in (200, 303, 422)
        assert ends_here or not sent_to_door
    elif person is None:
        assert sent_to_door
    else:
        assert response.status_code == 404


def test_a_view_without_audience_stops_the_start(app: Flask) -> None:
    app.add_url_rule("/porte-ouverte", "open_door", lambda: "oups")

    with pytest.raises(BadConfiguration, match="open_door"):
        access.install(app)


def test_a_view_without_audience_is_shown_to_nobody(app: Flask, page: Page, world: World) -> None:
    app.add_url_rule("/porte-ouverte", "open_door", lambda: "oups")

    page.sign_in(world.staff)

    assert "oups" not in page.get("/porte-ouverte", status=404).get_text()


def test_staff_cannot_reach_the_objects_of_another_chamber(
    page: Page, world: World, writing: Writing
) -> None:
    page.sign_in(world.other_staff)

    page.get(f"/equipe/membres/{world.member.id}", status=404)
    for act in ("garder", "ecarter", "defaire"):
        response = page.post(f"/equipe/matches/{world.match.id}/{act}", reason="too_far")
        assert response.status_code == 404

    with writing() as session:
        match = session.get_one(Match, world.match.id)
        assert (match.released_at, match.dropped_at, match.decided_by_id) == (None, None, None)


@pytest.mark.parametrize(
    "path", ["/marches/{}", "/marches/{}/reponse", "/equipe/membres/{}", "/profil/preuves/{}", "/criteres/{}"]
)
def test_unknown_ids_are_not_found(page: Page, world: World, path: str) -> None:
    page.sign_in(world.staff if path.startswith("/equipe") else world.person)

    page.get(path.format(987654), status=404)


def test_every_form_needs_its_token_but_the_one_click_stop(app: Flask, page: Page, world: World) -> None:
    posts = [rule.rule for method, rule in views(app) if method == "POST"]

    for path in posts:
        for person in (None, world.person, world.staff):
            browser = page.other()
            if person is not None:
                browser.sign_in(person)
            response = browser.client.post(address(path, world), data={"choice": "interested"})
            assert response.status_code == (404 if path == "/desabonnement/<token>" else 400), path


def test_a_form_of_another_browser_is_refused_and_changes_nothing(page: Page, world: World) -> None:
    token = page.other().sign_in(world.stranger).token()
    page.sign_in(world.person)

    response = page.client.post(f"/marches/{world.tender.id}/reponse", data={"csrf_token": token})

    assert response.status_code == 400
    assert "Formulaire périmé" in response.get_data(as_text=True)


def rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, but the two things that a GET may note."""
    noted = {("match", "opened_at"), ("sign_in", "last_seen_at")}
    with engine.connect() as connection:
        return {
            table.name: sorted(
                (
                    tuple(row)
                    for row in connection.execute(
                        select(*[c for c in table.columns if (table.name, c.name) not in noted])
                    )
                ),
                key=repr,
            )
            for table in Base.metadata.sorted_tables
        }


def test_a_get_changes_nothing(
    page: Page, world: World, engine: Engine, clock: Clock, writing: Writing
) -> None:
    with writing() as session:
        session.get_one(Match, world.match.id).released_at = clock.now
        # Of a look of the staff a GET leaves a record, which is the point of it.
        session.get_one(Consortium, world.room.id).adviser_id = None
    browsers = [page, page.other().sign_in(world.person), page.other().sign_in(world.staff)]
    before = rows(engine)
    clock.move(minutes=10)

    for browser in browsers:
        for method, path in ROUTES:
            if method == "GET":
                browser.client.get(address(path, world))
                browser.client.head(address(path, world))
                browser.client.options(address(path, world))

    assert rows(engine) == before


def test_the_first_look_at_ones_own_tender_is_noted_once(
    page: Page, world: World, clock: Clock, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        session.get_one(Match, world.match.id).released_at = now
    page.other().sign_in(world.stranger).get(f"/marches/{world.tender.id}")
    page.other().sign_in(world.staff).get(f"/marches/{world.tender.id}")
    with writing() as session:
        assert session.get_one(Match, world.match.id).opened_at is None

    page.sign_in(world.person).get(f"/marches/{world.tender.id}")
    clock.move(hours=1)
    page.get(f"/marches/{world.tender.id}")

    with writing() as session:
        assert session.get_one(Match, world.match.id).opened_at == now


def test_being_there_is_noted_at_most_every_five_minutes(
    page: Page, world: World, clock: Clock, writing: Writing, now: datetime
) -> None:
    def last_seen() -> datetime:
        with writing() as session:
            return session.scalars(select(SignIn)).one().last_seen_at

    page.sign_in(world.person)

    clock.move(minutes=4)
    page.get("/marches")
    assert last_seen() == now
    clock.move(minutes=4)
    page.get("/marches")
    assert last_seen() == clock.now


@pytest.mark.parametrize(
    "trick",
    [
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/marches\r\nSet-Cookie: a=b",
        "https://evil.example",
        "javascript:alert(1)",
        "evil.example",
        " /marches",
        "/" + "a" * 600,
        "",
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(page: Page, world: World, trick: str) -> None:
    page.sign_in(world.person)

    response = page.client.get("/connexion", query_string={"suite": trick})

    assert local_path(trick) is None
    assert response.location == "/marches"


def test_after_signing_in_one_gets_the_page_one_wanted(page: Page, world: World) -> None:
    wanted = f"/marches/{world.tender.id}/reponse?choix=interested"

    door = page.client.get(wanted)
    page.sign_in(world.person)
    through = page.client.get(door.location)

    assert through.location == wanted


def test_staff_and_members_each_see_their_own_menu(page: Page, world: World) -> None:
    def menu(browser: Page) -> list[str]:
        return [link.get_text() for link in browser.get("/").select("nav.menu a")]

    assert menu(page) == ["Sources"]
    assert menu(page.other().sign_in(world.person)) == [
        "Mes marchés",
        "Chercher",
        "Profil",
        "Communautés",
        "Conseil",
        "Sources",
        "Préférences",
    ]
    assert menu(page.other().sign_in(world.staff)) == [
        "Chercher",
        "File d’attente",
        "Saisir",
        "Réponses",
        "Points juridiques",
        "Membres",
        "Conseils",
        "Communautés",
        "Adjudicateurs",
        "Qualité",
        "Observatoire",
        "Clauses",
        "Sources",
        "Préférences",
    ]


def test_the_staffs_menu_is_folded_in_groups_and_says_in_which_one_is(page: Page, world: World) -> None:
    shown = page.sign_in(world.staff).get("/equipe/membres")

    assert [each.get_text() for each in shown.select("nav.menu summary")] == ["Marchés", "Membres", "Chambre"]
    here = shown.select_one("nav.menu details.is-here")
    assert here is not None
    assert here.select_one("a[aria-current]").get_text() == "Membres"  # type: ignore[union-attr]
    assert not page.other().sign_in(world.person).get("/marches").select("nav.menu details")


def test_a_former_member_is_out_at_once(page: Page, world: World, writing: Writing) -> None:
    page.sign_in(world.person).get("/marches")

    with writing() as session:
        session.get_one(Member, world.member.id).is_active = False

    assert page.client.get("/marches").location.startswith("/connexion")


@pytest.mark.parametrize("value", [7, ["a"], None, "not a token"])
def test_a_cookie_that_holds_nonsense_is_nobody(page: Page, value: object) -> None:
    with page.client.session_transaction() as cookie:
        cookie["token"] = value

    assert page.client.get("/preferences").location.startswith("/connexion")


def test_the_application_starts_on_its_own_database(settings: Settings) -> None:
    app = create_app(settings)

    assert app.test_client().get("/mentions").status_code == 200
    with transaction(app.extensions["aimp"]["engine"], read_only=True):
        pass
    app.extensions["aimp"]["engine"].dispose()
