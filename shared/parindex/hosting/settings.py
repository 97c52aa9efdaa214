"""The settings of a running service: one frozen class, read from the environment with one prefix.

Each process of each service has an environment of its own, so the names are the same everywhere:
`PARINDEX_DATABASE_URL=… uvicorn survey.app:create_app --factory`. `deploy/` shows them all in use.
"""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from parindex.auth.outside_issuer import OutsideSettings
from parindex.auth.principal import Role
from parindex.auth.rate_limits import Rates
from parindex.auth.tokens import AUDIENCE
from parindex.files.bucket import BucketSettings
from parindex.files.scanning import ADDRESS
from parindex.http.deadline import ANSWER_WITHIN
from parindex.http.limits import SILENCE
from parindex.mail.smtp import MailSettings

PREFIX = "PARINDEX_"
DRIVER = "postgresql+asyncpg://"
SHORTEST_SECRET = 16
LARGEST_FILE = 100 * 2**20
"""Bytes of one file: some 200 scanned pages."""
PARTITIONS = 8
"""Partitions of each log, unless an installation sets another number before its first start."""


class BusKind(StrEnum):
    """The transport of contracts: the sources' feeds, or RabbitMQ, with the feeds for gap fill."""

    FEED = "feed"
    RABBITMQ = "rabbitmq"


class Settings(BaseSettings):
    """The settings of a service. Fields with secrets are left out of its `repr`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="forbid")

    database_url: str = Field(
        default="", repr=False, description="of the service's own role: it appends, changes nothing"
    )
    owner_url: str = Field(default="", repr=False, description="of the tables' owner, for `parindex migrate` alone")
    database_role: str = Field(default="", description="who gets the grants; as the service is called, if empty")
    connections: int = Field(default=8, ge=2, le=200, description="at most, of each of the two pools of a process")

    partitions: int = Field(default=PARTITIONS, ge=1, le=256, description="the same for every service, for ever")

    bus: BusKind = BusKind.FEED
    amqp_url: str = Field(default="", repr=False)
    bus_secret: str = Field(default="", repr=False, description="of all services: signs what goes through the broker")
    sources: dict[str, str] = Field(
        default={}, description="base URL of each other service: PARINDEX_SOURCES__SURVEY=…"
    )

    issuer: str = Field(default="", description="what tokens name as `iss`; its keys are found by OIDC discovery")
    jwks_file: Path | None = Field(default=None, description="the issuer's public keys, instead of discovery")
    audience: str = AUDIENCE
    token_url: str = Field(default="/sign-in/token", description="where people and programs get tokens")
    client_id: str = Field(default="", description="this service's own account at the issuer, to read other feeds")
    client_secret: str = Field(default="", repr=False)

    rates: Rates = Field(default=Rates(), description="how much one account, device, address may ask of a process")
    largest_body: int = Field(default=8 * 2**20, ge=1024, description="bytes of one request")
    files_folder: Path | None = Field(
        default=None, description="for files, shared by all processes of the service; none: it receives no files"
    )
    files_bucket: BucketSettings = Field(
        default=BucketSettings(),
        description="an S3-compatible bucket for files, where several machines serve: PARINDEX_FILES_BUCKET__NAME=…, "
        "__ENDPOINT, __REGION, __ACCESS_KEY, __SECRET_KEY; the folder then holds what is being received",
    )
    largest_file: int = Field(default=LARGEST_FILE, ge=1024, le=2**40, description="bytes of one file")
    clamd: str = Field(
        default="",
        pattern=f"^({ADDRESS.pattern})?$",
        description="a ClamAV daemon that scans files, as unix:/run/clamav/clamd.ctl or tcp:host:3310; empty: none",
    )
    mail: MailSettings = Field(
        default=MailSettings(),
        description="the mail server for reminders: PARINDEX_MAIL__URL=smtp://…, __SENDER, "
        "__SITE for links; none: reminders are on the desk alone",
    )
    silence: float = Field(default=SILENCE, gt=0, description="seconds for which a sender may pause in a body")
    answer_within: float = Field(
        default=ANSWER_WITHIN, gt=0, description="seconds after which a request is answered 503, whatever it waits for"
    )
    health_port: int = Field(default=0, ge=0, le=65535, description="of the bus process; 0: none")
    health_host: str = "127.0.0.1"
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.bus is BusKind.RABBITMQ and not self.amqp_url:
            raise ValueError(f"{PREFIX}AMQP_URL is missing: {PREFIX}BUS is rabbitmq")
        if self.bus is BusKind.RABBITMQ and len(self.bus_secret) < SHORTEST_SECRET:
            raise ValueError(f"{PREFIX}BUS_SECRET needs {SHORTEST_SECRET} characters: {PREFIX}BUS is rabbitmq")
        return self

    @property
    def dsn(self) -> str:
        """The database's URL for asyncpg."""
        return dsn_of(self.database_url)

    @property
    def engine_url(self) -> str:
        """The database's URL for SQLAlchemy."""
        return url_of(self.database_url)


class IssuerSettings(BaseSettings):
    """The settings of the local issuer, from the same environment."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_nested_delimiter="__", frozen=True, extra="ignore")

    rates: Rates = Field(default=Rates(), description="how often one account or address may guess a password")
    second_factor_roles: tuple[Role, ...] = Field(
        default=(),
        description="roles whose people need a second factor, as a JSON list; a person without one is led to set it up",
    )
    database_url: str = Field(
        default="", repr=False, description="of the log of accounts and rights, as its own role; empty: none is kept"
    )
    outside: OutsideSettings = Field(
        default=OutsideSettings(), description="an OpenID Connect issuer whose accounts may be linked to ours"
    )


def dsn_of(url: str) -> str:
    """Return a database's URL for asyncpg, from either form."""
    return url.replace(DRIVER, "postgresql://", 1)


def url_of(url: str) -> str:
    """Return a database's URL for SQLAlchemy, from either form."""
    return dsn_of(url).replace("postgresql://", DRIVER, 1).replace("postgres://", DRIVER, 1)
