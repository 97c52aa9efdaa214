"""`parindex accounts`: creates the secrets of a new installation, and adds accounts."""

import os
import re
import secrets
import stat
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer
import yaml
from rich.console import Console

from parindex.auth.account_rules import AccountKind, AccountRow
from parindex.auth.accounts import hash_password, new_id
from parindex.auth.accounts_editing import AccountGoneError, add_row, change_rows, with_account
from parindex.auth.accounts_writing import SHORTEST
from parindex.auth.invitations import invitation_of, new_invitation
from parindex.auth.page_cookies import SIGN_IN_PATH
from parindex.auth.principal import SERVICE_RIGHT
from parindex.instant import utc_now
from parindex.refusal import Kind, Refused
from parindex.service import installed_services
from parindex_cli.linking import link_all, list_text, plan_in, show_plan
from parindex_cli.rounds.reporting import show_refusal

ACCOUNTS = Path("deploy/secrets/accounts.yaml")
LONGEST_LINE = 4_096
UNUSABLE = f"$argon2id$v=19$m=8,t=1,p=1${'A' * 22}${'A' * 43}"
"""A hash that no password has, for checking whether an account can be added."""
ADDED = """\
Đã thêm {name} vào {file}. Phần đăng nhập đang đọc tệp này nhận tài khoản sau vài giây; trong container: {restart}
Added {name} to {file}. A running issuer reads this file within seconds; in a container: {restart}"""
RESTART = "docker compose restart issuer"
"""A container mounts the file that existed at its start, and `replace` creates a new file."""
INVITED = """\
Gửi đường dẫn trên cho đúng người đó; dùng một lần, trong 7 ngày. Phần đăng nhập phải ghi được {file} để đặt mật khẩu.
Give this link to the person alone; it is used once, within 7 days. Sign-in has to be able to write {file}."""
LINKED = """\
Đã ghi vào {file}. Phần đăng nhập đang đọc tệp này nhận liên kết sau vài giây; trong container: {restart}
Written to {file}. A running issuer reads this file within seconds; in a container: {restart}"""
OPEN_FOLDER = """\
Thư mục {folder} mở cho người khác trên máy này, nên {file} chỉ chủ sở hữu đọc được. Để container đọc được:
Others on this machine can enter {folder}, so only its owner can read {file}. To let the container read it:
  chmod 700 {folder} && chmod 644 {file}"""


class PasswordTooShortError(Refused):
    """A password read from standard input has too few characters; the command can't ask for another one."""

    code = "password-too-short"
    vi, en = f"Mật khẩu phải có ít nhất {SHORTEST} ký tự.", f"A password has at least {SHORTEST} characters."


class AccountMissingError(Refused):
    """The accounts file has no account of this name, and no right was given for a new one."""

    code = "unknown-account-name"
    kind = Kind.UNKNOWN
    vi = "Tệp không có tài khoản “{name}”. Thêm --right vai@mã để tạo tài khoản mới."
    en = "The file has no account “{name}”. Add --right role@node for a new one."

    name: str


class ProgramInvitedError(Refused):
    """A program signs in with a secret; no one would open its link."""

    code = "program-not-invited"
    kind = Kind.CONFLICT
    vi = "“{name}” là phần mềm; chỉ người mới nhận lời mời."
    en = "“{name}” is a program; only people are invited."

    name: str


app = typer.Typer(
    help="Tài khoản và mật khẩu của một hệ thống. Secrets and accounts.", no_args_is_help=True, add_completion=False
)

AccountsPath = Annotated[Path, typer.Option(help="Tệp tài khoản của phần đăng nhập. The issuer's accounts file.")]


@app.command()
def installation(
    example: Annotated[Path, typer.Option(help="Tệp mẫu. What has to be set.")] = Path("deploy/.env.example"),
    env: Annotated[Path, typer.Option(help="Tệp cho docker compose. Written for docker compose.")] = Path(".env"),
    file: AccountsPath = ACCOUNTS,
) -> None:
    """Sinh mật khẩu ngẫu nhiên cho hệ thống mới. Fresh secrets for a new installation; never over existing ones."""
    for path in (env, file):
        if path.exists():
            typer.echo(f"{path} đã có, không ghi đè. It exists already, and is left as it is.", err=True)
            raise typer.Exit(1)
    lines = [_filled(line) for line in example.read_text("utf-8").splitlines()]
    values = dict(line.split("=", 1) for line in lines if re.match(r"\w+=", line))
    rows = [
        _row(name, AccountKind.CLIENT, hash_password(values[f"{name.upper()}_CLIENT_SECRET"]), [SERVICE_RIGHT])
        for name in installed_services()
    ]
    closed = _close_folder(file.parent)
    _write(file, yaml.safe_dump({"accounts": msgspec.to_builtins(rows)}, sort_keys=False), 0o644 if closed else 0o600)
    _write(env, "\n".join(lines) + "\n", 0o600)
    typer.echo(f"{env}\n{file}")
    if not closed:
        typer.echo(OPEN_FOLDER.format(folder=file.parent, file=file), err=True)


@app.command()
def add(  # the options of an account
    name: Annotated[str, typer.Argument(metavar="TÊN", help="Tên đăng nhập. The name to sign in with.")],
    right: Annotated[list[str], typer.Option(help="vai@mã, ví dụ office@H09; có thể lặp lại.")],
    kind: Annotated[AccountKind, typer.Option(help="Người, hay phần mềm của tỉnh.")] = AccountKind.PERSON,
    file: AccountsPath = ACCOUNTS,
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Đọc mật khẩu từ đầu vào chuẩn, một dòng. One line of stdin.")
    ] = False,
) -> None:
    """Thêm một tài khoản; mật khẩu được hỏi. Add an account; the password is asked for."""
    try:
        with_account(file, _row(name, kind, UNUSABLE, right))  # checked before the operator types a password
        password = _piped_password() if password_stdin else _asked_password()
        add_row(file, _row(name, kind, hash_password(password), right))
    except Refused as refused:
        show_refusal(refused, Console())
        raise typer.Exit(1) from refused
    typer.echo(ADDED.format(name=name, file=file, restart=RESTART))


@app.command()
def invite(
    name: Annotated[str, typer.Argument(metavar="TÊN", help="Tên đăng nhập. The name to sign in with.")],
    right: Annotated[
        list[str] | None,
        typer.Option(help="Cho tài khoản mới: vai@mã, ví dụ office@H09; có thể lặp lại. Of a new account."),
    ] = None,
    full_name: Annotated[str, typer.Option(help="Họ và tên. The person's name.")] = "",
    gateway: Annotated[str, typer.Option(help="Địa chỉ hệ thống.")] = "http://127.0.0.1:8000",
    file: AccountsPath = ACCOUNTS,
) -> None:
    """In đường dẫn mời, dùng một lần trong 7 ngày: người được mời tự đặt mật khẩu. A link that is used once.

    Với --right: tạo tài khoản mới, như người quản trị đầu tiên. Không có: mời lại một tài khoản đã có.
    """
    code = new_invitation(secrets.token_bytes)
    invitation = invitation_of(code, utc_now())
    try:
        if right:
            row = _row(name, AccountKind.PERSON, UNUSABLE, right)
            add_row(file, msgspec.structs.replace(row, full_name=full_name, invitation=invitation))
        else:
            change_rows(file, {name: lambda row: _invited(row, invitation)})
    except AccountGoneError:
        show_refusal(AccountMissingError(name), Console())
        raise typer.Exit(1) from None
    except Refused as refused:
        show_refusal(refused, Console())
        raise typer.Exit(1) from refused
    typer.echo(f"{gateway.rstrip('/')}{SIGN_IN_PATH}/invitation?code={code}")
    typer.echo(INVITED.format(file=file), err=True)


@app.command()
def link(
    list_file: Annotated[Path, typer.Argument(metavar="DANH_SÁCH", help="CSV: account;issuer;subject.")],
    file: AccountsPath = ACCOUNTS,
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Không hỏi lại. Without asking.")] = False,
) -> None:
    """Liên kết theo danh sách với danh tính bên ngoài: xem trước, rồi xác nhận. Link accounts by a list.

    Tất cả hoặc không gì cả; chạy lại thì không đổi gì. All or nothing; a second run changes nothing.
    """
    console = Console()
    try:
        text = list_text(list_file)
        plan = plan_in(file, text)
        plan.check()
        show_plan(plan, console)
        if not plan.new or not (yes or typer.confirm("Liên kết? Link?")):
            return
        link_all(file, text, plan.checksum)
    except Refused as refused:
        show_refusal(refused, console)
        raise typer.Exit(1) from refused
    typer.echo(LINKED.format(file=file, restart=RESTART))


def _invited(row: AccountRow, invitation: str) -> AccountRow:
    if row.kind is not AccountKind.PERSON:
        raise ProgramInvitedError(row.name)
    return msgspec.structs.replace(row, invitation=invitation)


def _piped_password() -> str:
    """Read one line of standard input. Raises PasswordTooShortError."""
    password = sys.stdin.readline(LONGEST_LINE).rstrip("\r\n")
    if len(password) < SHORTEST:
        raise PasswordTooShortError
    return password


def _asked_password() -> str:
    """Prompt until a password is long enough."""
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


def _row(name: str, kind: AccountKind, password_hash: str, rights: list[str]) -> AccountRow:
    return AccountRow(name=name, kind=kind, password_hash=password_hash, rights=rights, id=new_id())


def _close_folder(folder: Path) -> bool:
    """Create the folder for its owner only; return whether it is closed to others. An existing one is not changed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return not stat.S_IMODE(folder.stat().st_mode) & 0o077


def _write(path: Path, text: str, mode: int) -> None:
    """Write a new file. A container's user has to read the accounts, so their file is readable, in a closed folder."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as new:
        os.fchmod(new.fileno(), mode)  # regardless of the umask
        new.write(text)
