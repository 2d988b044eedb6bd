"""One build of a folder at a time.

The lock is on the folder above it, so it leaves nothing behind and outlasts an exchange.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import time

from relionc.store.paths import StoreError, failure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 10.0
"""Seconds to wait for another build; one takes well under a second."""
_PAUSE = 0.02
_NO_LOCKS = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}
"""What file systems say that cannot lock a folder (NFS, some Lustre mounts). A build still changes in one step there;
of two builds at the same instant one may fail."""


@contextlib.contextmanager
def locked(folder: str, root: str) -> Iterator[bool]:
    """Hold the lock of `folder`, in which `root` is or will be; False where there are no locks. Raises StoreError."""
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except OSError as error:
        raise failure("open", folder, error) from error
    try:
        yield _acquire(fd, root)
    finally:
        os.close(fd)


def _acquire(fd: int, root: str) -> bool:
    """Lock the folder open as `fd` until it is closed; wait for another build, but not forever."""
    waited = 0.0
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return False
            raise StoreError(f"cannot lock {root}: {error.strerror}") from error
        else:
            return True
        if waited >= PATIENCE:
            raise StoreError(f"another relionc is writing {root}; try again when it has finished")
        time.sleep(_PAUSE)
        waited += _PAUSE
