"""How a source without a spider of its own is read: a web page, a feed, OCDS packages, a CSV table."""

import re
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Language = Literal["fr", "de", "it", "en"]


class Table(BaseModel):
    """Base of every table of a file under config/: never changed, and no field that nobody reads."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _compiles(value: str) -> str:
    try:
        re.compile(value)
    except re.error as problem:
        raise ValueError(f"not a regular expression: {problem}") from problem
    return value


def _has_one_group(value: str) -> str:
    if value and re.compile(_compiles(value)).groups != 1:
        raise ValueError("one group, around the words of the date")
    return value


Pattern = Annotated[str, AfterValidator(_compiles)]
DatePattern = Annotated[str, AfterValidator(_has_one_group)]


class Selectors(Table):
    """Where the facts of a notice stand, as CSS selectors; empty: not there.

    `h3 a` is the text of the first such element (of all of them for the description), `time@datetime` an
    attribute, `:scope` the entry itself; ` ?` at the end says that an entry may lack it.
    """

    title: str = ""
    description: str = ""
    deadline: str = ""
    published: str = ""
    documents: str = ""
    buyer_from: str = ""
    value: str = ""


class NoticeDefaults(Table):
    """What every notice of a source is, unless the notice itself says otherwise."""

    language: Language
    buyer: str = ""
    canton: str | None = Field(None, pattern="^[A-Z]{2}$")
    notice_type: str = "tender"
    procurement_method: str = "open"
    contract_nature: str = ""


class ListForm(NoticeDefaults):
    """A list that may hold other things than calls for bids."""

    # A title must match it, in any case, else the entry is no call for bids.
    only_if: Pattern = ""


class PageForm(Selectors, ListForm):
    """A list of notices on a web page: an element per entry, and perhaps a page of its own for each."""

    item: str = Field(min_length=1)
    link: str = ""
    detail: Selectors | None = None
    next: str = ""
    # Beyond them only entries older than the window may stand, else the list is not read to its end.
    most_pages: int = Field(20, ge=1, le=500)
    # Found on the page when the list is truly empty, such as p:-soup-contains("Aucun appel d’offres").
    empty: str = ""
    # Where the deadline stands among other words: its one group holds the words of the date.
    deadline_pattern: DatePattern = ""
    # A page with the same address may say something else tomorrow: fetch it at every run.
    read_again: bool = False

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        if self.detail is not None and not self.link:
            raise ValueError("detail needs link: the selector of the address of the entry's own page")
        if not (self.title or (self.detail is not None and self.detail.title)):
            raise ValueError("title is needed, on the list or in detail")
        if self.only_if and not self.title:
            raise ValueError("only_if needs a title on the list")
        return self


class FeedForm(ListForm):
    """A feed: RSS 2.0, RSS 1.0 (RDF) or Atom."""

    # Searched in title and text, in any case: its one group holds the words of the date.
    deadline: DatePattern = ""


class OcdsForm(Table):
    """OCDS 1.1 release packages; in addresses, {since} and {until} stand for the days of the window."""

    language: Language
    # Packages beside the one at the address of the source.
    packages: list[str] = []
    most_pages: int = Field(200, ge=1, le=5000)
    # Where people read a notice: {id} is the release, {ocid} the process. Empty: its notice document.
    web_url: str = ""
    # What a release is that does not say its method.
    procurement_method: str = "open"


class CsvForm(NoticeDefaults):
    """Tables of tenders, such as another chamber's export: what a row lacks is as its form says."""
