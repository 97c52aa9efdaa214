"""The body of an assignment, and how the API shows one."""

from typing import Annotated

from pydantic import BaseModel, Field

from assessment.assigning.state import AssignmentLine
from parindex.http.body import Body, example
from parindex.http.fields import Code, Tidy
from parindex.values.texts import TextRule


class AssignmentIn(Body):
    """Giao một tiêu chí, hoặc mọi tiêu chí của một lĩnh vực, cho một người của đơn vị; `to` rỗng là thôi giao.

    Hand a criterion, or all criteria below a row, to a person of the unit; an empty `to` takes it back.
    """

    model_config = example(criterion="1.1", to="can-bo-01")

    criterion: Code
    to: Annotated[str, Tidy(TextRule(255))] = Field(description="mã tài khoản; the id of an account")

    def to_record(self, pointer: str) -> AssignmentLine:
        return AssignmentLine(self.criterion, self.to, pointer)


class ShownAssignment(BaseModel):
    """Một tiêu chí đang giao cho ai, ai giao và lúc nào. Who has a criterion, who assigned it, and when."""

    criterion: str
    to: str
    by: str
    at: str
