"""What is sent: exactly the fields that we know, each of exactly its type."""

from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

AsText: Final[Any] = Field(strict=False)
"""For an enumeration in a body: it is sent as text, `Annotated[Level, AsText]`."""


def example(**fields: Any) -> ConfigDict:
    """Return the configuration of a body whose example the OpenAPI document shows."""
    return ConfigDict(json_schema_extra={"examples": [fields]})


class Body(BaseModel):
    """The body of a request.

    A field that we do not know is refused: it may be a misspelt one that matters. So is a value of another type than
    the published schema says: text for a number, 2026.0 for a whole one, "false" for false.
    """

    model_config = ConfigDict(extra="forbid", strict=True)
