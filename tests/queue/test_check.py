"""A template that cannot work is found out at its line and column, before anything is queued."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from site_templates import WHOLE

from relionc.catalog.queue import load_queue
from relionc.diag import ERROR
from relionc.queue_template import placeholders
from relionc.queue_template.asked import Asked
from relionc.queue_template.filled import FilledTemplate, options_read
from relionc.queue_template.job import FreeEntries
from relionc.queue_template.reading import Reading
from relionc.rules.template import check

OPTIONS = {"nr_mpi": "5", "nr_threads": "4", "min_dedicated": "8", "queuename": "gpu"}
EXTRAS = {1: "1-00:00:00", 2: "4g", 3: "gpu:4", 4: ""}
if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = [('`which relion_refine_mpi` --o run --gpu "" --j 4', True)]


class NothingPlanned(Asked):
    """No plan: a template is looked at by itself."""

    def __init__(self) -> None:
        self.planned = {}

    def value(self, name: str) -> str | None:
        return None


NOTHING_PLANNED = NothingPlanned()


def found(
    template: str,
    *,
    version: str = "3.1",
    slurm: bool = True,
    extras: dict[int, str] = EXTRAS,
    commands: Sequence[tuple[str, bool]] = COMMANDS,
) -> list[tuple[str, str, int, int]]:
    facts = load_queue(version)
    known = placeholders.values(facts, OPTIONS, "Class3D/job025/")
    replacing = placeholders.replacements(facts, known, extras)
    lines = placeholders.lines_of(template)
    after = [placeholders.replaced(line, replacing) for line in lines]
    options = tuple(options_read(after))
    filled = FilledTemplate(
        lines=lines,
        after=after,
        queue=facts,
        replacing=replacing,
        version=version,
        slurm=slurm,
        there=tuple(options_read(lines)),
        options=options,
        asked=NOTHING_PLANNED,
        ranks=5,
        commands=commands,
        reading=Reading(lines),
        wishes=(),
        free=FreeEntries(facts, template),
    )
    findings = check(filled)
    assert all(finding.message and finding.help for finding in findings)
    return [(each.code, each.severity, int(each.route[0]), int(each.route[1])) for each in findings]


def test_a_good_template_is_fine() -> None:
    assert found(WHOLE) == []


MISSPELT = [
    "#SBTACH",
    "#$BATCH",
    "#SBATH",
    "#BATCH",
    "#sbatch",
    "#SBACTH",
    "#SABTCH",
    "#Sbatch",
    "#SBATCG",
    "#5BATCH",
]
QUOTED = [
    ('CMD="XXXcommandXXX"', 6),
    ('srun bash -c "XXXcommandXXX"', 15),
    ("CMD=$(echo XXXcommandXXX)", 12),
    ("CMD=$(printf '%s ' XXXcommandXXX)", 20),
    ("CMD='XXXcommandXXX'", 6),
    ("CMD=`echo XXXcommandXXX`", 11),
    ("CMD=XXXcommandXXX", 5),
    ('export A=1 CMD="srun XXXcommandXXX"; $CMD', 22),
]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("srun --mpi=pmi2 XXXcommandXXX", "srun true", ("RL701", ERROR, 1, 1)),
        ("XXXcommandXXX", "XXXcommandXXX || XXXcommandXXX", ("RL702", ERROR, 12, 34)),
        ("XXXqueueXXX", "XXXqueueNameXXX", ("RL703", ERROR, 3, 21)),
        ("XXXextra4XXX", "XXXextra5XXX", ("RL703", ERROR, 10, 9)),
        ("module load RELION", "module load RELION\n#SBATCH --mem=0", ("RL704", "warning", 12, 1)),
        ("--partition=XXXqueueXXX", "--job-name=my job", ("RL705", ERROR, 3, 23)),
        ("--time=XXXextra1XXX", "--time = 10", ("RL705", ERROR, 7, 18)),
        ("XXXextra3XXX", "", ("RL706", ERROR, 9, 9)),
        ("XXXextra3XXX", "XXXextra4XXX", ("RL706", ERROR, 9, 9)),
        ("XXXoutfileXXX", "slurm.out", ("RL707", "warning", 12, 17)),
        ("XXXerrfileXXX", "slurm.err", ("RL707", "warning", 12, 17)),
        ("#!/bin/bash\n", "", ("RL709", "warning", 1, 1)),
        ("load RELION\n", "load RELION\r\n", ("RL709", ERROR, 11, 19)),
        ("XXXcommandXXX", "XXXcommandXXX\nXXXcommandXXX", ("RL710", "warning", 13, 1)),
        ("srun --mpi=pmi2 XXXcommandXXX", "# srun XXXcommandXXX", ("RL701", ERROR, 1, 1)),
        ("XXXextra1XXX", "two", ("RL717", ERROR, 7, 9)),
        ("XXXextra2XXX", "4GiB", ("RL717", ERROR, 8, 9)),
        ("XXXmpinodesXXX", "0", ("RL717", ERROR, 2, 9)),
        ("XXXextra3XXX", "gpu:k80:", ("RL717", ERROR, 9, 9)),
        ("--partition=XXXqueueXXX", "--nodes=many", ("RL717", ERROR, 3, 9)),
        ("--partition=XXXqueueXXX", "--gpus-per-node=a:b:c", ("RL717", ERROR, 3, 9)),
        ("--partition=XXXqueueXXX", "--mem=4G", ("RL718", ERROR, 8, 9)),
        ("--partition=XXXqueueXXX", "--mem-per-gpu 4G", ("RL718", ERROR, 8, 9)),
        ("--partition=XXXqueueXXX", "XXXqueueXXX", ("RL705", ERROR, 3, 9)),
        ("--partition=XXXqueueXXX", "XXXmpinodesXXX", ("RL705", ERROR, 3, 9)),
        ("--partition=XXXqueueXXX", "--account XXXextra4XXX", ("RL706", ERROR, 3, 9)),
        ("--partition=XXXqueueXXX", "-AXXXextra4XXX", ("RL706", ERROR, 3, 9)),
        ("--partition=XXXqueueXXX", "--partition=XXXextra4XXX", ("RL706", ERROR, 3, 9)),
        *(("#SBATCH --time", f"{line} --time", ("RL720", "warning", 7, 1)) for line in MISSPELT),
        ("#SBATCH --time", " #SBATCH --time", ("RL720", "warning", 7, 2)),
        *(("srun --mpi=pmi2 XXXcommandXXX", text, ("RL721", ERROR, 12, place)) for text, place in QUOTED),
        (
            "srun --mpi=pmi2 XXXcommandXXX",
            'apptainer exec x.sif bash -c "\n  srun XXXcommandXXX\n"',
            ("RL721", ERROR, 13, 8),
        ),
    ],
)
def test_what_cannot_work_is_found(old: str, new: str, expected: tuple[str, str, int, int]) -> None:
    assert expected in found(WHOLE.replace(old, new))


FINE = [
    'cmd=(XXXcommandXXX)\nsrun "${cmd[@]}"',
    "bash -c 'srun XXXcommandXXX'",
    "CMD='srun XXXcommandXXX'\neval \"$CMD\"",
    "bash <<EOF\nsrun XXXcommandXXX # it's\nEOF",
    "srun \\\n  XXXcommandXXX",
    "srun XXXcommandXXX \\\n  | tee log",
    "# XXXextra9XXX XXXcommandXXX\nsrun XXXcommandXXX # XXXunknownXXX XXXcommandXXX",
    'echo "XXXcommandXXX"\nsrun XXXcommandXXX',
    'if true; then srun XXXcommandXXX; fi # it\'s "one"',
    "x=${y#\"a\"} z=$(date '+%s')\nsrun XXXcommandXXX",
    "(srun XXXcommandXXX)",
    'srun sh -c "echo $(hostname)"; srun XXXcommandXXX',
]


@pytest.mark.parametrize("text", FINE)
def test_commands_are_found_where_a_shell_reads_them(text: str) -> None:
    assert found(WHOLE.replace("srun --mpi=pmi2 XXXcommandXXX", text)) == []


@pytest.mark.parametrize(
    "line",
    [
        "##SBATCH --mem=XXXextra9XXX",
        "# SBATCH --x=XXXqueuXXX",
        "#PBS -l x",
        "#$ -cwd",
        "#BSUB -n 4",
        "# Batch -x",
    ],
)
def test_a_comment_is_a_comment(line: str) -> None:
    assert found(WHOLE.replace("module load", f"{line}\nmodule load")) == []


@pytest.mark.parametrize(
    "value", ["constraint", "account", "qos", "gpus", "exclude", "reservation", "job-name"]
)
def test_an_empty_value_that_sbatch_takes_is_fine(value: str) -> None:
    for text in (f"--{value}=XXXextra4XXX", f'--{value}="XXXextra4XXX"'):
        assert found(WHOLE.replace("--partition=XXXqueueXXX", text)) == []


def test_several_commands_do_not_go_with_a_continued_line() -> None:
    two = [("`which relion_a_mpi` --x", True), ("touch done", False)]
    for text, column in (("srun \\\n  XXXcommandXXX", 3), ("srun XXXcommandXXX \\\n  | tee log", 6)):
        template = WHOLE.replace("srun --mpi=pmi2 XXXcommandXXX", text)
        assert ("RL722", ERROR, 13 if column == 3 else 12, column) in found(template, commands=two)


def test_commands_that_take_the_place_of_a_line_run_in_a_comment_too() -> None:
    template = WHOLE.replace("srun --mpi", "# srun XXXcommandXXX\nsrun --mpi")
    assert found(template, commands=[("`which relion_a_mpi` --x", True), ("touch done", False)]) == [
        ("RL710", "warning", 12, 8)
    ]


def test_old_relion_has_two_entries_of_a_site() -> None:
    places = [each for each in found(WHOLE, version="2.1", extras={1: "1:00", 2: "4g"}) if each[0] == "RL703"]
    assert places == [("RL703", ERROR, 9, 16), ("RL703", ERROR, 10, 9)]


def test_directives_matter_where_slurm_reads_them() -> None:
    template = "#SBATCH --gres=XXXextra3XXX\r\n" + WHOLE
    codes = {code for code, *_ in found(template, extras={**EXTRAS, 3: ""})}
    assert codes == {"RL706", "RL709"}
    assert found(template, slurm=False) == []


def test_output_may_be_sent_by_any_means() -> None:
    template = "#!/bin/bash\nmpirun XXXcommandXXX >XXXnameXXXrun.out 2>XXXerrfileXXX\n"
    assert found(template) == []


def test_an_entry_may_have_any_number() -> None:
    template = WHOLE.replace("XXXextra4XXX", f"XXXextra{'9' * 5000}XXX")
    assert ("RL703", ERROR, 10, 9) in found(template)


@pytest.mark.parametrize(
    ("line", "severity"),
    [
        ("--array=0-9", ERROR),
        ("-a 0-9", ERROR),
        ("-sa0-9", ERROR),
        ("'--array=0-9'", ERROR),
        ("--requeue '--array=0-9'", ERROR),
        ('--wrap="true"', ERROR),
        ("--uid=0", ERROR),
        ("--gid 0", ERROR),
        ("--export-file=/etc/passwd", ERROR),
        ("--nodefile=hosts", ERROR),
        ("--wait", ERROR),
        ("--test-only", ERROR),
        ("--external", ERROR),
        ("-H", "warning"),
        ("--gpus-per-task=1", "warning"),
        ("--container=x", "warning"),
        ("-D /elsewhere", "warning"),
    ],
)
def test_what_no_job_may_have_is_found_in_a_template(line: str, severity: str) -> None:
    template = WHOLE.replace("module load", f"#SBATCH {line}\nmodule load")
    assert found(template) == [("RL681", severity, 11, 9)]
    assert found(template, slurm=False) == []


@pytest.mark.parametrize("mark", ["#SLURM ", "#SBATCH", "# comment\n#SBATCH\v", "  # comment\n#SBATCH "])
def test_no_way_of_writing_hides_an_option(mark: str) -> None:
    template = WHOLE.replace("module load", f"{mark}--array=0-9\nmodule load")
    assert {(code, severity) for code, severity, *_ in found(template)} == {("RL681", ERROR)}


USUAL = [
    *(
        "-D ./",
        "-D .",
        "-J Relion",
        "-J XXXnameXXX",
        "--mail-type=BEGIN,END,FAIL",
        "--mail-user=a@b.org",
        "-C scratch",
    ),
    *(
        "--export=NONE",
        "--get-user-env",
        "--hint=nomultithread",
        "--clusters=gmerlin",
        "--qos=standard",
        "-A lab",
    ),
    *(
        "--exclusive",
        "--begin=now+0days",
        "--gpus=2",
        "--tmp 8000",
        "--open-mode=append",
        "--no-requeue\t\t# not again",
    ),
    *(
        "-e run.err",
        "-o run.out",
        "--constraint=a|b",
        '--constraint="a|b"',
        "--exclude=gpu-27-21,gpu-27-35",
        "-w n1",
    ),
]


@pytest.mark.parametrize("line", USUAL)
def test_lines_of_templates_in_use_are_fine(line: str) -> None:
    assert found(WHOLE.replace("module load", f"#SBATCH {line}\nmodule load")) == []
