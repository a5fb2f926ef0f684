"""A page of notices is read by its form alone: about twenty lines, and no program."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from scrapy.http import HtmlResponse, Request, Response
from sqlalchemy import Engine

from config.tables import SourceForm
from crawler.source import Item, Unreadable
from crawler.spiders.page import PageSpider
from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH
from procurement.records import NoticeRecord
from procurement.vocabulary import NoticeType, ProcurementMethod
from tests.crawler.own_sources import LIST_FORM, LONG_FORM
from tests.crawler.pages import ADDRESS, TODAY, Page, Pages, a_run, form_of, install_with, serve_pages

LIST = """<!doctype html><title>Marchés</title><ul class="avis">
<li><h3><a href="/avis/41?utm_source=liste#haut">Entretien des préaux</a></h3>
  <time datetime="2026-08-12">12 août</time></li>
<li><h3><a href="/avis/42">Livraison de repas pour la cantine</a></h3>
  <time datetime="2026-08-14">14 août</time></li>
</ul><a rel="next" href="/marches?page=2">suivant</a>"""
SECOND = """<!doctype html><title>Marchés</title><ul class="avis">
<li><h3><a href="/avis/43">Recyclage du mobilier scolaire</a></h3>
  <time datetime="2026-08-15">15 août</time></li>
</ul><a rel="next" href="/marches?page=2">suivant</a>"""
DETAIL = """<!doctype html><title>Avis</title><nav>menu</nav><div class="texte">
<p>La commune cherche une <b>entreprise</b>.</p><p>Clause sociale : postes d’insertion.</p></div>
<dl><dt>Délai</dt><dd class="delai">{deadline}</dd></dl>
<a class="dossier" href="/fichiers/cahier.pdf">Cahier des charges</a>"""

LONG = """<!doctype html><title>Appels</title><main>
<section class="appel"><h2>Peinture des façades</h2><p>Échafaudages compris.</p>
 <div class="delai">Offres jusqu’au jeudi 3 septembre 2026 à 12 h 00</div>
 <a href="a/facades.pdf">PDF</a></section>
<section class="appel"><h2>Tri des déchets</h2><p>Deux ans.</p>
 <div class="delai">Angebote bis 3. September 2026, 12.00 Uhr</div><a href="a/dechets.pdf">PDF</a></section>
<section class="appel"><h2>Traductions</h2><p>Italien.</p>
 <div class="delai">Offerte entro il 3 settembre 2026 alle ore 12</div><a href="a/trad.pdf">PDF</a></section>
</main>"""

TABLE: dict[str, Any] = {
    "item": "li",
    "link": "a",
    "title": "a",
    "deadline": ".delai ?",
    "published": "time@datetime ?",
    "language": "fr",
    "buyer": "Commune d’Onlieu",
    "canton": "GE",
}


def form(**changes: Any) -> SourceForm:
    return form_of("page", {**TABLE, **changes})


def html(body: str, *, url: str = ADDRESS, **facts: Any) -> HtmlResponse:
    return HtmlResponse(url, body=body.encode(), encoding="utf-8", request=Request(url, cb_kwargs=facts))


def listed(engine: Engine, form: SourceForm, body: str, **changes: Any) -> list[Item | Request]:
    """What the spider makes of one page of the list."""
    return list(PageSpider(**a_run(form, engine, **changes)).list_page(html(body)))


def the_record(found: list[Item | Request]) -> NoticeRecord:
    [record] = found
    assert isinstance(record, NoticeRecord), record
    return record


def the_fault(found: list[Item | Request]) -> Unreadable:
    [fault] = found
    assert isinstance(fault, Unreadable), fault
    return fault


def test_an_entry_becomes_a_notice_with_what_its_form_adds(engine: Engine) -> None:
    body = """<li><a href="/f/lot.pdf">Nettoyage  du <i>gymnase</i></a>
      <span class="delai">jeudi 3 septembre 2026 à 12 h 00</span></li>"""

    record = the_record(listed(engine, form(contract_nature="services"), body))

    assert record.source == "onlieu"
    assert record.source_key == record.procedure_key == "https://www.onlieu.example/f/lot.pdf"
    assert record.title == {"fr": "Nettoyage du gymnase"}
    assert record.published_on == TODAY
    assert (record.notice_type, record.procurement_method) == (NoticeType.TENDER, ProcurementMethod.OPEN)
    assert record.buyer is not None
    assert (record.buyer.name, record.buyer.canton) == ({"fr": "Commune d’Onlieu"}, "GE")
    assert record.call is not None
    assert record.call.submission_deadline == datetime(2026, 9, 3, 12, tzinfo=ZURICH)
    assert record.call.submission_deadline_text == "jeudi 3 septembre 2026 à 12 h 00"
    assert record.call.documents_url == "https://www.onlieu.example/f/lot.pdf"
    assert [lot.source_key for lot in record.call.lots] == [""]
    assert record.payload.startswith(b"<li>")


def test_an_award_has_no_deadline_and_no_lots(engine: Engine) -> None:
    record = the_record(
        listed(engine, form(notice_type="award"), "<li><a href='/f/1.pdf'>Adjudication</a></li>")
    )

    assert record.notice_type is NoticeType.AWARD
    assert record.call is None


@pytest.mark.parametrize(
    "address",
    [
        "/avis/7#top",
        "/avis/7?utm_campaign=a&fbclid=b",
        "/avis/7;jsessionid=AB12",
        "https://WWW.onlieu.example/avis/7",
    ],
)
def test_the_same_page_is_one_notice_whatever_hangs_on_its_address(engine: Engine, address: str) -> None:
    [request] = listed(engine, form(detail={"description": "p"}), f"<li><a href='{address}'>Avis</a></li>")

    assert isinstance(request, Request)
    assert request.url == request.cb_kwargs["key"] == "https://www.onlieu.example/avis/7"


def test_an_entry_without_a_link_is_known_by_its_words(engine: Engine) -> None:
    bare = form(link="", title="b")

    first = the_record(listed(engine, bare, "<li><b>Curage</b> des canaux</li>"))
    again = the_record(listed(engine, bare, "<li class='odd'><b>Curage</b>  des canaux</li>"))
    other = the_record(listed(engine, bare, "<li><b>Curage</b> des étangs</li>"))

    assert first.source_key == again.source_key != other.source_key
    assert first.url == ADDRESS
    assert len(first.source_key) <= 120


def test_a_very_long_address_still_fits_its_column(engine: Engine) -> None:
    record = the_record(listed(engine, form(), f"<li><a href='/{'x' * 300}.pdf'>Avis</a></li>"))

    assert len(record.source_key) <= 120


def test_an_entry_listed_twice_counts_once(engine: Engine) -> None:
    found = listed(engine, form(), "<li><a href='/1.pdf'>Avis</a></li>" * 2)

    assert len(found) == 1


def test_a_page_of_another_site_is_named_and_not_fetched(engine: Engine) -> None:
    elsewhere = "<li><a href='https://autre.example/avis/1'>Avis</a></li>"

    record = the_record(listed(engine, form(detail={"description": "p"}), elsewhere))

    assert record.url == "https://autre.example/avis/1"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "mailto:x@onlieu.example", "http://[::1"])
def test_what_is_no_web_address_is_refused_by_its_name(engine: Engine, address: str) -> None:
    fault = the_fault(listed(engine, form(), f"<li><a href='{address}'>Avis</a></li>"))

    assert fault.path == "link"


@pytest.mark.parametrize(
    ("changes", "path", "problem"),
    [
        ({"title": "h3 a"}, "title", "`h3 a` found nothing"),
        ({"title": "em"}, "title", "`em` is empty"),
        ({"published": "a@datetime"}, "published", "`a@datetime` has no datetime"),
        ({"description": ".texte"}, "description", "`.texte` found nothing"),
        ({"link": "h3 a"}, "link", "`h3 a` found nothing"),
    ],
)
def test_a_selector_that_finds_nothing_is_named_and_the_entry_kept(
    engine: Engine, changes: dict[str, str], path: str, problem: str
) -> None:
    fault = the_fault(listed(engine, form(**changes), "<li><a href='/1.pdf'>Avis</a><em></em></li>"))

    assert (fault.path, fault.problem) == (path, problem)
    assert b"Avis" in fault.payload


def test_one_doubtful_entry_costs_no_other(engine: Engine) -> None:
    body = """<li><a href='/1.pdf'>Avis</a><i class='delai'>bientôt</i></li>
              <li><a href='/2.pdf'>Autre</a><i class='delai'>3 septembre 2026</i></li>"""

    first, second = listed(engine, form(), body)

    assert isinstance(first, Unreadable)
    assert isinstance(second, NoticeRecord)
    assert first.path == "deadline"


def test_a_deadline_before_its_publication_is_refused(engine: Engine) -> None:
    body = """<li><a href='/1.pdf'>Avis</a><time datetime='2026-08-15'></time>
              <i class='delai'>3 août 2026</i></li>"""

    assert the_fault(listed(engine, form(), body)).problem.endswith("is before the publication")


def test_only_titles_of_notices_are_taken(engine: Engine) -> None:
    body = "<li><a href='/1.pdf'>Fête du village</a></li><li><a href='/2.pdf'>APPEL D’OFFRES 12</a></li>"

    record = the_record(listed(engine, form(only_if="appel d’offres"), body))

    assert record.source_key.endswith("/2.pdf")


@pytest.mark.parametrize(
    ("published", "deadline", "is_taken"),
    [
        ("2026-07-31", "", False),
        ("2026-08-01", "", True),
        ("", "", True),
        ("2026-07-31", "3 septembre 2026", True),
        ("2026-07-01", "15 août 2026", False),
    ],
)
def test_what_is_dated_before_the_window_is_left_out_unless_it_is_still_open(
    engine: Engine, published: str, deadline: str, is_taken: bool
) -> None:
    dated = f"<time datetime='{published}'></time>" if published else ""
    body = f"<li><a href='/1.pdf'>Avis</a>{dated}<i class='delai'>{deadline}</i></li>"

    assert bool(listed(engine, form(), body)) is is_taken


def test_a_sum_and_a_buyer_may_stand_on_the_page(engine: Engine) -> None:
    table = form(value=".prix", buyer_from=".office")
    body = "<li><a href='/1.pdf'>Avis</a><b class='prix'>CHF 250'000.–</b><b class='office'>École</b></li>"

    record = the_record(listed(engine, table, body))

    assert record.buyer is not None
    assert record.buyer.name == {"fr": "École"}
    assert record.call is not None
    assert (record.call.value_amount, record.call.value_currency) == (250_000, "CHF")


def test_the_own_page_completes_what_the_list_says(engine: Engine) -> None:
    spider = PageSpider(**a_run(form(detail={"description": ".texte p"}), engine))
    [request] = spider.list_page(html("<li><a href='/avis/1'>Titre de la liste</a></li>"))
    assert isinstance(request, Request)

    [record] = spider.publication(html(DETAIL, url=request.url), **request.cb_kwargs)

    assert isinstance(record, NoticeRecord)
    assert record.title == {"fr": "Titre de la liste"}
    assert record.call is not None
    assert record.call.description["fr"].startswith("La commune cherche une entreprise.\n")
    assert "menu" not in record.call.description["fr"]
    assert record.payload == DETAIL.encode()


def test_a_selector_of_the_own_page_is_named_as_such(engine: Engine) -> None:
    spider = PageSpider(**a_run(form(detail={"description": ".corps"}), engine))
    [request] = spider.list_page(html("<li><a href='/avis/1'>Titre</a></li>"))
    assert isinstance(request, Request)

    [fault] = spider.publication(html(DETAIL, url=request.url), **request.cb_kwargs)

    assert isinstance(fault, Unreadable)
    assert (fault.path, fault.problem) == ("detail.description", "`.corps` found nothing")


def test_a_link_that_turns_out_to_be_a_file_is_named(engine: Engine) -> None:
    spider = PageSpider(**a_run(form(detail={"description": "p"}), engine))
    [request] = spider.list_page(html("<li><a href='/telecharger?id=1'>Titre</a></li>"))
    assert isinstance(request, Request)

    file = Response(request.url, body=b"%PDF-1.7", request=request)
    [record] = spider.publication(file, **request.cb_kwargs)

    assert isinstance(record, NoticeRecord)
    assert record.call is not None
    assert record.call.documents_url == request.url
    assert b"Titre" in record.payload


@pytest.mark.parametrize("tag", ["li", "tr", "dd", "section"])
def test_a_stored_entry_is_read_again_as_it_was(engine: Engine, tag: str) -> None:
    dated = form(item=tag)
    inside = "<td><a href='/1.pdf'>Avis</a><time datetime='2026-08-12'></time></td>"
    opened = f"<table><{tag}>{inside}</{tag}></table>" if tag == "tr" else f"<{tag}>{inside}</{tag}>"
    record = the_record(listed(engine, dated, opened))

    again = PageSpider(**a_run(dated, engine)).read(record.payload, url=ADDRESS)

    assert again == record


@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"published": ""}, "published"),
        ({"detail": {"description": "p", "published": "time@datetime"}}, "title"),
        ({"title": "", "published": "", "deadline": "", "detail": {"title": "a"}}, "published"),
    ],
)
def test_a_stored_entry_that_took_a_fact_from_elsewhere_is_not_read_again(
    engine: Engine, changes: dict[str, Any], path: str
) -> None:
    spider = PageSpider(**a_run(form(**changes), engine))

    with pytest.raises(UnreadableNotice) as caught:
        spider.read(b"<li><a href='/1.pdf'>Avis</a><time datetime='2026-08-12'></time></li>", url=ADDRESS)

    assert caught.value.path == path


def test_a_stored_page_is_asked_for_again_only_when_its_form_says_so(engine: Engine) -> None:
    known = frozenset({"https://www.onlieu.example/avis/1"})
    body = "<li><a href='/avis/1'>Titre</a></li>"
    detail = {"description": "p"}

    assert listed(engine, form(detail=detail), body, known=known) == []
    assert len(listed(engine, form(detail=detail, read_again=True), body, known=known)) == 1


def test_a_script_on_the_page_never_becomes_a_title(engine: Engine) -> None:
    body = "<li><a href='/1.pdf'>Avis<script>alert(1)</script>&#8238;<b onclick=x>!</b></a></li>"

    assert the_record(listed(engine, form(), body)).title == {"fr": "Avis!"}


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"item": ""}, "at least 1 character"),
        ({"title": ""}, "title is needed"),
        ({"link": "", "detail": {"title": "h1"}}, "detail needs link"),
        ({"only_if": "(", "title": "a"}, "not a regular expression"),
        ({"deadline_pattern": "jusqu"}, "one group"),
        ({"most_pages": 0}, "greater than or equal to 1"),
        ({"language": "rm"}, "'fr', 'de', 'it' or 'en'"),
        ({"canton": "Genève"}, "match pattern"),
        ({"colour": "red"}, "Extra inputs"),
    ],
)
def test_a_wrong_form_is_refused_with_its_reason(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(ValidationError, match=problem):
        form(**changes)


def serve_list(pages: Pages) -> None:
    """The list of two pages and its three notices."""
    pages.pages |= {
        "/marches": Page(LIST),
        "/marches?page=2": Page(SECOND),
        "/avis/41": Page(DETAIL.format(deadline="jeudi 3 septembre 2026 à 12 h 00")),
        "/avis/42": Page(DETAIL.format(deadline="4 septembre 2026")),
        "/avis/43": Page(DETAIL.format(deadline="lundi 7 septembre 2026 à midi")),
    }


@pytest.mark.slow
def test_a_list_with_pages_of_its_own_is_read_once(tmp_path: Path) -> None:
    with serve_pages() as pages:
        serve_list(pages)
        commune = install_with(tmp_path, LIST_FORM.format(address=pages.address))

        first = commune.run("crawl", "onlieu", "--since", "2026-08-01")
        stored, asked = commune.status(), len(pages.asked)
        second = commune.run("crawl", "onlieu", "--since", "2026-08-01")

        assert (first[0], second[0]) == (0, 0), first[1] + second[1]
        assert (stored["notices"], stored["quarantined"], commune.last_run()["stored"]) == (3, 0, 0)
        assert commune.last_run()["verdict"] == "ok"
        # The second run asks for robots.txt and the list, not for what is stored; never for a file.
        assert len(pages.asked) - asked == 3
        assert not any(path.endswith(".pdf") for path in pages.asked)


@pytest.mark.slow
def test_a_changed_notice_on_a_long_page_is_a_new_version_of_it(tmp_path: Path) -> None:
    with serve_pages() as pages:
        pages.pages["/appels"] = Page(LONG)
        fondation = install_with(tmp_path, LONG_FORM.format(address=pages.address))
        fondation.run("crawl", "valdor")
        first = fondation.status()

        again = fondation.run("crawl", "valdor")
        unchanged = fondation.last_run()
        pages.pages["/appels"] = Page(
            LONG.replace("jeudi 3 septembre 2026 à 12 h", "lundi 7 septembre 2026 à 16 h")
        )
        fondation.run("crawl", "valdor")

        assert (first["notices"], first["quarantined"]) == (3, 0)
        assert (again[0], unchanged["stored"], unchanged["unchanged"]) == (0, 0, 3)
        assert (fondation.status()["notices"], fondation.last_run()["stored"]) == (3, 1)


@pytest.mark.slow
def test_a_changed_site_fails_the_run_and_an_empty_list_does_not(tmp_path: Path) -> None:
    with serve_pages() as pages:
        pages.pages["/appels"] = Page("<main><article>Peinture des façades</article></main>")
        fondation = install_with(tmp_path, LONG_FORM.format(address=pages.address))

        changed = fondation.run("crawl", "valdor")
        verdict = fondation.last_run()["verdict"]
        pages.pages["/appels"] = Page("<main><p>Aucun appel d’offres en cours.</p></main>")
        empty = fondation.run("crawl", "valdor", "--since", date.today().isoformat())  # noqa: DTZ011

        assert (changed[0], verdict) == (1, "failed")
        assert (empty[0], fondation.last_run()["verdict"]) == (0, "ok")


@pytest.mark.slow
@pytest.mark.parametrize(
    "page", [Page("", status=500), Page("", status=404), Page(b"%PDF", kind="application/pdf")], ids=str
)
def test_a_list_that_is_no_page_fails_the_run(tmp_path: Path, page: Page) -> None:
    with serve_pages() as pages:
        pages.pages["/appels"] = page
        fondation = install_with(tmp_path, LONG_FORM.format(address=pages.address))

        code, _ = fondation.run("crawl", "valdor")

        assert (code, fondation.last_run()["verdict"]) == (1, "failed")


@pytest.mark.slow
def test_a_list_longer_than_its_form_expects_fails_the_run(tmp_path: Path) -> None:
    with serve_pages() as pages:
        serve_list(pages)
        short = LIST_FORM.replace('next = "a[rel=next]"', 'next = "a[rel=next]"\nmost_pages = 1')
        commune = install_with(tmp_path, short.format(address=pages.address))

        too_long, _ = commune.run("crawl", "onlieu", "--since", "2026-08-01")
        archive, _ = commune.run("crawl", "onlieu", "--since", "2026-08-16")

        # What stands beyond could be new, unless the last page is too old already.
        assert (too_long, archive) == (1, 0)
