"""The forms of sign-in: the values that a person typed, and their mistakes. Pure."""

from dataclasses import dataclass

from parindex.auth.accounts_writing import SHORTEST
from parindex.auth.typed import LONGEST_NAME, LONGEST_SECRET, one_secret

Errors = dict[str, str]
"""The mistakes, by the name of the field; "" is the form as a whole."""


@dataclass(frozen=True, slots=True)
class SignInForm:
    """A name and a password, as typed."""

    name: str
    password: str

    def errors(self) -> Errors:
        """Return the mistakes that are found without any account."""
        found: Errors = {}
        if not self.name.strip():
            found["name"] = "Hãy nhập tên đăng nhập."
        elif len(self.name) > LONGEST_NAME:
            found["name"] = f"Tên đăng nhập có nhiều nhất {LONGEST_NAME} ký tự."
        if not self.password:
            found["password"] = "Hãy nhập mật khẩu."  # noqa: S105  # a text about one
        elif len(self.password) > LONGEST_SECRET:
            found["password"] = f"Mật khẩu có nhiều nhất {LONGEST_SECRET} ký tự."
        return found


@dataclass(frozen=True, slots=True)
class PasswordForm:
    """The present password, and the new one twice."""

    present: str
    new: str
    again: str

    def errors(self) -> Errors:
        """Return the mistakes that are found without verifying the present password."""
        found: Errors = {}
        if not self.present or len(self.present) > LONGEST_SECRET:
            found["present"] = "Hãy nhập mật khẩu hiện tại."
        if not SHORTEST <= len(self.new) <= LONGEST_SECRET:
            found["new"] = f"Mật khẩu mới phải có từ {SHORTEST} đến {LONGEST_SECRET} ký tự."
        elif one_secret(self.new) == one_secret(self.present):
            found["new"] = "Mật khẩu mới phải khác mật khẩu hiện tại."
        elif self.new != self.again:
            found["again"] = "Hai lần nhập mật khẩu mới không giống nhau."
        return found


@dataclass(frozen=True, slots=True)
class NewPasswordForm:
    """The first password of an invited person, twice."""

    new: str
    again: str

    def errors(self) -> Errors:
        """Return the mistakes."""
        if not SHORTEST <= len(self.new) <= LONGEST_SECRET:
            return {"new": f"Mật khẩu phải có từ {SHORTEST} đến {LONGEST_SECRET} ký tự."}
        if self.new != self.again:
            return {"again": "Hai lần nhập mật khẩu không giống nhau."}
        return {}
