"""The one command line: `aimp <verb>`; a verb's module is loaded when the verb is called."""

from importlib import import_module
from typing import Any

import click

from config.logs import set_up_logs
from config.settings import BadConfiguration, settings

# Each verb and the module that has it: a new one is a function there and a line here.
_VERBS = {
    "migrate": "procurement.commands",
    "crawl": "crawler.commands",
    "collect": "crawler.commands",
    "import": "crawler.commands",
    "reparse": "crawler.commands",
    "codes": "crawler.commands",
    "sources": "crawler.generic.command",
    "merge": "procurement.commands",
    "read": "matcher.ess.commands",
    "ess": "matcher.ess.commands",
    "match": "matcher.commands",
    "train": "matcher.commands",
    "results": "procurement.commands",
    "index": "procurement.commands",
    "alert": "procurement.commands",
    "remind": "procurement.commands",
    "deliver": "procurement.commands",
    "tidy": "procurement.commands",
    "members": "procurement.commands",
    "add-staff": "procurement.commands",
    "set-password": "procurement.commands",
    "chamber": "procurement.commands",
    "export": "procurement.commands",
    "observatory": "procurement.commands",
    "status": "procurement.commands",
    "web": "web.commands",
    "schedule": "crawler.commands",
    "work": "matcher.commands",
    "up": "crawler.commands",
    "sample": "crawler.commands",
    "demo": "crawler.commands",
}


class _Verbs(click.Group):
    """Loads verbs when they are called; turns the product's errors into one clear line and exit code 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The verbs, in the order of the way of a notice."""
        return list(_VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The verb of this name, found in its module by the name it carries there."""
        if cmd_name not in _VERBS:
            return None
        module = import_module(_VERBS[cmd_name])
        return next(
            value
            for value in vars(module).values()
            if isinstance(value, click.Command) and value.name == cmd_name
        )

    def invoke(self, ctx: click.Context) -> Any:
        """Run the verb; what is wrong is said in one line."""
        from sqlalchemy.exc import OperationalError

        from procurement.errors import AimpError

        try:
            return super().invoke(ctx)
        except (AimpError, BadConfiguration) as problem:
            raise click.ClickException(str(problem)) from problem
        except (PermissionError, FileNotFoundError, IsADirectoryError, OperationalError) as problem:
            # The disk or the database does not let us: the first line says which.
            raise click.ClickException(str(problem).partition("\n")[0]) from problem


@click.group(cls=_Verbs)
@click.version_option(package_name="aimp")
def main() -> None:
    """Watch public procurement, match it to members, tell them, and help them bid together."""
    set_up_logs(settings())


if __name__ == "__main__":
    main()
