"""One module per page, found by itself: its blueprint, and its place in the menu."""

import pkgutil
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from flask import Flask, g
from flask_wtf.csrf import CSRFProtect  # type: ignore[import-untyped]

from web.access import Audience, may_see


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A page's place in the menu: words in French, and for whom."""

    label: str
    endpoint: str
    audience: Audience
    order: int


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
    app.jinja_env.globals["menu"] = lambda: [
        entry for entry in entries if may_see(g.get("person"), entry.audience)
    ]


def page_modules() -> list[ModuleType]:
    """The modules of this folder, by name."""
    return [import_module(f"{__name__}.{found.name}") for found in pkgutil.iter_modules(__path__)]
