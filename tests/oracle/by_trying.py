"""The second solver: try every layout of a small instance and judge it by the words of docs/solver.md.

Nothing here knows how the real solver works, and nothing here is clever. Where a choice of the outer loops breaks a
requirement that counts, its inner loops are left out. Memory in MiB where
the page has MiB, in GiB where it has GiB.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil, floor
from typing import TYPE_CHECKING, Any, NamedTuple

from relionc.slurm.constraint import ALL, COUNTED, FEATURE, SAME, SPLIT, NodeConstraint, parse_constraint

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MODES = ("heterogeneous", "homogeneous", "homogeneous+1", "hetjob", "one-task-per-node")
COSTS = (
    "ranks missing",
    "GPUs left",
    "GPUs doubled",
    "threads",
    "workers",
    "ranks beyond",
    "memory missing",
    "GPU memory missing",
    "CPUs idle",
    "mode",
    "memory stranded",
    "nodes",
    "kind of node",
    "the leader's node",
)
DAY = 86400  # policy.time
NO_PARTITION: dict[str, Any] = {"name": "", "default": False}


class Place(NamedTuple):
    """A partition, one of its node types, and the limits of both."""

    partition: dict[str, Any]
    node: dict[str, Any]
    preference: int  # 0 is the first
    cpus: int
    memory: int

    @property
    def names(self) -> tuple[str, str]:
        return self.partition["name"], self.node["name"]


class Choice(NamedTuple):
    """One layout: a value for each variable of the page."""

    place: Place
    mode: str
    leader: Place | None
    gpus: int
    c: int
    w: int
    amount: int

    def plain(self) -> tuple[Any, ...]:
        return (self.place.names, self.mode, self.leader and self.leader.names, *self[3:])


# --- what may be asked ----------------------------------------------------------------------------------------


def best(instance: dict[str, Any]) -> tuple[dict[str, float], Choice] | None:
    """Return the costs, by name, of the best layout and the layout, or None if there is none."""
    found = None
    for choice in _that_meet(instance, None):
        costs = cost_vector(instance, choice)
        key = list(costs.values())
        if found is None or key < found[0]:
            found = key, costs, choice
    return found and (found[1], found[2])


def possible(instance: dict[str, Any], labels: Iterable[str]) -> bool:
    """Tell whether a layout meets these requirements, whatever else it breaks."""
    return any(True for _ in _that_meet(instance, frozenset(labels)))


def broken(instance: dict[str, Any], choice: Choice) -> set[str]:
    """Return the requirements that a layout breaks."""
    return {label for stage in STAGES for label in stage(instance, choice)}


def labels(instance: dict[str, Any]) -> set[str]:
    """Return every requirement that some layout of the instance breaks."""
    return set().union(*(broken(instance, choice) for choice in _that_meet(instance, frozenset())))


# --- the loops ------------------------------------------------------------------------------------------------


def _that_meet(instance: dict[str, Any], wanted: frozenset[str] | None) -> Iterator[Choice]:
    """Yield the layouts that meet the wanted requirements, None: all of them."""
    for place in places(instance):
        yield from _completed(instance, Choice(place, "", None, 0, 0, 0, 0), 0, wanted)


def _completed(
    instance: dict[str, Any], choice: Choice, depth: int, wanted: frozenset[str] | None
) -> Iterator[Choice]:
    """Yield the layouts that begin like `choice`, whose first variables have values."""
    if any(wanted is None or label in wanted for label in STAGES[depth](instance, choice)):
        return
    if depth == len(LOOPS):
        yield choice
        return
    for following in LOOPS[depth](instance, choice):
        yield from _completed(instance, following, depth + 1, wanted)


def places(instance: dict[str, Any]) -> list[Place]:
    """Return the partitions with their node types, the preferred first."""
    site, limited = instance["site"], "time" in instance["demand"]["pins"]
    nodes = {node["name"]: node for node in site["node_types"]}
    pairs = [(each, nodes[name]) for each in site["partitions"] for name in each["node_types"]]
    pairs = pairs or [(NO_PARTITION, node) for node in nodes.values()]
    pairs.sort(key=lambda p: (not limited and (p[0].get("max_time") or DAY) < DAY, not p[0]["default"]))
    return [
        Place(
            partition,
            node,
            index,
            min(node["cpus"], partition.get("max_cpus_per_node") or node["cpus"]),
            min(node["memory"], partition.get("max_mem_per_node") or node["memory"]),
        )
        for index, (partition, node) in enumerate(pairs)
    ]


def _modes(instance: dict[str, Any], choice: Choice) -> Iterator[Choice]:
    for mode in modes_of(instance["demand"]):
        leaders: list[Place | None] = [None]
        if mode == "hetjob":
            leaders = [place for place in places(instance) if not place.node["gpus"]] or [None]
        for leader in leaders:
            yield choice._replace(mode=mode, leader=leader)


def modes_of(demand: dict[str, Any]) -> tuple[str, ...]:
    """Return the modes that the program can run in at all."""
    if demand["serial"]:
        return ("homogeneous",) if demand["gpu"] else ("heterogeneous", "homogeneous")
    return MODES


def _gpus(instance: dict[str, Any], choice: Choice) -> Iterator[Choice]:
    demand = instance["demand"]
    if not demand["gpu"]:
        yield choice
        return
    for number in sorted({*range(1, max(choice.place.node["gpus"], 1) + 1), *_wished_gpus(demand)}):
        yield choice._replace(gpus=number)


def _wished_gpus(demand: dict[str, Any]) -> set[int]:
    """Return the GPUs of a node that the user could mean, whatever it has; 1 is always among them."""
    pins, total = demand["pins"], demand["pins"].get("gpus", 1)
    numbers = {1, pins.get("gpus_per_node", 1), _highest(pins.get("gpu_ids", "")) + 1}
    numbers |= {n for n in range(1, total + 1) if total % n == 0}
    if "ntasks_per_node" in pins and ("ranks_per_gpu" in pins or demand["one_rank_per_gpu"]):
        each, per_gpu = pins["ntasks_per_node"], pins.get("ranks_per_gpu", 1)
        numbers |= {each // per_gpu, (each - 1) // per_gpu}
    return numbers - {0}


def _cpus(instance: dict[str, Any], choice: Choice) -> Iterator[Choice]:
    pins = instance["demand"]["pins"]
    numbers = {*range(1, choice.place.node["cpus"] + 1), pins.get("cpus_per_task", 1), pins.get("threads", 1)}
    for number in sorted(numbers):
        yield choice._replace(c=number)


def _workers(instance: dict[str, Any], choice: Choice) -> Iterator[Choice]:
    demand, pins = instance["demand"], instance["demand"]["pins"]
    if choice.mode == "heterogeneous":
        yield choice
        return
    numbers = set(range(1, max(choice.place.node["cpus"], 4 if demand["rules"] else 1) + 1))
    extra = extra_rank(demand, choice)
    for pin in (pins.get("ntasks_per_node", 0), pins.get("ntasks", 0)):
        numbers |= {
            pin,
            pin - extra,
            *((pin - extra) // n for n in range(1, pin - extra + 1) if (pin - extra) % n == 0),
        }
    if demand["gpu"]:
        numbers |= {
            gpus * pins.get("ranks_per_gpu", 1) + more for gpus in _wished_gpus(demand) for more in (0, 1)
        }
    for number in sorted(number for number in numbers if number > 0):
        yield choice._replace(w=number)


def _amounts(instance: dict[str, Any], choice: Choice) -> Iterator[Choice]:
    demand, pins = instance["demand"], instance["demand"]["pins"]
    most = max(choice.place.node["count"], nodes_allowed(instance, choice.place))
    if choice.mode == "heterogeneous":
        numbers = {*range(1, max(most * choice.place.node["cpus"], 9) + 1), pins.get("ntasks", 1)}
    else:
        numbers = {*range(1, max(most, 4 if demand["rules"] else 3) + 1), pins.get("nodes", 1)}
        ranks = pins.get("ntasks", 0) - extra_rank(demand, choice)
        numbers |= {ranks // choice.w} if ranks > 0 and ranks % choice.w == 0 else set()
        numbers |= (
            {pins["gpus"] // choice.gpus}
            if pins.get("gpus", 1) % max(choice.gpus, 1) == 0 and choice.gpus and "gpus" in pins
            else set()
        )
    for number in sorted(numbers):
        yield choice._replace(amount=number)


LOOPS = (_modes, _gpus, _cpus, _workers, _amounts)


# --- what follows from a choice -------------------------------------------------------------------------------


def extra_rank(demand: dict[str, Any], choice: Choice) -> int:
    """Return the rank beside the workers: e."""
    if choice.mode == "one-task-per-node":
        return int(demand["leader"])
    return int(choice.mode in ("homogeneous+1", "hetjob"))


def whole_cores(choice: Choice, cpus: int) -> int:
    """Return CPUs rounded up to whole cores: round()."""
    core = choice.place.node["core"]
    return -(-cpus // core) * core


def tasks_that_fit(instance: dict[str, Any], choice: Choice) -> int:
    """Return how many tasks of a heterogeneous job Slurm puts on an empty node: f."""
    cpus, core = choice.place.cpus, choice.place.node["core"]
    if not exclusive(instance):  # the partition's limit on memory is for one task, when the job is submitted
        by_memory = choice.place.node["memory"] // memory_per_cpu(instance, choice._replace(amount=2))
        cpus = min(cpus, by_memory // core * core)
    return int(max(1, cpus // choice.c))


def ranks(instance: dict[str, Any], choice: Choice) -> int:
    """Return R."""
    if choice.mode == "heterogeneous":
        return choice.amount
    return choice.w * choice.amount + extra_rank(instance["demand"], choice)


def has_leader(instance: dict[str, Any], choice: Choice) -> bool:
    return instance["demand"]["leader"] and ranks(instance, choice) > 1


def workers(instance: dict[str, Any], choice: Choice) -> int:
    """Return W."""
    return ranks(instance, choice) - int(has_leader(instance, choice))


def nodes(instance: dict[str, Any], choice: Choice) -> int:
    """Return the nodes with workers."""
    if choice.mode == "heterogeneous":
        least = choice.place.partition.get("min_nodes") or 1
        return max(ceil(choice.amount / tasks_that_fit(instance, choice)), min(least, choice.amount))
    return choice.amount


def fullest(instance: dict[str, Any], choice: Choice) -> int:
    """Return the ranks of the fullest node with workers, for each of which CPUs are taken there."""
    if choice.mode == "heterogeneous" and exclusive(instance):
        return ceil(choice.amount / nodes(instance, choice))
    if choice.mode == "heterogeneous":
        kept = ((choice.place.partition.get("min_nodes") or 1) - 1) * whole_cores(choice, choice.c)
        most = (choice.amount * choice.c - kept) // choice.c
        return max(1, min(tasks_that_fit(instance, choice), most))
    return tasks_of_node(instance, choice)


def tasks_of_node(instance: dict[str, Any], choice: Choice) -> int:
    """Return the ranks for which Slurm takes CPUs on each node; one where Slurm places them."""
    if choice.mode == "heterogeneous":
        return 1
    return choice.w + (0 if choice.mode == "hetjob" else extra_rank(instance["demand"], choice))


def allocated(instance: dict[str, Any], choice: Choice) -> int:
    """Return the CPUs of the fullest node: A."""
    if exclusive(instance):
        return int(choice.place.node["cpus"])
    return whole_cores(choice, fullest(instance, choice) * choice.c)


def limited_cpus(instance: dict[str, Any], choice: Choice) -> int:
    """Return the CPUs by which memory by CPU is multiplied for the partition's limit: L."""
    if exclusive(instance):
        there = choice.place.partition.get("node_types") or [choice.place.node["name"]]
        return max(int(node["cpus"]) for node in instance["site"]["node_types"] if node["name"] in there)
    return tasks_of_node(instance, choice) * choice.c


def by_node(instance: dict[str, Any], choice: Choice) -> bool:
    """Return whether memory is asked for by node."""
    asked = "mem" in instance["demand"]["pins"] or instance["site"]["memory_flag"] == "per_node"
    return asked and choice.mode != "heterogeneous"


def exclusive(instance: dict[str, Any]) -> bool:
    return bool(instance["demand"]["pins"].get("exclusive"))


def threads(instance: dict[str, Any], choice: Choice) -> int:
    """Return T."""
    demand = instance["demand"]
    return int(demand["pins"].get("threads", choice.c if demand["threads"] else 1))


def workers_of_nodes(instance: dict[str, Any], choice: Choice) -> list[int]:
    """Return how many workers each node has, not for heterogeneous jobs."""
    counts = [choice.w] * choice.amount
    if choice.mode == "homogeneous" and has_leader(instance, choice):
        counts[0] -= 1
    if not instance["demand"]["leader"] and choice.mode != "hetjob":
        counts[0] += extra_rank(instance["demand"], choice)
    return counts


# --- memory ---------------------------------------------------------------------------------------------------


def memory_of(instance: dict[str, Any], choice: Choice, what: str, *, sure: bool) -> float:
    """Return the GiB of a `worker`, a `leader`, or of a worker on a GPU (`vram`)."""
    memory = instance["demand"]["memory"]
    found = memory[what] + memory.get(f"{what}_per_thread", 0) * threads(instance, choice)
    return float(found if sure else found + memory[f"{what}_assumed"])


def memory_of_rank(instance: dict[str, Any], choice: Choice, *, sure: bool) -> float:
    """Return the GiB of the rank that takes most: a worker or the leader."""
    worker = memory_of(instance, choice, "worker", sure=sure)
    if not has_leader(instance, choice):
        return worker
    return max(worker, memory_of(instance, choice, "leader", sure=sure))


def need(instance: dict[str, Any], choice: Choice, *, sure: bool) -> float:
    """Return the GiB of the ranks of the fullest node, with the leader or another, whichever is more."""
    worker = memory_of(instance, choice, "worker", sure=sure)
    counts = workers_of_nodes(instance, choice)
    if not has_leader(instance, choice) or choice.mode == "hetjob":
        return max(counts) * worker
    first = counts[0] * worker + memory_of(instance, choice, "leader", sure=sure)
    return max(first, *(count * worker for count in counts[1:]), 0)


def most_per_cpu(instance: dict[str, Any], choice: Choice) -> int:
    """Return the partition's limit on MiB per CPU; by node it holds for the CPUs that the tasks ask for."""
    most: int = choice.place.partition.get("max_mem_per_cpu") or 10**9
    if not by_node(instance, choice):
        return most
    return most * fullest(instance, choice) * choice.c // allocated(instance, choice)


def wanted_per_cpu(instance: dict[str, Any], choice: Choice) -> int:
    """Return the MiB per CPU that the job should have, whatever there is."""
    pinned = instance["demand"]["pins"].get("mem_per_cpu")
    if pinned:
        return int(pinned)
    usual = instance["site"]["policy"]["mem_per_cpu"]
    gives_way = max(usual, needed_per_cpu(instance, choice, sure=False))
    return max(min(gives_way, most_per_cpu(instance, choice)), needed_per_cpu(instance, choice, sure=True))


def needed_per_cpu(instance: dict[str, Any], choice: Choice, *, sure: bool) -> int:
    """Return the MiB per CPU that the ranks need."""
    if choice.mode == "heterogeneous":
        return ceil(memory_of_rank(instance, choice, sure=sure) * 1024 / choice.c)
    return ceil(need(instance, choice, sure=sure) * 1024 / allocated(instance, choice))


def memory_per_cpu(instance: dict[str, Any], choice: Choice) -> int:
    """Return the MiB per CPU that the job is given."""
    wanted = wanted_per_cpu(instance, choice)
    if "mem_per_cpu" in instance["demand"]["pins"]:
        return wanted
    cpus = choice.place.node["cpus"] if exclusive(instance) else whole_cores(choice, choice.c)
    if choice.mode != "heterogeneous":
        cpus = allocated(instance, choice)
    limit = choice.place.partition.get("max_mem_per_node")
    limited = cpus if by_node(instance, choice) else limited_cpus(instance, choice)
    return min(wanted, choice.place.node["memory"] // cpus, limit // limited if limit else wanted)


def memory_of_job(instance: dict[str, Any], choice: Choice) -> int:
    """Return the MiB that Slurm allocates on the fullest node."""
    pinned = instance["demand"]["pins"].get("mem")
    return int(pinned or memory_per_cpu(instance, choice) * allocated(instance, choice))


def memory_excess(instance: dict[str, Any], choice: Choice, *, sure: bool) -> float:
    """Return the GiB by which ranks take more than they may on the fullest node."""
    pins = instance["demand"]["pins"]
    if choice.mode == "heterogeneous":
        there = memory_per_cpu(instance, choice) * choice.c / 1024
        return memory_of_rank(instance, choice, sure=sure) - there
    there = choice.place.memory
    if "mem" in pins:
        there = pins["mem"]
    elif "mem_per_cpu" in pins:
        there = pins["mem_per_cpu"] * allocated(instance, choice)
    elif not sure and choice.place.partition.get("max_mem_per_cpu"):
        there = min(there, choice.place.partition["max_mem_per_cpu"] * allocated(instance, choice))
    return need(instance, choice, sure=sure) - there / 1024


# --- GPUs -----------------------------------------------------------------------------------------------------


class Use(NamedTuple):
    """What the ranks do with the GPUs of all nodes."""

    counts: list[list[int]]  # workers of each GPU of each node
    most: int  # workers of the busiest GPU, of those that are listed and not there, too
    straddling: int  # workers with threads on several


def shares(ids: str) -> bool:
    """Whether a list gives one GPU to several ranks, or several to one."""
    entries = [entry.split(",") for entry in ids.split(":")] if ids else []
    return any(len(entry) > 1 for entry in entries) or len({entry[0] for entry in entries}) < len(entries)


def gpu_use(instance: dict[str, Any], choice: Choice) -> Use:
    """Map every rank to its devices, as RELION does."""
    demand = instance["demand"]
    counts = tuple(workers_of_nodes(instance, choice))
    mapped = _by_rank if demand["one_rank_per_gpu"] else _by_worker
    return mapped(counts, choice.gpus, threads(instance, choice), demand["pins"].get("gpu_ids", ""))


@lru_cache(maxsize=100_000)
def _by_worker(on_nodes: tuple[int, ...], gpus: int, threads: int, ids: str) -> Use:
    counts, straddling, worker, most = [], 0, 0, 0
    for on_node in on_nodes:
        used, everywhere = [0] * gpus, [0] * 10
        for _ in range(on_node):
            if ids:
                entries = ids.split(":")
                devices = {int(each) for each in entries[worker % len(entries)].split(",")[:threads]}
            else:
                local = worker % on_node
                devices = {gpus * (local * threads + i) // (on_node * threads) for i in range(threads)}
            for device in devices:
                everywhere[device] += 1
                if device < gpus:
                    used[device] += 1
            straddling += len(devices) > 1
            worker += 1
        counts.append(used)
        most = max(most, *everywhere)
    return Use(counts, most, straddling)


@lru_cache(maxsize=100_000)
def _by_rank(on_nodes: tuple[int, ...], gpus: int, _threads: int, ids: str) -> Use:
    counts, rank, most = [], 0, 0
    entries = ids.split(":") if ids else []
    for on_node in on_nodes:
        used, everywhere, covered = [0] * gpus, [0] * 10, True
        for _ in range(on_node):
            covered = covered and (rank < len(entries) or not entries)
            devices = (
                [int(each) for each in entries[rank].split(",")] if rank < len(entries) else [rank % gpus]
            )
            for device in devices:
                everywhere[device] += 1
                if device < gpus:
                    used[device] += 1
            rank += 1
        if covered:
            counts.append(used)
            most = max(most, *everywhere)
    return Use(counts, most, 0)


def _highest(ids: str) -> int:
    return max((int(each) for each in ids.replace(",", ":").split(":") if each), default=-1)


def uneven(instance: dict[str, Any], choice: Choice) -> bool:
    """Tell whether workers share GPUs more unevenly, or more of them share one, than they may."""
    pins = instance["demand"]["pins"]
    asked = "ntasks" in pins or "ntasks_per_node" in pins
    for used, on_node in zip(
        gpu_use(instance, choice).counts, workers_of_nodes(instance, choice), strict=True
    ):
        if max(used) - min(used) > (1 if asked and on_node % choice.gpus else 0):
            return True
        if not asked and max(used) > pins.get("ranks_per_gpu", 1):
            return True
    return False


def vram_excess(instance: dict[str, Any], choice: Choice, *, sure: bool) -> float:
    """Return the GiB by which the workers of the busiest GPU take more than it has."""
    if not choice.place.node["vram"] or choice.mode == "heterogeneous":
        return 0
    return gpu_use(instance, choice).most * memory_of(instance, choice, "vram", sure=sure) - float(
        choice.place.node["vram"]
    )


# --- the constraint -------------------------------------------------------------------------------------------


@lru_cache
def _constraint(text: str) -> NodeConstraint:
    return parse_constraint(text)


def allows(tree: NodeConstraint, features: list[str]) -> bool:
    """Tell whether a node with these features may be part of the job."""
    if tree.kind == FEATURE:
        return tree.name in features
    if tree.kind == ALL:
        return all(allows(part, features) for part in tree.parts)
    if tree.kind == COUNTED:
        return allows(tree.parts[0], features)
    return any(allows(part, features) for part in tree.parts)


def least_nodes(tree: NodeConstraint) -> int:
    """Return how many nodes the counts of `[a*1&b*2]` ask for."""
    return sum(part.count for part in tree.parts) if tree.kind == SPLIT else 1


def nodes_allowed(instance: dict[str, Any], place: Place) -> int:
    """Return the nodes of this hardware, in the partition, that the constraint allows; of `[a|b]` those of one part."""
    demand, pins, nodes = instance["demand"], instance["demand"]["pins"], instance["site"]["node_types"]
    if place.partition is NO_PARTITION:
        return int(place.node["count"])
    scratch = pins.get("scratch", demand["scratch"])
    alike = [node for node in nodes if node["name"] in place.partition["node_types"]]
    alike = [node for node in alike if all(node[key] == place.node[key] for key in HARDWARE)]
    alike = [node for node in alike if node is place.node or scratch <= (node["scratch"] or scratch)]
    if "constraint" not in pins:
        return sum(node["count"] for node in alike)
    tree = _constraint(pins["constraint"])
    parts = tree.parts if tree.kind == SAME else (tree,)
    allowed = [node for node in alike if allows(tree, node["features"])] or alike
    if allowed is alike:
        return sum(node["count"] for node in alike)
    return max(sum(node["count"] for node in allowed if allows(part, node["features"])) for part in parts)


def leader_takes_one(instance: dict[str, Any], choice: Choice) -> bool:
    """Tell whether the node of a leader apart may be one of those for workers."""
    place, leader = choice.place, choice.leader
    if leader is None or place.partition is NO_PARTITION:
        return False
    both = set(place.partition["node_types"]) & set(leader.partition["node_types"])
    shared = [node for node in instance["site"]["node_types"] if node["name"] in both]
    return any(all(node[key] == place.node[key] == leader.node[key] for key in HARDWARE) for node in shared)


HARDWARE = ("cpus", "core", "memory", "gpu_type", "gpus", "vram", "cpus_per_gpu")


# --- requirements: each function yields the labels that the choice breaks, as soon as its variables are known --------


def _place_breaks(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    demand = instance["demand"]
    pins, partition, node = demand["pins"], choice.place.partition, choice.place.node
    if pins.get("partition", partition["name"]) != partition["name"]:
        yield "pin:partition"
    if pins.get("gpu_type", node["gpu_type"]) != node["gpu_type"]:
        yield "pin:gpu_type"
    if partition.get("max_time") and pins.get("time", 0) > partition["max_time"]:
        yield "site:max_time"
    if node["scratch"] and pins.get("scratch", demand["scratch"]) > node["scratch"]:
        yield "site:scratch"
    if exclusive(instance) and node["cpus"] > (partition.get("max_cpus_per_node") or node["cpus"]):
        yield "site:exclusive"
    if demand["gpu"] and not node["gpus"]:
        yield "need:gpu_node"
    if demand["scratch"] > pins.get("scratch", demand["scratch"]):
        yield "need:scratch"


def _mode_breaks(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    site, demand, mode = instance["site"], instance["demand"], choice.mode
    pins = demand["pins"]
    if pins.get("layout", mode) != mode:
        yield "pin:layout"
    if "mem" in pins and mode == "heterogeneous":
        yield "pin:mem"
    if mode not in site["modes"]:
        yield "site:modes"
    if mode == "heterogeneous" and site["memory_flag"] == "per_node":
        yield "site:memory_flag"
    if mode == "heterogeneous" and demand["gpu"]:
        yield "need:mode"
    if mode == "hetjob" and not (demand["leader"] and demand["gpu"]):
        yield "need:mode"
    if mode in ("hetjob", "one-task-per-node") and demand["interactive"]:
        yield "need:mode"


def _gpus_break(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    inside = exclusive(instance) and choice.gpus and choice.mode == "one-task-per-node"
    if inside and choice.place.node["gpus"] > choice.gpus:
        yield "site:exclusive"
    pins = instance["demand"]["pins"]
    if not instance["demand"]["gpu"]:
        return
    if choice.gpus > (choice.place.node["gpus"] or choice.gpus):
        yield "site:gpus"
    if pins.get("gpus_per_node", choice.gpus) != choice.gpus:
        yield "pin:gpus_per_node"
    if _highest(pins.get("gpu_ids", "")) + 1 > choice.gpus:
        yield "need:devices"


def _cpus_break(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    pins = instance["demand"]["pins"]
    if pins.get("cpus_per_task", choice.c) != choice.c:
        yield "pin:cpus_per_task"
    if pins.get("threads", 0) > choice.c:
        yield "need:threads"
    if choice.mode == "hetjob" and _no_leader_there(instance, choice):
        yield "site:leader"


def _no_leader_there(instance: dict[str, Any], choice: Choice) -> bool:
    pins, leader = instance["demand"]["pins"], choice.leader
    if leader is None:
        return True
    partition = leader.partition
    if partition.get("max_time") and pins.get("time", 0) > partition["max_time"]:
        return True
    if (partition.get("min_nodes") or 1) > 1:
        return True
    if cpus_of_leader(instance, choice) > leader.cpus:
        return True
    return memory_of(instance, choice, "leader", sure=True) * 1024 > leader.memory


def cpus_of_leader(instance: dict[str, Any], choice: Choice) -> int:
    """Return the CPUs of a leader apart: one core, or more where a CPU may have only so much memory."""
    leader = choice.leader
    assert leader is not None
    core, most = leader.node["core"], leader.partition.get("max_mem_per_cpu")
    usual = instance["site"]["policy"]["mem_per_cpu"]
    wanted = max(
        core * min(usual, most or usual), ceil(memory_of(instance, choice, "leader", sure=False) * 1024)
    )
    cpus = max(core, ceil(min(wanted, leader.memory) / most) if most else 1)
    return int(-(-cpus // core) * core)


def _workers_break(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    demand, pins = instance["demand"], instance["demand"]["pins"]
    heterogeneous = choice.mode == "heterogeneous"
    on_node = 0 if heterogeneous else tasks_of_node(instance, choice)
    if pins.get("ntasks_per_node", on_node) != on_node:
        yield "pin:ntasks_per_node"
    tasks, cpus = tasks_of_node(instance, choice), choice.place.node["cpus"]
    if demand["gpu"] and choice.place.node["cpus_per_gpu"]:
        cpus = min(cpus, choice.place.node["cpus_per_gpu"] * choice.gpus)
    if tasks * choice.c > choice.place.cpus or whole_cores(choice, tasks * choice.c) > cpus:
        yield "site:cpus"
    wanted = choice.w if shares(pins.get("gpu_ids", "")) else choice.gpus * pins.get("ranks_per_gpu", 1)
    if demand["one_rank_per_gpu"] and abs(choice.w - wanted) + extra_rank(demand, choice) > 0:
        yield "need:rank_per_gpu"


def _amount_breaks(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    yield from _ranks_break(instance, choice)
    yield from _nodes_break(instance, choice)
    yield from _memory_breaks(instance, choice)
    if instance["demand"]["gpu"] and choice.mode == "heterogeneous":
        yield "need:busy_gpus"  # nobody knows where the ranks will be
        if "ranks_per_gpu" in instance["demand"]["pins"]:
            yield "pin:ranks_per_gpu"
        if instance["demand"]["single_gpu"] and choice.amount * choice.gpus > 1:
            yield "need:single_gpu"
    elif instance["demand"]["gpu"]:
        yield from _gpu_use_breaks(instance, choice)


def _ranks_break(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    demand, pins = instance["demand"], instance["demand"]["pins"]
    number = ranks(instance, choice)
    if pins.get("ntasks", number) != number:
        yield "pin:ntasks"
    for index, rule in enumerate(demand["rules"]):
        if (
            number < rule["minimum"]
            or (rule["maximum"] or number) < number
            or (rule["odd"] and number % 2 == 0)
        ):
            yield f"need:ranks:{index}"
    if demand["serial"] and number > 1:
        yield "need:serial"
    if demand["one_rank_per_gpu"] and pins.get("gpu_ids") and number > len(pins["gpu_ids"].split(":")):
        yield "need:gpu_list"
    if demand["items"] and workers(instance, choice) > demand["items"]:
        yield "need:items"


def _nodes_break(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    demand, pins, partition = instance["demand"], instance["demand"]["pins"], choice.place.partition
    number, heterogeneous = nodes(instance, choice), choice.mode == "heterogeneous"
    if "nodes" in pins and (heterogeneous or pins["nodes"] != number):
        yield "pin:nodes"
    if "gpus" in pins and (heterogeneous or pins["gpus"] != number * choice.gpus):
        yield "pin:gpus"
    if "constraint" in pins:
        tree = _constraint(pins["constraint"])
        if not allows(tree, choice.place.node["features"]) or number < least_nodes(tree):
            yield "pin:constraint"
    if number + leader_takes_one(instance, choice) > nodes_allowed(instance, choice.place):
        yield "site:count"
    if number > (partition.get("max_nodes") or number):
        yield "site:max_nodes"
    if number < (partition.get("min_nodes") or 0):
        yield "site:min_nodes"
    if demand["interactive"] and number > 1:
        yield "need:one_node"


def _memory_breaks(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    several = fullest(instance, choice) > 1 and choice.mode != "one-task-per-node"
    if choice.c > 1 and several and choice.c % choice.place.node["core"]:
        yield "site:whole_cores"
    job, partition = memory_of_job(instance, choice), choice.place.partition
    counted, each = job, float(memory_per_cpu(instance, choice))
    if by_node(instance, choice):
        each = job / (fullest(instance, choice) * choice.c)
    else:
        counted = memory_per_cpu(instance, choice) * limited_cpus(instance, choice)
    if job > choice.place.node["memory"] or counted > (partition.get("max_mem_per_node") or 10**9):
        yield "site:memory"
    if each > (partition.get("max_mem_per_cpu") or 10**9):
        yield "site:max_mem_per_cpu"
    if memory_excess(instance, choice, sure=True) > 0:
        yield "need:memory"


def _gpu_use_breaks(instance: dict[str, Any], choice: Choice) -> Iterator[str]:
    demand, pins = instance["demand"], instance["demand"]["pins"]
    ids = pins.get("gpu_ids", "")
    in_the_way = choice.mode == "homogeneous" and demand["leader"] and choice.w > 1
    if "ranks_per_gpu" in pins and (in_the_way or choice.w != pins["ranks_per_gpu"] * choice.gpus):
        yield "pin:ranks_per_gpu"
    if demand["single_gpu"] and choice.amount * choice.gpus > 1:
        yield "need:single_gpu"
    if any(0 in used for used in gpu_use(instance, choice).counts):
        yield "need:busy_gpus"
    if not ids and not demand["serial"] and uneven(instance, choice):
        yield "need:even_gpus"
    if not ids and not demand["serial"] and gpu_use(instance, choice).straddling:
        yield "need:one_gpu"
    if vram_excess(instance, choice, sure=True) > 0:
        yield "need:vram"


STAGES = (_place_breaks, _mode_breaks, _gpus_break, _cpus_break, _workers_break, _amount_breaks)


# --- costs ----------------------------------------------------------------------------------------------------


def cost_vector(instance: dict[str, Any], choice: Choice) -> dict[str, float]:
    """Return the costs, the most telling first."""
    pins = instance["demand"]["pins"]
    number, usual = ranks(instance, choice), usual_ranks(instance)
    budget = "nodes" in pins and "ntasks" not in pins
    left, stranded = without_memory(instance, choice)
    found = {
        "ranks missing": max(0, usual - number) if usual else 0,
        "GPUs left": gpus_left(instance, choice),
        "GPUs doubled": gpus_doubled(instance, choice),
        "threads": abs(choice.c - preferred_cpus(instance, choice)),
        "workers": -workers(instance, choice) if budget else 0,
        "ranks beyond": max(0, number - usual) if usual and not budget else 0,
        "memory missing": max(0, memory_excess(instance, choice, sure=False)),
        "GPU memory missing": max(0, vram_excess(instance, choice, sure=False)) if choice.gpus else 0,
        "CPUs idle": cpus_idle(instance, choice) + left,
        "mode": mode_order(instance).index(choice.mode),
        "memory stranded": stranded,
        "nodes": nodes(instance, choice) + (choice.mode == "hetjob"),
        "kind of node": choice.place.preference,
        "the leader's node": choice.leader.preference if choice.leader else 0,
    }
    assert tuple(found) == COSTS
    return found


def usual_ranks(instance: dict[str, Any]) -> int:
    """Return the ranks of a job on CPUs that asks for none, 0 for others."""
    demand = instance["demand"]
    if (
        demand["gpu"]
        or demand["serial"]
        or any(name in demand["pins"] for name in ("ntasks", "nodes", "gpus"))
    ):
        return 0
    most = [
        instance["site"]["policy"]["ntasks"],
        *(rule["maximum"] for rule in demand["rules"] if rule["maximum"]),
    ]
    return min(most + ([demand["items"] + demand["leader"]] if demand["items"] else []))


def gpus_left(instance: dict[str, Any], choice: Choice) -> int:
    demand, there = instance["demand"], choice.place.node["gpus"]
    if demand["gpu"] and (demand["serial"] or demand["single_gpu"]):
        return nodes(instance, choice) * (choice.gpus - 1)
    shared = not exclusive(instance) and {"gpus", "gpus_per_node"} & set(demand["pins"])
    if demand["gpu"] and shared:
        return 0
    return nodes(instance, choice) * max(there - choice.gpus, 0)


def gpus_doubled(instance: dict[str, Any], choice: Choice) -> int:
    if not instance["demand"]["gpu"]:
        return 0
    alone = choice.mode == "homogeneous" and choice.amount == 1 and has_leader(instance, choice)
    return max(0, choice.w - alone - choice.gpus)


def preferred_cpus(instance: dict[str, Any], choice: Choice) -> int:
    demand, node = instance["demand"], choice.place.node
    if demand["gpu"]:
        return int(node["gpu_threads"] or instance["site"]["policy"]["gpu_threads"])
    return int(demand["usual_cpus"] if demand["threads"] else node["core"])


def cpus_idle(instance: dict[str, Any], choice: Choice) -> int:
    """Return CPUs of leaders' slots, of rounding and of whole nodes, and what the use of the mode counts."""
    idle = int(instance["site"]["policy"]["idle_cpus"].get(choice.mode, 0))
    if choice.mode in ("homogeneous+1", "one-task-per-node"):
        idle += extra_rank(instance["demand"], choice) * (choice.amount - 1) * choice.c
    if choice.mode != "heterogeneous":
        idle += choice.amount * (allocated(instance, choice) - fullest(instance, choice) * choice.c)
    return idle


def memory_of_a_rank(instance: dict[str, Any], choice: Choice) -> int:
    """Return the MiB that a rank takes, in a job of two nodes, were there room."""
    pins = instance["demand"]["pins"]
    if "mem" in pins:
        return int(pins["mem"] // fullest(instance, choice))
    return wanted_per_cpu(instance, choice._replace(amount=2)) * choice.c


def without_memory(instance: dict[str, Any], choice: Choice) -> tuple[int, int]:
    """Return the CPUs that are left without memory, and the GiB of memory that are left without CPUs."""
    if instance["demand"]["gpu"]:
        return 0, 0
    cpus, memory = choice.place.node["cpus"], choice.place.node["memory"]
    rank, number = memory_of_a_rank(instance, choice), ranks(instance, choice)
    beyond = rank * cpus - choice.c * memory
    return max(0, floor(number * beyond / memory)), max(0, floor(number * -beyond / cpus)) // 1024


def mode_order(instance: dict[str, Any]) -> list[str]:
    """Return the modes that the job can have: the profile's, then others; no worker's place for a leader on GPUs."""
    demand, can = instance["demand"], modes_of(instance["demand"])
    order = [*instance["site"]["modes"], *(mode for mode in MODES if mode not in instance["site"]["modes"])]
    order = [mode for mode in order if mode in can]
    if demand["leader"] and demand["gpu"] and order.index("homogeneous") < order.index("homogeneous+1"):
        order.remove("homogeneous+1")
        order.insert(order.index("homogeneous"), "homogeneous+1")
    return order
