"""What a file is by its first bytes, whatever it is called."""

from __future__ import annotations

from relionc.catalog.starfiles import EMPTY, MRC, OTHER, STAR, TEXT

_MAGIC = {
    b"II*\0": "tiff",
    b"MM\0*": "tiff",
    b"II+\0": "tiff",
    b"MM\0+": "tiff",
    b"BZh": "bzip2",
    b"\xfd7zXZ\0": "xz",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x1f\x8b": "gzip",
    b"\x89HDF": "hdf5",
    b"%PDF": "pdf",
}
UNPACKED = ("bzip2", "xz", "gzip")
"""Compressed forms whose first bytes can be had."""
_MEMORY = 256 << 20  # bytes that a decompressor may take: xz's largest usual dictionary is 64 MiB
_PLAIN = frozenset(b"\t\n\r\f") | frozenset(range(32, 127)) | frozenset(range(128, 256))


def form_of(start: bytes) -> str:
    """Return what the first bytes of a file are of; `other` for numbers, as of an MRC file, that have no mark."""
    for magic, form in _MAGIC.items():
        if start.startswith(magic):
            return form
    if not start:
        return EMPTY
    if set(start) <= _PLAIN:
        lines = start.splitlines()
        return STAR if any(line.startswith(b"data_") for line in lines) else TEXT
    return MRC if start[208:211] == b"MAP" else OTHER


def unpacked(packed: bytes, form: str, size: int) -> bytes:
    """Return the first bytes of what was compressed, in bounded memory; ValueError where that is not to be had."""
    return {"gzip": _gzip, "bzip2": _bzip2, "xz": _xz}[form](packed, size)


def _gzip(packed: bytes, size: int) -> bytes:
    import zlib

    try:
        return zlib.decompressobj(wbits=31).decompress(packed, size)
    except zlib.error as error:
        raise ValueError(str(error)) from None


def _bzip2(packed: bytes, size: int) -> bytes:
    import bz2

    try:
        return bz2.BZ2Decompressor().decompress(packed, size)
    except OSError as error:
        raise ValueError(str(error)) from None


def _xz(packed: bytes, size: int) -> bytes:
    import lzma

    try:
        return lzma.LZMADecompressor(memlimit=_MEMORY).decompress(packed, size)
    except lzma.LZMAError as error:
        raise ValueError(str(error)) from None
