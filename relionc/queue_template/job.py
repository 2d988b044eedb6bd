"""A job in a queue template of RELION's."""

from __future__ import annotations

from functools import cached_property

from relionc.catalog.queue import load_queue
from relionc.lower import directives
from relionc.queue_template import placeholders
from relionc.queue_template.asked import Asked
from relionc.queue_template.shell import misread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from relionc.catalog.queue import Queue
    from relionc.expr import AnyText
    from relionc.ir import Directive
    from relionc.lower.commands import RelionCommands
    from relionc.plan.model import JobPlan
    from relionc.site.types import Cluster
    from relionc.slurm.directives import Said


class FreeEntries:
    """The entries of a site that its template does not use: one after the other, so that none is proposed twice."""

    def __init__(self, queue: Queue, template: str) -> None:
        self._queue = queue
        self._last = max((int(number) for number in queue.extra.findall(template)), default=0)

    def another(self) -> str:
        """Return the next one."""
        self._last += 1
        return self._queue.name_of_extra(self._last)


class JobInTemplate:
    """One job of a template: its plan, RELION's `texts` by option, its commands.

    `said` are the options of the template's own directives, `options` those of the job's script, once it is there;
    `misread`: sbatch does not read them as they are meant.
    """

    def __init__(
        self,
        plan: JobPlan,
        texts: Mapping[str, AnyText],
        commands: RelionCommands,
        cluster: Cluster,
        template: str,
        said: tuple[Said, ...],
    ) -> None:
        self.plan, self.texts, self.commands = plan, texts, commands
        self.slurm = cluster.scheduler == "slurm"
        self.said = said
        self.options: Sequence[Said] = ()
        self.misread = False
        self._cluster = cluster
        self._template = template

    @cached_property
    def queue(self) -> Queue:
        """RELION's names for what a template may have."""
        return load_queue(self.plan.job.type.version)

    @cached_property
    def planned(self) -> tuple[Directive, ...]:
        """The directives of the plan; none without Slurm."""
        return directives.batch(self.plan, self._cluster) if self.slurm else ()

    @cached_property
    def asked(self) -> Asked:
        """What the plan asks of Slurm."""
        return Asked(self.plan, self._cluster, self.planned)

    @cached_property
    def free(self) -> FreeEntries:
        """The site's entries that the template does not use."""
        return FreeEntries(self.queue, self._template)

    @property
    def leaves_cores_idle(self) -> bool:
        """Whether RELION would warn that the last node is not full; raises ExprError."""
        return placeholders.is_uneven(self.queue, self.texts, self.plan.job.output)

    @property
    def misread_words(self) -> Iterator[str]:
        """The first word of each command that a shell would not read as the word it is."""
        for text, command in zip(self.commands.texts, self.commands.commands, strict=True):
            if word := misread(text, command):
                yield word


__all__ = ["FreeEntries", "JobInTemplate"]
