"""`parindex log`: an operator's work on a log: begin an epoch after a restore, rebuild a projection."""

from typing import Annotated

import typer
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from parindex.bus.epoch_acceptance import accept_epoch
from parindex.commands.running import run
from parindex.eventstore.epochs import Epoch, begin_epoch
from parindex.eventstore.projecting import Projector
from parindex.hosting.resources import open_resources
from parindex.hosting.settings import PREFIX, Settings
from parindex.instant import utc_now
from parindex.service import Service, installed_services

COMMAND = "parindex"

app = typer.Typer(
    help="Sổ sự kiện: sau khi khôi phục, dựng lại bảng đọc. Logs and what reads them.",
    no_args_is_help=True,
    add_completion=False,
)


@app.command("new-epoch")
def new_epoch() -> None:
    """Mở kỷ nguyên mới cho sổ vừa khôi phục, trước khi chạy lại dịch vụ. Địa chỉ: PARINDEX_DATABASE_URL."""
    epoch = run(_begin(), COMMAND)
    typer.echo(f"{epoch.source}: kỷ nguyên {epoch.number} bắt đầu sau vị trí {epoch.position}.")
    for name, consumer in _consumers_of(epoch.source):
        typer.echo(
            f"  {consumer}: parindex log accept-epoch {name} {epoch.source} "
            f"--epoch {epoch.number} --position {epoch.position}"
        )


@app.command("accept-epoch")
def accept(
    service: Annotated[str, typer.Argument(metavar="DỊCH_VỤ", help="Dịch vụ đọc. Who reads.")],
    source: Annotated[str, typer.Argument(metavar="NGUỒN", help="Bên vừa khôi phục. Whose log was restored.")],
    epoch: Annotated[int, typer.Option(help="Số kỷ nguyên mà new-epoch in ra.", min=1)],
    position: Annotated[int, typer.Option(help="Vị trí mà new-epoch in ra.", min=0)],
    *,
    start_over: Annotated[bool, typer.Option(help="Đọc lại từ đầu. Read everything again.")] = False,
) -> None:
    """Cho bên đọc đi tiếp trong kỷ nguyên mới của nguồn, rồi chạy lại tiến trình bus của nó."""
    if (service, source) not in {(name, source) for name, _ in _consumers_of(source)}:
        raise typer.BadParameter(f"{service} does not consume from {source}")
    run(_accept(service, Epoch(source, epoch, position), start_over=start_over), COMMAND)
    typer.echo(f"{service}: đã nhận kỷ nguyên {epoch} của {source}; hãy chạy lại tiến trình bus của {service}.")


@app.command("rebuild")
def rebuild(
    service: Annotated[str, typer.Argument(metavar="DỊCH_VỤ", help="Dịch vụ có bảng đó. Whose it is.")],
    projection: Annotated[str, typer.Argument(metavar="BẢNG", help="Tên bảng đọc, ví dụ rounds.")],
) -> None:
    """Dựng lại một bảng đọc từ dữ kiện đầu tiên; người đọc vẫn thấy bản cũ cho đến khi xong."""
    known = installed_services().get(service)
    if known is None or projection not in {each.name for each in known.projections}:
        raise typer.BadParameter(f"{service} has no projection {projection}")
    _address()
    run(_rebuild(known, projection), COMMAND)
    typer.echo(f"{service}: {projection} đã dựng lại.")


def _consumers_of(source: str) -> list[tuple[str, str]]:
    return [
        (name, consumer.name)
        for name, service in installed_services().items()
        for consumer in service.consumers
        if source in consumer.sources
    ]


async def _begin() -> Epoch:
    engine = create_async_engine(_address(), poolclass=NullPool, hide_parameters=True)
    async with engine.begin() as connection:
        return await begin_epoch(connection)


async def _accept(service: str, epoch: Epoch, *, start_over: bool) -> None:
    engine = create_async_engine(_address(), poolclass=NullPool, hide_parameters=True)
    for consumer in installed_services()[service].consumers:
        if epoch.source in consumer.sources:
            await accept_epoch(engine, consumer, epoch, start_over=start_over)


async def _rebuild(service: Service, projection: str) -> None:
    async with open_resources(service, Settings(), utc_now) as resources:
        projector = Projector(resources.log, resources.engine, service.projections)
        await projector.prepare()
        await projector.rebuild(projection)


def _address() -> str:
    settings = Settings()
    if not settings.database_url:
        raise typer.BadParameter(f"{PREFIX}DATABASE_URL is missing")
    return settings.engine_url
