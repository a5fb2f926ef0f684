"""What we write to people: one function per e-mail, worded in the reader's language."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from procurement.badges import Badges
from procurement.i18n import (
    ZURICH,
    Urgency,
    capital,
    say_amount,
    say_deadline,
    say_instant,
    translator,
)
from procurement.links import Links
from procurement.mail.blocks import Block, Button, Email, Item, Link, Paragraph, Section, Tag
from procurement.mail.news_sections import news_sections, news_words, reminder_section
from procurement.matches import MatchedTender
from procurement.models import Chamber, CrawlRun, Member, Person, Tender, in_language
from procurement.news import News
from procurement.reasons import say
from procurement.runs import is_whole
from procurement.vocabulary import AnswerChoice, Verdict

MOST_ITEMS = 10


def digest(
    *,
    person: Person,
    member: Member,
    new: Sequence[MatchedTender],
    last_chance: Sequence[MatchedTender],
    left_out: int,
    badges: Mapping[int, Badges],
    runs: Sequence[CrawlRun],
    links: Links,
    now: datetime,
    news: News | None = None,
    recovered: Sequence[str] = (),
) -> Email:
    """The digest of tenders for one person: what presses first, then what is new, then news of known ones.

    `badges` are the ESS criteria of each tender, by its id; `recovered` the sources that an earlier e-mail
    warned of and that are whole again.
    """
    news = news or News()
    language = person.language
    tr = translator(language)
    blocks: list[Block] = [
        *(Paragraph(line) for line in _sources_lines(runs, language)),
        *(Paragraph(line, tone="warning") for line in _warnings(runs, language, now)),
        *(Paragraph(_recovered(source, language)) for source in recovered),
        *reminder_section(news, language, links, now),
    ]

    def items(found: Sequence[MatchedTender]) -> tuple[Item, ...]:
        return tuple(
            _item(each, badges.get(each.tender.id, Badges()), language, links, now) for each in found
        )

    for title, found in (
        (tr.gettext("Dernière chance"), last_chance),
        (tr.gettext("Nouveau pour vous"), new),
    ):
        if found:
            blocks.append(Section(title, items(found)))
    blocks += news_sections(news, language, links)
    if left_out:
        words = tr.ngettext(
            "Un autre marché vous attend sur votre page.",
            "{count} autres marchés vous attendent sur votre page.",
            left_out,
        )
        blocks.append(Paragraph(words.format(count=left_out)))
    blocks.append(Button(tr.gettext("Voir tous mes marchés"), links.matches()))
    chamber = member.chamber
    return Email(
        language=language,
        subject=_subject(new, last_chance, news, language, now),
        preheader=tr.gettext("Pourquoi eux, jusqu’à quand, et comment répondre."),
        greeting=tr.gettext("Bonjour {name},").format(name=person.name),
        blocks=tuple(blocks),
        foot=tuple(
            line
            for line in (
                tr.gettext(
                    "Vous recevez ce message parce que {chamber} tient une veille des marchés publics pour "
                    "{member} et que vous avez choisi d’être averti : {frequency}."
                ).format(
                    chamber=chamber.name, member=member.name, frequency=person.frequency.label(language)
                ),
                _adviser_line(chamber, language),
                chamber.postal_address,
                tr.gettext("Information sans garantie : seul l’avis officiel fait foi."),
            )
            if line
        ),
        foot_links=(
            Link(tr.gettext("Changer la fréquence ou faire une pause"), links.preferences()),
            Link(tr.gettext("Ne plus recevoir d’alertes"), links.unsubscribe(person)),
        ),
    )


def sign_in_code(*, person: Person, code: str, minutes: int, links: Links) -> Email:
    """The one-time code for signing in; the link leads to the page where it is typed and signs nobody in."""
    language = person.language
    tr = translator(language)
    return Email(
        language=language,
        subject=tr.gettext("Votre code de connexion : {code}").format(code=code),
        preheader=tr.gettext("Valable {minutes} minutes, une seule fois.").format(minutes=minutes),
        greeting=tr.gettext("Bonjour {name},").format(name=person.name),
        blocks=(
            Paragraph(tr.gettext("Voici votre code de connexion :")),
            Paragraph(code, tone="code"),
            Paragraph(
                tr.gettext(
                    "Il est valable {minutes} minutes, une seule fois, dans le navigateur "
                    "où vous l’avez demandé."
                ).format(minutes=minutes)
            ),
            Button(tr.gettext("Saisir le code"), links.sign_in_code()),
        ),
        foot=(
            tr.gettext(
                "Vous n’avez rien demandé ? Ignorez ce message : sans le code, personne ne peut entrer."
            ),
            person.chamber.name,
        ),
    )


def source_alarm(*, person: Person, runs: Sequence[CrawlRun], is_unread: bool, links: Links) -> Email:
    """The alarm to staff: a source that several runs did not read, or not wholly, with what they said."""
    language = person.language
    tr = translator(language)
    newest = runs[0]
    if is_unread:
        subject = tr.gettext("La source {source} n’est plus lue")
        happened = tr.gettext("Les {count} dernières lectures de {source} ont échoué :")
        how_often = tr.gettext("Ce message part au plus une fois par jour et par source.")
    else:
        subject = tr.gettext("La source {source} n’est pas lue en entier")
        happened = tr.gettext("Aucune des {count} dernières lectures de {source} n’est complète :")
        how_often = tr.gettext("Ce message part au plus une fois par semaine et par source.")
    lines = [
        Paragraph(
            tr.gettext("{when} : {reason}").format(
                when=say_instant(run.started_at, language),
                reason=run.reasons[0] if run.reasons else tr.gettext("interrompu, sans verdict"),
            )
        )
        for run in runs
    ]
    return Email(
        language=language,
        subject=subject.format(source=newest.source),
        preheader=tr.gettext("Des marchés peuvent manquer tant que ce n’est pas réparé."),
        greeting=tr.gettext("Bonjour {name},").format(name=person.name),
        blocks=(
            Paragraph(happened.format(count=len(runs), source=newest.source), tone="warning"),
            *lines,
            Button(tr.gettext("Voir l’état des sources"), links.sources()),
        ),
        foot=(how_often, person.chamber.name),
    )


def source_back(*, person: Person, source: str, links: Links) -> Email:
    """To the staff: a source that an alarm was about is read wholly again."""
    tr = translator(person.language)
    return Email(
        language=person.language,
        subject=tr.gettext("La source {source} est de nouveau lue en entier").format(source=source),
        preheader=tr.gettext("Rien à faire."),
        greeting=tr.gettext("Bonjour {name},").format(name=person.name),
        blocks=(
            Paragraph(
                tr.gettext(
                    "La dernière lecture de {source} est complète : l’alarme que vous avez reçue est levée."
                ).format(source=source)
            ),
            Button(tr.gettext("Voir l’état des sources"), links.sources()),
        ),
        foot=(person.chamber.name,),
    )


def address_refused(*, person: Person, about: Person, links: Links) -> Email:
    """To the staff: an address takes no mail any more, what the relay said, and where to lift it."""
    language = person.language
    tr = translator(language)
    since = about.undeliverable_since
    return Email(
        language=language,
        subject=tr.gettext("Nos messages n’arrivent plus chez {name}").format(name=about.name),
        preheader=tr.gettext("Vérifiez l’adresse, puis levez le blocage."),
        greeting=tr.gettext("Bonjour {name},").format(name=person.name),
        blocks=(
            Paragraph(
                tr.gettext("L’adresse {email} ({member}) est bloquée depuis le {when} :").format(
                    email=about.email,
                    member=about.member.name if about.member else about.chamber.name,
                    when=say_instant(since, language) if since else "?",
                ),
                tone="warning",
            ),
            Paragraph(about.undeliverable_words),
            Paragraph(
                tr.gettext(
                    "Rien ne lui est plus envoyé, sauf les codes de connexion. Quand l’adresse est vérifiée "
                    "ou la boîte vidée, levez le blocage sur la page du membre."
                )
            ),
            Button(
                tr.gettext("Ouvrir la page du membre"),
                links.member(about.member_id) if about.member_id else links.home(),
            ),
        ),
        foot=(person.chamber.name,),
    )


def tender_facts(tender: Tender, matched: MatchedTender, language: str) -> str:
    """Buyer, place, procedure and value of a tender on one line; what is unknown is left out."""
    lot = matched.best.lot
    place = in_language(lot.place_city, language) or in_language(lot.place_note, language)
    parts = [
        in_language(tender.buyer.name, language, tender.language) if tender.buyer else "",
        place if len(place) <= 60 else f"{place[:57]}…",
        tender.procurement_method.label(language),
        say_amount(tender.value_amount, tender.value_currency or "CHF", language)
        if tender.value_amount
        else "",
    ]
    return " · ".join(part for part in parts if part)


def _item(matched: MatchedTender, badges: Badges, language: str, links: Links, now: datetime) -> Item:
    tr = translator(language)
    tender, best = matched.tender, matched.best
    title = tender.title_in(language)
    lots = len(matched.matches)
    facts = tender_facts(tender, matched, language)
    if len(tender.lots) > 1:
        words = tr.ngettext("un lot pour vous : {lot}", "{count} lots pour vous, d’abord : {lot}", lots)
        facts += " · " + words.format(count=lots, lot=in_language(best.lot.title, language, tender.language))
    return Item(
        title=Link(title, links.tender(tender.id)),
        original_title=tender.original_title if tender.original_title != title else "",
        facts=facts,
        deadline=say_deadline(tender.submission_deadline, now=now, language=language),
        strength=tr.gettext("correspondance {strength}").format(strength=best.strength.label(language)),
        tags_title=tr.gettext("Critères ESS"),
        tags=tuple(_tags(badges, language)),
        reasons=tuple(say(reason, language) for reason in best.reasons[:2]),
        risk=say(best.risk, language) if best.risk else "",
        answers=tuple(
            Link(capital(choice.label(language)), links.answer(tender.id, choice)) for choice in AnswerChoice
        ),
        official=Link(tr.gettext("Avis officiel"), tender.url) if tender.url else None,
    )


def _tags(badges: Badges, language: str) -> Iterator[Tag]:
    tr = translator(language)
    for badge in badges.shown:
        yield Tag(badge.short(language), badge.has_weight_in_award)
    if badges.more:
        yield Tag(f"+{badges.more}", False)
    if badges.are_unread:
        yield Tag(tr.gettext("critères dans le dossier, non lus"), False)


def _subject(
    new: Sequence[MatchedTender],
    last_chance: Sequence[MatchedTender],
    news: News,
    language: str,
    now: datetime,
) -> str:
    tr = translator(language)
    parts = []
    if new:
        words = tr.ngettext("{count} nouveau marché", "{count} nouveaux marchés", len(new))
        parts.append(words.format(count=len(new)))
    near = [
        matched
        for matched in (*last_chance, *new)
        if matched.tender.submission_deadline is not None
        and say_deadline(matched.tender.submission_deadline, now=now, language=language).urgency
        is Urgency.URGENT
    ]
    if near:
        words = tr.ngettext("{count} délai proche", "{count} délais proches", len(near))
        parts.append(words.format(count=len(near)))
    parts += news_words(news, language)
    buyers: list[str] = []
    for piece in (*news.reminders, *last_chance, *new, *news.everything):
        buyer = piece.tender.buyer
        name = in_language(buyer.name, language) if buyer else ""
        if name and name not in buyers:
            buyers.append(name)
    names = ", ".join(name if len(name) <= 40 else f"{name[:38]}…" for name in buyers[:3])
    return ", ".join(parts) + (tr.gettext(" : {buyers}").format(buyers=names) if names else "")


def _sources_lines(runs: Sequence[CrawlRun], language: str) -> list[str]:
    tr = translator(language)
    read = [
        tr.gettext("{source}, lu {when}").format(source=run.source, when=say_instant(run.ended_at, language))
        for run in runs
        if run.ended_at is not None and run.verdict is not Verdict.FAILED
    ]
    if not runs:
        return [tr.gettext("Aucune source n’a encore été lue.")]
    return [tr.gettext("Sources : {sources}.").format(sources=tr.gettext(" ; ").join(read))] if read else []


def _warnings(runs: Sequence[CrawlRun], language: str, now: datetime) -> list[str]:
    tr = translator(language)
    return [
        tr.gettext(
            "La dernière lecture de {source} est incomplète : un marché peut manquer. "
            "Ce qui manque est redemandé à chaque passage."
        ).format(source=run.source)
        for run in runs
        if not is_whole(run, at=now)
    ]


def _recovered(source: str, language: str) -> str:
    tr = translator(language)
    return tr.gettext(
        "{source} est de nouveau lue en entier : ce qui manquait depuis notre dernier message est repris."
    ).format(source=source)


def _adviser_line(chamber: Chamber, language: str) -> str:
    if not chamber.adviser_name:
        return ""
    tr = translator(language)
    return tr.gettext("Une question ? {name}, {email}").format(
        name=chamber.adviser_name, email=chamber.adviser_email
    )


def local_date(now: datetime) -> date:
    """Today in Zurich: the date a digest belongs to."""
    return now.astimezone(ZURICH).date()
