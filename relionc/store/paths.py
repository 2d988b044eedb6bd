"""Paths below a build directory: relative, plain, and never through a symbolic link."""

from __future__ import annotations

import errno
import os
import stat

_REASONS = {
    errno.EACCES: "permission denied",
    errno.EDQUOT: "your disk quota is used up",
    errno.EEXIST: "something else already has this name",
    errno.EFBIG: "it is larger than your file size limit allows",
    errno.EISDIR: "it is a folder",
    errno.ELOOP: "it is a symbolic link; relionc does not write through one",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ENOSPC: "the disk is full",
    errno.ENOTDIR: "a part of the path is not a folder",
    errno.EPERM: "permission denied",
    errno.EOVERFLOW: "it is larger than any file of a build, or all files together are",
    errno.EROFS: "the file system is read-only",
}
_MOST_OPEN = 64
"""Folders kept open at a time: a sweep has thousands of them."""
MOST_BYTES = 64 << 20
"""Bytes of the largest file of a build directory that is read."""
_MOST_ALTOGETHER = 256 << 20
"""Bytes of all files that one call reads of it: a build of a thousand jobs has a tenth."""
_DEEPEST = 64
"""Folders and a name in a path: those of a build have three."""
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class StoreError(Exception):
    """A build directory cannot be read or written; the text is for the user."""


def failure(doing: str, path: str, error: OSError) -> StoreError:
    """Return what to tell the user about `error`."""
    reason = _REASONS.get(error.errno or 0) or (error.strerror or str(error)).lower()
    return StoreError(f"cannot {doing} {path}: {reason}")


def is_safe(path: str) -> bool:
    """Tell whether `path` is a plain relative path that stays below the folder it starts from."""
    parts = path.split("/")
    return (
        path.isprintable() and len(parts) <= _DEEPEST and all(part not in ("", ".", "..") for part in parts)
    )


class FolderTree:
    """The files below one folder, reached from its open descriptor one plain folder at a time."""

    def __init__(self, root: str, shown_as: str = "") -> None:
        """Open `root`, no link itself; messages call it `shown_as`. Raises StoreError."""
        self.root = shown_as or root
        self._folders: dict[str, int] = {}
        self._left = _MOST_ALTOGETHER
        try:
            self.fd = os.open(root, _FOLDER)
        except OSError as error:
            raise failure("open", self.root, error) from error

    def close(self) -> None:
        """Close every descriptor."""
        self._forget()
        os.close(self.fd)

    def shown(self, path: str) -> str:
        """Return a path as the user would type it."""
        return f"{self.root.rstrip('/')}/{path}"

    def folder(self, path: str, *, make: bool = False) -> int | None:
        """Return the descriptor of a folder below the root, made if asked; None if it is not there.

        It stays open until some later call: use it at once.
        """
        if len(self._folders) > _MOST_OPEN:
            self._forget()
        return self._walk(path, make=make)

    def _forget(self) -> None:
        for fd in self._folders.values():
            os.close(fd)
        self._folders.clear()

    def _walk(self, path: str, *, make: bool) -> int | None:
        if not path:
            return self.fd
        if path in self._folders:
            return self._folders[path]
        above, _, name = path.rpartition("/")
        parent = self._walk(above, make=make)
        if parent is None:
            return None
        try:
            fd = self._enter(parent, name, make=make)
        except OSError as error:
            raise failure("use", self.shown(path), _link_or(error, parent, name)) from error
        if fd is not None:
            self._folders[path] = fd
        return fd

    @staticmethod
    def _enter(parent: int, name: str, *, make: bool) -> int | None:
        try:
            return os.open(name, _FOLDER, dir_fd=parent)
        except FileNotFoundError:
            if not make:
                return None
        os.mkdir(name, dir_fd=parent)
        return os.open(name, _FOLDER, dir_fd=parent)

    def read(self, path: str) -> tuple[bytes, int] | None:
        """Return a regular file's content and permission bits; None if there is no such file."""
        above, _, name = path.rpartition("/")
        parent = self.folder(above)
        if parent is None:
            return None
        try:
            found = _read(name, parent, min(self._left, MOST_BYTES))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise failure("read", self.shown(path), error) from error
        self._left -= len(found[0])
        return found

    def write(self, path: str, content: bytes, mode: int) -> None:
        """Write a file that is not there yet, and the folders on its way."""
        above, _, name = path.rpartition("/")
        try:
            _write(name, self.folder(above, make=True), content, mode)
        except OSError as error:
            raise failure("write", self.shown(path), error) from error


def _read(name: str, parent: int, most: int) -> tuple[bytes, int]:
    # Not blocking: a pipe of that name must not hold the build up.
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
    with open(fd, "rb", buffering=0) as stream:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EEXIST, "")
        content = b"" if found.st_size > most else stream.read(most + 1)
        if max(found.st_size, len(content)) > most:
            raise OSError(errno.EOVERFLOW, "")
        return content, stat.S_IMODE(found.st_mode)


def _write(name: str, parent: int | None, content: bytes, mode: int) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(name, flags, mode, dir_fd=parent)
    try:
        left = memoryview(content)
        while left:
            left = left[os.write(fd, left) :]
    finally:
        os.close(fd)


def is_link(path: str) -> bool:
    """Tell whether a path is itself a symbolic link, wherever that leads."""
    try:
        return stat.S_ISLNK(os.lstat(path).st_mode)
    except OSError:
        return False


def _link_or(error: OSError, parent: int, name: str) -> OSError:
    """Say "symbolic link" where the system only says "not a folder"."""
    try:
        link = stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    except OSError:
        return error
    return OSError(errno.ELOOP, "") if link else error
