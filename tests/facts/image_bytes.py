"""Image files as bytes, written by hand: MRC, TIFF and BigTIFF in both byte orders, with as few pixels as can be."""

from __future__ import annotations

import struct

PIXEL = {0: 1, 1: 2, 2: 4, 3: 4, 4: 8, 6: 2, 12: 2, 101: 0.5}


def mrc(width, height, planes, mode=2, order="<", *, pixels=None):
    """An MRC file; `pixels` may say how many bytes follow the header."""
    header = bytearray(1024)
    struct.pack_into(f"{order}10i", header, 0, width, height, planes, mode, 0, 0, 0, width, height, planes)
    struct.pack_into(f"{order}6f", header, 40, width, height, planes, 90, 90, 90)
    struct.pack_into(f"{order}3i", header, 64, 1, 2, 3)
    header[208:216] = b"MAP \x44\x44\0\0" if order == "<" else b"MAP \x11\x11\0\0"
    return bytes(header) + bytes(int(width * height * planes * PIXEL[mode]) if pixels is None else pixels)


def tiff(width, height, pages, order="<", *, big=False, bits=8, kind=4, extra=0, links=None):
    """A TIFF file without strips; `kind` is the type of its sizes, `extra` more tags, `links` replaces page → page."""
    entry, count, offset = ("HHQ8s", "Q", "Q") if big else ("HHI4s", "H", "I")
    number = {3: "H", 4: "I", 16: "Q"}[kind]
    first = 16 if big else 8
    head = struct.pack(order + ("HHHQ" if big else "HI"), *((43, 8, 0, first) if big else (42, first)))
    parts = [b"II" if order == "<" else b"MM", head]
    tags = [(256, kind, struct.pack(order + number, width)), (257, kind, struct.pack(order + number, height))]
    tags += [(258, 3, struct.pack(f"{order}H", bits))] + [(60_000 + n, 3, b"\1") for n in range(extra)]
    entries = b"".join(struct.pack(order + entry, tag, of, 1, value) for tag, of, value in tags)
    size = struct.calcsize(order + count) + len(entries) + struct.calcsize(order + offset)
    for page in range(pages):
        follows = (links or {}).get(page, page + 1 if page + 1 < pages else None)
        where = 0 if follows is None else first + size * follows
        parts += [struct.pack(order + count, len(tags)), entries, struct.pack(order + offset, where)]
    return b"".join(parts)
