"""Renders the pages of a step: Jinja2 templates of the step, and those of the kit under `kit/`.

TEMPLATES = Templates("assessment.self_scoring", {"comma": vietnamese.comma})

return page(TEMPLATES.render("sheet.html", "../", visitor=visitor, lines=lines))
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, PrefixLoader, StrictUndefined, Undefined, pass_context
from jinja2.runtime import Context

from parindex.web.assets import KIT, address_of

Filters = Mapping[str, Callable[..., Any]]


@dataclass(frozen=True, slots=True)
class Visitor:
    """The signed-in person of a page, as the header shows it, and the address that signs the person out.

    `name` is the person's at sign-in, and the unit's elsewhere. `account` is the account's id: tokens have no name, so
    other services know the id alone, which is also in histories and in the log. A script shows the name in its place.
    `note` is shown at the top of the page, on paper too, such as that a round is for training.
    """

    name: str
    sign_out: str
    account: str = ""
    note: str = ""

    @property
    def desk(self) -> str:
        """The address of the desk, which is beside the one that signs out."""
        return self.sign_out.rpartition("/")[0] + "/desk"

    @property
    def names(self) -> str:
        """The address that has the names of accounts, beside the one that signs out."""
        return self.sign_out.rpartition("/")[0] + "/names"

    def people_of(self, unit: str) -> str:
        """Return the address that has the people who act for a unit, for a person of that unit."""
        return f"{self.sign_out.rpartition('/')[0]}/units/{unit}/people"


@dataclass(frozen=True, eq=False)
class Templates:
    """The templates of a package: its folder `templates`. A template may use the filters, and the kit's templates.

    `layout` is the template that whole pages of the kit extend, such as that of a problem. `macros_of` names further
    packages whose templates may be imported, under the last part of the package's name: `self_scoring/claim.html`.
    `home` is where the title of a page leads, from the service's root; a service without a first page names the desk.
    """

    package: str
    filters: Filters = field(default_factory=dict)
    layout: str = "kit/layout.html"
    macros_of: tuple[str, ...] = ()
    home: str = ""

    def render(self, template: str, root: str, visitor: Visitor | None = None, **values: object) -> bytes:
        """Return a page. `root` is the relative way from the page's address to the service's root, such as `../`.

        Links are relative, so that pages work under each prefix of a gateway. A value that a template names and that
        is missing raises jinja2.UndefinedError, and one that is neither text nor number raises NotPrintableError.
        """
        found = _environment(self).get_template(template)
        return found.render(root=root, visitor=visitor, **values).encode()


class NotPrintableError(TypeError):
    """A template prints a value that is no text, such as a list: a reader would see how Python writes it."""


def _printable(value: object) -> object:
    if isinstance(value, str | int | Undefined):
        return value
    raise NotPrintableError(f"a template prints {type(value).__name__}, which is no text")


@cache
def _environment(of: Templates) -> Environment:
    others = {"kit": KIT, **{package.rpartition(".")[2]: package for package in of.macros_of}}
    prefixed = PrefixLoader({prefix: PackageLoader(package) for prefix, package in others.items()})
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(of.package), prefixed]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    own = () if of.package == KIT else (of.package,)

    @pass_context
    def asset(context: Context, name: str) -> str:
        return f"{context['root']}{address_of(name, *own)}"

    environment.globals.update(asset=asset, layout=of.layout, home=of.home)
    environment.filters.update(of.filters)
    return environment
