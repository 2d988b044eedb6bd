"""Paths below a build directory: relative, plain, and never through a symbolic link."""

from __future__ import annotations

import contextlib
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
    errno.EROFS: "the file system is read-only",
}
_MOST_OPEN = 64
"""Folders kept open at a time: a sweep has thousands of them."""
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
    return path.isprintable() and all(part not in ("", ".", "..") for part in parts)


class Tree:
    """The files below one folder, reached from its open descriptor one plain folder at a time."""

    def __init__(self, root: str) -> None:
        """Open `root`, which may itself be reached through links: that is the user's choice."""
        self.root = root
        self._folders: dict[str, int] = {}
        try:
            self.fd = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        except OSError as error:
            raise failure("open", root, error) from error

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
            return _read(name, parent)
        except FileNotFoundError:
            return None
        except OSError as error:
            raise failure("read", self.shown(path), error) from error

    def stage(self, path: str, content: bytes, mode: int) -> None:
        """Write a file beside its place, under a name that only `publish` and `discard` know."""
        above, _, name = path.rpartition("/")
        parent = self.folder(above, make=True)
        try:
            _write(_staged(name), parent, content, mode)
        except OSError as error:
            raise failure("write", self.shown(path), error) from error

    def publish(self, path: str) -> None:
        """Put a staged file in its place, in one step."""
        above, _, name = path.rpartition("/")
        parent = self.folder(above)
        try:
            os.rename(_staged(name), name, src_dir_fd=parent, dst_dir_fd=parent)
        except OSError as error:
            raise failure("write", self.shown(path), error) from error

    def discard(self, path: str) -> None:
        """Take a staged file away, if it is there."""
        above, _, name = path.rpartition("/")
        parent = self.folder(above)
        if parent is not None:
            with contextlib.suppress(OSError):
                os.unlink(_staged(name), dir_fd=parent)

    def remove(self, path: str) -> None:
        """Remove a file."""
        above, _, name = path.rpartition("/")
        try:
            os.unlink(name, dir_fd=self.folder(above))
        except OSError as error:
            raise failure("remove", self.shown(path), error) from error

    def remove_if_empty(self, path: str) -> None:
        """Remove a folder, and those above it below the root, while they hold nothing."""
        while path:
            self._forget()
            path, _, name = path.rpartition("/")
            try:
                os.rmdir(name, dir_fd=self.folder(path))
            except OSError:
                return


def _staged(name: str) -> str:
    """Return the name of a file that is not finished; a lock keeps two builds from using it at once."""
    return f".{name}.relionc-new"


def _read(name: str, parent: int) -> tuple[bytes, int]:
    # Not blocking: a pipe of that name must not hold the build up.
    fd = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=parent)
    with open(fd, "rb", buffering=0) as stream:
        mode = os.fstat(fd).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(errno.EEXIST, "")
        return stream.readall(), stat.S_IMODE(mode)


def _write(name: str, parent: int | None, content: bytes, mode: int) -> None:
    with contextlib.suppress(FileNotFoundError):  # left by a build that was killed
        os.unlink(name, dir_fd=parent)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(name, flags, mode, dir_fd=parent)
    try:
        with open(fd, "wb") as stream:
            stream.write(content)
    except OSError:
        os.unlink(name, dir_fd=parent)
        raise


def _link_or(error: OSError, parent: int, name: str) -> OSError:
    """Say "symbolic link" where the system only says "not a folder"."""
    try:
        link = stat.S_ISLNK(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    except OSError:
        return error
    return OSError(errno.ELOOP, "") if link else error
