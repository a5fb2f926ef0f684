"""The shape of simap's lists: rows of the search, headers of projects, codes, institutions, offices.

Source: simap OpenAPI 1.5.1, `ProjectsSearchEntry`, `PublicProjectHeader`, `CPVCodes`, `Institutions`,
`ProcOfficesPublicData`.
"""

from typing import Any

from pydantic import Field

from crawler.simap.shape import Shape, Text


class LotRow(Shape):
    """A lot in a search row: its newest publication."""

    publicationId: str
    publicationNumber: str


class SearchRow(Shape):
    """A project in the search's answer, with its newest publication."""

    id: str
    publicationId: str
    publicationNumber: str
    lotsType: str
    lots: list[LotRow] | None = None


class Pagination(Shape):
    """Where the search's next page begins; a page that holds fewer rows than it might is the last."""

    lastItem: str | None = None
    itemsPerPage: int = Field(20, ge=1)


class SearchPage(Shape):
    """A page of the search: its rows are read one by one, so that one bad row costs no other."""

    projects: list[Any]
    pagination: Pagination = Pagination()


class HeaderPublication(Shape):
    """The newest publication of a project or lot."""

    id: str
    publicationNumber: str


class HeaderLot(Shape):
    """A lot in a project header."""

    latestPublication: HeaderPublication | None = None


class ProjectHeader(Shape):
    """The newest publications of a project: its own, or one per lot."""

    latestPublication: HeaderPublication | None = None
    lots: list[HeaderLot] | None = None


class CodeNode(Shape):
    """A code with its words and the codes below it."""

    code: str = Field(pattern=r"^\d{8}$")
    label: Text
    codes: list["CodeNode"] | None = None


class CodeTree(Shape):
    """A list of codes from its roots down."""

    codes: list[CodeNode] = Field(min_length=1)


class Institution(Shape):
    """A node in the tree of institutions."""

    id: str
    name: Text
    parentInstitutionId: str | None


class Institutions(Shape):
    """All institutions, their roots the cantons, the Confederation and abroad."""

    institutions: list[Institution] = Field(min_length=1)


class Office(Shape):
    """A buying office; its name is not needed here."""

    id: str
    type: str | None = None
    institutionId: str | None


class Offices(Shape):
    """All buying offices."""

    procOffices: list[Office] = Field(min_length=1)
