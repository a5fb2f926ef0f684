"""The page « Échanges » of a room: writing, taking back, files that come and go."""

from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from procurement import room_files, talk
from procurement.models import AuditEntry, Consortium, Person, RoomFile, RoomPost, RoomTask
from procurement.teaming import PostKind, SeatState
from procurement.vocabulary import Role
from tests.factories import NOW, make_file, make_person, make_post, make_room, make_seat
from tests.procurement.shared import archive, docx
from tests.web.conftest import Page, Writing, check_page


@dataclass
class Room:
    """A room and who is inside it."""

    id: int
    lead: Person
    partner: Person
    adviser: Person

    @property
    def path(self) -> str:
        """Its page of what is said and shared."""
        return f"/communautes/{self.id}/echanges"

    @property
    def files(self) -> str:
        """Where its files go."""
        return f"/communautes/{self.id}/fichiers"


@pytest.fixture
def room(writing: Writing) -> Room:
    """A room with a lead, a partner and an adviser."""
    with writing() as session:
        lead, partner = (make_person(session, password=None) for _ in range(2))
        adviser = make_person(session, role=Role.STAFF, password=None)
        found = make_room(session, lead=lead, adviser=adviser)
        make_seat(session, found, partner, SeatState.JOINED)
        return Room(found.id, lead, partner, adviser)


def _upload(page: Page, room: Room, content: bytes, name: str = "Offre.docx", **fields: str) -> TestResponse:
    sent = {"csrf_token": page.token(), "file": (BytesIO(content), name), **fields}
    return _send(page, room.files, sent)


def _send(page: Page, path: str, sent: Mapping[str, object]) -> TestResponse:
    response = page.client.post(path, data=sent, content_type="multipart/form-data")
    # The client keeps a large body in a file that it forgets.
    response.request.environ["wsgi.input"].close()
    return response


def test_a_message_and_a_decision_are_read_by_the_others(page: Page, room: Room) -> None:
    page.sign_in(room.lead)
    for kind, text in (("message", "Bonjour <b>à tous</b>"), ("decision", "Séance le mardi")):
        response = page.send(room.path, room.path, kind=kind, text=text)
        assert response.status_code == 303
        assert "#message-" in response.location

    soup = page.other().sign_in(room.partner).get(room.path)

    assert [each.get_text() for each in soup.select(".thread .prose-lines")] == [
        "Séance le mardi",
        "Bonjour <b>à tous</b>",
    ]
    [decided] = soup.select("#decisions li")
    assert "Séance le mardi" in decided.get_text()
    assert room.lead.name in decided.get_text()


def test_a_price_is_asked_about_and_the_text_is_kept(page: Page, room: Room, writing: Writing) -> None:
    page.sign_in(room.lead)
    assert page.get(room.path).find(id="is-no-price") is None

    response = page.post(room.path, kind="decision", text="On part à CHF 120'000")

    soup = check_page(response)
    assert response.status_code == 422
    assert "CHF 120’000" in soup.select_one("#text-error").get_text()  # type: ignore[union-attr]
    assert "CHF 120'000" in soup.find(id="text").get_text()  # type: ignore[union-attr]
    assert soup.find(id="kind-decision").has_attr("checked")  # type: ignore[union-attr]
    assert soup.find(id="is-no-price") is not None
    with writing() as session:
        assert session.scalars(select(RoomPost)).all() == []
    fields = {"kind": "message", "text": "Caution : CHF 5'000", "is_no_price": "1"}
    assert page.post(room.path, **fields).status_code == 303


@pytest.mark.parametrize("text", ["", "   ", "x" * (talk.LONGEST + 1)])
def test_a_text_that_is_missing_or_too_long_is_said_beside_it(page: Page, room: Room, text: str) -> None:
    response = page.sign_in(room.lead).post(room.path, kind="message", text=text)

    assert response.status_code == 422
    assert check_page(response).select_one("#text-error")


def test_a_message_is_taken_back_by_its_author_alone(page: Page, room: Room, writing: Writing) -> None:
    with writing() as session:
        found = session.get_one(Consortium, room.id)
        post = make_post(session, found, session.merge(room.partner), text="Une bêtise")
        path = f"{room.path}/{post.id}/retirer"
    lead, partner = page.sign_in(room.lead), page.other().sign_in(room.partner)
    assert lead.get(room.path).find("form", action=path) is None

    assert lead.post(path).status_code == 303
    assert "Une bêtise" in lead.get(room.path).get_text()
    assert partner.send(room.path, path).status_code == 303

    text = lead.get(room.path).get_text()
    assert "Une bêtise" not in text
    assert "message retiré" in text


def test_a_long_thread_has_pages(page: Page, room: Room, writing: Writing) -> None:
    with writing() as session:
        found, lead = session.get_one(Consortium, room.id), session.merge(room.lead)
        for number in range(talk.PAGE + 1):
            make_post(session, found, lead, text=f"Message numéro {number}.")
    page.sign_in(room.partner)

    newest = page.get(room.path)
    older = newest.find("a", string="Plus anciens")

    assert "Message numéro 0." not in newest.get_text()
    assert older is not None
    assert "Message numéro 0." in page.get(str(older["href"])).get_text()  # type: ignore[index]


def test_a_file_comes_back_byte_for_byte_to_be_saved(page: Page, room: Room) -> None:
    content = docx()
    assert _upload(page.sign_in(room.lead), room, content, "Mémoire « final ».docx").status_code == 303
    partner = page.other().sign_in(room.partner)
    link = partner.get(room.path).select_one("#fichiers li a")
    assert link is not None

    response = partner.client.get(str(link["href"]))

    assert response.data == content
    assert response.content_type.endswith("wordprocessingml.document")
    named = response.headers["Content-Disposition"]
    assert named.startswith("attachment;")
    assert "filename*=UTF-8''M%C3%A9moire%20%C2%AB%20final%20%C2%BB.docx" in named
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    policy = response.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_ten_megabytes_come_through_and_a_byte_more_is_said_beside_the_field(page: Page, room: Room) -> None:
    page.sign_in(room.lead)

    assert _upload(page, room, b"x" * room_files.MOST_BYTES, "long.txt").status_code == 303
    response = _upload(page, room, b"y" * (room_files.MOST_BYTES + 1), "trop.txt")

    assert response.status_code == 422
    wrong = check_page(response).select_one("#file-error")
    assert wrong is not None
    assert "10\u00a0Mo" in wrong.get_text()


def test_what_is_far_too_large_is_refused_with_a_page(page: Page, room: Room) -> None:
    response = _upload(page.sign_in(room.lead), room, b"y" * (room_files.MOST_BYTES + 2**20), "trop.txt")

    assert response.status_code == 413
    assert "10\u00a0Mo" in check_page(response).get_text()


def test_no_other_form_and_no_stranger_may_send_as_much(page: Page, room: Room) -> None:
    assert _upload(page, room, b"y" * 2 * 2**20).status_code == 413

    page.sign_in(room.lead)
    sent = {"csrf_token": page.token(), "text": "x", "file": (BytesIO(b"y" * 2 * 2**20), "a.txt")}
    response = _send(page, room.path, sent)

    assert response.status_code == 413


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (b"MZ\x90\x00" + b"\x00" * 60, "plan.pdf", "type admis"),
        (archive({"[Content_Types].xml": "x", "word/vbaProject.bin": "x"}), "a.docx", "macros"),
        (b"", "vide.txt", "vide"),
    ],
)
def test_what_is_refused_is_said_beside_the_field(
    page: Page, room: Room, writing: Writing, content: bytes, name: str, words: str
) -> None:
    response = _upload(page.sign_in(room.lead), room, content, name)

    assert response.status_code == 422
    wrong = check_page(response).select_one("#file-error")
    assert wrong is not None
    assert words in wrong.get_text()
    with writing() as session:
        assert session.scalars(select(RoomFile)).all() == []


def test_no_file_chosen_is_said_beside_the_field(page: Page, room: Room) -> None:
    response = page.sign_in(room.lead).post(room.files)

    assert response.status_code == 422
    assert check_page(response).select_one("#file-error")


def test_a_file_can_answer_a_task_of_the_room(page: Page, room: Room, writing: Writing) -> None:
    page.sign_in(room.lead)
    assert page.get(room.path).find(id="task") is None
    with writing() as session:
        task = RoomTask(consortium_id=room.id, text="Relire le mémoire", due_on=NOW.date())
        session.add(task)
        session.flush()
        task_id = str(task.id)
    assert page.get(room.path).find(id="task") is not None

    assert _upload(page, room, docx(), task=task_id).status_code == 303

    assert "Relire le mémoire" in page.get(room.path).select_one("#fichiers li").get_text()  # type: ignore[union-attr]
    assert _upload(page, room, b"a", task="987654").status_code == 303


def test_the_lead_takes_any_file_out_and_a_partner_its_own(page: Page, room: Room, writing: Writing) -> None:
    with writing() as session:
        found = session.get_one(Consortium, room.id)
        own, other = (
            make_file(session, found, session.merge(person), content=content)
            for person, content in ((room.partner, b"a"), (room.lead, b"b"))
        )
        paths = {each: f"{room.files}/{file.id}/retirer" for each, file in (("own", own), ("other", other))}
    partner = page.sign_in(room.partner)
    assert partner.get(room.path).find("form", action=paths["other"]) is None

    assert partner.post(paths["other"]).status_code == 303
    assert partner.send(room.path, paths["own"]).status_code == 303
    with writing() as session:
        assert len(session.scalars(select(RoomFile)).all()) == 1
    assert page.other().sign_in(room.lead).send(room.path, paths["other"]).status_code == 303

    with writing() as session:
        assert session.scalars(select(RoomFile)).all() == []


def test_an_adviser_writes_too_and_its_look_is_on_record(page: Page, room: Room, writing: Writing) -> None:
    page.sign_in(room.adviser)

    assert page.send(room.path, room.path, kind="message", text="Pensez aux attestations.").status_code == 303

    with writing() as session:
        acts = set(session.scalars(select(AuditEntry.act).where(AuditEntry.person_id == room.adviser.id)))
    assert {"consortium.read", "room.message"} <= acts
    text = page.other().sign_in(room.lead).get(room.path).get_text()
    assert room.adviser.name in text


def test_a_room_that_is_over_shows_no_form(page: Page, room: Room, writing: Writing) -> None:
    with writing() as session:
        found = session.get_one(Consortium, room.id)
        make_post(session, found, session.merge(room.lead), kind=PostKind.DECISION, text="Nous arrêtons.")
        make_file(session, found, session.merge(room.lead))
    page.sign_in(room.lead)
    page.post(f"/communautes/{room.id}/fin", state="no_bid")

    soup = page.get(room.path)

    assert "Nous arrêtons." in soup.get_text()
    assert soup.select("main form") == []
    assert page.client.get(str(soup.select_one("#fichiers li a")["href"])).status_code == 200  # type: ignore[index]
    assert page.post(room.path, kind="message", text="Encore").status_code == 422
