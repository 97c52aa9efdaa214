"""What is sent: exactly the fields that we know, and ids of one form."""

from typing import Final

from pydantic import BaseModel, ConfigDict

ID: Final = r"^[a-z0-9][a-z0-9-]{0,62}$"
"""An id that people choose and read in addresses: of a round, a criteria set, a kiosk."""


class Body(BaseModel):
    """The body of a request. A field that we do not know is refused: it may be a misspelt one that matters."""

    model_config = ConfigDict(extra="forbid")
