"""Files whose name came from a stranger: only regular files, without waiting, to read, and no more than fits."""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False  # as in typing, whose import would cost more than to read a thousand specs
if TYPE_CHECKING:
    from typing import BinaryIO

MAX_BYTES = 4 << 20
"""The most bytes of what people write: a spec, a profile, settings."""
_FIRST, _BLOCK = 16 << 10, 1 << 20
"""Bytes read at once: nearly all specs are short, and to give back what is not needed of more room takes longer."""


class FileTooLarge(OSError):  # noqa: N818 - said to people as it is
    """A file has more bytes than its kind may have."""


def open_regular(path: str) -> BinaryIO:
    """Return a regular file, unbuffered; raises OSError for anything else, also for what is no path.

    A FIFO would wait for a writer and a device may act on being opened, so the kind is looked at first, and
    again once the file is open.
    """
    try:
        _expect_regular(os.stat(path), path)
        fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC)
    except ValueError:  # NUL, or characters that no name on this system can have
        raise OSError(errno.EINVAL, "no file can have such a name", path) from None
    try:
        _expect_regular(os.fstat(fd), path)
        return open(fd, "rb", buffering=0)
    except BaseException:
        os.close(fd)
        raise


def _expect_regular(found: os.stat_result, path: str) -> None:
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is not a regular file", path)


def read(path: str, most: int) -> bytes:
    """Return the bytes of a regular file; raises TooLarge beyond `most` of them, OSError for what cannot be read."""
    data = start(path, most + 1)
    if len(data) > most:
        raise FileTooLarge(errno.EFBIG, f"it has more than {most:,} bytes", path)
    return data


def start(path: str, most: int) -> bytes:
    """Return the first bytes of a regular file, at most `most`; raises OSError.

    The size that the system tells does not count: files of /proc have none, and a file may grow meanwhile.
    """
    blocks: list[bytes] = []
    with open_regular(path) as stream:
        while most > 0 and (block := os.read(stream.fileno(), min(most, _BLOCK if blocks else _FIRST))):
            blocks.append(block)
            most -= len(block)
    return b"".join(blocks)
