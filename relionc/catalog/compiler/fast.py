"""A job type's program and needs as functions of Python that answer for most jobs: fast yes, slow no.

`accepts` says that RELION makes commands of options with nothing to be said, and `writes` what these are; `needs` gives
what `catalog.needs` gives; `at_home` says that no default that is a path of another site stands in a command, and
`unjudged` that no rule about files holds. Where the program of steps finds something, or may, they say no or raise, and
the steps are walked as ever (`relionc.catalog.fast`).

What cannot go wrong is left out: most of a command is values as they are.
"""

from __future__ import annotations

from relionc.catalog.compiler.fragments import VALUES
from relionc.catalog.compiler.python import BOOL, Code, Translator, asked
from relionc.catalog.compiler.walks import REFUSE, Accepting, Lines, StepsWalk, within
from relionc.catalog.compiler.writing import Writing
from relionc.catalog.fast import CONDITIONS
from relionc.catalog.steps import Fragment

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from relionc.catalog.steps import Step
    from relionc.catalog.types import JobType

_YES = "return True"


def sources(job_type: JobType) -> dict[str, str]:
    """Return the texts of the functions of a job type, by their names."""
    steps, translator = job_type.program["steps"], Translator(job_type)
    bodies_of = {
        "accepts(o, output, is_continue)": [
            *Accepting(job_type, translator).lines(steps),
            *_local_limit(job_type),
            _YES,
        ],
        "writes(o, output, is_continue)": [
            Writing.BEGIN,
            *Writing(job_type, translator).lines(steps),
            *_local_limit(job_type),
            f"{Writing.END}, {_ranks(job_type)}",
        ],
        "needs(o, is_continue)": _needs(job_type, translator),
        "at_home(o, output, is_continue)": [*_AtHome(job_type, translator).lines(steps), _YES],
        "unjudged(o, is_continue, k)": [*_unjudged(job_type), _YES],
    }
    return {
        head.partition("(")[0]: "\n".join([f"def {head}:", *within(body)]) + "\n"
        for head, body in bodies_of.items()
    }


def _local_limit(job_type: JobType) -> Iterator[str]:
    """Yield what refuses more ranks than RELION starts without a queue."""
    ranks, queue = job_type.option_of_role("ranks"), job_type.option_of_role("queue")
    if ranks is not None:
        queued = f"o[{queue.key!r}] == 'Yes' or " if queue else ""
        limit = job_type.program["local_mpi_limit"]
        yield f"if not ({queued}{_ranks(job_type)} <= {limit}): {REFUSE}"
        yield _ranks(job_type)


def _ranks(job_type: JobType) -> str:
    """Return how many ranks RELION takes a job to have."""
    option = job_type.option_of_role("ranks")
    return f"int(f_num(o[{option.key!r}]))" if option else "1"


def _needs(job_type: JobType, translator: Translator) -> Iterator[str]:
    """Yield what returns the conditions, the numbers, and which rules of each kind hold."""
    code, traits = translator.code, job_type.traits
    yield "return ("
    for name in CONDITIONS:
        yield f" {_truth(code(getattr(traits, name)))},"
    numbers = (f"{name!r}: {code(expr).text}, " for name, expr in traits.quantities.items())
    yield f" {{{''.join(numbers)}}},"
    for rules in (traits.rank_rules, traits.run_rules):
        yield f" ({''.join(f'{code(rule.when).text}, ' for rule in rules)}),"
    yield ")"


def _unjudged(job_type: JobType) -> Iterator[str]:
    """Yield what says no where a rule about files holds; one of which something is not known does not."""
    code = Translator(job_type, with_facts=True).code
    for rule in job_type.traits.data_rules:
        yield "try:"
        yield f" if {code(rule.when).text}: {REFUSE}"
        yield "except NO_VALUE: pass"


def _truth(code: Code) -> str:
    return code.text if code.kind == BOOL else f"bool({code.text})"


class _AtHome(StepsWalk):
    """Writes where options stand whose default is a path of another site; what has no value stands in no command."""

    asks = False

    def leaf(self, step: Step) -> Lines:
        """Return no where a text of a command looks at such an option."""
        options = self.job_type.options
        trees = (
            (piece[1] for piece in step.pieces if piece[0] in VALUES) if isinstance(step, Fragment) else ()
        )
        names = (name for tree in trees for name in asked(tree))
        return [REFUSE] if any(name in options and options[name].is_elsewhere for name in names) else []
