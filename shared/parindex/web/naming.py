"""What people read instead of codes. Pure."""

from collections import Counter
from collections.abc import Mapping


def told_apart(names: Mapping[str, str]) -> dict[str, str]:
    """Return what people read for each code: its name, and the code beside it where two codes have the same name.

    A code without a name stands for itself.
    """
    often = Counter(names.values())
    return {code: code if not name else f"{name} ({code})" if often[name] > 1 else name for code, name in names.items()}
