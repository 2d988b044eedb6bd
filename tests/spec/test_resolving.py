"""From a spec to a typed job: every key, what a value means, where a mistake stands."""

from __future__ import annotations

import pytest
from asking import compiled, plan, spec
from asking import text as text_of

from relionc.diag import ERROR


def job(text: str, *, top: str = "", cluster: str = "lab", relion: str = "3.1") -> str:
    """Return a spec around the lines of one job (class3d unless it says its type)."""
    lines = text.strip("\n").splitlines()
    if not any(line.startswith("type:") for line in lines):
        lines = ["type: class3d", *lines]
    if not any(line.startswith("options:") for line in lines):
        lines.append("options: {fn_img: p.star, fn_ref: r.mrc}")
    body = "\n".join(f"    {line}" for line in lines)
    return f'relionc: 1\ncluster: {cluster}\nrelion: "{relion}"\n{top}jobs:\n  a:\n{body}\n'


def resolved(text: str, name: str = "a"):
    result = compiled(text)
    assert result.plan is not None, [(d.code, d.message) for d in result.diagnostics]
    return next(made.job for made in result.plans if made.job.name == name)


def options(text: str) -> str:
    return f"options: {{fn_img: p.star, fn_ref: r.mrc, {text}}}"


def errors(text: str) -> list[tuple[str, str]]:
    """Return the code of each error with the text of the spec that it points at."""
    result = compiled(text)
    lines = text.splitlines()
    found = [d for d in result.diagnostics if d.severity == ERROR]
    assert all(d.span.line == d.span.end_line for d in found)
    return [(d.code, lines[d.span.line - 1][d.span.column - 1 : d.span.end_column - 1]) for d in found]


# --- what a value means -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "read"),
    [("3.10", "3.10"), ("010", "010"), ("1e3", "1e3"), ("360", "360"), ("0x1F", "31"), ("'7'", "7")],
)
def test_a_number_is_what_was_typed(written, read):
    assert resolved(job(options(f"particle_diameter: {written}"))).options["particle_diameter"] == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("yes", "Yes"), ("no", "No"), ("true", "Yes"), ("False", "No"), ("on", "Yes"), ("'off'", "No")],
)
def test_yes_and_no_in_all_their_spellings(written, read):
    assert resolved(job(options(f"do_zero_mask: {written}"))).options["do_zero_mask"] == read


@pytest.mark.parametrize("written", ["7.5 degrees", "'7.5'", "7.5 Degrees"])
def test_a_choice_may_be_shortened(written):
    assert resolved(job(options(f"sampling: {written}"))).options["sampling"] == "7.5 degrees"


def test_text_that_looks_like_something_else_stays_text():
    made = resolved(job("options: {fn_img: 12:00:00, fn_ref: 010, queuename: 3.10}"))
    assert (made.options["fn_img"], made.options["fn_ref"], made.options["queuename"]) == (
        "12:00:00",
        "010",
        "3.10",
    )


@pytest.mark.parametrize(
    ("wish", "field", "value"),
    [
        ("time: 12:00:00", "time_s", 43200),
        ("time: 90", "time_s", 5400),
        ("time: 1-12", "time_s", 129600),
        ("mem_per_cpu: 4200M", "mem_per_cpu_mib", 4200),
        ("mem_per_cpu: 2048", "mem_per_cpu_mib", 2048),
        ("scratch: 50", "scratch_gib", 50),
        ("scratch: 1500M", "scratch_gib", 2),
        ("ntasks: 9", "ntasks", 9),
        ("cpus_per_task: 4", "cpus_per_task", 4),
        ("exclusive: yes", "exclusive", True),
        ("exclusive: false", "exclusive", False),
        ("partition: multinode", "partition", "multinode"),
        ("constraint: x2680", "constraint", "x2680"),
        ("gpus: p100", "gpu_type", "p100"),
        ("gpus: p100:2", "gpus_per_node", 2),
        ("gpus: {type: p100, per_node: 2}", "gpus_per_node", 2),
    ],
)
def test_every_resource_means_what_slurm_means(wish, field, value):
    assert plan(compiled(job(f"resources: {{{wish}}}")))[field] == value


def test_account_and_qos_are_directives():
    result = compiled(job("resources: {account: cryoem, qos: high}"))
    script = result.files["a/run.sbatch"].decode()
    assert "#SBATCH --account=cryoem\n" in script
    assert "#SBATCH --qos=high\n" in script


# --- defaults and pins --------------------------------------------------------------------------------------


def test_a_job_replaces_the_defaults_key_by_key():
    top = "defaults:\n  resources: {time: 1:00:00, account: ours, mem_per_cpu: 2G}\n  slurm: {comment: all, nice: 5}\n"
    made = resolved(job("resources: {time: 2:00:00}\nslurm: {comment: mine}", top=top))
    assert made.resources.time.value == 7200
    assert made.resources.account.value == "ours"
    assert made.resources.account.route == ("defaults", "resources", "account")
    assert dict(made.slurm) == {"comment": "mine", "nice": "5"}


@pytest.mark.parametrize(
    ("default", "own"), [("mem: 100G", "mem_per_cpu: 2G"), ("mem_per_cpu: 2G", "mem: 100G")]
)
def test_one_kind_of_memory_replaces_the_other(default, own):
    made = resolved(job(f"resources: {{{own}}}", top=f"defaults: {{resources: {{{default}}}}}\n"))
    assert (made.resources.mem is None) != (made.resources.mem_per_cpu is None)
    assert own.partition(":")[0] in made.resources.pinned()


def test_one_form_of_gpus_replaces_another():
    made = resolved(job("resources: {gpus: 4}", top="defaults: {resources: {gpus: p100:2}}\n"))
    assert made.resources.gpus.value == 4
    assert made.resources.gpu_type is None
    assert made.resources.gpus_per_node is None


def test_an_option_of_the_job_replaces_a_default_resource():
    made = resolved(job(options("nr_mpi: 9"), top="defaults: {resources: {ntasks: 5}}\n"))
    assert made.resources.ntasks.value == 9
    assert made.resources.ntasks.route[-1] == "nr_mpi"


def test_defaults_that_mean_nothing_for_a_job_do_not_stop_it():
    top = "defaults: {resources: {gpus: p100, nodes: 2, ntasks_per_node: 5}}\n"
    made = plan(compiled(job("type: import\noptions: {fn_in_raw: '*.mrcs'}", top=top)))
    assert (made["ntasks"], made["nodes"], made["use_gpu"]) == (1, 1, False)
    off = plan(compiled(job(options("use_gpu: no"), top="defaults: {resources: {gpus: p100}}\n")))
    assert off["use_gpu"] is False


def test_the_same_thing_said_twice_must_be_the_same():
    assert errors(job("resources: {ntasks: 9}\n" + options("nr_mpi: 8"))) == [("RL108", "8")]
    assert resolved(job("resources: {ntasks: 9}\n" + options("nr_mpi: 9"))).resources.ntasks.value == 9
    assert errors(job("extra_args: --a\n" + options("other_args: --b"))) == [("RL108", "extra_args")]


def test_extra_args_are_relions_further_arguments():
    result = compiled(job("extra_args: --random_seed 7"))
    assert result.files["a/commands.txt"].decode().count("--random_seed 7") == 1


# --- expressions, variables, other jobs -----------------------------------------------------------------------


def test_variables_keep_their_type_and_may_use_later_ones():
    top = "vars:\n  double: ${{ vars.box * 2 }}\n  box: 180\n  on: yes\n"
    made = resolved(
        job(options("particle_diameter: '${{ vars.double }}', do_zero_mask: '${{ vars.on }}'"), top=top)
    )
    assert (made.options["particle_diameter"], made.options["do_zero_mask"]) == ("360", "Yes")


@pytest.mark.parametrize(
    ("top", "said"),
    [
        ("vars: {a: '${{ vars.b }}', b: '${{ vars.a }}'}\n", "circle: a → b → a"),
        ("vars: {a: '${{ vars.a }}'}\n", "circle: a → a"),
        ("vars: {aa: 1}\n", "did you mean `aa`?"),
        ("vars: {a: '${{ 1 / 0 }}'}\n", ""),
    ],
)
def test_a_variable_that_cannot_be_had(top, said):
    result = compiled(job(options("fn_mask: '${{ vars.a }}'"), top=top))
    (found,) = result.diagnostics
    assert found.code == "RL030"
    assert said in f"{found.message}\n{found.help}"


CHAIN = """\
relionc: 1
cluster: lab
relion: "3.1"
jobs:
  ctf:
    type: ctffind
    options: {input_star_mics: "${{ jobs.motion.outputs.micrographs }}", use_ctffind4: yes}
  motion:
    type: motioncorr
    options: {input_star_mics: movies.star}
"""


def test_an_output_of_another_job_is_its_path_and_an_order():
    result = compiled(CHAIN)
    assert [made.job.name for made in result.plans] == ["motion", "ctf"]
    ctf = resolved(CHAIN, "ctf")
    assert ctf.after == ("motion",)
    assert ctf.options["input_star_mics"] == "MotionCorr/motion/corrected_micrographs.star"


def test_an_output_follows_the_folder_of_its_job():
    moved = CHAIN.replace("    type: motioncorr\n", "    type: motioncorr\n    output: MotionCorr/job002\n")
    assert resolved(moved, "ctf").options["input_star_mics"] == "MotionCorr/job002/corrected_micrographs.star"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("outputs.micrographs", "outputs.movies", "RL030"),
        ("jobs.motion.outputs", "jobs.motoin.outputs", "RL030"),
        ("    type: motioncorr\n", "    type: motioncorr\n    after: [ctf]\n", "RL802"),
        ("    type: motioncorr\n", "    type: motioncorr\n    after: [nobody]\n", "RL801"),
    ],
)
def test_references_that_lead_nowhere(old, new, code):
    assert code in [found for found, _ in errors(CHAIN.replace(old, new, 1))]


def test_after_orders_jobs_and_without_it_the_spec_does():
    two = CHAIN.replace('"${{ jobs.motion.outputs.micrographs }}"', "m.star")
    assert [made.job.name for made in compiled(two).plans] == ["ctf", "motion"]
    after = two.replace("    type: ctffind\n", "    type: ctffind\n    after: [motion]\n")
    assert [made.job.name for made in compiled(after).plans] == ["motion", "ctf"]


# --- mistakes, each at its place ------------------------------------------------------------------------------

MISTAKES = [
    ("RL101", "9.9", job("", relion="9.9").replace('"9.9"', "9.9")),
    ("RL102", "class4d", job("type: class4d\noptions: {}")),
    ("RL104", "nr_clases", job(options("nr_clases: 4"))),
    ("RL105", "many", job(options("nr_iter: many"))),
    ("RL105", "perhaps", job(options("do_zero_mask: perhaps"))),
    ("RL106", "8 degrees", job(options("sampling: 8 degrees"))),
    ("RL107", "tomorrow", job("resources: {time: tomorrow}")),
    ("RL107", "100000", job("resources: {nodes: 100000}")),
    ("RL107", "0", job(options("nr_mpi: 0"))),
    ("RL107", "65537", job(options("nr_mpi: 65537"))),
    ("RL109", "${{ vars.b }}", job("data: {box: '${{ vars.b }}'}", top="vars: {b: wide}\n")),
    ("RL024", "-4", job("data: {box: -4}")),
    ("RL110", "my particles.star", job("options: {fn_img: my particles.star, fn_ref: r.mrc}")),
    ("RL121", "options", job("options: {fn_ref: r.mrc}")),
    ("RL601", "gpuu", job("resources: {partition: gpuu}")),
    ("RL602", "x9999", job("resources: {constraint: x9999}")),
    ("RL602", "x2680|", job("resources: {constraint: 'x2680|'}").replace("'x2680|'", "x2680|")),
    ("RL607", "nodes", job("slurm: {nodes: 4}")),
    ("RL607", "gpu-bind", job("slurm: {gpu-bind: closest}")),
    ("RL608", "labb", job("", cluster="labb")),
    ("RL609", "./mine.yaml", job("", cluster="./mine.yaml")),
    ("RL805", "y" * 256, job("output: " + "y" * 256)),
    ("RL805", "/abs", job("output: /abs")),
    ("RL805", "a/../b", job("output: a/../b")),
    ("RL902", "$HOME/x", job("options: {fn_img: $HOME/x, fn_ref: r.mrc}")),
    ("RL902", "`id`", job("options: {fn_img: '`id`', fn_ref: r.mrc}").replace("'`id`'", "x`id`")),
    ("RL903", "--a > b", job("extra_args: --a > b")),
]


@pytest.mark.parametrize(("code", "at", "text"), MISTAKES, ids=lambda value: str(value)[:20])
def test_a_mistake_is_said_at_its_place(code, at, text):
    found = errors(text)
    assert code in [found_code for found_code, _ in found], found
    pointed = dict(found)[code]
    assert pointed.strip("\"'x") == at.strip("\"'x")


@pytest.mark.parametrize("text", ['"a\\nb"', '"a\\tb"', '"a\\x07b"', '"a\\x7fb"'])
def test_control_characters_are_refused_wherever_text_is_taken(text):
    for place in (options(f"fn_mask: {text}"), f"project: {text}", f"slurm: {{comment: {text}}}"):
        assert {code for code, _ in errors(job(place))} in ({"RL901"}, {"RL010"}, {"RL010", "RL901"})


def test_no_cluster_at_all():
    assert [code for code, _ in errors_without_place(job("").replace("cluster: lab\n", ""))] == ["RL608"]


def errors_without_place(text: str) -> list[tuple[str, str]]:
    return [(d.code, d.message) for d in compiled(text).diagnostics if d.severity == ERROR]


def test_two_jobs_in_one_folder():
    value = spec({"output": "Class3D/job1"}, cluster="lab")
    value["jobs"]["b"] = {**value["jobs"]["a"]}
    found = errors_without_place(text_of(value))
    assert [code for code, _ in found] == ["RL804"]


@pytest.mark.parametrize("name", ["1a", "a b", "a/b", "a.b", "-a", "x" * 65, "é"])
def test_a_job_name_is_a_plain_word(name):
    value = spec({}, cluster="lab")
    value["jobs"] = {name: value["jobs"]["a"]}
    found = errors_without_place(text_of(value))
    assert [code for code, _ in found] == ["RL025"]


def test_a_continued_run_takes_its_file():
    text = job("continue: true\noptions: {fn_cont: Class3D/job010/run_it010_optimiser.star}")
    assert resolved(text).is_continue
    assert "--continue" in compiled(text).files["a/commands.txt"].decode()


def test_interactive_makes_two_scripts():
    result = compiled(job("interactive: true\nresources: {gpus: k80:2}"))
    assert {"a/allocate.sh", "a/run.sh"} <= set(result.files)
    assert "a/run.sbatch" not in result.files
