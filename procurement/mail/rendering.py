"""How an e-mail looks: plain text and HTML from the same blocks, with the same links in the same order."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from procurement.cleaning import one_line
from procurement.mail.blocks import Brief, Button, Email, Item, Paragraph, Section

_LAYOUTS = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "layouts"),
    autoescape=select_autoescape(("html",)),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)

# French alone puts a space before it.
_COLONS = {"fr": "\u00a0:"}


@dataclass(frozen=True, slots=True)
class Rendered:
    """An e-mail as it will be sent."""

    subject: str
    text: str
    html: str


def render(email: Email) -> Rendered:
    """Render an e-mail to text and HTML; everything from outside is escaped in HTML."""
    return Rendered(
        subject=one_line(email.subject, longest=180),
        text="\n".join(_text(email)) + "\n",
        html=_LAYOUTS.get_template("mail.html").render(email=email),
    )


def _text(email: Email) -> Iterator[str]:
    colon = _COLONS.get(email.language, ":")
    yield email.greeting
    for block in email.blocks:
        yield ""
        match block:
            case Section():
                yield block.title.upper()
                for item in block.items:
                    yield ""
                    yield from _brief(item) if isinstance(item, Brief) else _item(item, colon)
            case Button():
                yield f"{block.label}{colon} {block.url}"
            case Paragraph():
                yield f"! {block.text}" if block.tone == "warning" else block.text
    yield ""
    yield "-- "
    yield from email.foot
    for link in email.foot_links:
        yield f"{link.label}{colon} {link.url}"


def _item(item: Item, colon: str) -> Iterator[str]:
    yield f"* {item.title.label}"
    if item.original_title:
        yield f"  ({item.original_title})"
    yield f"  {item.facts}"
    yield "  " + " · ".join(
        part for part in (item.deadline.words, item.deadline.exact, item.strength) if part
    )
    if item.tags:
        yield f"  {item.tags_title}{colon} " + ", ".join(tag.label for tag in item.tags)
    for reason in item.reasons:
        yield f"  + {reason}"
    if item.risk:
        yield f"  ! {item.risk}"
    yield f"  {item.title.url}"
    for answer in item.answers:
        yield f"  [{answer.label}] {answer.url}"
    if item.official:
        yield f"  {item.official.label}{colon} {item.official.url}"


def _brief(brief: Brief) -> Iterator[str]:
    yield f"* {brief.title.label}"
    if brief.facts:
        yield f"  {brief.facts}"
    for line in brief.lines:
        yield f"  - {line}"
    yield f"  {brief.title.url}"
