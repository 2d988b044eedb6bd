"""One build of a folder at a time. The lock is on the folder itself, so it leaves nothing behind."""

from __future__ import annotations

import errno
import fcntl
import time

from relionc.store.paths import StoreError

PATIENCE = 10.0
"""Seconds to wait for another build; one takes well under a second."""
_PAUSE = 0.02
_NO_LOCKS = {errno.EBADF, errno.EINVAL, errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP}
"""What file systems say that cannot lock a folder (NFS, some Lustre mounts). Every file still changes in one
step there; only two builds of different content at the same instant could mix."""


def acquire(fd: int, root: str) -> None:
    """Lock the folder open as `fd` until it is closed; wait for another build, but not for ever."""
    waited = 0.0
    while True:
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            pass
        except OSError as error:
            if error.errno in _NO_LOCKS:
                return
            raise StoreError(f"cannot lock {root}: {error.strerror}") from error
        else:
            return
        if waited >= PATIENCE:
            raise StoreError(f"another relionc is writing {root}; try again when it has finished")
        time.sleep(_PAUSE)
        waited += _PAUSE
