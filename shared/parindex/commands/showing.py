"""Prints refusals in a terminal: both texts, and every place of a mistake in the input."""

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from parindex.refusal import Place, Refused

MOST_SHOWN = 200
"""Mistakes that are printed; after fixing them, the user runs the check again."""
LONGEST = 2_000
"""Characters of one line about a mistake."""


def print_refusal(refused: Refused, console: Console) -> None:
    """Print a refusal, then its places, with both texts."""
    console.print(f"[red]{escape(refused.vi)}[/]\n{escape(refused.en)}")
    print_places(refused.places, console)


def print_places(places: Sequence[Place], console: Console) -> None:
    """Print at most MOST_SHOWN places, with both texts."""
    for place in places[:MOST_SHOWN]:
        at, vi, en = (escape(text[:LONGEST]) for text in (place.at, place.vi, place.en))
        console.print(f"  [bold]{at}[/]\n    {vi}\n    [dim]{en}[/]")
    if (left := len(places) - MOST_SHOWN) > 0:
        console.print(f"  … và {left} chỗ nữa. And {left} more.")
