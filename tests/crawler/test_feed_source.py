"""A feed is read by its form alone, in its three dialects, and nothing in it is trusted."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy.http import Request, XmlResponse
from sqlalchemy import Engine

from config.tables import SourceForm
from crawler.generic.feeds import entries_of
from crawler.source import Item, Unreadable
from crawler.spiders.feed import FeedSpider
from procurement.errors import UnreadableNotice
from procurement.i18n import ZURICH
from procurement.records import NoticeRecord
from tests.crawler.own_sources import FEED_FORM
from tests.crawler.pages import Page, a_run, form_of, install_with, serve_pages

FEED = "https://www.onlieu.example/avis.xml"
RSS = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Avis</title>
<item><title>Appel d’offres : tri du papier</title><link>https://www.onlieu.example/avis/1?utm_source=rss</link>
 <guid isPermaLink="false">onlieu-1</guid><pubDate>Fri, 14 Aug 2026 23:30:00 +0000</pubDate>
 <description>&lt;p&gt;Deux &lt;b&gt;ans&lt;/b&gt;.&lt;/p&gt;&lt;script&gt;x()&lt;/script&gt;
 </description></item>
<item><title>Appel d'offres : crèche</title><link>/avis/2</link><guid>https://www.onlieu.example/avis/2</guid>
 <pubDate>Mon, 17 Aug 2026 08:00:00 +0200</pubDate>
 <content:encoded>
 <![CDATA[<p>Délai de remise : jeudi 3 septembre 2026 à 12 h 00. Visite.</p>]]>
 </content:encoded></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom"><title>Avis</title>
<entry><id>urn:onlieu:3</id><title type="html">Appel d’offres &amp;amp; concours</title>
 <link rel="self" href="https://www.onlieu.example/avis/3.atom"/>
 <link href="https://www.onlieu.example/avis/3"/>
 <published>2026-08-14T23:30:00Z</published><updated>2026-08-19T10:00:00Z</updated>
 <content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Un.</p><p>Deux.</p></div></content>
</entry></feed>"""
RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="x"><title>Avis</title></channel>
<item rdf:about="https://www.onlieu.example/avis/4"><title>Appel d’offres : serre</title>
 <link>https://www.onlieu.example/avis/4</link><description>Verre.</description><dc:date>2026-08-15</dc:date></item>
</rdf:RDF>"""
TABLE: dict[str, Any] = {"language": "fr", "buyer": "Commune d’Onlieu"}


def form(**changes: Any) -> SourceForm:
    return form_of("feed", {**TABLE, **changes}, url=FEED)


def listed(engine: Engine, form: SourceForm, body: str, **changes: Any) -> list[Item | Request]:
    """What the spider makes of a feed."""
    spider = FeedSpider(**a_run(form, engine, **changes))
    return list(spider.list_feed(XmlResponse(FEED, body=body.encode(), request=Request(FEED))))


def records(found: list[Item | Request]) -> list[NoticeRecord]:
    assert all(isinstance(each, NoticeRecord) for each in found), found
    return [each for each in found if isinstance(each, NoticeRecord)]


def an_item(inside: str) -> str:
    return f"<rss><channel><item>{inside}</item></channel></rss>"


def test_each_entry_is_a_notice_known_by_its_guid(engine: Engine) -> None:
    first, second = records(listed(engine, form(), RSS))

    assert [each.source_key for each in (first, second)] == ["onlieu-1", "https://www.onlieu.example/avis/2"]
    assert first.url == "https://www.onlieu.example/avis/1"
    assert second.url == "https://www.onlieu.example/avis/2"
    assert first.title == {"fr": "Appel d’offres : tri du papier"}
    assert first.call is not None
    assert first.call.description == {"fr": "Deux ans."}
    # Half past eleven in the evening in Greenwich is the next day in Zurich.
    assert first.published_on == date(2026, 8, 15)


@pytest.mark.parametrize(
    ("feed", "key", "text"),
    [(ATOM, "urn:onlieu:3", "Un.\n\nDeux."), (RDF, "https://www.onlieu.example/avis/4", "Verre.")],
    ids=["atom", "rdf"],
)
def test_the_other_dialects_say_the_same(engine: Engine, feed: str, key: str, text: str) -> None:
    [record] = records(listed(engine, form(), feed))

    assert record.source_key == key
    assert record.url.startswith("https://www.onlieu.example/avis/")
    assert not record.url.endswith(".atom")
    assert record.published_on == date(2026, 8, 15)
    assert record.call is not None
    assert record.call.description == {"fr": text}
    assert "&amp;" not in record.title["fr"]


def test_the_deadline_is_where_the_pattern_of_the_form_says(engine: Engine) -> None:
    patterned = form(deadline="délai (?:de remise )?:? *([^.]+)")

    first, second = records(listed(engine, patterned, RSS))

    assert first.call is not None
    assert first.call.submission_deadline is None
    assert second.call is not None
    assert second.call.submission_deadline == datetime(2026, 9, 3, 12, tzinfo=ZURICH)
    assert second.call.submission_deadline_text == "jeudi 3 septembre 2026 à 12 h 00"


@pytest.mark.parametrize(
    ("inside", "path"),
    [
        ("<link>/avis/9</link>", "title"),
        ("<title>Avis</title><pubDate>hier</pubDate>", "published"),
        ("<title>Avis</title><pubDate>Fri, 14 Aug 1926 10:00:00 GMT</pubDate>", "published"),
        ("<title>Avis</title><description>Délai : bientôt.</description>", "deadline"),
    ],
)
def test_a_doubtful_entry_is_kept_with_what_is_wrong(engine: Engine, inside: str, path: str) -> None:
    [fault] = listed(engine, form(deadline="délai : ([^.]+)"), an_item(inside))

    assert isinstance(fault, Unreadable)
    assert fault.path == path
    assert fault.payload.startswith(b"<item>")


def test_entries_of_before_the_window_are_left_out_unless_stored(engine: Engine) -> None:
    body = an_item("<guid>1</guid><title>Avis</title><pubDate>Fri, 31 Jul 2026 10:00:00 GMT</pubDate>")

    assert listed(engine, form(), body) == []
    assert len(listed(engine, form(), body, known=frozenset({"1"}))) == 1


def test_a_link_to_a_file_is_that_of_the_documents(engine: Engine) -> None:
    body = an_item("<title>Avis</title><link>https://www.onlieu.example/a.pdf</link>")

    [record] = records(listed(engine, form(), body))

    assert record.call is not None
    assert record.call.documents_url == "https://www.onlieu.example/a.pdf"


def test_a_link_that_is_none_shows_the_homepage(engine: Engine) -> None:
    [record] = records(listed(engine, form(), an_item("<title>Avis</title><link>javascript:x()</link>")))

    assert record.url == "https://www.onlieu.example"


@pytest.mark.parametrize("feed", [RSS, ATOM, RDF], ids=["rss", "atom", "rdf"])
def test_a_stored_entry_is_read_again_as_it_was(engine: Engine, feed: str) -> None:
    for record in records(listed(engine, form(), feed)):
        assert FeedSpider(**a_run(form(), engine)).read(record.payload, url=FEED) == record


def test_a_stored_entry_without_a_date_is_not_read_again(engine: Engine) -> None:
    [record] = records(listed(engine, form(), an_item("<title>Avis</title>")))

    with pytest.raises(UnreadableNotice, match="first seen"):
        FeedSpider(**a_run(form(), engine)).read(record.payload, url=FEED)


def test_a_feed_may_be_empty(engine: Engine) -> None:
    assert listed(engine, form(), "<rss><channel><title>Avis</title></channel></rss>") == []


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"<html><body>captcha</body></html>", "is no feed"),
        (b"<rss><channel>", "no XML"),
        (b"", "no XML"),
        (b"<rss version='2.0'/>", "is no feed"),
        (
            b"<!DOCTYPE rss [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><rss><channel><item><title>&a;</title>"
            b"</item></channel></rss>",
            "stands for",
        ),
        (
            b"<!DOCTYPE rss [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;&a;'>]><rss><channel><title>&b;</title>"
            b"</channel></rss>",
            "stands for",
        ),
    ],
    ids=["page", "cut", "nothing", "without channel", "file", "bomb"],
)
def test_what_is_no_feed_is_refused(body: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        entries_of(body)


def test_the_encoding_that_the_feed_declares_counts(engine: Engine) -> None:
    body = '<?xml version="1.0" encoding="iso-8859-1"?>' + an_item("<title>Crèche</title>")

    [entry] = entries_of(body.encode("latin-1"))

    assert entry.title == "Crèche"


@pytest.mark.slow
def test_a_feed_is_read_once_and_a_page_in_its_place_fails_the_run(tmp_path: Path) -> None:
    with serve_pages() as pages:
        pages.pages["/avis.xml"] = Page(RSS, kind="application/rss+xml")
        fondation = install_with(tmp_path, FEED_FORM.format(address=pages.address))

        first = fondation.run("crawl", "valdor", "--since", "2026-08-01")
        stored = fondation.last_run()["stored"]
        second = fondation.run("crawl", "valdor", "--since", "2026-08-01")
        again = fondation.last_run()
        pages.pages["/avis.xml"] = Page("<html><body>Maintenance</body></html>")
        third = fondation.run("crawl", "valdor", "--since", "2026-08-01")

        # The second entry writes the apostrophe otherwise than the form: it is no call by its title.
        assert (first[0], stored) == (0, 1), first[1]
        assert (second[0], again["stored"], again["unchanged"]) == (0, 0, 1)
        assert (third[0], fondation.last_run()["verdict"]) == (1, "failed")
