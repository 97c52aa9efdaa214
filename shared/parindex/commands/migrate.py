"""`parindex migrate`: migrates a service's database to the present schema, as its owner."""

from typing import Annotated

import typer

from parindex.commands.running import run
from parindex.hosting.migrations import Plan, migrations_of, upgrade
from parindex.hosting.settings import PREFIX, Settings
from parindex.installed import SERVICES, installed
from parindex.sign_in.service import NAME as SIGN_IN_LOG
from parindex.sign_in.service import PACKAGE


def migrate(
    service: Annotated[
        str, typer.Argument(metavar="DỊCH_VỤ", help=", ".join((*sorted(installed(SERVICES)), SIGN_IN_LOG)))
    ],
) -> None:
    """Tạo hoặc nâng cấp bảng của một dịch vụ. Địa chỉ lấy từ PARINDEX_OWNER_URL. May be repeated."""
    settings = Settings()
    address = settings.owner_url or settings.database_url
    if not address:
        raise typer.BadParameter(f"{PREFIX}OWNER_URL is missing")
    try:
        migrations = migrations_of(PACKAGE if service == SIGN_IN_LOG else service)
    except LookupError as error:
        raise typer.BadParameter(str(error)) from error
    plan = Plan(migrations, address, settings.database_role or service, service, settings.partitions)
    run(upgrade(plan), service)
    typer.echo(f"{service}: bảng đã ở phiên bản mới nhất.")
