"""What requests and answers of the accounts API hold."""

from typing import Annotated

from pydantic import BaseModel, Field

from parindex.auth.account_rules import MOST_RIGHTS, AccountKind
from parindex.http.body import AsText, Body, example
from parindex.http.fields import Line, Reason
from parindex.sign_in.people_display import State

RightText = Annotated[str, Field(max_length=120, examples=["unit@H09.05"])]


class AccountIn(Body):
    """Một tài khoản mới. A new account."""

    model_config = example(
        name="nguyen.thi.lan", kind="person", full_name="Nguyễn Thị Lan", rights=["unit@H09.05", "leader@H09.05"]
    )

    name: str = Field(max_length=200, description="to sign in with")
    kind: Annotated[AccountKind, AsText] = AccountKind.PERSON
    full_name: Line = Field("", description="the person's name, or what the program is")
    rights: list[RightText] = Field(min_length=1, max_length=MOST_RIGHTS)


class RightIn(Body):
    """Một quyền. A right: role@node."""

    model_config = example(right="unit@H09.05")

    right: RightText


class WhyIn(Body):
    """Lý do, chỉ kiểm toán đọc được. A reason; its text is in the vault."""

    model_config = example(reason="Mất điện thoại; đã gặp và kiểm tra giấy tờ.")

    reason: Reason


class LinkIn(Body):
    """Một danh tính ở nơi đăng nhập bên ngoài. An identity of the outside issuer: the `sub` of its tokens."""

    model_config = example(subject="7d1c6a52-0f3e-4a57-9a0e-5d0c1f6f2b11")

    subject: str = Field(max_length=1000, description="exactly as the issuer's tokens have it")


class EndedLinkIn(LinkIn):
    """Liên kết cần gỡ. The link to remove."""

    model_config = example(issuer="https://sso.tinh.example", subject="7d1c6a52-0f3e-4a57-9a0e-5d0c1f6f2b11")

    issuer: str = Field(max_length=1000, description="as `linked` of the account has it")


class LinkOut(BaseModel):
    """Một liên kết. A link to an identity of an outside issuer."""

    issuer: str
    subject: str


class ManagedOut(BaseModel):
    """Một tài khoản như cơ quan chủ trì thấy. An account as an office sees it."""

    account: str
    kind: AccountKind
    name: str
    full_name: str
    state: State = Field(description="invited: no password yet; expired: and the link is too old")
    rights: list[str] = Field(description="at nodes that the asker covers")
    managed: bool = Field(description="false: it also has rights elsewhere, so only the operator changes it")
    second_factor: bool
    linked: list[LinkOut] = Field(description="outside identities; only where the asker manages the account")
    invited_until: str = Field(description="until when the newest invitation can be used; empty where there is none")


class AccountsOut(BaseModel):
    accounts: list[ManagedOut]


class CreatedOut(BaseModel):
    """Tài khoản mới. A new account; its link or secret is in this answer alone."""

    account: str
    invitation: str = Field(description="a person's link to set a password, once, within 7 days; empty for a program")
    client_secret: str = Field(description="of a program; empty for a person")


class InvitationOut(BaseModel):
    """Lời mời. The invitation is in this answer alone; the one before is void."""

    account: str
    invitation: str


class SecretOut(BaseModel):
    """Mật khẩu mới của phần mềm. A program's new secret, in this answer alone; the one before is void."""

    account: str
    client_secret: str


class RemovedOut(BaseModel):
    """Tài khoản đã gỡ. A removed account; what it has done stays in the logs."""

    account: str
    present: bool = False
