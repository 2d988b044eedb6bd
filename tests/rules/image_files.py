"""Image files as bytes: MRC of floats, little-endian, all pixels 0."""

from __future__ import annotations

import struct


def mrc(width, height, planes, angpix=1.0):
    """An MRC file with a pixel size in its header."""
    header = bytearray(1024)
    struct.pack_into("<10i", header, 0, width, height, planes, 2, 0, 0, 0, width, height, planes)
    struct.pack_into("<3f", header, 40, width * angpix, height * angpix, planes * angpix)
    return bytes(header) + bytes(4 * width * height * planes)
