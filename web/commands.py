"""The verb that serves the application."""

import click

from config.settings import settings
from procurement.installation import ready_engine


@click.command()
@click.option("--port", type=int, default=8000, show_default=True)
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--workers", type=int, default=2, show_default=True)
def web(port: int, host: str, workers: int) -> None:
    """Serve the application with gunicorn, until SIGTERM."""
    ready_engine()
    from web.server import serve

    serve(settings(), host=host, port=port, workers=workers)
