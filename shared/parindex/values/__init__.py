"""The rules of texts, days, instants and identifiers: one rule each, for all routes, files and commands. It is pure.

Numbers have their own package, `parindex.numbers`. A rule returns a `Fault` in both languages, or None; its caller adds
the place. The HTTP types of these values are in `parindex.http.fields`.
"""

from parindex.values.fault import Fault

__all__ = ["Fault"]
