"""Checks the address of a system that a command is to ask."""

from parindex.refusal import Refused


class GatewayAddressError(Refused):
    """What was named as a gateway is no address of the web."""

    code = "gateway-address-wrong"

    def __init__(self, url: str) -> None:
        meant = f"http://{url.rpartition('//')[2]}"
        super().__init__(
            f"Địa chỉ “{url}” phải bắt đầu bằng http:// hoặc https://, ví dụ {meant}",
            f"The address “{url}” has to begin with http:// or https://, for example {meant}",
        )


def check_address(url: str) -> None:
    """Raise GatewayAddressError for what no client can ask."""
    if not url.startswith(("http://", "https://")):
        raise GatewayAddressError(url)
