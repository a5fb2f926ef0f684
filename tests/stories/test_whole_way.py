"""The whole way: from a published page to an e-mail, a page and an answer."""

import email
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from email.policy import default
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from crawler.sample.chamber import MEMBER_EMAIL, PASSWORD, STAFF_EMAIL
from tests.stories.conftest import ROOT, Served, free_port, serving

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

REPLAY = ROOT / ".." / "shared" / "tools" / "replay.py"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demonstration, served."""
    with serving(tmp_path_factory.mktemp("demo"), "demo") as served:
        yield served


def mails_of(folder: Path) -> list[tuple[str, str, str]]:
    """Recipient, subject and text of each e-mail in a folder."""
    found = []
    for path in sorted(folder.glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=default)
        body = message.get_body(("plain",))
        assert body is not None
        found.append((str(message["To"]), str(message["Subject"]), body.get_content()))
    return found


def alerts_of(mails: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """Those of them that tell of tenders."""
    return [mail for mail in mails if re.search(r"\d+ (nouveau|délai|neue|new)", mail[1])]


@pytest.fixture(scope="module")
def first_mails(demo: Served) -> list[tuple[str, str, str]]:
    """What the demonstration has written by itself: whoever brings about more e-mails asks for it first."""
    return mails_of(demo.folder / "var" / "demo" / "mails")


def sign_in(page: Page, url: str, address: str) -> None:
    """Sign in with the password of the sample, as a person does."""
    page.goto(f"{url}/connexion")
    page.fill("input[type=email]", address)
    page.fill("input[type=password]", PASSWORD)
    page.locator("main form:has(input[type=password]) button").first.click()


def test_the_demonstration_reads_matches_and_writes(
    demo: Served, first_mails: list[tuple[str, str, str]]
) -> None:
    said = (demo.folder / "served.log").read_text()

    assert MEMBER_EMAIL in said
    assert STAFF_EMAIL in said
    assert len(first_mails) >= 9
    digests = alerts_of(first_mails)
    assert len({to for to, _, _ in digests}) == len(digests)
    # Beside it, those inside the sample's room hear what the others wrote there.
    assert len(first_mails) - len(digests) <= 3
    for _, _, text in digests:
        assert "/marches/" in text
        assert "/desabonnement/" in text


def test_no_page_of_the_demonstration_is_empty(demo: Served, browser: Browser) -> None:
    paths = {
        MEMBER_EMAIL: ("/", "/marches", "/preferences", "/sources"),
        STAFF_EMAIL: (
            "/",
            "/equipe/file",
            "/equipe/doublons",
            "/equipe/reponses",
            "/equipe/membres",
            "/qualite",
            "/qualite/lecons",
        ),
    }
    for person, pages in paths.items():
        page = browser.new_context().new_page()
        sign_in(page, demo.url, person)
        for path in pages:
            page.goto(demo.url + path)
            assert page.locator("main .empty").count() == 0, path
        page.context.close()


def test_a_member_finds_a_tender_in_the_mail_and_answers(
    demo: Served, first_mails: list[tuple[str, str, str]], browser: Browser
) -> None:
    [mail] = [text for to, _, text in alerts_of(first_mails) if to == MEMBER_EMAIL]
    tender = re.search(r"http\S+/marches/\d+(?=\s)", mail)
    assert tender is not None
    page = browser.new_page()
    problems: list[str] = []
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)
    hosts: set[str] = set()
    page.on("request", lambda request: hosts.add(request.url.split("/")[2]))

    page.goto(tender[0])
    sign_in(page, demo.url, MEMBER_EMAIL)
    page.goto(tender[0])
    page.get_by_role("button", name="Intéresse").first.click()

    page.goto(f"{demo.url}/marches")
    assert "ntéresse" in page.locator("main").inner_text()
    assert problems == []
    assert hosts == {demo.url.split("/")[2]}
    page.close()


@pytest.mark.usefixtures("first_mails")
def test_staff_keep_and_drop_and_the_kept_one_is_mailed(demo: Served, browser: Browser) -> None:
    page = browser.new_page()
    sign_in(page, demo.url, STAFF_EMAIL)
    page.goto(f"{demo.url}/equipe/file")
    before = json.loads(demo_status(demo))["matches"]

    page.get_by_role("button", name="Garder").first.click()
    drop = page.locator("form.drop").first
    drop.get_by_role("combobox").select_option("too_far")
    drop.get_by_role("button", name="Écarter").click()

    after = json.loads(demo_status(demo))["matches"]
    assert after["released"] == before["released"] + 1
    assert after["dropped"] == before["dropped"] + 1
    page.close()


def _told(page: Page, words: str) -> None:
    """Wait until the page says so, and hears keys again."""
    page.locator(".notice", has_text=words).wait_for()
    page.wait_for_load_state()


def test_one_key_each_keeps_drops_and_takes_back(demo: Served, browser: Browser) -> None:
    page = browser.new_page()
    sign_in(page, demo.url, STAFF_EMAIL)
    page.goto(f"{demo.url}/equipe/file?ordre=doute")
    before = page.locator(".lead").inner_text()
    first = page.locator(".is-current .proposal-who a").inner_text()

    page.keyboard.press("h")
    second = page.locator(".is-current .proposal-who a").inner_text()
    page.keyboard.press("k")
    _told(page, "Gardé")
    kept = page.locator(".lead").inner_text()
    page.keyboard.press("u")
    _told(page, "défaite")
    undone = page.locator(".lead").inner_text()
    page.keyboard.press("d")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    _told(page, "Écarté")

    assert first != second
    assert before == undone != kept
    assert page.locator(".lead").inner_text() == kept
    assert page.url.startswith(f"{demo.url}/equipe/file?ordre=doute")
    page.keyboard.press("u")
    _told(page, "défaite")
    page.close()


def test_staff_take_a_lesson_back_and_set_the_thresholds_without_javascript(
    demo: Served, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, demo.url, STAFF_EMAIL)
    page.goto(f"{demo.url}/qualite")

    page.get_by_label("À relire dès").fill("70")
    page.get_by_role("button", name="Enregistrer les seuils").click()
    wrong = page.locator(".wrong").inner_text()
    page.get_by_label("À relire dès").fill("26,5")
    page.get_by_role("button", name="Enregistrer les seuils").click()
    page.locator(".notice", has_text="Seuils enregistrés").wait_for()
    marked = page.locator(".coverage .is-own").first.inner_text()
    page.get_by_role("link", name="Voir les leçons").click()
    page.get_by_role("button", name="Ne plus en tenir compte").first.click()

    assert "ne peut pas être plus bas" in wrong
    assert marked.startswith("26,5 à relire")
    assert "retirée le" in page.locator(".lessons tbody tr").first.inner_text()
    picture = page.screenshot(full_page=True)
    assert int.from_bytes(picture[16:20], "big") == 360
    context.close()


def test_a_member_tries_its_profile_without_javascript(demo: Served, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, demo.url, MEMBER_EMAIL)
    page.goto(f"{demo.url}/profil")

    page.get_by_role("button", name="Essayer sur 30 jours").click()

    # The worker of the demonstration answers; until then the page loads itself again.
    page.locator(".workshop-count").wait_for(timeout=60_000)
    assert "marché" in page.locator(".workshop-count").inner_text()
    context.close()


def test_every_page_works_on_a_telephone_without_javascript(demo: Served, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 360, "height": 740}, java_script_enabled=False)
    page = context.new_page()
    sign_in(page, demo.url, MEMBER_EMAIL)

    for path in ("/", "/marches", "/profil", "/preferences", "/sources", "/mentions"):
        page.goto(demo.url + path)
        # Without JavaScript the page cannot be asked how wide it is: a full screenshot tells.
        picture = page.screenshot(full_page=True)
        assert int.from_bytes(picture[16:20], "big") == 360, path
    context.close()


def demo_status(demo: Served) -> str:
    """The status of the demonstration's own database."""
    environment = {**demo.environment, "AIMP_DATA_DIR": str(demo.folder / "var" / "demo")}
    done = subprocess.run(
        [sys.executable, "-m", "aimp", "status", "--json"],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()[-1]


@pytest.fixture
def replay() -> Iterator[str]:
    """The address of the replay server, with every recorded date moved to today."""
    if not REPLAY.exists():
        pytest.skip("no recordings beside the project")
    port = free_port()
    process = subprocess.Popen(
        [sys.executable, str(REPLAY), "--port", str(port), "--today"], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    yield f"http://127.0.0.1:{port}/simap/api"
    process.terminate()
    process.wait(10)
    process.stdout.close()


def test_recorded_notices_reach_a_member(replay: str, tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "var").mkdir()
    with serving(tmp_path, "up", simap_url=replay) as served:
        served.aimp("sample")
        mails = tmp_path / "var" / "mails"
        served.wait_for(lambda: mails_of(mails) if mails.exists() else [], seconds=400)

        found = json.loads(served.aimp("status", "--json").splitlines()[-1])
        [(address, _, text), *_] = mails_of(mails)
        tender = re.search(r"http\S+/marches/\d+(?=\s)", text)
        assert tender is not None
        page = browser.new_page()
        sign_in(page, served.url, address)
        page.goto(tender[0])
        page.get_by_role("button", name="Cherche partenaires").first.click()
        page.goto(f"{served.url}/marches")
        shown = page.locator("main").inner_text()
        page.close()
        code = served.stop()

    assert found["notices"] >= 5
    assert found["matches"]["released"] >= 1
    assert "artenaires" in shown
    assert code == 0
