"""Keeps one lab cluster alive: starts its daemons, and takes every trace of them away again."""

from __future__ import annotations

import fcntl
import getpass
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from .brought import BROUGHT_FROM
from .slurm_conf import Place, cgroup_conf, gres_conf, hosts, slurm_conf

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .shape import Shape

HERE = Path(__file__).parent
TREE = HERE.parents[1]
SCRATCH = Path("/lscratch")
_MADE = SCRATCH / ".made-by-relionc-lab"
_STARTUP_S = 60
# A PID namespace ends every process with its first one; --mount-proc needs more rights than some containers give.
_ISOLATE = ("unshare", "--pid", "--fork", "--kill-child", "--mount", "--uts", "--mount-proc")


class LabError(Exception):
    """The lab did not come up; the message ends with what its logs say."""


class Running(NamedTuple):
    """How a client reaches a lab: environment variables, and the words that enter its root, if it has one."""

    env: Mapping[str, str]
    enter: Sequence[str] = ()


@contextmanager
def running(shape: Shape, root: Path | None = None) -> Iterator[Running]:
    """Run a cluster of this shape, with the Slurm that is installed or with that of a `root`."""
    if os.geteuid() != 0:
        raise LabError("only root can start the daemons of a lab")
    with ExitStack() as stack:
        run = Path(tempfile.mkdtemp(prefix="relionc-lab-", dir="/tmp"))  # short: it holds socket paths
        stack.callback(shutil.rmtree, run, ignore_errors=True)
        stack.enter_context(_scratch())
        isolated = can_isolate()
        place = Place(
            run=run,
            port=_free_ports(len(shape.nodes) + 1),
            user=getpass.getuser(),
            hostname="labctl" if isolated else socket.gethostname(),
            isolated=isolated,
            root=root,
        )
        if root:
            stack.enter_context(_in_use(root))
        _write(shape, place)
        environment = _environment(place)
        lab = Running(environment, stack.enter_context(_daemons(place, environment)))
        _wait_idle(shape, place, lab)
        yield lab


@contextmanager
def _in_use(root: Path) -> Iterator[None]:
    """Keep a root from being removed when its packages have new versions (tools/unpack_slurm.sh)."""
    if not can_isolate():
        raise LabError("a lab in another root needs namespaces, which are not allowed here")
    with (root / "unpacked").open() as handle:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield


def can_isolate() -> bool:
    """Tell whether nodes can have namespaces of their own here (root, and a container that allows it)."""
    with suppress(OSError):
        return subprocess.run([*_ISOLATE, "true"], capture_output=True, check=False).returncode == 0
    return False


def _environment(place: Place) -> dict[str, str]:
    run = str(place.run)
    values = {
        "SLURM_CONF": str(place.conf),
        # mpirun refuses root unless told twice; from Open MPI 5 on it is PRRTE.
        "OMPI_ALLOW_RUN_AS_ROOT": "1",
        "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "PRTE_ALLOW_RUN_AS_ROOT": "1",
        "PRTE_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        # A program that ends before the daemon's launch thread has noted its process is waited for without end; that
        # of Open MPI 5.0.7 has such threads on all nodes but the first. (6 of 40 starts of `true`; 0 of 150 without.)
        "PRTE_MCA_odls_base_max_threads": "0",
        # On other nodes than the first, that of 5.0.7 has its own folder before those of PATH, and RELION is in it too.
        "OMPI_MCA_mca_base_env_list": "PATH",
        "OMPI_MCA_orte_tmpdir_base": f"{run}/node-tmp",
        # Many ranks share few cores here; one that waits must let the others work.
        "OMPI_MCA_mpi_yield_when_idle": "1",
        # All nodes have the addresses of one machine; Open MPI from 5 on believes that none reaches another, as long as
        # it asks the kernel for the way.
        "OMPI_MCA_reachable": "weighted",
        "RELIONC_MEMINFO": str(_memory_of_nodes(place.run)),
    }
    if not place.isolated:  # ranks that believe to be on several hosts must not meet in shared memory
        values["OMPI_MCA_btl"] = "self,tcp"
    return values


def _memory_of_nodes(run: Path) -> Path:
    """Write what every node says of its memory: they share one machine, whose own is no node's. 1 TiB, in KiB."""
    path = run / "meminfo"
    path.write_text("MemTotal: 1073741824 kB\nMemAvailable: 1073741824 kB\n")
    return path


def _free_ports(count: int) -> int:
    """Return the first of `count` TCP ports that nobody uses, below the range of ephemeral ports."""
    for _ in range(100):
        first = random.SystemRandom().randrange(20000, 32000 - count)
        if all(_is_free(first + i) for i in range(count)):
            return first
    raise LabError(f"found no {count} free TCP ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _write(shape: Shape, place: Place) -> None:
    run = place.run
    run.chmod(0o755)
    for folder in ("etc", "munge", "state", "log", "dev", "node-tmp", "root"):
        (run / folder).mkdir()
    for node in shape.nodes:
        for folder in ("spool", "tmp", "lscratch"):
            (run / "nodes" / node / folder).mkdir(parents=True)
    for i in range(max((sum(group.gpus.values()) for group in shape.groups), default=0)):
        (run / "dev" / f"nvidia{i}").symlink_to("/dev/null")
    key = run / "munge" / "key"
    key.write_bytes(os.urandom(128))
    key.chmod(0o600)  # munged refuses a key that others can read
    etc = run / "etc"
    (etc / "slurm.conf").write_text(slurm_conf(shape, place))
    (etc / "gres.conf").write_text(gres_conf(shape, place))
    (etc / "plugstack.conf").touch()
    (etc / "cgroup.conf").write_text(cgroup_conf(place))
    (etc / "hosts").write_text(hosts(shape, Path("/etc/hosts").read_text()))
    (etc / "nodes").write_text("".join(f"{node}\n" for node in shape.nodes))
    _write_script(etc / "prolog", 'mkdir -p "/lscratch/${SLURM_JOB_ID}"')
    _write_script(etc / "epilog", 'rm -rf "/lscratch/${SLURM_JOB_ID:?}"')
    if place.isolated and not place.root:
        _write_pmix(run)


def _write_script(path: Path, line: str) -> None:
    path.write_text(f"#!/bin/sh\n{line}\n")
    path.chmod(0o755)


def _write_pmix(run: Path) -> None:
    """Prepare a folder for the nodes in which Slurm's plugin finds PMIx under its unversioned name.

    Debian ships that name in libpmix-dev only; each node mounts the folder over the real one.
    """
    for library in sorted(Path("/usr/lib").glob("*/pmix2/lib")):
        if (library / "libpmix.so.2").exists() and not (library / "libpmix.so").exists():
            shutil.copytree(library, run / "pmix", symlinks=True)
            (run / "pmix" / "libpmix.so").symlink_to("libpmix.so.2")
            (run / "etc" / "pmix").write_text(str(library))


@contextmanager
def _scratch() -> Iterator[None]:
    """Have /lscratch, the nodes' mount point; the last lab of those that share it takes it away.

    Every lab holds a shared lock on the folder itself, so whoever gets the exclusive one is the last.
    """
    handle = _open_scratch()
    try:
        yield
    finally:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _MADE.exists():
                shutil.rmtree(SCRATCH)
        os.close(handle)


def _open_scratch() -> int:
    while True:
        with suppress(FileExistsError):
            SCRATCH.mkdir()
            _MADE.touch()
        handle = os.open(SCRATCH, os.O_RDONLY | os.O_DIRECTORY)
        fcntl.flock(handle, fcntl.LOCK_SH)
        with suppress(FileNotFoundError):
            if os.path.samestat(os.fstat(handle), SCRATCH.stat()):
                return handle
        os.close(handle)  # another lab removed it between the two steps


@contextmanager
def _daemons(place: Place, environment: Mapping[str, str]) -> Iterator[Sequence[str]]:
    command = ["bash", str(HERE / "init.sh"), str(place.run), str(int(place.isolated))]
    if place.root:
        seen = [str(each) for each in (TREE, *BROUGHT_FROM) if each.exists()]
        command = ["bash", str(HERE / "root.sh"), str(place.root), str(place.run), *seen, "--", *command]
    with (place.run / "log" / "init.log").open("wb") as log:
        first = subprocess.Popen(
            [*(_ISOLATE if place.isolated else ()), *command],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment},
            cwd="/",
            start_new_session=True,
        )
    try:
        _wait_started(first, place)
        yield _enter(first.pid) if place.root else ()
    finally:
        first.communicate()  # closes its standard input, which ends it
        if not place.isolated:
            _kill_all(place)


def _enter(unshare: int) -> tuple[str, ...]:
    """Return the words that start a program in the root of a lab, whose first process is the child of `unshare`."""
    (first,) = Path(f"/proc/{unshare}/task/{unshare}/children").read_text().split()
    return "nsenter", f"--target={first}", "--mount", "--pid", "--root"


def _wait_started(first: subprocess.Popen[bytes], place: Place) -> None:
    deadline = time.monotonic() + _STARTUP_S
    while not (place.run / "started").exists():
        if first.poll() is not None or time.monotonic() > deadline:
            raise LabError(f"the daemons did not start\n{_logs(place)}")
        time.sleep(0.05)


def _wait_idle(shape: Shape, place: Place, lab: Running) -> None:
    deadline = time.monotonic() + _STARTUP_S
    wanted = set(shape.nodes)
    while True:
        found = subprocess.run(
            [*lab.enter, "sinfo", "-h", "-N", "-t", "idle", "-o", "%N"],
            env={**os.environ, **lab.env},
            capture_output=True,
            text=True,
            check=False,
        )
        missing = wanted - set(found.stdout.split())
        if not missing:
            return
        if time.monotonic() > deadline:
            raise LabError(f"not idle: {' '.join(sorted(missing))}\n{found.stderr}{_logs(place)}")
        time.sleep(0.1)


def _logs(place: Place) -> str:
    parts = []
    for log in sorted((place.run / "log").glob("*.log"))[:6]:
        lines = log.read_text(errors="replace").splitlines()[-8:]
        parts += [f"--- {log.name}", *lines]
    return "\n".join(parts)


def _kill_all(place: Place) -> None:
    """Kill what a lab without a PID namespace left behind, told by the SLURM_CONF of its environment."""
    mark = f"SLURM_CONF={place.conf}".encode()
    for _ in range(50):
        left = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/environ") if _has(path, mark)]
        if not left:
            return
        for process in left:
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        time.sleep(0.1)


def _has(environ: Path, mark: bytes) -> bool:
    with suppress(OSError):
        return mark in environ.read_bytes().split(b"\0")
    return False
