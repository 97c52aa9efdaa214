"""How the pages of the second factor answer."""

from typing import Any

import segno
from fastapi import Request, Response
from markupsafe import Markup

from parindex.auth.accounts_file import Account
from parindex.auth.rate_limits import address_of
from parindex.auth.refusals import UnauthenticatedError
from parindex.auth.second_factor import address_of as key_address
from parindex.auth.second_factor import new_key
from parindex.auth.sign_in_queue import SignIn
from parindex.http.problems import refused_response
from parindex.refusal import Refused
from parindex.sign_in.answers import ACCOUNT, DESK, UNPROCESSABLE, begun_at, shown, to_form, with_session
from parindex.sign_in.forms import Errors
from parindex.sign_in.second_steps import KEY, SecondSteps
from parindex.sign_in.sessions import Sessions

OWN = "second-factor"
AT_SIGN_IN = "set-up"


class SecondAnswers:
    """Answers of these pages."""

    def __init__(self, sessions: Sessions, sign_in: SignIn, steps: SecondSteps) -> None:
        self._sessions = sessions
        self._sign_in = sign_in
        self._steps = steps

    async def stepping(self, request: Request, new_key: str = "") -> Account | None:
        """Return the person who has proved the password at this browser, minutes ago at most."""
        try:
            return await self._sessions.stepping(self._sessions.cookies.step_token(request.scope) or "", new_key)
        except UnauthenticatedError:
            return None

    async def proved(self, request: Request, account: Account, code: str) -> Account:
        """Return the account whose code is right. Raises CodeWrongError, TooManyAttemptsError."""
        return await self._sign_in.second_step(
            account, address_of(request.scope), lambda: self._steps.verify(account, code)
        )

    def refused(
        self, request: Request, template: str, refused: Refused, account: Account | None = None, **values: Any
    ) -> Response:
        programs = refused_response(request, refused)
        answer = shown(template, account, programs.status_code, errors={"code": refused.vi}, **values)
        if wait := programs.headers.get("Retry-After"):
            answer.headers["Retry-After"] = wait
        return answer

    def set_up(
        self,
        account: Account,
        key: str,
        errors: Errors,
        action: str,
        target: str,
        status: int = 200,
        *,
        visitor: bool = False,
    ) -> Response:
        """Show the key of a new second factor, or what may be done with the present one."""
        picture = segno.make(key_address(key, account.name), error="m")
        return shown(
            "second_factor.html",
            account if visitor else None,
            status,
            key=key,
            written=" ".join(key[at : at + 4] for at in range(0, len(key), 4)),
            picture=Markup(picture.svg_inline(scale=5, light="#fff", dark="#000")),  # noqa: S704  # made here of a key
            errors=errors,
            action=action,
            next=target,
            name=account.name,
            password=bool(account.password_hash),
            on=bool(account.totp),
            left=len(account.recovery),
            writable=self._sessions.accounts.may_change_passwords,
        )

    async def prove_password(self, request: Request, account: Account, present: str) -> None:
        """Raise WrongCredentialsError, or TooManyAttemptsError, unless this is the person's present password.

        Without this, a stranger at a browser that is signed in could bind a device of their own to the account. A
        person who signs in at an outside issuer alone has no password here, and is asked for none.
        """
        if account.password_hash:
            await self._sign_in.person(account.name, present, None, address_of(request.scope))

    def not_turned_on(self, request: Request, account: Account, key: str, refused: Refused) -> Response:
        """Show the same key again, with the refusal at the field of the password."""
        shown_key = key if KEY.fullmatch(key) else new_key()
        status = refused_response(request, refused).status_code
        return self.set_up(account, shown_key, {"present": refused.vi}, OWN, DESK, status, visitor=True)

    async def turned_on(
        self, request: Request, account: Account, key: str, code: str, place: tuple[str, str]
    ) -> Response:
        """Turn the second factor on, and show the recovery codes once, in a session that needs it from now on."""
        action, target = place
        own = action == OWN
        if not KEY.fullmatch(key):
            return self.set_up(
                account, new_key(), {"code": "Hãy quét mã mới."}, action, target, UNPROCESSABLE, visitor=own
            )
        try:
            codes = await self._steps.turn_on(account, key, code)
            present = self._sessions.account(self._sessions.id_of(account)) or account
            begun = await self._sessions.begin(present)
        except Refused as refused:
            status = refused_response(request, refused).status_code
            return self.set_up(account, key, {"code": refused.vi}, action, target, status, visitor=own)
        answer = with_session(self._sessions, shown("recovery.html", present, codes=codes, next=target), begun)
        self._sessions.cookies.delete_step(answer)
        return answer

    async def turned_off(self, request: Request, account: Account, present: str, code: str) -> Response:
        try:
            known = await self._sign_in.person(account.name, present, None, address_of(request.scope))
            changed = await self._steps.turn_off(await self.proved(request, known, code))
        except Refused as refused:
            status = refused_response(request, refused).status_code
            return self.set_up(account, new_key(), {"": refused.vi}, OWN, DESK, status, visitor=True)
        if self._sessions.lacks_second_factor(changed):
            return to_form(self._sessions)
        return begun_at(self._sessions, f"{ACCOUNT}?changed=second-factor", await self._sessions.begin(changed))
