"""What we write of requests for advice: to staff that one is there, to who asked what came of it."""

from procurement.i18n import say_date, translator
from procurement.links import Links
from procurement.mail.blocks import Block, Button, Email, Link, Paragraph
from procurement.models import AdviceRequest, Person


def asked(*, person: Person, request: AdviceRequest, links: Links) -> Email:
    """To somebody of the staff: a member asks for help."""
    tr = translator(person.language)
    return _to_staff(
        person,
        subject=tr.gettext("{member} demande conseil").format(member=request.member.name),
        first=tr.gettext("{member} demande conseil : {subject}.").format(
            member=request.member.name, subject=request.subject.label(person.language)
        ),
        request=request,
        links=links,
    )


def handed_over(*, person: Person, request: AdviceRequest, by: Person, links: Links) -> Email:
    """To somebody of the staff: a colleague hands a request over."""
    tr = translator(person.language)
    return _to_staff(
        person,
        subject=tr.gettext("Une demande de conseil vous est remise"),
        first=tr.gettext("{name} vous remet la demande de {member} : {subject}.").format(
            name=by.name, member=request.member.name, subject=request.subject.label(person.language)
        ),
        request=request,
        links=links,
    )


def taken(*, person: Person, request: AdviceRequest, by: Person, links: Links) -> Email:
    """To who asked: somebody takes care of it."""
    tr = translator(person.language)
    return _to_member(
        person,
        subject=tr.gettext("Votre demande de conseil est prise en charge"),
        blocks=(
            Paragraph(
                tr.gettext("{name} s’occupe de votre demande ; vous pouvez lui écrire : {email}").format(
                    name=by.name, email=by.email
                )
            ),
            *_context(request, person),
        ),
        links=links,
    )


def closed(*, person: Person, request: AdviceRequest, links: Links) -> Email:
    """To who asked: what came of it."""
    tr = translator(person.language)
    return _to_member(
        person,
        subject=tr.gettext("Réponse à votre demande de conseil"),
        blocks=(*_context(request, person), Paragraph(request.outcome)),
        links=links,
    )


def _context(request: AdviceRequest, person: Person) -> list[Block]:
    """Which tender it is about, if any; of a room not a word, for the mail can be read by others."""
    tr = translator(person.language)
    if request.tender is None:
        return []
    title = request.tender.title_in(person.language)
    return [
        Paragraph(tr.gettext("Marché {number} : {title}").format(number=request.tender.number, title=title))
    ]


def _to_staff(person: Person, *, subject: str, first: str, request: AdviceRequest, links: Links) -> Email:
    tr = translator(person.language)
    due: list[Block] = []
    if request.due_on is not None:
        day = say_date(request.due_on, person.language)
        due.append(Paragraph(tr.gettext("Réponse souhaitée d’ici au {day}.").format(day=day)))
    return Email(
        language=person.language,
        subject=subject,
        preheader=tr.gettext("À lire et à prendre sur la page des conseils."),
        greeting=tr.gettext("Bonjour {name},").format(name=person.name),
        blocks=(
            Paragraph(first),
            *_context(request, person),
            *due,
            Button(tr.gettext("Voir la demande"), links.advice_desk(request.id)),
        ),
        foot=(person.chamber.name,),
    )


def _to_member(person: Person, *, subject: str, blocks: tuple[Block, ...], links: Links) -> Email:
    tr = translator(person.language)
    chamber = person.chamber
    told_why = tr.gettext("{chamber} vous écrit parce que votre organisation lui a demandé conseil.")
    return Email(
        language=person.language,
        subject=subject,
        preheader=tr.gettext("Votre demande et sa réponse sont sur votre page « Conseil »."),
        greeting=tr.gettext("Bonjour {name},").format(name=person.name),
        blocks=(*blocks, Button(tr.gettext("Voir vos demandes"), links.advice())),
        foot=tuple(line for line in (told_why.format(chamber=chamber.name), chamber.postal_address) if line),
        foot_links=(
            Link(tr.gettext("Changer la fréquence ou faire une pause"), links.preferences()),
            Link(tr.gettext("Ne plus recevoir d’alertes"), links.unsubscribe(person)),
        ),
    )
