"""Shows in the terminal what is wrong in a round file, and what of it counts nowhere."""

from collections.abc import Sequence

from rich.console import Console

from parindex.commands.showing import print_places, print_refusal
from parindex.refusal import Place, Refused
from parindex_cli.rounds.reading import RoundFileError


def show_refusal(refused: Refused, console: Console) -> None:
    """Print a refusal; for a round file, add that fixing these mistakes may show more."""
    print_refusal(refused, console)
    if isinstance(refused, RoundFileError):
        console.print("Có thể còn lỗi khác sau khi sửa những lỗi này.\nThere may be more once these are fixed.")


def show_notes(places: Sequence[Place], console: Console) -> None:
    """Print the parts of a valid file that are never counted, if there are any."""
    if places:
        console.print("[yellow]Có phần không được tính. Some of it counts nowhere.[/]")
        print_places(places, console)
