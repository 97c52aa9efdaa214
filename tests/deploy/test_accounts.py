"""The secrets of a new installation: random, complete, accepted by the issuer; existing ones are never overwritten."""

import re
import stat
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from typer.testing import CliRunner, Result

from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts, hash_password
from parindex.auth.invitations import has_code
from parindex.auth.principal import SERVICE_RIGHT, Right
from parindex.cli import app
from parindex.service import installed_services

pytestmark = pytest.mark.slow

DEMO = Path(__file__).parents[2] / "deploy" / "demo" / "accounts.yaml"
HASH = hash_password("x", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
ROW = f"name: cu\n    kind: person\n    password_hash: {HASH}\n    rights: [office@H97]\n"
WRITTEN = {
    "indented": f"# của tôi\naccounts:  # ai\n  - {ROW}# hết\n",
    "not indented": f"accounts:\n- {ROW}".replace("\n    ", "\n  "),
    "flow": f'accounts: [{{name: cu, kind: person, password_hash: "{HASH}", rights: [office@H97]}}]\n',
    "empty flow": "# của tôi\naccounts: []\n",
    "nothing yet": "accounts:\n",
    "empty": "",
    "comments": "# của tôi\n",
    "JSON": f'{{\n  "accounts": [\n    '
    f'{{"name": "cu", "kind": "person", "password_hash": "{HASH}", "rights": []}}\n  ]\n}}',
    "CRLF": f"accounts:\r\n  - {ROW}".replace("\n", "\r\n").replace("\r\r", "\r"),
    "BOM": f"\ufeffaccounts:\n  - {ROW}",
    "the demo's": DEMO.read_text("utf-8"),
}
PASSWORD = "mật khẩu của tôi"
EXAMPLE = Path(__file__).parents[2] / "deploy" / ".env.example"


@pytest.fixture
def env(tmp_path: Path) -> Path:
    return tmp_path / ".env"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "secrets" / "accounts.yaml"


@pytest.fixture
def made(env: Path, file: Path) -> Result:
    return install(env, file)


def install(env: Path, file: Path) -> Result:
    words = ["accounts", "installation", "--example", str(EXAMPLE), "--env", str(env), "--file", str(file)]
    return CliRunner().invoke(app, words)


def values(env: Path) -> dict[str, str]:
    return dict(re.findall(r"^(\w+)=(.*)$", env.read_text("utf-8"), re.MULTILINE))


def test_everything_that_the_example_leaves_empty_is_filled_with_its_own_secret(made: Result, env: Path) -> None:
    empty = set(re.findall(r"^(\w+)=$", EXAMPLE.read_text("utf-8"), re.MULTILINE))
    filled = {name: value for name, value in values(env).items() if name in empty}
    assert set(filled) == empty
    assert len(set(filled.values())) == len(empty)
    assert all(re.fullmatch(r"[\w-]{32}", secret) for secret in filled.values()), "they stand in addresses"


def test_nobody_else_on_the_machine_reads_them(made: Result, env: Path, file: Path) -> None:
    assert stat.S_IMODE(file.stat().st_mode) == 0o644, "the container's user reads it, behind a closed folder"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_the_issuer_knows_each_service_by_its_secret(made: Result, env: Path, file: Path) -> None:
    accounts = Accounts.from_file(file)
    for name in installed_services():
        account = accounts.verify(name, AccountKind.CLIENT, values(env)[f"{name.upper()}_CLIENT_SECRET"])
        assert account is not None
        assert account.rights == (Right.parse(SERVICE_RIGHT),)


def test_existing_secrets_are_left_as_they_are(made: Result, env: Path, file: Path) -> None:
    before = (env.read_bytes(), file.read_bytes())
    assert install(env, file).exit_code == 1
    env.unlink()
    assert install(env, file).exit_code == 1
    assert not env.exists()
    assert file.read_bytes() == before[1]


def add(file: Path, name: str, right: str, typed: str = f"{PASSWORD}\n{PASSWORD}\n") -> Result:
    words = ["accounts", "add", name, "--right", right, "--file", str(file)]
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, words, input=typed)


def test_a_person_who_was_added_may_sign_in(made: Result, file: Path) -> None:
    added = add(file, "so-noi-vu", "office@H09")
    assert (added.exit_code, "docker compose restart issuer" in added.output) == (0, True)
    account = Accounts.from_file(file).verify("so-noi-vu", AccountKind.PERSON, PASSWORD)
    assert account is not None
    assert account.rights == (Right.parse("office@H09"),)
    assert PASSWORD not in file.read_text("utf-8")


def test_the_first_account_begins_its_own_file(file: Path) -> None:
    assert add(file, "so-noi-vu", "office@H09").exit_code == 0
    assert add(file, "bau-bang", "unit@H09.01").exit_code == 0
    accounts = Accounts.from_file(file)
    for name in ("so-noi-vu", "bau-bang"):
        assert accounts.verify(name, AccountKind.PERSON, PASSWORD) is not None


def test_a_password_that_is_too_short_is_asked_for_again(file: Path) -> None:
    added = add(file, "thu", "office@H09", f"{'x' * 11}\n{'x' * 11}\n{PASSWORD}\n{PASSWORD}\n")
    assert (added.exit_code, "ít nhất 12 ký tự. At least 12" in added.output) == (0, True)
    assert Accounts.from_file(file).verify("thu", AccountKind.PERSON, "x" * 11) is None
    assert Accounts.from_file(file).verify("thu", AccountKind.PERSON, PASSWORD) is not None


def test_the_password_is_asked_for_twice_in_both_languages(made: Result, file: Path) -> None:
    said = add(file, "thu", "office@H09").output
    assert "Mật khẩu" in said
    assert "Nhập lại / Again" in said
    assert "Repeat" not in said


def test_a_broken_file_is_told_before_a_password_is_typed(tmp_path: Path) -> None:
    file = tmp_path / "accounts.yaml"
    file.write_text("accounts: [\n", "utf-8")
    added = add(file, "thu", "office@H09")
    assert (added.exit_code, type(added.exception)) == (1, SystemExit)
    assert "Mật khẩu" not in added.output
    assert file.name in added.output.replace("\n", "")


@pytest.mark.parametrize(("name", "right"), [("survey", "office@H09"), ("so-noi-vu", "nobody@H09")])
def test_an_account_that_cannot_be_changes_nothing(made: Result, file: Path, name: str, right: str) -> None:
    before = file.read_bytes()
    assert add(file, name, right).exit_code == 1
    assert file.read_bytes() == before
    assert [each.name for each in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize("text", WRITTEN.values(), ids=WRITTEN)
def test_an_account_is_added_however_the_file_is_written(file: Path, text: str) -> None:
    file.parent.mkdir()
    file.write_bytes(text.encode())
    assert add(file, "lan", "office@H09").exit_code == 0
    accounts = Accounts.from_file(file)
    assert accounts.verify("lan", AccountKind.PERSON, PASSWORD) is not None
    assert (accounts.verify("cu", AccountKind.PERSON, "x") is not None) == ("cu" in text)
    written = file.read_bytes().decode()
    assert written.startswith("\ufeff") == text.startswith("\ufeff")
    comments = re.findall("#[^\r\n]*", text)
    assert [comment for comment in comments if comment not in written] == []


@pytest.mark.parametrize(
    ("text", "name", "right"),
    [
        ("accounts: [\n", "lan", "office@H09"),
        ("tai-khoan: []\n", "lan", "office@H09"),
        ("- a\n", "lan", "office@H09"),
        (WRITTEN["indented"], "cu", "office@H09"),
        (WRITTEN["indented"], "lan", "vua@H09"),
        (WRITTEN["indented"], "lan", "office"),
        ("accounts: " + "[" * 5_000, "lan", "office@H09"),
    ],
)
def test_what_can_not_be_added_is_said_before_a_password_is_typed(file: Path, text: str, name: str, right: str) -> None:
    file.parent.mkdir()
    file.write_text(text, "utf-8")
    added = add(file, name, right, typed="")
    assert (added.exit_code, type(added.exception)) == (1, SystemExit)
    assert "Mật khẩu" not in added.output
    assert "draft" not in added.output
    assert file.read_text("utf-8") == text
    assert [each.name for each in file.parent.iterdir()] == [file.name]


def test_a_file_keeps_its_mode_and_a_new_one_is_its_owners_alone(file: Path, tmp_path: Path) -> None:
    assert add(file, "lan", "office@H09").exit_code == 0
    assert (stat.S_IMODE(file.stat().st_mode), stat.S_IMODE(file.parent.stat().st_mode)) == (0o600, 0o700)
    file.chmod(0o640)
    assert add(file, "binh", "office@H09").exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_link_to_the_file_stays_a_link(file: Path, tmp_path: Path) -> None:
    assert add(file, "lan", "office@H09").exit_code == 0
    link = tmp_path / "link.yaml"
    link.symlink_to(file)
    assert add(link, "binh", "office@H09").exit_code == 0
    assert link.is_symlink()
    assert Accounts.from_file(file).verify("binh", AccountKind.PERSON, PASSWORD) is not None


def test_what_an_interrupted_run_left_behind_does_not_matter(file: Path) -> None:
    file.parent.mkdir()
    (file.parent / f"{file.name}.draft").write_text("?", "utf-8")
    assert add(file, "lan", "office@H09").exit_code == 0


def piped(file: Path, password: str) -> Result:
    words = ["accounts", "add", "lan", "--right", "office@H09", "--file", str(file), "--password-stdin"]
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, words, input=password)


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_password_may_come_by_a_pipe(file: Path, end: str) -> None:
    added = piped(file, PASSWORD + end)
    assert added.exit_code == 0
    assert "Mật khẩu" not in added.output
    assert Accounts.from_file(file).verify("lan", AccountKind.PERSON, PASSWORD) is not None


def test_a_piped_password_that_is_too_short_is_refused(file: Path) -> None:
    added = piped(file, "ngắn\n")
    assert (added.exit_code, type(added.exception)) == (1, SystemExit)
    assert "at least 12" in added.output
    assert not file.exists()


def test_secrets_in_a_folder_that_others_can_enter_are_their_owners_alone(env: Path, file: Path) -> None:
    file.parent.mkdir(mode=0o755)
    file.parent.chmod(0o755)
    made = install(env, file)
    assert made.exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert f"chmod 700 {file.parent}" in made.output


def test_the_first_administrator_is_invited_with_a_link_that_opens(file: Path) -> None:
    words = ["accounts", "invite", "lan", "--right", "office@H09", "--full-name", "Nguyễn Thị Lan", "--file", str(file)]
    file.parent.mkdir()
    file.write_text("accounts: []\n", "utf-8")
    invited = CliRunner().invoke(app, [*words, "--gateway", "https://cchc.tinh.gov.vn/"])
    assert invited.exit_code == 0, invited.output
    link = invited.stdout.strip()
    assert link.startswith("https://cchc.tinh.gov.vn/sign-in/invitation?code=")
    [account] = Accounts.from_file(file).all
    assert (account.full_name, [str(right) for right in account.rights]) == ("Nguyễn Thị Lan", ["office@H09"])
    assert has_code(account.invitation, link.partition("=")[2])
    assert CliRunner().invoke(app, words).exit_code == 1  # the name is taken
    again = CliRunner().invoke(app, ["accounts", "invite", "lan", "--file", str(file)])
    [account] = Accounts.from_file(file).all
    assert has_code(account.invitation, again.stdout.strip().partition("=")[2])


def test_who_is_not_there_and_a_program_are_not_invited(file: Path) -> None:
    file.parent.mkdir()
    before = f"accounts:\n- name: mot-cua\n  kind: client\n  password_hash: {HASH}\n  rights: [unit@H09.05]\n"
    file.write_text(before, "utf-8")
    for name, said in (("hoa", "--right"), ("mot-cua", "phần mềm")):
        refused = CliRunner().invoke(app, ["accounts", "invite", name, "--file", str(file)])
        assert refused.exit_code == 1
        assert said in refused.stdout
    assert file.read_text("utf-8") == before


SSO = "https://sso.tinh.example"
PEOPLE = f"# của tôi\naccounts:\n- {ROW.replace('    ', '  ')}- {ROW.replace('    ', '  ').replace('cu', 'hoà')}"


def link(file: Path, text: str | bytes, *words: str, typed: str = "") -> Result:
    listed = file.parent / "danh-sách.csv"
    listed.write_bytes(text if isinstance(text, bytes) else text.encode())
    words = ("accounts", "link", str(listed), "--file", str(file), *words)
    return CliRunner(env={"COLUMNS": "300"}).invoke(app, words, input=typed)


def test_accounts_are_linked_by_a_list_once_it_is_confirmed(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(PEOPLE, "utf-8")
    listed = f"\ufefftài khoản,issuer,subject\r\ncu,{SSO},s1\r\nhoa\u0300,{SSO},s2\r\n"
    seen = link(file, listed, typed="n\n")
    assert (seen.exit_code, file.read_text("utf-8")) == (0, PEOPLE)
    assert f"hoà  {SSO}  s2  mới / new" in seen.output
    assert link(file, listed, typed="y\n").exit_code == 0
    assert [[each.subject for each in one.linked] for one in Accounts.from_file(file).all] == [["s1"], ["s2"]]
    written = file.read_bytes()
    assert written.startswith("# của tôi".encode())
    again = link(file, listed, "--yes")
    assert (again.exit_code, "0 liên kết mới, 2 đã có" in again.output) == (0, True)
    assert file.read_bytes() == written


def test_a_list_with_mistakes_links_nobody_and_says_each(file: Path) -> None:
    file.parent.mkdir()
    file.write_text(PEOPLE, "utf-8")
    listed = f"account;issuer;subject\ncu;{SSO};s1\nai;{SSO};s2\nhoà;sso;s1\n"
    refused = link(file, listed, "--yes")
    assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
    said = refused.output
    assert [at for at in ("row 3, column A", "row 4, column B") if at not in said] == []
    assert file.read_text("utf-8") == PEOPLE
    for text in (b"\xff\xfe", b"x" * 200_000):
        assert (link(file, text).exit_code, file.read_text("utf-8")) == (1, PEOPLE)


def test_a_list_that_is_not_there_is_said(file: Path) -> None:
    refused = CliRunner().invoke(app, ["accounts", "link", str(file.parent / "none.csv"), "--file", str(file)])
    assert (refused.exit_code, type(refused.exception)) == (1, SystemExit)
