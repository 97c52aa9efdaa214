"""The assembly of sign-in's own log. It is no service of the round: it runs in the issuer's process."""

from parindex.eventstore.registry import event_types
from parindex.service import Service
from parindex.sign_in import api, events

NAME = "sign_in"
PACKAGE = "parindex.sign_in"

SIGN_IN = Service(
    name=NAME,
    title="Đăng nhập: tài khoản và quyền",
    types=event_types([events], upcasters=events.UPCASTERS),
    routes=lambda context: [api.routes(context)],
    shared_streams=True,  # a right's authority is its node, the account's is the installation
)
