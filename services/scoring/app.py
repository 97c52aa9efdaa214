"""The HTTP process of this service: `uvicorn scoring.app:create_app --factory`."""

from starlette.types import ASGIApp

from parindex.hosting.http_process import create_service_app
from parindex.hosting.logging import configure_logs
from parindex.hosting.settings import Settings
from scoring.service import SERVICE


def create_app() -> ASGIApp:
    settings = Settings()
    configure_logs(settings.log_level, SERVICE.name)
    return create_service_app(SERVICE, settings)
