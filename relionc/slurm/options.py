"""Every option of sbatch: one table, which specs, profiles, templates and emission ask.

The rows are literals of Python and not a file of data that a tool compiles
([why](../../docs/decisions/0013-one-table-of-sbatch-options.md)). Names, short forms, whether an option takes a value,
and the first and last version are what `src/common/slurm_opt.c` says to sbatch on Slurm's branches from 20.11 to
26.05; a test asks the installed sbatch for each row. Options of plugins (SPANK) are not here: they are a site's.

sbatch takes any beginning of a name that only one option has, so nothing but a full name may reach it.
"""

from __future__ import annotations

from relionc.record import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

NEVER, ALWAYS, MAYBE = "never", "always", "maybe"
"""Whether an option takes a value."""
PLAN, SITE, USER, NOBODY = "plan", "site", "user", "nobody"
"""Who says an option: the plan; the plan or the site's profile for every job; profile and spec; nobody."""
REFUSED, DOUBTFUL, FINE = "refused", "doubtful", "fine"
"""What becomes of a site's own template for scripts that says it."""
TEXT, TIME, SIZE, COUNT, NODES, GRES, GPUS = "text", "time", "size", "count", "nodes", "gres", "gpus"
"""How a value is read (`slurm.values`); nobody reads a text here."""
MEMORY, GPU_NUMBER, NODE_TASKS = "memory", "number of GPUs", "tasks of a node"
"""What several options say, each in its own way."""


class SbatchOption(NamedTuple):
    """An option by its full name; `why` is what to use instead (plan, site) or why nobody says it.

    `each_group`: it says which nodes or what of them, so every group of a hetjob needs it. All others are the job's.
    `template` counts where the owner is nobody: templates in use say some of these, for reasons that we do not know.
    `value` is what every version takes: `requeue` may have one since 25.11, and has none here.
    `form` is how its value is read, `says` what other options say too. `blank`: an empty value behind `=` is none, and
    no mistake (22.05 and 24.11, tried).
    `since` is the first and `until` the last version that knows it; empty: 20.11, and 26.05.
    """

    name: str
    short: str
    value: str
    owner: str
    why: str = ""
    each_group: bool = False
    since: str = ""
    until: str = ""
    template: str = REFUSED
    form: str = TEXT
    says: str = ""
    blank: bool = False

    @property
    def in_template(self) -> str:
        """What becomes of a template that says the option."""
        return self.template if self.owner == NOBODY else FINE


_DEVICE = "every rank would see one device as device 0 (relion#1074)"
_SBATCH_OUTPUT = "Slurm's own output stays beside the job; RELION's goes to run.out and run.err"
_CONTAINER = "the whole script would run inside a bundle; a container belongs between launcher and program"
_ENDS = "sbatch would only print, and submit nothing"
_PRINTS = "submit.sh reads what sbatch prints"
_PLACES = "the plan places ranks itself; use `resources` and `layout`"
_TASKS = "use `resources.ntasks` and `resources.ntasks_per_node`"
_READS = "sbatch would read a file of whoever submits"
_COUNTS = "it changes which CPUs a job gets, and the plan has counted them without it; `directives` of a profile may"
_LOGIN = "the environment is the profile's"

_ROWS = (
    SbatchOption("account", "A", ALWAYS, SITE, "use `resources.account`", blank=True),
    SbatchOption("acctg-freq", "", ALWAYS, USER),
    SbatchOption("array", "a", ALWAYS, NOBODY, "a RELION job is one job"),
    SbatchOption("autocomplete", "", ALWAYS, NOBODY, _ENDS, since="23.02"),
    SbatchOption("batch", "", ALWAYS, NOBODY, "the plan says which node runs the script", template=DOUBTFUL),
    SbatchOption("bb", "", ALWAYS, SITE, "burst buffers copy files before and after the job"),
    SbatchOption("bbf", "", ALWAYS, SITE, _READS),
    SbatchOption("begin", "b", ALWAYS, USER),
    SbatchOption("chdir", "D", ALWAYS, PLAN, "use `project`"),
    SbatchOption("cluster", "", ALWAYS, NOBODY, "an undocumented form of `clusters`", template=DOUBTFUL),
    SbatchOption("cluster-constraint", "", ALWAYS, SITE, "the plan is made for the cluster of the profile"),
    SbatchOption("clusters", "M", ALWAYS, SITE, "the plan is made for the cluster of the profile"),
    SbatchOption("comment", "", ALWAYS, USER, blank=True),
    SbatchOption("consolidate-segments", "", NEVER, USER, each_group=True, since="25.11"),
    SbatchOption("constraint", "C", ALWAYS, PLAN, "use `resources.constraint`", each_group=True, blank=True),
    SbatchOption("container", "", ALWAYS, NOBODY, _CONTAINER, since="21.08", template=DOUBTFUL),
    SbatchOption("container-id", "", ALWAYS, NOBODY, _CONTAINER, since="23.02", template=DOUBTFUL),
    SbatchOption("container-type", "", ALWAYS, NOBODY, _CONTAINER, since="26.05", template=DOUBTFUL),
    SbatchOption(
        "context",
        "",
        ALWAYS,
        NOBODY,
        "the security context is the system's",
        since="21.08",
        template=DOUBTFUL,
    ),
    SbatchOption("contiguous", "", NEVER, USER, each_group=True),
    SbatchOption("core-spec", "S", ALWAYS, SITE, _COUNTS, each_group=True),
    SbatchOption("cores-per-socket", "", ALWAYS, USER, each_group=True),
    SbatchOption("cpu-freq", "", ALWAYS, USER, each_group=True),
    SbatchOption(
        "cpus-per-gpu",
        "",
        ALWAYS,
        NOBODY,
        "use `resources.cpus_per_task`: Slurm refuses both",
        template=DOUBTFUL,
    ),
    SbatchOption(
        "cpus-per-task", "c", ALWAYS, PLAN, "use `resources.cpus_per_task`", each_group=True, form=COUNT
    ),
    SbatchOption("deadline", "", ALWAYS, USER),
    SbatchOption("delay-boot", "", ALWAYS, USER),
    SbatchOption("dependency", "d", ALWAYS, PLAN, "use `after`", blank=True),
    SbatchOption("distribution", "m", ALWAYS, PLAN, "the plan places the ranks, in blocks", each_group=True),
    SbatchOption("error", "e", ALWAYS, NOBODY, _SBATCH_OUTPUT, template=FINE),
    SbatchOption("exclude", "x", ALWAYS, USER, each_group=True, blank=True),
    SbatchOption("exclusive", "", MAYBE, PLAN, "use `resources.exclusive`", each_group=True),
    SbatchOption("export", "", ALWAYS, SITE, "it sets variables that shells and programs obey"),
    SbatchOption("export-file", "", ALWAYS, NOBODY, _READS),
    SbatchOption("external", "", NEVER, NOBODY, "Slurm would not run the script", since="25.05"),
    SbatchOption("extra", "", ALWAYS, USER, since="23.02"),
    SbatchOption("extra-node-info", "B", ALWAYS, SITE, _COUNTS, each_group=True),
    SbatchOption("get-user-env", "", MAYBE, NOBODY, _LOGIN, template=FINE),
    SbatchOption("gid", "", ALWAYS, NOBODY, "a job runs as whoever submits it"),
    SbatchOption("gpu-bind", "", ALWAYS, NOBODY, _DEVICE, template=DOUBTFUL),
    SbatchOption("gpu-freq", "", ALWAYS, USER, each_group=True),
    SbatchOption(
        "gpus",
        "G",
        ALWAYS,
        PLAN,
        "use `resources.gpus`",
        each_group=True,
        form=GPUS,
        says=GPU_NUMBER,
        blank=True,
    ),
    SbatchOption(
        "gpus-per-node",
        "",
        ALWAYS,
        PLAN,
        "use `resources.gpus`",
        each_group=True,
        form=GPUS,
        says=GPU_NUMBER,
        blank=True,
    ),
    SbatchOption(
        "gpus-per-socket",
        "",
        ALWAYS,
        NOBODY,
        "use `resources.gpus`",
        template=DOUBTFUL,
        form=GPUS,
        says=GPU_NUMBER,
    ),
    SbatchOption("gpus-per-task", "", ALWAYS, NOBODY, _DEVICE, template=DOUBTFUL, form=GPUS, says=GPU_NUMBER),
    SbatchOption(
        "gres", "", ALWAYS, SITE, "use `resources.gpus` and `resources.scratch`", each_group=True, form=GRES
    ),
    SbatchOption("gres-flags", "", ALWAYS, USER, each_group=True),
    SbatchOption("help", "h", NEVER, NOBODY, _ENDS),
    SbatchOption("hint", "", ALWAYS, SITE, _COUNTS, each_group=True),
    SbatchOption(
        "hold",
        "H",
        NEVER,
        NOBODY,
        "the job, and all that wait for it, would wait for a person",
        template=DOUBTFUL,
    ),
    SbatchOption("ignore-pbs", "", NEVER, USER),
    SbatchOption(
        "input", "i", ALWAYS, NOBODY, "the job reads nothing from its standard input", template=DOUBTFUL
    ),
    SbatchOption("job-name", "J", ALWAYS, PLAN, "rename the job itself, under `jobs`", blank=True),
    SbatchOption("kill-on-invalid-dep", "", ALWAYS, PLAN, "submit.sh gives it"),
    SbatchOption("licenses", "L", ALWAYS, USER, blank=True),
    SbatchOption("mail-type", "", ALWAYS, USER),
    SbatchOption("mail-user", "", ALWAYS, USER, blank=True),
    SbatchOption("mcs-label", "", ALWAYS, USER),
    SbatchOption("mem", "", ALWAYS, PLAN, "use `resources.mem`", each_group=True, form=SIZE, says=MEMORY),
    SbatchOption("mem-bind", "", ALWAYS, USER, each_group=True),
    SbatchOption(
        "mem-per-cpu",
        "",
        ALWAYS,
        PLAN,
        "use `resources.mem_per_cpu`",
        each_group=True,
        form=SIZE,
        says=MEMORY,
    ),
    SbatchOption(
        "mem-per-gpu",
        "",
        ALWAYS,
        NOBODY,
        "memory follows from ranks and CPUs here",
        template=DOUBTFUL,
        form=SIZE,
        says=MEMORY,
    ),
    SbatchOption(
        "mem-update",
        "",
        ALWAYS,
        NOBODY,
        "RELION takes more memory late than early",
        since="26.05",
        template=DOUBTFUL,
    ),
    SbatchOption("mincpus", "", ALWAYS, USER, each_group=True),
    SbatchOption("network", "", ALWAYS, USER, each_group=True),
    SbatchOption("nice", "", MAYBE, USER),
    SbatchOption("no-kill", "k", MAYBE, USER),
    SbatchOption("no-requeue", "", NEVER, USER),
    SbatchOption("nodefile", "F", ALWAYS, NOBODY, f"{_READS}; use `nodelist`"),
    SbatchOption("nodelist", "w", ALWAYS, USER, blank=True),
    SbatchOption("nodes", "N", ALWAYS, PLAN, "use `resources.nodes`", each_group=True, form=NODES),
    SbatchOption("ntasks", "n", ALWAYS, PLAN, "use `resources.ntasks`", each_group=True, form=COUNT),
    SbatchOption("ntasks-per-core", "", ALWAYS, NOBODY, _TASKS, template=DOUBTFUL),
    SbatchOption("ntasks-per-gpu", "", ALWAYS, NOBODY, "use resources.ranks_per_gpu", template=DOUBTFUL),
    SbatchOption(
        "ntasks-per-node",
        "",
        ALWAYS,
        PLAN,
        "use `resources.ntasks_per_node`",
        each_group=True,
        form=COUNT,
        says=NODE_TASKS,
    ),
    SbatchOption("ntasks-per-socket", "", ALWAYS, NOBODY, _TASKS, template=DOUBTFUL),
    SbatchOption("ntasks-per-tres", "", ALWAYS, NOBODY, _TASKS, template=DOUBTFUL),
    SbatchOption("oom-kill-step", "", MAYBE, USER, since="24.11"),
    SbatchOption("open-mode", "", ALWAYS, PLAN, _SBATCH_OUTPUT),
    SbatchOption("output", "o", ALWAYS, PLAN, _SBATCH_OUTPUT),
    SbatchOption(
        "overcommit",
        "O",
        NEVER,
        NOBODY,
        "ranks would share CPUs that the plan counts once",
        template=DOUBTFUL,
    ),
    SbatchOption("oversubscribe", "s", NEVER, SITE, _COUNTS, each_group=True),
    SbatchOption("parsable", "", NEVER, NOBODY, "submit.sh asks for it", template=DOUBTFUL),
    SbatchOption("partition", "p", ALWAYS, PLAN, "use `resources.partition`", each_group=True),
    SbatchOption("power", "", ALWAYS, USER, until="23.11"),
    SbatchOption("prefer", "", ALWAYS, USER, each_group=True, since="22.05"),
    SbatchOption("priority", "", ALWAYS, USER),
    SbatchOption("profile", "", ALWAYS, USER),
    SbatchOption("propagate", "", MAYBE, USER),
    SbatchOption("qos", "q", ALWAYS, SITE, "use `resources.qos`", blank=True),
    SbatchOption("quiet", "Q", NEVER, NOBODY, _PRINTS, template=DOUBTFUL),
    SbatchOption("reboot", "", NEVER, USER),
    SbatchOption("requeue", "", NEVER, USER),
    SbatchOption("reservation", "", ALWAYS, USER, each_group=True, blank=True),
    SbatchOption("resources", "", ALWAYS, USER, each_group=True, since="25.11"),
    SbatchOption("resv-ports", "", MAYBE, USER, each_group=True, since="24.05"),
    SbatchOption("segment", "", ALWAYS, USER, each_group=True, since="24.05"),
    SbatchOption("signal", "", ALWAYS, USER),
    SbatchOption("sockets-per-node", "", ALWAYS, USER, each_group=True),
    SbatchOption("spread-job", "", NEVER, SITE, _COUNTS, each_group=True),
    SbatchOption("spread-segments", "", NEVER, USER, each_group=True, since="25.11"),
    SbatchOption("stepmgr", "", NEVER, USER, since="24.05"),
    SbatchOption("switches", "", ALWAYS, USER, each_group=True),
    SbatchOption(
        "tasks-per-node",
        "",
        ALWAYS,
        NOBODY,
        "use `resources.ntasks_per_node`",
        template=DOUBTFUL,
        form=COUNT,
        says=NODE_TASKS,
    ),
    SbatchOption("test-only", "", NEVER, NOBODY, "`relionc lint` checks without a cluster"),
    SbatchOption("thread-spec", "", ALWAYS, SITE, _COUNTS, each_group=True),
    SbatchOption("threads-per-core", "", ALWAYS, SITE, _COUNTS, each_group=True),
    SbatchOption("time", "t", ALWAYS, PLAN, "use `resources.time`", each_group=True, form=TIME),
    SbatchOption("time-min", "", ALWAYS, USER, form=TIME),
    SbatchOption("tmp", "", ALWAYS, USER, each_group=True, form=SIZE),
    SbatchOption("tres-bind", "", ALWAYS, NOBODY, _DEVICE, since="23.11", template=DOUBTFUL),
    SbatchOption("tres-per-task", "", ALWAYS, NOBODY, _PLACES, since="23.02", template=DOUBTFUL),
    SbatchOption("uid", "", ALWAYS, NOBODY, "a job runs as whoever submits it"),
    SbatchOption("usage", "", NEVER, NOBODY, _ENDS),
    SbatchOption("use-min-nodes", "", NEVER, USER, each_group=True),
    SbatchOption("verbose", "v", NEVER, NOBODY, _PRINTS, template=DOUBTFUL),
    SbatchOption("version", "V", NEVER, NOBODY, _ENDS),
    SbatchOption("wait", "W", NEVER, NOBODY, "submit.sh would stand still until the job has ended"),
    SbatchOption("wait-all-nodes", "", ALWAYS, USER),
    SbatchOption("wckey", "", ALWAYS, USER),
    SbatchOption("wrap", "", ALWAYS, NOBODY, "the script is the job"),
)
OPTIONS: Mapping[str, SbatchOption] = {row.name: row for row in _ROWS}
LONG: Mapping[str, str] = {row.short: row.name for row in _ROWS if row.short}
"""The full name of each short option."""


def meant(name: str) -> str:
    """Return what helps with a name that is no full name of an option."""
    plain = name[:64].lower().strip(" -").replace("_", "-").replace(" ", "-")
    likely = [LONG[short]] if (short := name.strip("-")) in LONG else []
    likely = likely or [full for full in OPTIONS if plain and full.startswith(plain)]
    if not likely:
        from relionc.diag.near import nearest

        likely = [near for near in (nearest(plain, OPTIONS, 0.6),) if near]
    if not likely:
        return "long names without dashes in front, as `mail-type`"
    return "did you mean " + " or ".join(f"`{full}`" for full in likely[:4]) + "?"
