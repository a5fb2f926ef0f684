"""Search over all tenders: words and facets in the address, what one keeps under a name, tables to save."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from flask import Blueprint, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from procurement.badges import badges_on
from procurement.exports.sheets import Sheet
from procurement.exports.tables import chosen_rows, tender_sheet
from procurement.models import SavedSearch, Tender
from procurement.search import saved
from procurement.search.facets import EVERY, Facet, labels_of, order_of
from procurement.search.finding import Found, Order, Search, find, hidden_from, in_order
from procurement.search.saved import LONGEST_NAME, address_of, search_at
from procurement.search.shelf import Shelf, Standing
from web.access import Audience, audience
from web.files import csv_of, xlsx_of
from web.forms import NEEDED, TOO_LONG, PageForm, on_one_line
from web.i18n import gettext
from web.pages import MenuEntry

bp = Blueprint("search", __name__)

MENU = MenuEntry("Chercher", "search.results", Audience.SIGNED_IN, 12)

PER_PAGE = 20
MOST_PAGES = 50
MOST_SAVED_ROWS = 2_000


@dataclass(frozen=True, slots=True)
class Value:
    """A value of a facet with how many hits it has, and those below it in the tree of codes."""

    value: str
    label: str
    count: int
    is_chosen: bool
    below: list["Value"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ShownFacet:
    """A facet with the values that some hit has, or that are chosen."""

    facet: Facet
    values: Sequence[Value]

    @property
    def chosen(self) -> int:
        """How many of its values are chosen."""
        return sum(each.is_chosen for value in self.values for each in (value, *value.below))


class SaveForm(PageForm):
    """The name under which a search is kept."""

    name = StringField(
        filters=[on_one_line],
        validators=[DataRequired(NEEDED), Length(max=LONGEST_NAME, message=TOO_LONG)],
    )


@bp.get("/recherche")
@audience(Audience.SIGNED_IN)
def results() -> ResponseReturnValue:
    """What is found, twenty at a time; the address says everything that is asked."""
    return _page(_asked(), SaveForm())


@bp.get("/recherche.csv")
@audience(Audience.SIGNED_IN)
def table() -> ResponseReturnValue:
    """The hits as a table, the first so many of them."""
    return csv_of(_table(), "recherche.csv")


@bp.get("/recherche.xlsx")
@audience(Audience.SIGNED_IN)
def book() -> ResponseReturnValue:
    """The same as a spreadsheet."""
    return xlsx_of([_table()], "recherche.xlsx")


@bp.post("/recherche/enregistrees")
@audience(Audience.SIGNED_IN)
def save() -> ResponseReturnValue:
    """Keep a search under a name."""
    search, form = search_at(request.form.get("recherche", "")), SaveForm.read()
    if not form.validate():
        return _page(search, form), 422
    row = saved.save(g.session, person=g.person, search=search, name=form.name.data or "", now=g.now)
    flash(gettext("La recherche « {name} » est enregistrée.").format(name=row.name), "success")
    return redirect(url_for("search.results", _anchor="enregistrees"), 303)


@bp.post("/recherche/enregistrees/<int:search_id>/voir")
@audience(Audience.SIGNED_IN)
def look(search_id: int) -> ResponseReturnValue:
    """Open a kept search: what it found up to now is new no more."""
    row = _own_or_404(search_id)
    saved.look_at(g.session, row=row, person=g.person, now=g.now)
    return redirect(_address(search_at(row.address)), 303)


@bp.post("/recherche/enregistrees/<int:search_id>/supprimer")
@audience(Audience.SIGNED_IN)
def remove(search_id: int) -> ResponseReturnValue:
    """Forget a kept search."""
    saved.remove(g.session, row=_own_or_404(search_id), person=g.person, now=g.now)
    flash(gettext("La recherche est supprimée."), "success")
    return redirect(url_for("search.results", _anchor="enregistrees"), 303)


def _asked() -> Search:
    return Search.of(request.args.items(multi=True))


def _standing() -> tuple[Standing, int]:
    """The index as it stands, and what the reader may not know of."""
    shelf: Shelf = current_app.extensions["aimp"]["shelf"]
    standing = shelf.at(g.session, g.now)
    return standing, hidden_from(g.session, standing, None if g.person.is_staff else g.member)


def _page(search: Search, form: SaveForm) -> str:
    standing, hidden = _standing()
    found = find(g.session, standing, search, hidden=hidden)
    pages = min(-(-found.total // PER_PAGE), MOST_PAGES)
    asked = request.args.get("page", "")
    page = min(max(int(asked), 1), max(pages, 1)) if asked.isdecimal() and len(asked) < 6 else 1
    tenders = _tenders(in_order(g.session, standing, found, start=(page - 1) * PER_PAGE, count=PER_PAGE))
    lots = {tender.id: [lot for lot in tender.lots if not lot.is_withdrawn] for tender in tenders}
    is_start = not request.args and not form.errors
    return render_template(
        "search/results.html",
        search=search,
        found=found,
        form=form,
        facets=_facets(search, found),
        orders=Order,
        tenders=tenders,
        lots=lots,
        badges=badges_on(g.session, lots),
        loosened=[(each, _said(each.facet, search), _address(each.search)) for each in found.loosened[:5]],
        page=page,
        pages=pages,
        page_address=lambda number: _address(search, number),
        address=address_of(search),
        most=MOST_SAVED_ROWS,
        per_page=PER_PAGE,
        kept=saved.kept_by(g.session, standing, person=g.person, hidden=hidden) if is_start else (),
        is_start=is_start,
    )


def _tenders(ids: Sequence[int]) -> list[Tender]:
    """The tenders of these ids, in their order."""
    wanted = select(Tender).where(Tender.id.in_(ids))
    rows = g.session.scalars(wanted.options(joinedload(Tender.buyer), selectinload(Tender.lots)))
    found: dict[int, Tender] = {tender.id: tender for tender in rows}
    return [found[each] for each in ids if each in found]


def _facets(search: Search, found: Found) -> list[ShownFacet]:
    shown = []
    for facet in Facet:
        chosen = search.values(facet)
        counts = {value: count for value, count in found.counts[facet].items() if count or value in chosen}
        # What the address asks for and no tender has is shown too: it can be taken back.
        counts |= {value: 0 for value in chosen if value not in counts}
        labels = labels_of(g.session, facet, counts, g.language)
        values = [
            Value(value, labels[value], counts[value], value in chosen)
            for value in order_of(facet, labels, counts)
        ]
        if facet is Facet.CPV:
            values = _tree(values)
        if facet is Facet.STATUS:
            values.append(Value(EVERY, gettext("tous"), sum(found.counts[facet].values()), not chosen))
        if values:
            shown.append(ShownFacet(facet, values))
    return shown


def _tree(values: Sequence[Value]) -> list[Value]:
    """Groups of codes below their divisions; one whose division is not there stands by itself."""
    tops: dict[str, Value] = {}
    for each in values:
        top = tops.get(each.value[:2]) if each.value.isdecimal() else None
        if top is None:
            tops[each.value] = each
        else:
            top.below.append(each)
    return list(tops.values())


def _said(facet: Facet | None, search: Search) -> str:
    """What is left out when a search is loosened: « Lieu d’exécution : Genève »."""
    if facet is None:
        return gettext("les mots « {words} »").format(words=search.words)
    labels: Mapping[str, str] = labels_of(g.session, facet, search.values(facet), g.language)
    values = ", ".join(labels[value] for value in search.values(facet))
    return gettext("{facet} : {values}").format(facet=facet.label(g.language), values=values)


def _address(search: Search, page: int = 1) -> str:
    pairs = [address_of(search), f"page={page}" if page > 1 else ""]
    return url_for("search.results") + "?" + "&".join(each for each in pairs if each)


def _table() -> Sheet:
    standing, hidden = _standing()
    found = find(g.session, standing, _asked(), hidden=hidden)
    ids = in_order(g.session, standing, found, start=0, count=MOST_SAVED_ROWS)
    return tender_sheet(chosen_rows(g.session, ids, now=g.now, language=g.language), g.language)


def _own_or_404(search_id: int) -> SavedSearch:
    row: SavedSearch | None = g.session.get(SavedSearch, search_id)
    return row if row is not None and row.person_id == g.person.id else abort(404)
