"""Problems as pages: a person at a browser gets a page, a program gets the problem document."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import Request, Response

from parindex.auth.fastapi import PRINCIPAL
from parindex.auth.principal import Principal
from parindex.http.heads import listed
from parindex.http.problems import Problem
from parindex.http.way_in import path_in
from parindex.web.answering import cached_page, page
from parindex.web.desk import SIGN_OUT
from parindex.web.rendering import Templates, Visitor

MACHINES = ("/v1/", "/health/", "/metrics", "/docs", "/openapi.json", "/problems/")
"""The beginnings of the addresses that programs ask, in each service."""
HTML = ("text/html", "application/xhtml+xml", "text/*", "*/*")
JSON = ("application/json", "application/problem+json", "application/*", "*/*")
QUALITY = re.compile(r"[01](\.[0-9]{0,3})?")


@dataclass(frozen=True, slots=True)
class ProblemPages:
    """Shows the problems of a service to people: the record's `problem_page`.

    `template` extends `kit/problem.html`, and says where to go on. `machines`: further addresses of programs.
    `sign_out`: where a form signs the person out; "" where it is beside the service, as at a gateway. The page names
    the account that the request proves, so that a person who may not do something sees as whom.
    """

    templates: Templates
    template: str = "kit/problem.html"
    machines: Sequence[str] = ()
    sign_out: str = ""

    def __call__(self, request: Request, problem: Problem) -> Response | None:
        """Return the page of a problem, or None for a program.

        Programs use the addresses below MACHINES, or ask for JSON rather than HTML.
        """
        path = path_in(request.scope)
        accept = listed(request.headers, "Accept") or "*/*"
        if path.startswith((*MACHINES, *self.machines)) or not for_people(accept):
            return None
        root = "../" * max(path.count("/") - 1, 0)
        principal: Principal | None = request.scope.get(PRINCIPAL)
        if principal is None:
            return cached_page(request, self.templates.render(self.template, root, problem=problem), problem.status)
        visitor = Visitor("", self.sign_out or root + SIGN_OUT, principal.subject)
        return page(self.templates.render(self.template, root, visitor, problem=problem), problem.status)


def for_people(accept: str) -> bool:
    """Return whether an Accept header ranks a page at least as high as JSON."""
    html, json = (_quality(accept, kinds) for kinds in (HTML, JSON))
    return html > 0 and html >= json


def _quality(accept: str, kinds: Sequence[str]) -> int:
    """Return the quality of these media types in thousandths, by the most specific range that is named."""
    ranges = {}
    for part in accept.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        given = next((one[2:] for one in parameters if one.startswith("q=")), "1")
        whole, _, decimals = given.partition(".")
        ranges[name] = int(whole) * 1000 + int(decimals.ljust(3, "0")) if QUALITY.fullmatch(given) else 0
    return next((ranges[kind] for kind in kinds if kind in ranges), 0)
