"""The form of an e-mail address: letters, digits and few signs, so that none can hold a line end or a second one."""

from parindex.values.identifiers import Form

_ATOM = "[A-Za-z0-9_+-]+"
_LABEL = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"

ADDRESS = Form(
    rf"^{_ATOM}(\.{_ATOM})*@({_LABEL}\.)+{_LABEL}$", 254,
    "Phải là một địa chỉ thư, ví dụ cchc@sonoivu.example.vn; tối đa 254 ký tự.",
    "It has to be one e-mail address such as cchc@sonoivu.example.vn, at most 254 characters.",
    "cchc@sonoivu.example.vn",
)  # fmt: skip
"""The address of a mailbox. Quoted names and letters outside of ASCII are refused: offices use neither."""
