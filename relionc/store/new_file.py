"""A single file that people go on editing: written once, or replaced as a whole where they ask for it."""

from __future__ import annotations

import os

from relionc.store.paths import StoreError


def create(path: str, content: bytes, *, folder: bool = False) -> None:
    """Write a file that is not there yet, and with `folder` the folders around it; raises StoreError."""
    try:
        if folder:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise StoreError(f"{path} is there already; relionc does not write over it") from None
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from None


def replace(path: str, content: bytes) -> None:
    """Write over a file, whole or not at all; its mode stays. A link is followed. Raises StoreError."""
    target = os.path.realpath(path)
    new = f"{target}.new"
    try:
        with open(new, "xb") as stream:
            try:
                os.fchmod(stream.fileno(), os.stat(target).st_mode & 0o777)
                stream.write(content)
                stream.flush()
                os.replace(new, target)
            except BaseException:
                os.unlink(new)
                raise
    except FileExistsError:
        raise StoreError(
            f"{new} is in the way: another call writes {path}, or was stopped while it did"
        ) from None
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from None
