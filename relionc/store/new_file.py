"""A single file that people go on editing: written once, never over another."""

from __future__ import annotations

from relionc.store.paths import StoreError


def create(path: str, content: bytes) -> None:
    """Write a file that is not there yet; raises StoreError."""
    try:
        with open(path, "xb") as stream:
            stream.write(content)
    except FileExistsError:
        raise StoreError(f"{path} is there already; relionc does not write over it") from None
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror or error}") from None
