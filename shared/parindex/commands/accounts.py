"""`parindex accounts`: the secrets of a new installation, and whoever may sign in there."""

import os
import re
import secrets
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console

from parindex.auth.accounts import AccountKind, Accounts, hash_password
from parindex.auth.refusals import SecretFileError
from parindex.refusal import Refused
from parindex.rounds.showing import show_refusal
from parindex.running.embedded import SERVICE_RIGHT
from parindex.service import installed_services

ACCOUNTS = Path("deploy/secrets/accounts.yaml")
EMPTY = "accounts:\n"
SHORTEST = 12
"""Characters of a password that a person may choose."""

app = typer.Typer(help="Tài khoản và mật khẩu của một hệ thống. Secrets and accounts.", no_args_is_help=True)

File = Annotated[Path, typer.Option(help="Tệp tài khoản của phần đăng nhập. The issuer's accounts file.")]


@app.command()
def installation(
    example: Annotated[Path, typer.Option(help="Tệp mẫu. What has to be set.")] = Path("deploy/.env.example"),
    env: Annotated[Path, typer.Option(help="Tệp cho docker compose. Written for docker compose.")] = Path(".env"),
    file: File = ACCOUNTS,
) -> None:
    """Sinh mật khẩu ngẫu nhiên cho hệ thống mới. Fresh secrets for a new installation; never over existing ones."""
    for path in (env, file):
        if path.exists():
            typer.echo(f"{path} đã có, không ghi đè. It exists already, and is left as it is.", err=True)
            raise typer.Exit(1)
    lines = [_filled(line) for line in example.read_text("utf-8").splitlines()]
    values = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
    rows = [
        _row(name, AccountKind.CLIENT, values[f"{name.upper()}_CLIENT_SECRET"], [SERVICE_RIGHT])
        for name in installed_services()
    ]
    _write(file, yaml.safe_dump({"accounts": rows}, sort_keys=False), 0o644)
    _write(env, "\n".join(lines) + "\n", 0o600)
    typer.echo(f"{env}\n{file}")


@app.command()
def add(
    name: Annotated[str, typer.Argument(metavar="TÊN", help="Tên đăng nhập. The name to sign in with.")],
    right: Annotated[list[str], typer.Option(help="vai@mã, ví dụ office@H09; có thể lặp lại.")],
    kind: Annotated[AccountKind, typer.Option(help="Người, hay phần mềm của tỉnh.")] = AccountKind.PERSON,
    file: File = ACCOUNTS,
) -> None:
    """Thêm một tài khoản; mật khẩu được hỏi. Add an account; restart the issuer to let it in."""
    try:
        present = _present(file)
        row = yaml.safe_dump([_row(name, kind, _asked_password(), right)], sort_keys=False)
        _replace(file, present + row)
    except Refused as refused:
        show_refusal(refused, Console())
        raise typer.Exit(1) from refused
    typer.echo(
        f"Đã thêm {name} vào {file}; khởi động lại phần đăng nhập.\nAdded {name} to {file}; restart the sign-in part."
    )


def _present(file: Path) -> str:
    """Read the file, before anybody types a password in vain; one that is not there yet begins here."""
    if not file.exists():
        return EMPTY
    Accounts.from_file(file)
    return file.read_text("utf-8").rstrip() + "\n"


def _replace(file: Path, text: str) -> None:
    """Put a text in the file's place, if it is one that the issuer can use; raise AccountsFileError."""
    draft = file.with_name(f"{file.name}.draft")
    try:
        _write(draft, text, 0o644)
        Accounts.from_file(draft)
        draft.replace(file)
    except OSError as error:
        raise SecretFileError.unread(file, error) from error
    finally:
        draft.unlink(missing_ok=True)


def _asked_password() -> str:
    """Ask until a password is long enough."""
    while True:
        password: str = typer.prompt(
            f"Mật khẩu, ít nhất {SHORTEST} ký tự / Password, at least {SHORTEST} characters",
            hide_input=True,
            confirmation_prompt="Nhập lại / Again",
        )
        if len(password) >= SHORTEST:
            return password
        typer.echo(f"Mật khẩu phải có ít nhất {SHORTEST} ký tự. At least {SHORTEST} characters.", err=True)


def _filled(line: str) -> str:
    return line + secrets.token_urlsafe(24) if line.endswith("=") and line[0] != "#" else line


def _row(name: str, kind: AccountKind, password: str, rights: list[str]) -> dict[str, object]:
    return {"name": name, "kind": kind.value, "password_hash": hash_password(password), "rights": rights}


def _write(path: Path, text: str, mode: int) -> None:
    """In a folder that is ours alone; the file itself may be read by the container's user, where it has to be."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8") as new:
        new.write(text)
