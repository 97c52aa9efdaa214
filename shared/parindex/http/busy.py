"""A door so busy that FastAPI's way in is too long for it (half a millisecond of CPU time for each request).

It is declared as every other: FastAPI describes it, and its access rule is on its signature. A plain request goes
straight in, by the same rule. Anything else about it (a header that the endpoint declares, a path that does not fit,
no token) makes it go the long way, so that whatever is refused is refused in the same words.
"""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

from fastapi import Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from parindex.auth.fastapi import access_rule_of, bearer_of, let_in, let_out

Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class BusyRoute(APIRoute):
    """`router.add_api_route(path, endpoint, route_class_override=BusyRoute)`.

    The endpoint takes its path parameters, `request`, `asker: Annotated[Asker, allow(…)]` and optional headers; it
    returns a Response. Another dependency, or a parameter in the query or the body, is a ValueError.
    """

    def get_route_handler(self) -> Handler:
        """Return what answers a request."""
        _require_simple(self.dependant)
        rule, endpoint, long_way = access_rule_of(self), self.endpoint, super().get_route_handler()
        if rule is None:
            raise ValueError(f"{self.path} declares no access rule")
        headers = [field.alias for field in self.dependant.header_params]
        fitting = _path_reader(self.dependant)

        async def answer(request: Request) -> Response:
            values, bearer = fitting(request.path_params), bearer_of(request)
            if values is None or bearer is None or any(name in request.headers for name in headers):
                return await long_way(request)
            asker = await let_in(request, bearer, rule)
            entered: Awaitable[Response] = endpoint(request=request, asker=asker, **values)
            response = await entered
            let_out(request, asker)
            return response

        return answer


def _path_reader(dependant: Dependant) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    """Make what checks the path parameters as FastAPI does; it returns None where one does not fit."""
    params = [(field.name, field.alias, field.validate) for field in dependant.path_params]

    def read(given: Mapping[str, Any]) -> dict[str, Any] | None:
        values = {}
        for name, alias, validate in params:
            values[name], errors = validate(given[alias], {}, loc=("path", alias))
            if errors:
                return None
        return values

    return read


def _require_simple(dependant: Dependant) -> None:
    others = [*dependant.query_params, *dependant.body_params, *dependant.cookie_params]
    gates = [inner for inner in dependant.dependencies if inner.name == "asker"]
    required = [field for field in dependant.header_params if field.field_info.is_required()]
    if others or required or len(gates) != 1 or len(dependant.dependencies) != 1:
        raise ValueError(f"{dependant.path} asks for more than a busy route gives")
    if dependant.request_param_name != "request":
        raise ValueError(f"{dependant.path} has to take `request`")
