"""One module per page, found by itself: its blueprint, and its place in the menu."""

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from flask import Flask, g
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]

from procurement.i18n import translated_later
from web.access import Audience, may_see

# The groups of the staff's menu, which is too long for one line; what has none stands by itself. Members see
# one entry of each at most, and so no group.
TENDERS = translated_later("Marchés")
MEMBERS = translated_later("Membres")
CHAMBER = translated_later("Chambre")


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page's place in the menu: words in French, for whom, and the group it stands in, if any."""

    label: str
    endpoint: str
    audience: Audience
    order: int
    group: str = ""

    @property
    def blueprint(self) -> str:
        """The name of the module that the page is of."""
        return self.endpoint.partition(".")[0]


@dataclass(frozen=True, slots=True)
class RoomPage:
    """A page of every room, beside the others: words in French."""

    label: str
    endpoint: str
    order: int


def install(app: Flask, *, csrf: CSRFProtect) -> None:
    """Register every page; a view that needs no form token says so in its module's WITHOUT_TOKEN."""
    modules = page_modules()
    for module in modules:
        app.register_blueprint(module.bp)
        for view in getattr(module, "WITHOUT_TOKEN", ()):
            csrf.exempt(view)
    beside = [page for module in modules if (page := getattr(module, "ROOM_PAGE", None))]
    app.jinja_env.globals["room_pages"] = sorted(beside, key=lambda page: page.order)
    entries = [entry for module in modules if (entry := getattr(module, "MENU", None))]
    entries.sort(key=lambda entry: entry.order)
    app.jinja_env.globals["menu"] = lambda: _in_groups(
        [entry for entry in entries if may_see(g.get("person"), entry.audience)]
    )


def _in_groups(entries: list[MenuEntry]) -> list[tuple[str, list[MenuEntry]]]:
    """The entries in their order, those of one group together where its first one stands.

    Of a group of which a reader sees one entry alone, the entry stands by itself.
    """
    groups: dict[str, list[MenuEntry]] = {}
    for entry in entries:
        groups.setdefault(entry.group or entry.endpoint, []).append(entry)
    return [(found[0].group if len(found) > 1 else "", found) for found in groups.values()]


def page_modules() -> list[ModuleType]:
    """The modules of this folder, by name."""
    return [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
