"""Sizes and frames from headers, whoever wrote them; a header that lies or has no end says nothing, and soon."""

from __future__ import annotations

import os
import re
import shutil
import struct
import subprocess

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from image_bytes import mrc, tiff

from relionc.data import images
from relionc.data.images import Image, look

BOTH = ["<", ">"]


@pytest.fixture
def seen(tmp_path):
    """Write bytes to a file and look at it."""

    def of(content):
        (tmp_path / "image").write_bytes(content)
        return look(str(tmp_path / "image"))

    return of


@pytest.fixture
def read(monkeypatch):
    """How many bytes were read, by call."""
    sizes = []
    pread = os.pread

    def counted(fd, size, offset):
        found = pread(fd, size, offset)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(images.os, "pread", counted)
    return sizes


@pytest.mark.parametrize("order", BOTH)
@pytest.mark.parametrize("mode", [0, 1, 2, 6, 12, 101])
def test_mrc(seen, mode, order):
    assert seen(mrc(40, 30, 7, mode, order)) == Image(40, 30, 7, half=mode == 12, angpix=1)


@pytest.mark.parametrize("order", BOTH)
@pytest.mark.parametrize("big", [False, True])
@pytest.mark.parametrize("pages", [1, 3, 1000])
def test_tiff(seen, order, big, pages):
    assert seen(tiff(4096, 4095, pages, order, big=big)) == Image(4096, 4095, pages)


@pytest.mark.parametrize(("kind", "big"), [(3, False), (4, False), (3, True), (4, True), (16, True)])
@pytest.mark.parametrize("order", BOTH)
def test_tiff_sizes_of_any_type(seen, order, big, kind):
    assert seen(tiff(5760, 4092, 2, order, big=big, kind=kind)) == Image(5760, 4092, 2)


@pytest.mark.parametrize("big", [False, True])
def test_tiff_with_many_tags(seen, big):
    assert seen(tiff(10, 20, 3, big=big, extra=500)) == Image(10, 20, 3)


@pytest.mark.parametrize(
    ("width", "height", "bits", "wide"),
    [(5760, 8184, 8, 11520), (8184, 5760, 8, 16368), (5760, 8184, 16, 5760), (5760, 8185, 8, 5760)],
)
def test_two_pixels_in_a_byte(seen, width, height, bits, wide):
    assert seen(tiff(width, height, 2, bits=bits)) == Image(wide, height, 2)


WHOLE = tiff(10, 20, 3)
BAD = {
    "nothing": b"",
    "a short header": mrc(4, 4, 1)[:1023],
    "fewer pixels than it says": mrc(4, 4, 4)[:-1],
    "more pixels than any disk has": mrc(100_000, 100_000, 2**31 - 1, pixels=10),
    "negative sizes": mrc(-4, -4, 1, pixels=100),
    "a negative number of sections": mrc(4, 4, -1, pixels=100),
    "no size": mrc(0, 4, 1, pixels=100),
    "complex numbers": mrc(4, 4, 1, 4),
    "text": b"data_movies\n\nloop_\n_rlnMicrographMovieName\n" * 100,
    "a link to itself": tiff(10, 20, 3, links={2: 2}),
    "a link back": tiff(10, 20, 5, links={4: 1}),
    "a link out of the file": tiff(10, 20, 2, links={1: 10_000}),
    "a link to before 2**64": WHOLE[:4].replace(b"*", b"+") + b"\x08\0\0\0" + b"\xff" * 8 + bytes(100),
    "no pages": tiff(10, 20, 0),
    "a cut page": WHOLE[:-1],
    "a cut first page": WHOLE[:12],
    "only a beginning": WHOLE[:6],
    "no width": tiff(0, 20, 1),
    "a width of no camera": tiff(2**31, 20, 1),
    "many tags that are not there": b"II*\0\x08\0\0\0\xff\xff" + bytes(1000),
    "2**64 tags": b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + b"\xff" * 1000,
    "too many pages": tiff(10, 20, 65_536),
}


@pytest.mark.parametrize("content", BAD.values(), ids=BAD)
def test_no_header(seen, content):
    assert seen(content) is None


def test_as_many_pages_as_there_can_be(seen):
    assert seen(tiff(10, 20, 65_535)) == Image(10, 20, 65_535)


def test_pixels_are_not_read(tmp_path, read):
    path = tmp_path / "movie.mrcs"
    path.write_bytes(mrc(8192, 8192, 100, pixels=0))
    os.truncate(path, 1024 + 4 * 8192 * 8192 * 100)  # 25 GiB of holes
    assert look(str(path)) == Image(8192, 8192, 100, angpix=1)
    assert sum(read) == 1024
    del read[:]
    path = tmp_path / "movie.tif"
    path.write_bytes(tiff(4096, 4096, 40) + bytes(1 << 20))
    assert look(str(path)) == Image(4096, 4096, 40)
    assert len(read) == 41
    assert max(read) <= 1024


def test_only_regular_files_are_opened(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "nowhere").symlink_to("gone")
    (tmp_path / "link").symlink_to("fifo")
    opened = []
    monkeypatch.setattr(os, "open", lambda *call, **_: opened.append(call) or -1)
    for name in ("fifo", "link", "nowhere", "", ".", "/dev/zero", "/dev/tty", "a\0b", "x" * 5000, "\udc80"):
        assert look(os.path.join(tmp_path, name)) is None
    assert not opened


def test_a_file_that_becomes_a_fifo_is_not_waited_for(tmp_path, monkeypatch):
    os.mkfifo(tmp_path / "fifo")
    before_it_was, stat = os.stat(__file__), os.stat
    fifo = str(tmp_path / "fifo")
    monkeypatch.setattr(os, "stat", lambda at, **more: before_it_was if at == fifo else stat(at, **more))
    before = len(os.listdir("/proc/self/fd"))
    assert look(fifo) is None
    assert len(os.listdir("/proc/self/fd")) == before


STARTS = [
    mrc(40, 30, 7),
    mrc(4, 4, 2, 12, ">"),
    tiff(9, 9, 4),
    tiff(9, 9, 4, ">"),
    tiff(9, 9, 4, big=True),
    b"",
]
CHANGES = st.lists(st.tuples(st.integers(0, 300), st.binary(min_size=1, max_size=8)), max_size=6)


@given(start=st.sampled_from(STARTS), changes=CHANGES, end=st.integers(0, 12_000))
@example(start=STARTS[2], changes=[(4, b"\x08\0\0\0")], end=12_000)
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes(seen, start, changes, end):
    content = bytearray(start)
    for place, new in changes:
        content[place : place + len(new)] = new
    found = seen(bytes(content[:end]))
    assert found is None or (0 < found.width <= 100_000 and 0 < found.height <= 100_000 and found.planes > 0)


@given(magic=st.sampled_from([b"", *images._TIFF]), rest=st.binary(max_size=200))
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rest(seen, magic, rest):
    found = seen(magic + rest)
    assert found is None or (0 < found.width <= 100_000 and 0 < found.height <= 100_000 and found.planes > 0)


def needs_relion(test):
    """Skip a test without RELION, unless it has to be there."""
    missing = not shutil.which("relion_convert_to_tiff") and os.environ.get("RELIONC_REQUIRE_LAB") != "1"
    return pytest.mark.oracle(pytest.mark.skipif(missing, reason="RELION is not installed")(test))


def of_relion(*argv, cwd):
    done = subprocess.run(argv, cwd=cwd, capture_output=True, text=True, check=True, timeout=60)
    return done.stdout


@needs_relion
@pytest.mark.parametrize(  # of half bytes it knows one order only
    ("mode", "order"), [(0, "<"), (0, ">"), (1, "<"), (1, ">"), (2, "<"), (2, ">"), (101, "<")]
)
def test_relion_reads_the_same_of_mrc(tmp_path, mode, order):
    (tmp_path / "m.mrcs").write_bytes(mrc(48, 32, 5, mode, order))
    assert size_by_relion("m.mrcs", tmp_path) == look(str(tmp_path / "m.mrcs")) == Image(48, 32, 5, angpix=1)


@needs_relion
@pytest.mark.parametrize("mode", [0, 1, 101])
def test_relion_reads_the_same_of_its_tiff(tmp_path, mode):
    (tmp_path / "m.mrcs").write_bytes(
        mrc(48, 32, 5, mode)
    )  # its converter does not know the other byte order
    of_relion("relion_convert_to_tiff", "--i", "m.mrcs", "--o", "tiff", cwd=tmp_path)
    (path,) = (tmp_path / "tiff").rglob("*.tif")
    assert size_by_relion(str(path), tmp_path) == look(str(path)) == Image(48, 32, 5)


def size_by_relion(path, cwd):
    """RELION tells the size of every image of a stack."""
    lines = of_relion("relion_image_handler", "--i", path, "--stats", cwd=cwd).splitlines()
    (size,) = {re.search(r"= (\d+) x (\d+) x 1 x 1 ;.* angpix = (\S+)", line).groups() for line in lines}
    angpix = float(size[2]) if path.endswith(".mrcs") else None  # that of a TIFF file is none that it says
    return Image(int(size[0]), int(size[1]), len(lines), angpix=angpix)
