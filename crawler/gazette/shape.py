"""The shape of the portal's list, strictly: a wrong type is an error, an unknown field is let be.

Source: `GET /publications` of amtsblattportal.ch, `content[].meta`.
"""

from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field

from crawler.source import read_json
from procurement.i18n import ZURICH


class _Shape(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Meta(_Shape):
    """What the list says of a publication; one published in two languages is there twice."""

    id: str = Field(pattern=r"^[0-9A-Za-z-]{8,64}$")
    rubric: str
    number: str = Field(alias="publicationNumber", min_length=1, max_length=40)
    state: str = Field("PUBLISHED", alias="publicationState")
    published: str = Field(alias="publicationDate")

    @property
    def day(self) -> date:
        """The day of publication in Switzerland; ValueError when there is none."""
        return day_of(self.published)


class Entry(_Shape):
    """A publication in the list."""

    meta: Meta


class Page(_Shape):
    """A page of the list, with how many publications there are in all."""

    content: list[Entry]
    total: int = Field(ge=0)


def read_page(body: bytes) -> Page:
    """A page of the list; ValueError when the answer has not that shape."""
    return Page.model_validate(read_json(body))


def day_of(text: str) -> date:
    """The day that a date, or an instant of the portal (`2026-07-07T00:00:00.000Z`), names in Switzerland."""
    if len(text) == 10:
        return date.fromisoformat(text)
    instant = datetime.fromisoformat(text)
    return (instant.astimezone(ZURICH) if instant.tzinfo else instant).date()
