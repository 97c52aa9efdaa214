"""What a text, a day, an instant and an identifier may be: one rule each, for every door, file and command. Pure.

Numbers have their own package, `parindex.numbers`. A rule returns a `Fault` in both languages, or None; who calls it
knows the place. The HTTP types of these values are in `parindex.http.fields`.
"""

from parindex.values.fault import Fault

__all__ = ["Fault"]
