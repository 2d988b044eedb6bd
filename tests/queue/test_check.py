"""A template that cannot work is found out at its line and column, before anything is queued."""

from __future__ import annotations

import pytest
from site_templates import WHOLE

from relionc.catalog.queue import load_queue
from relionc.diag import ERROR
from relionc.queue_template import placeholders
from relionc.queue_template.filled import FilledTemplate, options_read
from relionc.rules.template import check

OPTIONS = {"nr_mpi": "5", "nr_threads": "4", "min_dedicated": "8", "queuename": "gpu"}
EXTRAS = {1: "1-00:00:00", 2: "4g", 3: "gpu:4", 4: ""}


def found(
    template: str, *, version: str = "3.1", slurm: bool = True, extras: dict[int, str] = EXTRAS
) -> list[tuple[str, str, int, int]]:
    facts = load_queue(version)
    known = placeholders.values(facts, OPTIONS, "Class3D/job025/")
    replacing = placeholders.replacements(facts, known, extras)
    lines = placeholders.lines_of(template)
    after = [placeholders.replaced(line, replacing) for line in lines]
    options = tuple(options_read(after))
    filled = FilledTemplate(
        lines, after, facts, replacing, version, slurm, options, planned={}, ranks=5, free_entry=""
    )
    findings = check(filled)
    assert all(finding.message and finding.help for finding in findings)
    return [(each.code, each.severity, int(each.route[0]), int(each.route[1])) for each in findings]


def test_a_good_template_is_fine() -> None:
    assert found(WHOLE) == []


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
    ],
)
def test_what_cannot_work_is_found(old: str, new: str, expected: tuple[str, str, int, int]) -> None:
    assert expected in found(WHOLE.replace(old, new))


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
        "--mem 8000",
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
