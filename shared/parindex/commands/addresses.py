"""Checks the gateway address of a command."""

from parindex.refusal import Refused


class GatewayAddressError(Refused):
    """The given gateway is not an HTTP address."""

    code = "gateway-address-wrong"
    vi = "Địa chỉ “{url}” phải bắt đầu bằng http:// hoặc https://, ví dụ {meant}"
    en = "The address “{url}” has to begin with http:// or https://, for example {meant}"

    url: str

    @property
    def meant(self) -> str:
        """An address that was perhaps meant."""
        return f"http://{self.url.rpartition('//')[2]}"


def check_address(url: str) -> None:
    """Raise GatewayAddressError if an address is no HTTP URL."""
    if not url.startswith(("http://", "https://")):
        raise GatewayAddressError(url)
