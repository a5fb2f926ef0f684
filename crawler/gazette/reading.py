"""A publication of a cantonal gazette, read from its XML into a NoticeRecord.

Source: `GET /publications/{id}/xml`; `meta` is alike everywhere, `content` is each rubric's own. Read are
the body (`publication`, HTML in a text) and `simapPublicationNumber`, the number of the same notice on
simap. Not read on purpose: `deadline` and `expirationDate`; nobody has shown that offers end with either.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime

from lxml import etree

from crawler.archive.moments import deadline_at, read_day, read_hour
from crawler.gazette.shape import day_of
from crawler.gazette.titles import read_title
from crawler.text import html_to_text
from crawler.xml import parse_xml
from procurement.cleaning import clean_text, one_line
from procurement.errors import UnreadableNotice
from procurement.labelled import LANGUAGES
from procurement.models import Translations
from procurement.records import BuyerRecord, CallRecord, LotRecord, NoticeRecord
from procurement.vocabulary import NoticeType, ProcurementMethod

SOURCE = "amtsblattportal"

_WEB = "https://www.amtsblattportal.ch/#!/search/publications/detail"
_SIMAP_NUMBER = re.compile(r"#?\s*((\d{3,12})(?:-\d{1,3})?)")
_METHODS = {
    ProcurementMethod.OPEN: r"procedura (?:di concorso )?libera|pubblico concorso|offenes verfahren"
    r"|procédure ouverte|open procedure",
    ProcurementMethod.SELECTIVE: r"procedura selettiva|selektives verfahren|procédure sélective",
    ProcurementMethod.LIMITED: r"procedura (?:su|mediante) invito|einladungsverfahren"
    r"|procédure sur invitation",
    ProcurementMethod.DIRECT: r"incarico diretto|freihändige[sn]? (?:verfahren|vergabe|zuschlag)|gré à gré",
}
_DEADLINE = re.compile(
    r"(?:presentazione dell'offerta|termine (?:per )?(?:l'|di )?(?:inoltro|presentazione) (?:delle |dell')"
    r"offert[ea]"
    r"|frist für die einreichung des angebotes|eingabefrist|délai de (?:remise|rentrée|dépôt) des offres)"
    r"\s*:?\s*(\d{1,2}\.\d{1,2}\.\d{4})(?:,?\s*(?:ore|alle|um|à)?\s*(\d{1,2}[:.]\d{2}))?"
)


class Words:
    """What one publication says, language by language: of the same notice of simap, all that were read."""

    def __init__(self) -> None:
        self._by_key: dict[str, dict[str, Translations]] = {}

    def together(self, key: str, field: str, words: Translations) -> Translations:
        """These words and those that an earlier publication of the same notice gave in other languages."""
        known = self._by_key.setdefault(key, {}).setdefault(field, {})
        known |= words
        return dict(known)


def read_publication(payload: bytes, *, fetched_from: str, words: Words) -> NoticeRecord:
    """The record of a publication; UnreadableNotice names the element that is not as it should be.

    One that is published in several languages comes as several publications, each of which is recorded;
    `words` lets the last of them speak for all. ValueError when the answer is no whole XML.
    """
    root = _parse(payload)
    meta, content = _child(root, "meta"), _child(root, "content")
    if meta is None or content is None:
        raise UnreadableNotice("publication", "no meta or no content")
    key, number, sub_rubric = (_need(meta, name) for name in ("id", "publicationNumber", "subRubric"))
    language = _need(meta, "language").lower()
    if language not in LANGUAGES:
        raise UnreadableNotice("meta.language", f"{language!r} is none of {', '.join(LANGUAGES)}")
    try:
        published = day_of(_need(meta, "publicationDate"))
    except ValueError as problem:
        raise UnreadableNotice("meta.publicationDate", str(problem)) from problem
    as_published = _title(meta, content, language)
    kind, is_correction, title = read_title(as_published, sub_rubric)
    if kind is None:
        raise UnreadableNotice(
            "meta.subRubric", f"neither {sub_rubric} nor {as_published[:60]!r} says what it is"
        )
    body = html_to_text(_text(content, "publication"), path="content.publication")
    simap = _SIMAP_NUMBER.fullmatch(_line(content, "simapPublicationNumber"))
    # The original on simap joins the languages, and the correction and the award to their call.
    procedure = f"simap:{simap[2]}" if simap else key
    same_notice = f"simap:{simap[1]}" if simap else key
    calls = kind in (NoticeType.TENDER, NoticeType.COMPETITION)
    return NoticeRecord(
        source=SOURCE,
        source_key=key,
        number=number,
        notice_type=kind,
        procedure_key=procedure,
        procedure_number=simap[2] if simap else number,
        published_on=published,
        language=language,
        title=words.together(same_notice, "title", {language: title}),
        cpv_codes=(),
        url=f"{_WEB}/{key}",
        procurement_method=_method(body),
        payload=payload,
        fetched_from=fetched_from,
        is_correction=is_correction,
        buyer=_buyer(meta, language),
        call=_call(words.together(same_notice, "body", {language: body} if body else {}), body, published)
        if calls
        else None,
        references=(("simap", simap[1]),) if simap else (),
    )


def _parse(payload: bytes) -> etree._Element:
    root = parse_xml(payload)
    if _name(root) != "publication":
        raise ValueError(f"no publication but {_name(root)[:40]!r}")
    return root


def _name(element: etree._Element) -> str:
    """The name without its namespace, which differs with the rubric and the canton."""
    return str(element.tag).rsplit("}", 1)[-1]


def _child(parent: etree._Element, name: str) -> etree._Element | None:
    return next((child for child in parent if _name(child) == name), None)


def _text(parent: etree._Element, name: str) -> str:
    """The words of a child, of all of it when it has children of its own."""
    child = _child(parent, name)
    return "" if child is None else "".join(str(words) for words in child.itertext())


def _line(parent: etree._Element, name: str) -> str:
    return one_line(_text(parent, name))


def _need(meta: etree._Element, name: str) -> str:
    found = _line(meta, name)
    if not found or len(found) > 40:
        raise UnreadableNotice(f"meta.{name}", "empty or too long")
    return found


def _title(meta: etree._Element, content: etree._Element, language: str) -> str:
    """The title in the publication's language: `meta.title.<language>`, or `content.title`."""
    titles = _child(meta, "title")
    by_language = {} if titles is None else {_name(child): _line(titles, _name(child)) for child in titles}
    found = by_language.get(language) or _line(content, "title")
    if not found:
        raise UnreadableNotice("meta.title", f"empty in {language}")
    return one_line(html_to_text(found))


def _buyer(meta: etree._Element, language: str) -> BuyerRecord | None:
    """On whose behalf it is published, else the office that publishes."""
    office = _child(meta, "registrationOffice")
    name = _line(meta, "onBehalfOf") or ("" if office is None else _line(office, "displayName"))
    canton = _line(meta, "cantons")
    if not name:
        return None
    return BuyerRecord(
        source_key=name[:120],
        name={language: name},
        canton=canton if re.fullmatch(r"[A-Z]{2}", canton) else None,
    )


def _method(body: str) -> ProcurementMethod:
    """The procedure that the text names; NONE when it names none or several."""
    low = clean_text(body).lower()
    found = [method for method, words in _METHODS.items() if re.search(words, low)]
    return found[0] if len(found) == 1 else ProcurementMethod.NONE


def _call(bodies: Mapping[str, str], body: str, published: date) -> CallRecord:
    deadline, as_published = _deadline(body, published)
    return CallRecord(
        description=dict(bodies),
        lots=(LotRecord(source_key="", number=1, title={}, description={}, cpv_codes=()),),
        submission_deadline=deadline,
        submission_deadline_text=as_published,
    )


def _deadline(body: str, published: date) -> tuple[datetime | None, str | None]:
    """The deadline that a line of the text announces; two that differ, or one in the past, are none."""
    found = {match.groups() for match in _DEADLINE.finditer(body.lower().replace("’", "'"))}
    if len(found) != 1:
        return None, None
    day_text, hour_text = found.pop()
    try:
        day = read_day(day_text, "content.publication")
        hour = read_hour(hour_text or "", "content.publication")
    except UnreadableNotice:
        # Words of a text, not a field: what they do not say clearly stays unknown.
        return None, None
    if day is None or day < published:
        return None, None
    return deadline_at(day, hour), one_line(f"{day_text} {hour_text or ''}", longest=40)
