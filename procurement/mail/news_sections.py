"""News of known tenders in an e-mail: reminders, changes, nameless questions, published awards."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from procurement.i18n import Urgency, say_date, say_deadline, say_instant, translator
from procurement.labelled import Labelled
from procurement.links import Links
from procurement.mail.blocks import Brief, Link, Section
from procurement.models import Tender, in_language
from procurement.news import Change, News, Question, Reminder, Result
from procurement.vocabulary import Stated, TenderField, TenderState

_MOST_LINES = 6
_LONGEST = 120


def reminder_section(news: News, language: str, links: Links, now: datetime) -> Iterator[Section]:
    """The dates that come near, one entry per tender."""
    tr = translator(language)
    if news.reminders:
        yield Section(
            tr.gettext("Rappels"),
            tuple(
                _brief(
                    pieces[0].tender,
                    [_reminder(piece, language, now) for piece in pieces],
                    language,
                    links,
                    Urgency.URGENT if pieces[0].days <= 2 else Urgency.SOON,
                )
                for pieces in _by_tender(news.reminders)
            ),
        )


def news_sections(news: News, language: str, links: Links) -> Iterator[Section]:
    """What changed, who seeks a partner, what was awarded; an empty section is none."""
    tr = translator(language)
    if news.changes:
        yield Section(
            tr.gettext("Changé"),
            tuple(
                _brief(
                    each[0].tender,
                    _cut([_change(piece, language) for piece in each], language),
                    language,
                    links,
                )
                for each in _by_tender(news.changes)
            ),
        )
    if news.questions:
        yield Section(
            tr.gettext("Partenaires"), tuple(_question(piece, language, links) for piece in news.questions)
        )
    if news.results:
        yield Section(
            tr.gettext("Résultats"),
            tuple(
                _brief(
                    each[0].tender,
                    _cut([_result(piece, language) for piece in each], language),
                    language,
                    links,
                    Urgency.CLOSED,
                )
                for each in _by_tender(news.results)
            ),
        )


def news_words(news: News, language: str) -> list[str]:
    """What a subject says of it: « 1 rappel », « 2 marchés modifiés »."""
    tr = translator(language)
    reminders, changes = len(News(reminders=news.reminders)), len(News(changes=news.changes))
    questions, results = len(News(questions=news.questions)), len(News(results=news.results))
    words = (
        (reminders, tr.ngettext("{count} rappel", "{count} rappels", reminders)),
        (changes, tr.ngettext("{count} marché modifié", "{count} marchés modifiés", changes)),
        (
            questions,
            tr.ngettext("{count} demande de partenaire", "{count} demandes de partenaires", questions),
        ),
        (results, tr.ngettext("{count} adjudication", "{count} adjudications", results)),
    )
    return [text.format(count=count) for count, text in words if count]


def _by_tender(pieces: Sequence[Any]) -> Iterable[Sequence[Any]]:
    found: dict[int, list[Any]] = {}
    for piece in pieces:
        found.setdefault(piece.tender.id, []).append(piece)
    return found.values()


def _brief(
    tender: Tender, lines: Sequence[str], language: str, links: Links, urgency: Urgency = Urgency.CALM
) -> Brief:
    buyer = in_language(tender.buyer.name, language, tender.language) if tender.buyer else ""
    return Brief(Link(tender.title_in(language), links.tender(tender.id)), buyer, tuple(lines), urgency)


def _reminder(piece: Reminder, language: str, now: datetime) -> str:
    tr = translator(language)
    tender = piece.tender
    if piece.is_for_questions:
        when = {0: tr.gettext("aujourd’hui"), 1: tr.gettext("demain")}.get(
            piece.days, tr.gettext("dans {days} jours").format(days=piece.days)
        )
        return tr.gettext("Délai pour les questions : {when}, {day}").format(
            when=when, day=say_date(piece.on, language)
        )
    said = say_deadline(tender.submission_deadline, now=now, language=language)
    words = (
        tr.gettext("Délai pour demander à participer : {when}, {day}")
        if tender.deadline_is_for_requests
        else tr.gettext("Délai de remise des offres : {when}, {day}")
    )
    return words.format(when=said.words, day=said.exact)


def _change(piece: Change, language: str) -> str:
    tr = translator(language)
    name = piece.field.label(language)
    if piece.field not in _SAID:
        return tr.gettext("{field} : modifié, à lire sur la page du marché").format(field=name)
    say = _SAID[piece.field]
    old = say(piece.old, piece.tender, language) or tr.gettext("non précisé")
    new = say(piece.new, piece.tender, language) or tr.gettext("non précisé")
    if old == new:
        return tr.gettext("{field} : modifié, à lire sur la page du marché").format(field=name)
    return tr.gettext("{field} : {old} → {new}").format(field=name, old=old, new=new)


def _question(piece: Question, language: str, links: Links) -> Brief:
    tr = translator(language)
    tender = piece.tender
    deadline = tender.submission_deadline
    lines = [
        tr.gettext(
            "Un membre de la chambre vous a demandé le {day} si vous seriez de son offre, comme {role}. "
            "Vous n’avez pas encore répondu ; nous ne le rappellerons plus."
        ).format(day=say_date(piece.seat.asked_at.date(), language), role=piece.seat.role.label(language))
    ]
    if deadline is not None:
        lines.append(tr.gettext("Offres jusqu’au {when}").format(when=say_instant(deadline, language)))
    buyer = in_language(tender.buyer.name, language, tender.language) if tender.buyer else ""
    return Brief(
        Link(tender.title_in(language), links.proposal(piece.seat.id)), buyer, tuple(lines), Urgency.SOON
    )


def _result(piece: Result, language: str) -> str:
    tr = translator(language)
    lot = next((lot for lot in piece.tender.lots if lot.source_key == piece.lot_key and piece.lot_key), None)
    if piece.winners:
        said = tr.gettext("Adjugé à {winners}").format(winners=tr.gettext(" ; ").join(piece.winners))
    else:
        said = tr.gettext("Sans adjudicataire, selon l’avis publié")
    if lot is None:
        return said
    return tr.gettext("Lot {number} : {said}").format(number=lot.number, said=said)


def _cut(lines: Sequence[str], language: str) -> list[str]:
    """As many lines as one reads, and how many more there are on the page."""
    more = len(lines) - _MOST_LINES
    if more <= 0:
        return list(lines)
    words = translator(language).ngettext(
        "et {count} autre sur la page du marché", "et {count} autres sur la page du marché", more
    )
    return [*lines[:_MOST_LINES], words.format(count=more)]


def _text(texts: Mapping[str, str] | None, tender: Tender, language: str) -> str:
    text = in_language(dict(texts or {}), language, tender.language)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _instant(value: str | None, _tender: Tender, language: str) -> str:
    return say_instant(datetime.fromisoformat(value), language) if value else ""


def _day(value: str | None, _tender: Tender, language: str) -> str:
    return say_date(date.fromisoformat(value), language) if value else ""


def _word(words: type[Labelled], value: str, language: str) -> str:
    found = words.of(value)
    return found.label(language) if found else ""


_SAID: dict[TenderField, Callable[[Any, Tender, str], str]] = {
    TenderField.STATE: lambda value, _tender, language: _word(TenderState, value, language),
    TenderField.TITLE: _text,
    TenderField.SUBMISSION_DEADLINE: _instant,
    TenderField.ENQUIRY_DEADLINE: _day,
    TenderField.OPENING: _instant,
    TenderField.CONSORTIUM: lambda value, _tender, language: _word(Stated, value[0], language),
    TenderField.SUBCONTRACTING: lambda value, _tender, language: _word(Stated, value[0], language),
}
