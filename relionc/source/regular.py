"""Opening a file whose name came from a stranger: only regular files, without waiting, to read."""

from __future__ import annotations

import os
import stat
from typing import BinaryIO


def open_regular(path: str) -> BinaryIO:
    """Return a regular file, unbuffered; raises OSError for anything else, and ValueError for what is no path.

    A FIFO would wait for a writer and a device may act on being opened, so the kind is looked at first, and
    again once the file is open.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):
        raise OSError(f"{path} is not a regular file")
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return open(fd, "rb", buffering=0)
    os.close(fd)
    raise OSError(f"{path} is not a regular file")
