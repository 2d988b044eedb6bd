"""Two folders change places in one step, so that nobody ever sees a half of either.

Linux has one system call for it, which Python does not offer. Where it is missing (some network file systems), the old
folder is moved aside and the new one into its place: a build killed between the two steps leaves both whole, and
`recover` puts the old one back.
"""

from __future__ import annotations

import errno
import os

_EXCHANGE = 2
_AT_FDCWD = -100
_UNSUPPORTED = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}


def staged(root: str) -> str:
    """Return where the next build of a folder is put together: beside it, on the same file system."""
    return _beside(root, "new")


def _beside(root: str, ending: str) -> str:
    above, slash, name = root.rpartition("/")
    return f"{above}{slash}.{name}.relionc-{ending}"


def put_in_place(root: str) -> None:
    """Let the staged folder take the place of `root`, which then stands where that one stood; raises OSError."""
    new, aside = staged(root), _beside(root, "old")
    if not os.path.lexists(root):
        os.rename(new, root)
    elif not _exchanged(new, root):
        os.rename(root, aside)
        os.rename(new, root)
        os.rename(aside, new)


def recover(root: str) -> None:
    """Undo what a build that was killed between its two steps has left; raises OSError."""
    aside = _beside(root, "old")
    if os.path.isdir(aside) and not os.path.islink(aside):
        os.rename(aside, staged(root) if os.path.lexists(root) else root)


def _exchanged(one: str, other: str) -> bool:
    """Exchange two names; False where the system cannot. Raises OSError."""
    import ctypes

    call = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if call is None:
        return False
    call.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNSUPPORTED:
        return False
    raise OSError(number, os.strerror(number), other)
