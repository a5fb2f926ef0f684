"""The shape of the archive's search answers, strictly: a wrong type is an error, an unknown field is let be.

Source: `POST /search` of archiv.simap.ch.
"""

from datetime import date

from pydantic import BaseModel, ConfigDict, Field

from crawler.source import read_json


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Row(_Shape):
    """A form in the list: its number, its project, its day and kind; what else the list says is kept."""

    model_config = ConfigDict(strict=True, frozen=True, extra="allow")

    id: int
    projectid: int | None = None
    published: str = Field(alias="publicationDate", pattern=r"^\d{4}-\d{2}-\d{2}$")
    type: str = Field(pattern=r"^OB\d\d$")

    @property
    def day(self) -> date:
        """The day of its publication; ValueError when there is no such day."""
        return date.fromisoformat(self.published)


class Page(_Shape):
    """A page of the list, with how many pages and forms there are in all."""

    pages: int
    total: int
    publication: list[Row]


def read_page(body: bytes) -> Page:
    """A page of the search; ValueError when the answer has not that shape."""
    return Page.model_validate(read_json(body))
