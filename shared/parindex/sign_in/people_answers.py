"""How the pages of people and programs answer."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from parindex.auth import Asker, Role
from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts_file import Account
from parindex.http.problems import refused_response
from parindex.refusal import Place, Refused
from parindex.sign_in.answers import SEE_OTHER, shown, to_form
from parindex.sign_in.forms import Errors
from parindex.sign_in.people import NewAccount, People
from parindex.sign_in.people_display import State, rows_of, summary_of
from parindex.sign_in.people_queries import Managed
from parindex.sign_in.powers import GIVEN, Powers
from parindex.sign_in.refusals import AccountUnknownError
from parindex.sign_in.wording import ROLES, in_words
from parindex.web.forms import fresh_key

OK = 200
DONE = {
    "given": "Đã cấp quyền. Người đang đăng nhập có quyền này chậm nhất sau 15 phút.",
    "ended": "Đã kết thúc quyền. Người đang đăng nhập mất quyền này chậm nhất sau 15 phút.",
    "sessions": "Đã kết thúc mọi phiên đăng nhập; các trình duyệt phải đăng nhập lại chậm nhất sau 15 phút.",
    "second-factor": "Đã gỡ đăng nhập hai lớp của người này, và ghi lý do vào sổ. Lần sau chỉ cần mật khẩu.",
    "linked": "Đã liên kết, và ghi vào sổ. Người này đăng nhập lại chậm nhất sau 15 phút.",
    "unlinked": "Đã gỡ liên kết, và ghi vào sổ. Người này đăng nhập lại chậm nhất sau 15 phút.",
    "removed": "Đã gỡ tài khoản. Việc đã làm vẫn còn trong sổ.",
}
FIELDS = {"name", "full_name", "reason", "subject"}
"""Fields of the forms that have the name of their place in a body."""
CHOICES = [(role.value, ROLES[role]) for role in GIVEN]

Move = Callable[[Powers], Awaitable[object]]


def powers_of(asker: Asker, found: list[Managed] | None = None) -> Powers:
    """Return the powers of an asker, which check each node. `found`: accounts that are shown, for the trace."""
    asker.checked = True
    for each in found or ():
        for right in each.rights:
            asker.may(right.node)
    return Powers(asker.principal)


@dataclass(frozen=True, slots=True)
class PeopleAnswers:
    """Answers of these pages."""

    people: People

    def shown(self, template: str, asker: Asker, status: int = 200, root: str = "", **values: Any) -> Response:
        account = self.people.sessions.account(asker.subject)
        if account is None:
            return to_form(self.people.sessions)
        return shown(template, account, status, root=root, writable=self.people.writable, **values)

    def rows(self, found: list[Managed], only: State | None) -> list[Any]:
        return rows_of(found, self.people.sessions.accounts.unusable, self.people.now(), only)

    def new(self, asker: Asker, typed: NewAccount, errors: Errors, status: int = 200, key: str = "") -> Response:
        powers_of(asker)
        role, _, node = typed.rights[0].partition("@")
        template = "new_person.html" if typed.kind is AccountKind.PERSON else "new_program.html"
        values = {"typed": typed, "role": role or Role.UNIT, "node": node, "roles": CHOICES, "key": key or fresh_key()}
        return self.shown(template, asker, status, "../", errors=errors, **values)

    async def created(self, request: Request, asker: Asker, new: NewAccount, key: str) -> Response:
        try:
            made = await self.people.create(new, powers_of(asker), key)
        except Refused as refused:
            return self.new(asker, new, errors_of(refused), _status(request, refused), key)
        return self._once(asker, self.people.sessions.account(made.account), made.account, made.secret, "../")

    def account(
        self, asker: Asker, found: Managed, errors: Errors, status: int = 200, done: str = "", subject: str = ""
    ) -> Response:
        accounts = self.people.sessions.accounts
        return self.shown(
            "managed.html",
            asker,
            status,
            "../" if status == OK else "../../",  # a refused form has a longer address
            found=found,
            person=found.account.kind is AccountKind.PERSON,
            summary=summary_of(found, accounts.unusable, self.people.now()),
            rights=[(str(right), words) for right, words in zip(found.rights, in_words(found.rights), strict=True)],
            roles=CHOICES,
            role=Role.UNIT,
            node="",
            key=fresh_key(),
            errors=errors,
            done=done,
            outside=self.people.outside,
            subject=subject,
        )

    async def moved(
        self, request: Request, asker: Asker, account: str, move: Move, done: str, subject: str = ""
    ) -> Response:
        """Make a move and go back to the page. `subject`: the typed text, for a form that is refused."""
        powers = powers_of(asker)
        found = await self.people.one(account, powers)
        try:
            await move(powers)
        except Refused as refused:
            return self.account(asker, found, errors_of(refused), _status(request, refused), subject=subject)
        try:
            await self.people.one(account, powers)
        except AccountUnknownError:  # removed, or the office sees it no more
            back = "people" if found.account.kind is AccountKind.PERSON else "programs"
            return RedirectResponse(f"../../{back}?done={done}", SEE_OTHER)
        return RedirectResponse(f"../{account}?done={done}", SEE_OTHER)

    async def secret(self, request: Request, asker: Asker, account: str, key: str) -> Response:
        """Make a new invitation, or a program's new secret, and show it once."""
        powers = powers_of(asker)
        found = await self.people.one(account, powers)
        person = found.account.kind is AccountKind.PERSON
        try:
            secret = await (self.people.invite if person else self.people.replace_secret)(account, powers, key)
        except Refused as refused:
            return self.account(asker, found, errors_of(refused), _status(request, refused))
        return self._once(asker, self.people.sessions.account(account), account, secret, "../../")

    def _once(self, asker: Asker, made: Account | None, account: str, secret: str, root: str) -> Response:
        if made is None:  # removed meanwhile
            return RedirectResponse(f"{root}people", SEE_OTHER)
        person = made.kind is AccountKind.PERSON
        link = self.people.link(secret) if person else ""
        return self.shown("once.html", asker, 200, root, made=made, id=account, secret=secret, link=link, person=person)


def errors_of(refused: Refused) -> Errors:
    """Return what a refusal says of each field of the forms."""
    return dict(_error(place) for place in refused.places) or {"": refused.vi}


def _error(place: Place) -> tuple[str, str]:
    field = place.at.split("/")[1] if place.at.startswith("/") else ""
    return {"rights": "node"}.get(field, field if field in FIELDS else ""), place.vi


def _status(request: Request, refused: Refused) -> int:
    return refused_response(request, refused).status_code
