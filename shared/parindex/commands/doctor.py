"""`parindex doctor`: shows the problems of an installation, and their remedies."""

import asyncio
from pathlib import Path
from typing import Annotated

import httpx
import typer
from rich.console import Console

from parindex.auth.minting import minted_with
from parindex.auth.principal import Role
from parindex.commands.addresses import check_address
from parindex.commands.showing import print_refusal
from parindex.doctor.findings import Diagnosis, is_well, look_at_disk
from parindex.doctor.from_inside import examine_service
from parindex.doctor.from_outside import examine_gateway
from parindex.hosting.settings import PREFIX, Settings
from parindex.refusal import Refused
from parindex.service import Service, installed_services
from parindex.sign_in.service import SIGN_IN

TIMEOUT_S = 10.0
HERE = ("http://127.0.0.1", "http://localhost")


def doctor(
    service: Annotated[
        str, typer.Argument(metavar="[DỊCH_VỤ]", help="Khám một dịch vụ theo các biến PARINDEX_… của nó.")
    ] = "",
    gateway: Annotated[str, typer.Option(help="Khám cả hệ thống ở địa chỉ này.")] = "http://127.0.0.1:8000",
    folder: Annotated[Path, typer.Option(help="Thư mục dữ liệu, để xem đĩa còn chỗ không.")] = Path(),
    signing_key: Annotated[
        Path | None,
        typer.Option(help="Khóa ký của hệ thống đó, để khám cả sổ; mặc định: issuer.key của parindex serve."),
    ] = None,
) -> None:
    """Nói rõ cái gì hỏng và phải làm gì. Shows problems and their remedies. Exit code 0: no problem; 1: problems."""
    if service and service not in _examined():
        known = ", ".join(_examined())
        said = f"Không có dịch vụ “{service}”; chỉ có: {known}. / There is no such service; these are the services."
        raise typer.BadParameter(said)
    if not folder.is_dir():
        raise typer.BadParameter(f"Không có thư mục {folder}. / There is no folder {folder}.")
    try:
        check_address(gateway)
        token = asyncio.run(_token(gateway, signing_key or _key_in(folder, gateway)))
    except Refused as refused:
        print_refusal(refused, Console())
        raise typer.Exit(1) from refused
    findings = [look_at_disk(folder), *asyncio.run(_service(service) if service else _gateway(gateway, token))]
    console = Console()
    if not service:
        console.print(f"Địa chỉ / address: {gateway}", markup=False, highlight=False)
    for diagnosis in findings:
        _show(diagnosis, console)
    raise typer.Exit(0 if is_well(findings) else 1)


async def _gateway(url: str, token: str) -> list[Diagnosis]:
    async with httpx.AsyncClient(base_url=url, timeout=TIMEOUT_S) as http:
        return await examine_gateway(http, list(installed_services()), token)


def _key_in(folder: Path, gateway: str) -> Path | None:
    """Return the signing key that `parindex serve` stores with its data on this machine, if there is one."""
    if not gateway.startswith(HERE):
        return None
    return next((key for key in (folder / "issuer.key", Path("var/serve/issuer.key")) if key.exists()), None)


async def _token(gateway: str, key: Path | None) -> str:
    """Mint an auditor's token; without a key the history is not examined."""
    return await minted_with(key, gateway)(Role.AUDITOR, "doctor") if key else ""


async def _service(name: str) -> list[Diagnosis]:
    settings = Settings()
    if not settings.database_url:
        raise typer.BadParameter(f"{PREFIX}DATABASE_URL is missing")
    return [diagnosis async for diagnosis in examine_service(_examined()[name], settings)]


def _examined() -> dict[str, Service]:
    """Return everything with a database of its own: the services, and the log of accounts and rights."""
    return {**installed_services(), SIGN_IN.name: SIGN_IN}


def _show(diagnosis: Diagnosis, console: Console) -> None:
    if diagnosis.trouble is None:
        console.print(f"✓ {diagnosis.what}", style="green", markup=False, highlight=False, soft_wrap=True)
        return
    console.print(f"✗ {diagnosis.what}", style="bold red", markup=False, highlight=False, soft_wrap=True)
    for said in (diagnosis.trouble, diagnosis.remedy):
        if said is not None:
            console.print(f"    {said.vi}\n    {said.en}", markup=False, highlight=False, soft_wrap=True)
