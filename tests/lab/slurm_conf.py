"""The configuration files of a lab cluster, as text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from .shape import NodeGroup, Partition, Shape

# No cgroups, no task binding: the claimed CPUs and memory are not there. `config_overrides` makes slurmd
# accept the claim. EnforcePartLimits refuses at submission what could never start.
_COMMON = """\
ClusterName=lab
AuthType=auth/munge
CredType=cred/munge
PrologFlags=Alloc
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
EnforcePartLimits=ALL
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=0
SlurmdParameters=config_overrides
MpiDefault=none
ReturnToService=2
MailProg=/bin/true
SlurmdTimeout=300
InactiveLimit=0
KillWait=2
MinJobAge=3600
DefMemPerCPU=2048
MaxJobCount=30000
MaxArraySize=10001
TreeWidth=200
"""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a lab runs: its folder, first TCP port, user and isolation.

    `isolated` nodes have their own hostname and mounts; otherwise all share the machine's. `root` holds the files of
    another Debian, with its Slurm; None: the installed one.
    """

    run: Path
    port: int
    user: str
    hostname: str
    isolated: bool
    root: Path | None = None

    @property
    def conf(self) -> Path:
        """The slurm.conf."""
        return self.run / "etc" / "slurm.conf"


def slurm_conf(shape: Shape, place: Place) -> str:
    """Return slurm.conf."""
    lines = [*_COMMON.splitlines(), *_paths(place)]
    names = _gres_names(shape)
    lines += [f"GresTypes={','.join(names)}"] if names else []
    port = place.port + 1
    for group in shape.groups:
        lines += [_node_line(group, place, port)]
        port += len(group.nodes)
    lines += [_partition_line(partition) for partition in shape.partitions]
    return "\n".join(lines) + "\n"


def gres_conf(shape: Shape, place: Place) -> str:
    """Return gres.conf; a GPU is a link to a character device, which is all that slurmd looks at."""
    lines = []
    for group in shape.groups:
        names = _hostlist(group.nodes)
        for kind, count in group.gpus.items():
            files = f"{place.run}/dev/nvidia[0-{count - 1}]"
            of_type = f" Type={kind}" if kind else ""
            lines.append(f"NodeName={names} Name=gpu{of_type} File={files}")
        lines += [
            f"NodeName={names} Name={name} Count={count} Flags=CountOnly"
            for name, count in group.gres.items()
        ]
    return "\n".join(lines) + "\n"


def cgroup_conf(place: Place) -> str:
    """Return cgroup.conf: from 23.11 on slurmd wants cgroups unless told otherwise, and 20.11 knows no such word."""
    packages = (place.root / "packages").read_text("utf-8") if place.root else ""
    found = re.search(r"^slurmctld (\d+)\.", packages, re.MULTILINE)
    return "CgroupPlugin=disabled\n" if found and int(found[1]) >= 23 else ""


def hosts(shape: Shape, machine: str) -> str:
    """Return /etc/hosts of the nodes: the machine's own, and a loopback address per node for mpirun."""
    own = [f"127.1.{i // 250}.{i % 250 + 1} {node}" for i, node in enumerate(shape.nodes)]
    return "\n".join([machine.rstrip("\n"), *own]) + "\n"


def _paths(place: Place) -> Iterable[str]:
    run = place.run
    # PMIx wants a temporary folder per node: a mount of each node's own, or (shared mounts) one per name.
    yield f"TmpFS={run / 'node-tmp' if place.isolated else run / 'nodes' / '%n' / 'tmp'}"
    yield f"SlurmctldHost={place.hostname}(127.0.0.1)"
    yield f"SlurmctldPort={place.port}"
    yield f"SlurmUser={place.user}"
    yield f"SlurmdUser={place.user}"
    yield f"AuthInfo=socket={run}/munge/socket"
    yield f"StateSaveLocation={run}/state"
    yield f"SlurmdSpoolDir={run}/nodes/%n/spool"
    yield f"SlurmctldPidFile={run}/slurmctld.pid"
    yield f"SlurmdPidFile={run}/nodes/%n/slurmd.pid"
    yield f"SlurmctldLogFile={run}/log/slurmctld.log"
    yield f"SlurmdLogFile={run}/log/slurmd.%n.log"
    yield f"Prolog={run}/etc/prolog"
    yield f"Epilog={run}/etc/epilog"


def _gres_names(shape: Shape) -> list[str]:
    names = {name for group in shape.groups for name in group.gres}
    return sorted(names | ({"gpu"} if any(group.gpus for group in shape.groups) else set()))


def _node_line(group: NodeGroup, place: Place, port: int) -> str:
    ports = str(port) if len(group.nodes) == 1 else f"[{port}-{port + len(group.nodes) - 1}]"
    gres = [
        ":".join(part for part in ("gpu", kind, str(count)) if part) for kind, count in group.gpus.items()
    ]
    gres += [f"{name}:{count}" for name, count in group.gres.items()]
    return " ".join(
        [
            f"NodeName={_hostlist(group.nodes)}",
            *([] if place.isolated else [f"NodeHostname={place.hostname}"]),
            f"NodeAddr=127.0.0.1 Port={ports} State=UNKNOWN",
            f"Sockets={group.sockets} CoresPerSocket={group.cores_per_socket}",
            f"ThreadsPerCore={group.threads_per_core} RealMemory={group.memory}",
            *([f"Gres={','.join(gres)}"] if gres else []),
            *([f"Feature={','.join(group.features)}"] if group.features else []),
        ]
    )


def _partition_line(partition: Partition) -> str:
    nodes = ",".join(_hostlist(group.nodes) for group in partition.groups)
    options = " ".join(f"{key}={value}" for key, value in partition.options.items())
    return f"PartitionName={partition.name} Nodes={nodes} State=UP {options}"


def _hostlist(nodes: tuple[str, ...]) -> str:
    if len(nodes) == 1:
        return nodes[0]
    return f"cn[{nodes[0].removeprefix('cn')}-{nodes[-1].removeprefix('cn')}]"
