"""What we write of joint bids: one function per e-mail; who is asked reads no name before its yes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from procurement.cleaning import one_line
from procurement.i18n import say_date, say_instant, translator
from procurement.links import Links
from procurement.mail.blocks import Block, Button, Email, Link, Paragraph
from procurement.models import BidResult, Consortium, Member, Person, Seat, Tender, in_language
from procurement.teaming import ConsortiumState, PostKind

_EXCERPT = 200
_MOST_NEWS = 15


@dataclass(frozen=True, slots=True)
class Due:
    """What nears in one room: tasks with their day, and the papers that will not do at the deadline."""

    consortium: Consortium
    tasks: Sequence[tuple[date, str]]
    papers: Sequence[str]


@dataclass(frozen=True, slots=True)
class RoomNews:
    """Something new in a room: what was written, or the name of a file (`kind` is None), by whom, when.

    `by` is empty for somebody who is there no more.
    """

    kind: PostKind | None
    by: str
    text: str
    at: datetime


def proposal(*, person: Person, seat: Seat, rows: Sequence[str], links: Links) -> Email:
    """The nameless question to a member: which tender, lots and work, and what the lead says of it."""
    language = person.language
    tr = translator(language)
    tender = seat.consortium.tender
    title = tender.title_in(language)
    work: list[Block] = []
    if rows:
        work.append(
            Paragraph(tr.gettext("Travail demandé : {rows}.").format(rows=tr.gettext(" ; ").join(rows)))
        )
    if seat.message:
        work.append(Paragraph(tr.gettext("Son message : « {message} »").format(message=seat.message)))
    return _email(
        person,
        subject=tr.gettext("Un membre cherche un partenaire : {title}").format(title=title),
        preheader=tr.gettext("Sans noms des deux côtés jusqu’à votre oui."),
        blocks=(
            Paragraph(
                tr.gettext(
                    "Un membre de la chambre prépare une offre commune et demande si vous en seriez, "
                    "comme {role} :"
                ).format(role=seat.role.label(language))
            ),
            Paragraph(_facts(tender, language)),
            *_lots(seat.consortium, language),
            *work,
            Paragraph(
                tr.gettext(
                    "Son nom ne vous est pas dit avant votre oui. Si c’est non, il n’en apprend rien : "
                    "il ne voit que la date de sa demande."
                )
            ),
            Button(tr.gettext("Lire et répondre"), links.proposal(seat.id)),
        ),
        links=links,
    )


def joined(*, person: Person, seat: Seat, by: Person, links: Links) -> Email:
    """To the lead: who said yes, and whom to write to."""
    tr = translator(person.language)
    name = seat.member.name
    return _email(
        person,
        subject=tr.gettext("{member} veut en parler").format(member=name),
        preheader=tr.gettext("Votre communauté a une voix de plus."),
        blocks=(
            Paragraph(
                tr.gettext("{member} a répondu oui à votre demande, comme {role}.").format(
                    member=name, role=seat.role.label(person.language)
                )
            ),
            Paragraph(tr.gettext("Votre contact : {name}, {email}").format(name=by.name, email=by.email)),
            Paragraph(_facts(seat.consortium.tender, person.language)),
            Button(tr.gettext("Ouvrir la communauté"), links.room(seat.consortium.id)),
        ),
        links=links,
    )


def left(*, person: Person, seat: Seat, links: Links) -> Email:
    """To those who stay: who has left."""
    tr = translator(person.language)
    return _email(
        person,
        subject=tr.gettext("{member} n’est plus de la communauté").format(member=seat.member.name),
        preheader=tr.gettext("Ce qu’il couvrait est à nouveau ouvert."),
        blocks=(
            Paragraph(
                tr.gettext(
                    "{member} n’est plus de la communauté. Ce qu’il couvrait est à nouveau ouvert, et sa "
                    "part est à redistribuer."
                ).format(member=seat.member.name)
            ),
            Paragraph(_facts(seat.consortium.tender, person.language)),
            Button(tr.gettext("Ouvrir la communauté"), links.room(seat.consortium.id)),
        ),
        links=links,
    )


def let_go(*, person: Person, seat: Seat, links: Links) -> Email:
    """To whom the lead let go: it is free for other bids."""
    tr = translator(person.language)
    return _email(
        person,
        subject=tr.gettext("Vous n’êtes plus de la communauté"),
        preheader=tr.gettext("Vous êtes libre pour une autre offre."),
        blocks=(
            Paragraph(
                tr.gettext(
                    "Le chef de file a libéré votre place. Vous êtes libre dès maintenant pour une autre "
                    "offre sur ce marché, et n’avez plus accès à la communauté."
                )
            ),
            Paragraph(_facts(seat.consortium.tender, person.language)),
            Button(tr.gettext("Voir vos communautés"), links.rooms()),
        ),
        links=links,
    )


def complete(*, person: Person, consortium: Consortium, members: Sequence[Member], links: Links) -> Email:
    """To everybody inside: the team is complete, and the bid is to be handed in."""
    tr = translator(person.language)
    names = ", ".join(member.name for member in members)
    return _email(
        person,
        subject=tr.gettext("Votre équipe est au complet"),
        preheader=tr.gettext("Reste à remettre l’offre avant le délai."),
        blocks=(
            Paragraph(
                tr.gettext("Tous se sont engagés et les parts font 100 % : {names}.").format(names=names)
            ),
            Paragraph(_facts(consortium.tender, person.language)),
            Paragraph(
                tr.gettext(
                    "L’offre et ses prix se préparent entre vous, hors de cet outil. Le chef de file note "
                    "ici qu’elle est remise."
                )
            ),
            Button(tr.gettext("Ouvrir la communauté"), links.room(consortium.id)),
        ),
        links=links,
    )


def adviser(*, person: Person, consortium: Consortium, by: Person, links: Links) -> Email:
    """To somebody of the staff: a lead asks them into its room."""
    tr = translator(person.language)
    return _email(
        person,
        subject=tr.gettext("Une communauté demande votre conseil"),
        preheader=tr.gettext("Chacune de vos visites y est notée."),
        blocks=(
            Paragraph(
                tr.gettext("{name} vous ouvre la communauté qu’il ou elle mène pour ce marché :").format(
                    name=by.name
                )
            ),
            Paragraph(_facts(consortium.tender, person.language)),
            Paragraph(tr.gettext("Chacune de vos visites est notée, et la note est lue par les membres.")),
            Button(tr.gettext("Ouvrir la communauté"), links.room(consortium.id)),
        ),
        links=links,
    )


def reminder(*, person: Person, dues: Sequence[Due], today: date, links: Links) -> Email:
    """What somebody has to do in its rooms in these days, and which papers it has to renew, all at once."""
    language = person.language
    tr = translator(language)
    days = [day for due in dues for day, _ in due.tasks]
    first = say_date(min(days), language) if days else ""
    blocks: list[Block] = []
    for due in dues:
        blocks.append(Paragraph(_facts(due.consortium.tender.standing, language)))
        blocks.extend(
            Paragraph(
                tr.gettext("{day} : {task}.").format(
                    day=tr.gettext("aujourd’hui") if day == today else say_date(day, language), task=task
                )
            )
            for day, task in due.tasks
        )
        if due.papers:
            names = tr.gettext(" ; ").join(due.papers)
            said = tr.gettext("Attestations à renouveler, trop anciennes ou échues au délai : {names}.")
            blocks.append(Paragraph(said.format(names=names), "warning"))
    one = len(dues) == 1
    address = links.room_tasks(dues[0].consortium.id) if one else links.rooms()
    blocks.append(Button(tr.gettext("Voir les échéances"), address))
    return _email(
        person,
        subject=tr.gettext("À faire d’ici le {day} pour votre offre commune").format(day=first)
        if days
        else tr.gettext("Des attestations à renouveler pour votre offre commune"),
        preheader=tr.gettext("Ce qui est fait se coche sur la page de la communauté."),
        blocks=tuple(blocks),
        links=links,
    )


def news(*, person: Person, rooms: Sequence[tuple[Consortium, Sequence[RoomNews]]], links: Links) -> Email:
    """To somebody inside: what others wrote and put into its rooms, the start of each text."""
    language = person.language
    tr = translator(language)
    blocks: list[Block] = []
    for room, found in rooms:
        blocks.append(Paragraph(_facts(room.tender, language)))
        blocks += [Paragraph(_told(each, language)) for each in found[:_MOST_NEWS]]
        if (left_out := len(found) - _MOST_NEWS) > 0:
            more = tr.ngettext(
                "{count} autre nouveauté se lit sur la page.",
                "{count} autres nouveautés se lisent sur la page.",
                left_out,
            )
            blocks.append(Paragraph(more.format(count=left_out)))
        blocks.append(Button(tr.gettext("Lire les échanges"), links.room_talk(room.id)))
    return _email(
        person,
        subject=tr.ngettext(
            "Du nouveau dans votre communauté", "Du nouveau dans {count} communautés", len(rooms)
        ).format(count=len(rooms)),
        preheader=tr.gettext("Ce que les autres ont écrit et déposé ; un e-mail par jour au plus."),
        blocks=tuple(blocks),
        links=links,
    )


def result_wanted(*, person: Person, result: BidResult, links: Links) -> Email:
    """To the lead: what a publication says of the procedure, and the question what came of the bid."""
    language = person.language
    tr = translator(language)
    tender, notice = result.consortium.tender, result.notice
    said: list[Block] = []
    if notice is not None:
        facts = tr.gettext("Publication du {day} : {kind}.")
        day, kind = say_date(notice.published_on, language), notice.notice_type.label(language)
        said.append(Paragraph(facts.format(day=day, kind=kind)))
    if result.suggested is ConsortiumState.WON:
        said.append(
            Paragraph(tr.gettext("Un nom publié est exactement celui d’un membre de votre communauté."))
        )
    elif result.suggested is ConsortiumState.LOST:
        said.append(Paragraph(tr.gettext("Aucun nom publié ne ressemble à ceux de votre communauté.")))
    return _email(
        person,
        subject=tr.gettext("Quel résultat pour votre offre ? {title}").format(
            title=tender.title_in(language)
        ),
        preheader=tr.gettext("Une publication est parue ; vous seul dites le résultat."),
        blocks=(
            Paragraph(_facts(tender, language)),
            *said,
            Paragraph(
                tr.gettext(
                    "Dites le résultat sur la page de la communauté : c’est une réponse, le reste est "
                    "facultatif et peut suivre. Aucun prix n’y est demandé."
                )
            ),
            Button(tr.gettext("Dire le résultat"), links.result(result.consortium_id)),
        ),
        links=links,
    )


def result(*, person: Person, consortium: Consortium, links: Links) -> Email:
    """To those inside: what the lead said, and when the bid was won whether it joins their references."""
    tr = translator(person.language)
    question: list[Block] = []
    if consortium.state is ConsortiumState.WON:
        question.append(
            Paragraph(
                tr.gettext(
                    "Ce marché rejoint-il les références de votre profil ? Dites-le sur la page : sans votre "
                    "oui, rien n’y est ajouté."
                )
            )
        )
    return _email(
        person,
        subject=tr.gettext("Résultat de votre offre commune : {state}").format(
            state=consortium.state.label(person.language)
        ),
        preheader=tr.gettext("Le chef de file l’a noté."),
        blocks=(
            Paragraph(_facts(consortium.tender, person.language)),
            Paragraph(
                tr.gettext("Le chef de file a noté le résultat : {state}.").format(
                    state=consortium.state.label(person.language)
                )
            ),
            *question,
            Button(tr.gettext("Voir le résultat"), links.result(consortium.id)),
        ),
        links=links,
    )


def _told(each: RoomNews, language: str) -> str:
    tr = translator(language)
    what = tr.gettext("fichier") if each.kind is None else each.kind.label(language)
    by = each.by or tr.gettext("par une personne qui n’y est plus")
    text = one_line(each.text, longest=_EXCERPT + 1)
    if len(text) > _EXCERPT:
        text = text[:_EXCERPT].rstrip() + "…"
    head = " · ".join((what.capitalize(), by, say_instant(each.at, language)))
    return tr.gettext("{head} : {text}").format(head=head, text=text)


def _facts(tender: Tender, language: str) -> str:
    """Title, buyer and deadline of a tender on one line."""
    deadline = tender.submission_deadline
    parts = [
        tender.title_in(language),
        in_language(tender.buyer.name, language, tender.language) if tender.buyer else "",
        say_instant(deadline, language) if deadline is not None else "",
    ]
    return " · ".join(part for part in parts if part)


def _lots(consortium: Consortium, language: str) -> list[Paragraph]:
    tr = translator(language)
    tender = consortium.tender
    if not any(each.lot.source_key for each in consortium.lots):
        return []
    names = [
        f"{each.lot.number}. {in_language(each.lot.title, language, tender.language)}"
        for each in consortium.lots
    ]
    return [Paragraph(tr.gettext("Lots : {lots}.").format(lots=tr.gettext(" ; ").join(names)))]


def _email(person: Person, *, subject: str, preheader: str, blocks: tuple[Block, ...], links: Links) -> Email:
    tr = translator(person.language)
    foot_links: tuple[Link, ...] = ()
    if not person.is_staff:
        foot_links = (
            Link(tr.gettext("Changer la fréquence ou faire une pause"), links.preferences()),
            Link(tr.gettext("Ne plus recevoir d’alertes"), links.unsubscribe(person)),
        )
    chamber = person.chamber
    return Email(
        language=person.language,
        subject=subject,
        preheader=preheader,
        greeting=tr.gettext("Bonjour {name},").format(name=person.name),
        blocks=blocks,
        foot=tuple(
            line
            for line in (
                tr.gettext(
                    "{chamber} vous écrit parce que votre organisation est l’un de ses membres."
                ).format(chamber=chamber.name)
                if not person.is_staff
                else "",
                chamber.name if person.is_staff else chamber.postal_address,
            )
            if line
        ),
        foot_links=foot_links,
    )
