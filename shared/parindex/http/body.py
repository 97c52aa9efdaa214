"""The base class of request bodies: a body has only known fields, each of exactly its type."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

AsText: Final[Any] = Field(strict=False)
"""Marks an enumeration in a body, which is sent as text: `Annotated[Level, AsText]`."""


def example(**fields: Any) -> ConfigDict:
    """Return the configuration of a body whose example the OpenAPI document shows."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Body(BaseModel):
    """The body of a request.

    An unknown field is refused, because it may be a misspelt one that matters. A value of another type than the
    published schema names is refused too: text for a number, 2026.0 for an integer, "false" for false.
    """

    model_config = ConfigDict(extra="forbid", strict=True)


class Receipt(BaseModel):
    """Biên nhận: việc đã ghi vào sổ. A receipt: the events that were durably recorded, and their positions."""

    stream: str
    version: int = Field(description="of the stream after this; also the ETag")
    position: int = Field(description="the newest position of this in the log")
    first_position: int = Field(description="greater than last_position where nothing new had to be recorded")
    last_position: int
    facts: list[str] = Field(description="the names of the recorded facts")
    repeated: bool = Field(description="true: this had been done before, and was not done again")
