"""The pieces of an e-mail: rendered to text and HTML from the same description, so the two never drift."""

from dataclasses import dataclass, field

from procurement.i18n import Deadline, Urgency


@dataclass(frozen=True, slots=True)
class Link:
    """Words with an address."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph; `tone` is "plain", "warning" or "code"."""

    text: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Button:
    """The one thing to do."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A short name in a frame; `is_strong` has it filled."""

    label: str
    is_strong: bool


@dataclass(frozen=True, slots=True)
class Item:
    """One tender in a list: what, for whom, until when, why, and what can be answered.

    What staff entered by hand may have no official notice.
    """

    title: Link
    original_title: str
    facts: str
    deadline: Deadline
    strength: str
    tags_title: str
    tags: tuple[Tag, ...]
    reasons: tuple[str, ...]
    risk: str
    answers: tuple[Link, ...]
    official: Link | None


@dataclass(frozen=True, slots=True)
class Brief:
    """What there is to say of a tender that is known already, line by line."""

    title: Link
    facts: str
    lines: tuple[str, ...]
    urgency: Urgency


@dataclass(frozen=True, slots=True)
class Section:
    """A titled list of items."""

    title: str
    items: tuple[Item | Brief, ...]


Block = Paragraph | Button | Section


@dataclass(frozen=True, slots=True)
class Email:
    """A whole e-mail before it is rendered; `foot` holds why it came and how to stop it."""

    language: str
    subject: str
    preheader: str
    greeting: str
    blocks: tuple[Block, ...]
    foot: tuple[str, ...] = ()
    foot_links: tuple[Link, ...] = field(default=())
