"""What the matching is worth, as staff see it: precision, what is missed, thresholds, models, lessons."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup, Tag
from sqlalchemy import select

from procurement import succession
from procurement.models import AuditEntry, Chamber, Match, Member, Person
from procurement.served import Kind, models_folder, note_rules, promote, served, write_model
from procurement.vocabulary import DropReason, Role
from procurement.weights import FILE, FORMAT, written
from tests.factories import make_chamber, make_match, make_member, make_person
from tests.procurement.decided import make_dropped, make_kept
from tests.web.conftest import Page, Writing

_FIGURES = {
    "labels": 180,
    "good": 90,
    "log_loss": 0.392,
    "calibration_error": 0.06,
    "average_precision": 0.915,
}
_CARD: dict[str, Any] = {
    "labels": {"all": 711, "good": 381, "samples": 2, "members": 9},
    "first_published": "2026-06-03",
    "last_published": "2026-11-23",
    "earlier_until": "2026-10-10",
    "metrics": {
        "candidate": _FIGURES,
        "in_use_before": {**_FIGURES, "log_loss": 0.739},
        "rules-x": {**_FIGURES, "log_loss": 0.739},
        "always_the_same": {**_FIGURES, "log_loss": 0.699},
        "log_loss_gain": {"mean": 0.346, "low": 0.198, "high": 0.485},
        "groups": [
            {"of": "language", "key": "de", "labels": 12, "good": 6, "candidate": 0.5, "in_use_before": 0.6,
             "is_judged": False},
            {"of": "sector", "key": "nettoyage_conciergerie_blanchisserie", "labels": 168, "good": 84,
             "candidate": 0.9, "in_use_before": 0.7, "is_judged": True},
        ],
    },
}  # fmt: skip


@dataclass
class Desk:
    """One of the staff and a member whose matches are decided on."""

    staff: Person
    member: Member


@pytest.fixture
def desk(writing: Writing) -> Desk:
    """One of the staff and a member whose matches are decided on."""
    with writing() as session:
        return Desk(
            make_person(session, role=Role.STAFF, name="Solène Vuagnat"), make_member(session, name="Éclat")
        )


def _write(models: Path, version: str, weight: float, **card: Any) -> None:
    facts = {"format": FORMAT, "version": version, "signals": ["text_likeness@1"], **card}
    write_model(models, facts, files={FILE: written(0.0, {"text_likeness": weight})})


@pytest.fixture
def models(tmp_path: Path, writing: Writing, now: datetime) -> Path:
    """The rules, and a model that serves since three days."""
    found = models_folder(tmp_path)
    _write(found, "rules-x", 1.0)
    note_rules(found, "rules-x")
    _write(found, "match-a", 2.0, **_CARD)
    promote(found, "match-a")
    with writing() as session:
        succession.promoted(session, found, now=now - timedelta(days=3))
    return found


def _section(soup: BeautifulSoup, title: str) -> str:
    tag = soup.find(attrs={"aria-labelledby": title})
    assert isinstance(tag, Tag), title
    return " ".join(tag.get_text(" ").replace("\u00a0", " ").split())


def _rows(soup: BeautifulSoup, caption: str) -> list[list[str]]:
    """The cells of a table, by its caption."""
    for table in soup.find_all("table"):
        if table.caption and caption in table.caption.get_text():
            return [
                [
                    " ".join(cell.get_text(" ").replace("\u00a0", " ").split())
                    for cell in row.find_all(["th", "td"])
                ]
                for row in table.select("tbody tr")
            ]
    pytest.fail(f"no table {caption!r}")


def test_before_anything_was_decided_the_page_promises_nothing(page: Page, desk: Desk) -> None:
    soup = page.sign_in(desk.staff).get("/qualite")

    assert "Rien n’a été décidé ces 26 dernières semaines" in _section(soup, "kept-title")
    assert "Rien ne permet encore de le dire" in _section(soup, "missed-title")
    assert "Les règles de bon sens" in _section(soup, "model-title")
    assert soup.select("form[action$='/revenir']") == []
    assert _rows(soup, "Décisions par semaine")[0] == ["lun. 23 nov. 2026", "0", "0", "–"]


def test_without_a_change_of_model_the_last_ninety_days_are_told(
    page: Page, desk: Desk, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        staff, member = session.merge(desk.staff), session.merge(desk.member)
        for _ in range(4):
            make_kept(session, staff, now, member=member)
        make_dropped(session, staff, now, DropReason.TOO_FAR, member=member)
        make_dropped(session, staff, now, DropReason.TOO_FAR, member=make_member(session, name="Roue"))

    soup = page.sign_in(desk.staff).get("/qualite")

    assert "Vous avez gardé 67 % de ce que vous avez décidé en 26 semaines, 4 sur 6" in _section(
        soup, "kept-title"
    )
    assert "entre 35 % et 88 % (90 fois sur 100)" in _section(soup, "kept-title")
    assert _rows(soup, "Par membre") == [["Éclat", "80 % 4 sur 5"], ["Roue", "0 % 0 sur 1"]]
    assert _rows(soup, "Par première raison") == [["Le titre emploie vos mots.", "67 % 4 sur 6"]]
    assert _rows(soup, "Pourquoi vous avez écarté") == [["Trop loin", "2"]]
    assert _rows(soup, "Décisions par semaine")[0] == ["lun. 23 nov. 2026", "4", "2", "67 %"]
    [bar] = soup.select("rect.bar-kept")
    assert bar["height"] == "85.3"


def test_precision_is_told_before_and_since_the_model_in_use(
    page: Page, desk: Desk, writing: Writing, models: Path, now: datetime
) -> None:
    with writing() as session:
        staff, member = session.merge(desk.staff), session.merge(desk.member)
        make_dropped(session, staff, now - timedelta(days=5), member=member, model="rules-x")
        make_kept(session, staff, now, member=member, model="match-a")

    soup = page.sign_in(desk.staff).get("/qualite")

    assert _rows(soup, "Par membre") == [["Éclat", "0 % 0 sur 1", "100 % 1 sur 1"]]
    assert "90 jours avant" in _section(soup, "kept-title")
    assert soup.select("line.change")


def test_the_model_in_use_shows_its_card_with_bounds_and_what_it_weighs(
    page: Page, desk: Desk, models: Path
) -> None:
    soup = page.sign_in(desk.staff).get("/qualite")

    panel = _section(soup, "model-title")
    assert "match-a" in panel
    assert "sam. 21 nov. 2026, 9 h" in panel
    assert "711 décisions, 381 bonnes, 9 membres" in panel
    assert "du mer. 3 juin 2026 au lun. 23 nov. 2026" in panel
    assert "Textes proches 2,0" in panel
    measured = _section(soup, "measured-title")
    assert "a baissé de 0,346 (entre 0,198 et 0,485, 90 fois sur 100)" in measured
    assert _rows(soup, "Sur 180 décisions plus récentes")[:2] == [
        ["ce modèle", "0,392", "0,060", "0,915"],
        ["celui d’avant", "0,739", "0,060", "0,915"],
    ]
    assert _rows(soup, "aucune langue")[0] == ["Allemand trop peu pour en juger", "12", "0,600", "0,500"]
    assert _rows(soup, "Le plus récent d’abord") == [
        ["sam. 21 nov. 2026, 9 h", "match-a", "mis en service par l’apprentissage"]
    ]


def test_what_is_missed_is_told_by_its_bound(page: Page, desk: Desk, writing: Writing, now: datetime) -> None:
    with writing() as session:
        staff, member = session.merge(desk.staff), session.merge(desk.member)
        for _ in range(6):
            make_kept(session, staff, now, member=member)
        make_kept(session, staff, now, member=member, sample_of=2)
        for _ in range(3):
            make_dropped(session, staff, now, member=member, sample_of=2)

    missed = _section(page.sign_in(desk.staff).get("/qualite"), "missed-title")

    assert (
        "L’outil propose au moins 39 % de ce qui est bon (95 fois sur 100) ; l’estimation est de 75 %"
        in missed
    )
    assert "4 correspondances tirées au sort sous le seuil ont été jugées, 1 était bonne" in missed


def test_the_table_marks_the_thresholds_of_the_chamber(
    page: Page, desk: Desk, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        staff, member = session.merge(desk.staff), session.merge(desk.member)
        session.get_one(Chamber, member.chamber_id).hold_from = 0.375
        for score in (0.9, 0.4):
            make_kept(session, staff, now, member=member, score=score)
        make_dropped(session, staff, now, member=member, score=0.5)

    rows = _rows(page.sign_in(desk.staff).get("/qualite"), "Ce que chaque seuil")

    assert ["37,5 à relire", "0,2", "67 % 2 sur 3", "0,0"] in rows
    assert ["60 forte", "0,1", "100 % 1 sur 1", "0,1"] in rows
    assert len(rows) == 19


def test_scores_are_read_by_the_model_in_use(
    page: Page, desk: Desk, writing: Writing, models: Path, now: datetime
) -> None:
    with writing() as session:
        make_match(session, member=session.merge(desk.member), score=0.1, signals={"text_likeness": 1.0})

    rows = _rows(page.sign_in(desk.staff).get("/qualite"), "Ce que chaque seuil")

    # 1 / (1 + exp(-2)) is 0.88.
    assert [row[1] for row in rows if row[0] in ("85", "90")] == ["0,1", "0,0"]


def test_staff_set_the_thresholds_with_a_comma_or_a_point(page: Page, desk: Desk, writing: Writing) -> None:
    page.sign_in(desk.staff)

    response = page.send(
        "/qualite", "/qualite/seuils", hold_from="37,5", strong_from="70.25", sends_strong="y"
    )

    assert response.status_code == 303
    with writing() as session:
        chamber = session.get_one(Chamber, desk.staff.chamber_id)
        assert (chamber.hold_from, chamber.strong_from, chamber.sends_strong) == (0.375, 0.703, True)
        [entry] = session.scalars(select(AuditEntry).where(AuditEntry.act == "chamber.thresholds"))
        assert entry.person_id == desk.staff.id
    soup = page.get("/qualite")
    assert "Seuils enregistrés" in soup.get_text()
    values = [soup.find(id=name) for name in ("hold_from", "strong_from")]
    assert [tag["value"] for tag in values if isinstance(tag, Tag)] == ["37,5", "70,3"]


@pytest.mark.parametrize(
    ("hold", "strong", "field", "said"),
    [
        ("", "60", "hold_from", "Ce champ est nécessaire."),
        ("beaucoup", "60", "hold_from", "Un nombre de 0,1 à 100"),
        ("nan", "60", "hold_from", "Un nombre de 0,1 à 100"),
        ("25", "100,1", "strong_from", "Un nombre de 0,1 à 100"),
        ("70", "60", "strong_from", "ne peut pas être plus bas"),
    ],
)
def test_what_is_wrong_with_a_threshold_stands_beside_it(
    page: Page, desk: Desk, writing: Writing, hold: str, strong: str, field: str, said: str
) -> None:
    page.sign_in(desk.staff)

    response = page.post("/qualite/seuils", hold_from=hold, strong_from=strong)

    assert response.status_code == 422
    soup = BeautifulSoup(response.data, "lxml")
    errors = {str(tag["id"]): tag.get_text() for tag in soup.select(".wrong")}
    assert list(errors) == [f"{field}-error"]
    assert said in errors[f"{field}-error"]
    with writing() as session:
        assert session.get_one(Chamber, desk.staff.chamber_id).hold_from == 0.25


def test_going_back_and_resuming_are_one_act_each(
    page: Page, desk: Desk, writing: Writing, models: Path, now: datetime
) -> None:
    page.sign_in(desk.staff)
    back, again = "/qualite/modeles/match/revenir", "/qualite/modeles/match/reprendre"

    response = page.send("/qualite", back)

    assert response.status_code == 303
    assert served(models).version is None
    soup = page.get("/qualite")
    panel = _section(soup, "model-title")
    assert "Les règles de bon sens" in panel
    assert "retour en arrière, Solène Vuagnat" in panel
    assert "rien n’est plus mis en service" in panel
    assert soup.select(f"form[action='{back}']") == []
    page.send("/qualite", again)
    assert served(models).held_since is None
    with writing() as session:
        acts = [
            act for act in session.scalars(select(AuditEntry.act).order_by(AuditEntry.id)) if "model" in act
        ]
    assert acts == ["model.promote", "model.roll_back", "model.resume"]


def test_two_who_go_back_at_once_go_back_once(page: Page, desk: Desk, models: Path) -> None:
    _write(models, "match-b", 3.0)
    promote(models, "match-b")
    page.sign_in(desk.staff)
    for _ in range(2):
        page.post("/qualite/modeles/match/revenir", leaving="match-b")

    assert served(models).version == "match-a"
    assert "Un autre modèle sert depuis" in page.get("/").get_text()


def test_the_model_of_codes_has_its_card_and_its_way_back(
    page: Page, desk: Desk, tmp_path: Path, now: datetime
) -> None:
    codes = models_folder(tmp_path, Kind.CPV)
    card = {
        "version": "cpv-x",
        "trained_until": "2026-11-20",
        "data": {"examples": {"fr": 40, "de": 23}, "labels": 78},
        "metrics": {"accuracy": 0.81, "accuracy_se": 0.02},
    }
    write_model(codes, card, files={})
    promote(codes, "cpv-x")
    page.sign_in(desk.staff)

    panel = _section(page.get("/qualite"), "cpv-title")

    assert "63 avis, jusqu’au ven. 20 nov. 2026" in panel
    assert "81 % ±3,3 points" in panel
    page.send("/qualite", "/qualite/modeles/cpv/revenir")
    assert served(codes).version is None
    assert "Aucun modèle" in _section(page.get("/qualite"), "cpv-title")


def test_what_cannot_be_read_is_said_and_changes_nothing(page: Page, desk: Desk, models: Path) -> None:
    (models / "current").write_text("nonsense")
    page.sign_in(desk.staff)

    for act in ("revenir", "reprendre"):
        assert page.post(f"/qualite/modeles/match/{act}", leaving="match-a").status_code == 303
        assert "rien n’a été changé" in page.get("/qualite").get_text()
    assert "Il ne peut pas être lu quel modèle sert" in _section(page.get("/qualite"), "model-title")


def test_a_kind_of_model_that_is_none_is_no_page(page: Page, desk: Desk) -> None:
    assert page.sign_in(desk.staff).post("/qualite/modeles/other/revenir").status_code == 404


def test_a_lesson_is_seen_taken_back_and_given_again(
    page: Page, desk: Desk, writing: Writing, now: datetime
) -> None:
    with writing() as session:
        staff, member = session.merge(desk.staff), session.merge(desk.member)
        match = make_dropped(session, staff, now, DropReason.TOO_FAR, member=member)
    page.sign_in(desk.staff)

    [lesson] = _rows(page.get("/qualite/lecons"), "La décision la plus récente")
    page.send("/qualite/lecons", f"/qualite/lecons/{match.id}/oublier")
    [taken_back] = _rows(page.get("/qualite/lecons"), "La décision la plus récente")
    said = page.get("/qualite/lecons").get_text()
    page.send("/qualite/lecons", f"/qualite/lecons/{match.id}/reprendre")

    assert lesson[:4] == [
        "Nettoyage écologique des écoles",
        "Éclat",
        "écarté trop loin",
        "Solène Vuagnat mar. 24 nov. 2026, 9 h",
    ]
    assert taken_back[4].startswith("retirée le mar. 24 nov. 2026, 9 h, Solène Vuagnat")
    assert "Une décision, dont une retirée" in said
    with writing() as session:
        assert session.get_one(Match, match.id).unlearned_at is None


def test_lessons_come_in_pages(page: Page, desk: Desk, writing: Writing, now: datetime) -> None:
    with writing() as session:
        staff, member = session.merge(desk.staff), session.merge(desk.member)
        matches = [make_kept(session, staff, now - timedelta(hours=n), member=member) for n in range(27)]
    page.sign_in(desk.staff)

    first, last = page.get("/qualite/lecons"), page.get("/qualite/lecons?page=99")

    assert len(first.select("tbody tr")) == 25
    assert [link["href"] for link in first.select(".pager a")] == ["/qualite/lecons?page=2"]
    assert len(last.select("tbody tr")) == 2
    assert [link["href"] for link in last.select(".pager a")] == ["/qualite/lecons"]
    action = f"/qualite/lecons/{matches[-1].id}/oublier?page=2"
    assert page.send("/qualite/lecons?page=2", action).location == (
        f"/qualite/lecons?page=2#lecon-{matches[-1].id}"
    )


def test_without_a_decision_there_is_no_lesson(page: Page, desk: Desk) -> None:
    assert "Pas encore de leçon" in page.sign_in(desk.staff).get("/qualite/lecons").get_text()


def test_another_chamber_sees_none_of_it(page: Page, desk: Desk, writing: Writing, now: datetime) -> None:
    with writing() as session:
        make_kept(session, session.merge(desk.staff), now, member=session.merge(desk.member))
        stranger = make_person(session, role=Role.STAFF, chamber=make_chamber(session, key="autre"))

    page.sign_in(stranger)

    assert "Rien n’a été décidé" in page.get("/qualite").get_text()
    assert "Pas encore de leçon" in page.get("/qualite/lecons").get_text()


def test_what_chance_drew_is_named_in_the_queue(page: Page, desk: Desk, writing: Writing) -> None:
    page.sign_in(desk.staff)
    with writing() as session:
        make_match(session, member=session.merge(desk.member))
    assert "échantillon" not in page.get("/equipe/file").get_text()

    with writing() as session:
        make_match(session, member=session.merge(desk.member), score=0.1, sample_of=40)

    soup = page.get("/equipe/file")
    [tag] = soup.select(".proposal .tag")
    assert tag.get_text() == "échantillon"
    assert "Tiré au sort sous le seuil" in str(tag["title"])
    assert "Tiré au sort sous le seuil" in soup.select_one(".page-head").get_text()  # type: ignore[union-attr]
