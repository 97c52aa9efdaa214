"""Reading the text of a regular file, up to a number of bytes.

Devices and pipes are refused before the first read: a device never ends, and a pipe without a writer blocks.
"""

import errno
import json
import os
import stat
from pathlib import Path
from typing import Any

LARGEST = 64 * 1024 * 1024
"""Bytes of a file of YAML or JSON; the round file of a province with 200 units and 100 criteria has about 5 MiB."""


def read_text(path: Path, most: int = LARGEST) -> str:
    """Return the text of a regular file, without a byte order mark, its line ends as they are.

    Raise OSError where it can't be read, is no regular file or has more than `most` bytes, UnicodeDecodeError.
    """
    return read_bytes(path, most).decode("utf-8-sig")


def read_bytes(path: Path, most: int = LARGEST) -> bytes:
    """Return the bytes of a regular file; raise OSError as `read_text`."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)  # or opening a pipe waits for its writer
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "không phải tệp thường, not a regular file", str(path))
        content = file.read(most + 1)  # the size of a file is not always right, as in /proc
    if len(content) > most:
        raise OSError(errno.EFBIG, f"lớn hơn {most} byte, more than {most} bytes", str(path))
    return content


def read_json(path: Path, most: int = LARGEST) -> Any:
    """Return the value of a JSON file; raise as `read_text`, and ValueError for no JSON or too deep nesting."""
    try:
        return json.loads(read_text(path, most))
    except RecursionError as error:
        raise ValueError("nested too deep") from error
