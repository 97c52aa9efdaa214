"""Health problems in both languages, and the problem that an error of the database means.

None has an error's text, but a job's problem may have a refusal's (`hosting/supervisor.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg
from sqlalchemy.exc import DBAPIError

from parindex.refusal import Refused
from parindex.wording import Wording


@dataclass(frozen=True, slots=True)
class Trouble:
    """A health problem, in both languages. One that does not stop the work (`stops`) is reported, and readiness holds.

    Health is public, so a problem contains no statement, parameter, path or text of an unexpected error; those are in
    the log. `code` is for programs.
    """

    vi: str
    en: str
    stops: bool = True
    code: str = ""


def explain(error: BaseException, name: str) -> Trouble | None:
    """Describe an error of a database that is missing or not ready; None for any other error."""
    if isinstance(error, Refused):
        return Trouble("Chưa sẵn sàng; xem nhật ký.", "Not ready; see the log.", code=error.code)
    cause = _cause(error)
    for code, kinds, said in _EXPLAINED:
        if isinstance(cause, kinds):
            return Trouble(*said.of(name=name), code=code)
    return None


def for_the_log(error: BaseException) -> str:
    """Return an error for the log: a refusal's text, and of any other error its name, as its text may contain data."""
    return error.en if isinstance(error, Refused) else type(error).__name__


def cause_in(error: str) -> str:
    """Return only the name of an error, from a line that begins with it (`reasons.in_one_line`)."""
    name = error.partition(":")[0].rpartition(" ")[2]
    return name if name.isidentifier() else "error"


def _cause(error: BaseException) -> BaseException | None:
    """Return the driver's own error, which SQLAlchemy wraps twice."""
    return error.orig.__cause__ if isinstance(error, DBAPIError) and error.orig else error


_EXPLAINED: Sequence[tuple[str, tuple[type[BaseException], ...], Wording]] = (
    (
        "database-missing",
        (asyncpg.InvalidCatalogNameError,),
        Wording(
            "Máy chủ không có cơ sở dữ liệu của {name}.",
            "The server has no database for {name}.",
        ),
    ),
    (
        "role-refused",
        (asyncpg.InvalidAuthorizationSpecificationError,),
        Wording(
            "Cơ sở dữ liệu của {name} từ chối tài khoản hoặc mật khẩu.",
            "The database of {name} refuses the role or its password.",
        ),
    ),
    (
        "tables-missing",
        (asyncpg.UndefinedTableError,),
        Wording(
            "Cơ sở dữ liệu của {name} chưa có bảng: hãy chạy `parindex migrate {name}`.",
            "The database of {name} has no tables: run `parindex migrate {name}`.",
        ),
    ),
    (
        "rights-missing",
        (asyncpg.InsufficientPrivilegeError,),
        Wording(
            "Tài khoản của {name} thiếu quyền: hãy chạy lại `parindex migrate {name}`.",
            "The role of {name} lacks rights: run `parindex migrate {name}` again.",
        ),
    ),
    (
        "database-away",
        (
            OSError,
            TimeoutError,
            asyncpg.PostgresConnectionError,
            asyncpg.OperatorInterventionError,
            asyncpg.InterfaceError,
            asyncpg.InternalClientError,
        ),
        Wording(
            "Không liên lạc được với cơ sở dữ liệu của {name}.",
            "The database of {name} can't be reached.",
        ),
    ),
    (
        "database-failing",
        (asyncpg.PostgresError,),
        Wording(
            "Cơ sở dữ liệu của {name} báo lỗi.",
            "The database of {name} reports an error.",
        ),
    ),
)
