"""SHA-256 without importing hashlib, which costs more than the hashing."""

from __future__ import annotations

import sys

TYPE_CHECKING = False  # as in typing, whose import would cost more than a digest
if TYPE_CHECKING:
    from hashlib import sha256
else:
    try:
        if sys.version_info >= (3, 12):
            from _sha2 import sha256
        else:
            from _sha256 import sha256
    except ImportError:  # an interpreter built with OpenSSL's digests only
        from hashlib import sha256

_BLOCK = 1 << 20


def of_bytes(content: bytes) -> str:
    """Return the digest in hexadecimal."""
    return sha256(content).hexdigest()


def of_file(path: str) -> str:
    """Return the digest of a file's content, read in pieces of 1 MiB; raise OSError as open does."""
    digest = sha256()
    with open(path, "rb", buffering=0) as stream:
        while block := stream.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()
