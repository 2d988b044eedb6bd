"""Saved text of Slurm's programs, and Slurm's configuration: files and folders, whatever their names are."""

from __future__ import annotations

import os

from relionc.store import regular
from relionc.survey.conf import ConfReader, is_conf, is_gres
from relionc.survey.told import kind_of, nothing

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from relionc.survey.told import Survey

MOST_BYTES = 48 << 20
"""Of one text: ten thousand nodes of scontrol are seven MiB."""
_MOST_ALTOGETHER = 96 << 20
_MOST_FILES = 200
_SOURCES = {
    "nodes": "scontrol show node",
    "partitions": "scontrol show partition",
    "config": "scontrol show config",
    "plugins": "srun --mpi=list",
    "qos": "sacctmgr show qos",
    "modules": "module avail",
    "json": "sinfo --json",
}
_ORDER = (*[kind for kind in _SOURCES if kind != "json"], "json")


def read(paths: Iterable[str]) -> Survey:
    """Return what files and the files of folders tell; raises OSError for one that cannot be read."""
    texts = dict(_texts(paths))
    told = nothing()
    of_kind: dict[str, list[str]] = {}
    conf, gres = [], []
    for path, text in texts.items():
        kind = kind_of(text)
        if kind:
            of_kind.setdefault(kind, []).append(path)
        elif is_gres(text):
            gres.append(path)
        elif is_conf(text):
            conf.append(path)
        else:
            told.unused.append(os.path.basename(path))
    for kind in _ORDER:
        if kind == "json" and told.nodes:
            continue
        for path in of_kind.get(kind, ()):
            told.read(texts[path])
            told.sources.append(_SOURCES[kind])
    if not told.nodes:
        _read_conf(told, conf, gres, texts)
    return told


def _texts(paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    left = _MOST_ALTOGETHER
    for path in paths:
        for file in _files(path):
            data = regular.read(file, min(MOST_BYTES, left))
            left -= len(data)
            yield file, data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\0", "")


def _files(path: str) -> list[str]:
    """Return the files of a folder, those of folders below not; or the file itself."""
    if not os.path.isdir(path):
        return [path]
    with os.scandir(path) as entries:
        found = sorted(entry.path for entry in entries if entry.is_file() and not entry.name.startswith("."))
    return found[:_MOST_FILES]


def _read_conf(told: Survey, conf: list[str], gres: list[str], texts: Mapping[str, str]) -> None:
    """Read slurm.conf and gres.conf; what one of them includes is not read again by itself."""
    included: set[str] = set()

    def find(name: str, beside: str) -> str | None:
        """Return a file that is included: from beside the one that does so, wherever it was on the cluster."""
        path = os.path.join(os.path.dirname(beside), name.rpartition("/")[2])
        included.add(os.path.realpath(path))
        try:
            return texts[path] if path in texts else regular.read(path, MOST_BYTES).decode("utf-8", "replace")
        except OSError:
            return None

    main = sorted(
        conf, key=lambda path: (os.path.basename(path) != "slurm.conf", "include" not in texts[path].lower())
    )
    readers: list[ConfReader] = []
    for path in (*main, *gres):
        if os.path.realpath(path) in included:
            continue
        reader = readers[0] if readers else ConfReader(told, lambda name, path=path: find(name, path))  # type: ignore[misc]
        readers = [reader]
        (reader.read_gres if path in gres else reader.read)(texts[path])
        told.sources.append(os.path.basename(path))
    for reader in readers:
        reader.finish()
