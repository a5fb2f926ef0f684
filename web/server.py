"""The application behind gunicorn: threads for slow clients, workers for cores, a clean end."""

from typing import Any

from gunicorn.app.base import BaseApplication

from config.settings import Settings
from web import create_app


class _Server(BaseApplication):  # type: ignore[misc]
    def __init__(self, settings: Settings, options: dict[str, Any]) -> None:
        self._settings = settings
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        # Made in each worker after the fork: no database connection crosses it.
        return create_app(self._settings)


def serve(settings: Settings, *, host: str, port: int, workers: int) -> None:
    """Serve until SIGTERM, finishing the requests under way."""
    options = {
        "bind": f"{host}:{port}",
        "workers": workers,
        "threads": 4,
        "worker_class": "gthread",
        "graceful_timeout": 30,
        "timeout": 60,
        "limit_request_line": 4094,
        "loglevel": "warning",
        "control_socket_disable": True,
    }
    _Server(settings, options).run()
