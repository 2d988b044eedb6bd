"""`relionc cluster template`: the profile of a cluster as RELION's own queue template."""

from __future__ import annotations

import os

from relionc import __version__, catalog
from relionc.cli import say
from relionc.cli.options import CallError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.site.types import Cluster

QSUB = "qsub.sh"
PATH = "/PATH/OF/qsub.sh"
"""Where the template lies, in the lines for the module file: only the site knows."""


def run(name: str, *, relion: str | None, out: str) -> int:
    """Write the template and the lines for the module file; returns the exit code."""
    from relionc.store.new_file import create
    from relionc.store.paths import StoreError

    try:
        cluster = _cluster(name)
        if cluster is None:
            return 1
        version = relion and catalog.series(relion)
        version = version or catalog.versions()[-1]
        os.makedirs(out, exist_ok=True)
        for file, text in _files(cluster, version):
            path = os.path.join(out, file)
            create(path, text.encode())
            say.result(f"wrote {say.on_one_line(path)}\n")
    except (CallError, StoreError, catalog.UnknownVersion) as error:
        say.trouble(error)
        return 2
    except OSError as error:
        say.trouble(f"{error.filename or name}: {error.strerror}")
        return 2
    return 0


def _cluster(name: str) -> Cluster | None:
    """Return the cluster of a profile, or None where it says what is wrong with that; raises CallError, OSError."""
    from relionc.cli import files
    from relionc.pipeline import Disk, load_profile

    profile = load_profile(
        name, Disk(files.read, files.file_facts), files.profile_folders(files.settings("spec"))
    )
    cluster = profile.cluster
    if cluster is None:
        from relionc.cli.told import show

        show([profile], "text")
        return None
    if cluster.scheduler != "slurm" or "batch" not in cluster.launchers:
        raise CallError(f"{cluster.name} has no queue that RELION's window could submit to")
    return cluster


def _files(cluster: Cluster, version: str) -> Iterator[tuple[str, str]]:
    from relionc.emit import scripts
    from relionc.queue_template import site

    header = (
        f"How RELION {version} submits its jobs, on {cluster.title or cluster.name}.",
        f"Made by relionc {__version__} from the profile `{cluster.name}`.",
    )
    template = site.site_template(cluster, version, header)
    pairs = [*site.variables(template, cluster, version, PATH)]
    yield QSUB, scripts.site_template(template)
    yield "relion-queue.sh", "".join(f"export {name}={_quoted(text)}\n" for name, text in pairs)
    yield "relion-queue.lua", "".join(f"setenv({_in_lua(name)}, {_in_lua(text)})\n" for name, text in pairs)
    yield "relion-queue.tcl", "".join(f"setenv {name} {{{text}}}\n" for name, text in pairs)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _in_lua(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
