"""What a profile once did to a job without a word: each is right now, or refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from relionc.cli import app

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = """profile: 1
name: site
scheduler: slurm
node_types:
  cpu: {{cpus: 32, memory: 120G}}
  few: {{count: 8, cpus: 128, memory: 500G, gpu_type: a100, gpus: 4, vram: 40G}}
  many: {{count: 26, cpus: 64, memory: 240G, gpu_type: r3090, gpus: 8, vram: 24G}}
partitions:
{partitions}
launchers:
  batch: {launcher}
{more}
"""
USUAL = {
    "partitions": "  batch: {node_types: [cpu]}\n  gpu: {node_types: [many, few]}\n  other: {node_types: [many, few]}",
    "launcher": '{argv: [srun, -n, "{ntasks}"]}',
    "more": "",
}
SPEC = """relionc: 1
cluster: site.yaml
relion: "4.0"
jobs:
  ctf:
    type: ctffind
    options: {{input_star_mics: m.star, use_ctffind4: yes, fn_ctffind_exe: /opt/ctffind}}
    resources: {{ntasks: 4{ctf}}}
    slurm: {{comment: mine}}
  cls:
    type: class3d
    options: {{fn_img: p.star, fn_ref: r.mrc, particle_diameter: 90, use_gpu: yes}}
    data: {{particles: 1000, box: 64, angpix: 2}}
    resources: {{nodes: 1, gpus: {gpus}{cls}}}
"""


class Site:
    """A profile and a spec in a folder, and what relionc says of them."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys
        self.spec(), self.profile()

    def profile(self, **parts: str) -> None:
        (self.folder / "site.yaml").write_text(PROFILE.format(**USUAL | parts), encoding="utf-8")

    def spec(self, ctf: str = "", cls: str = "", gpus: str = "4") -> None:
        (self.folder / "spec.yaml").write_text(SPEC.format(ctf=ctf, cls=cls, gpus=gpus), encoding="utf-8")

    def run(self, *words: str) -> str:
        app.run([words[0], "spec.yaml", *words[1:]])
        told = self.capsys.readouterr()
        return told.out + told.err

    def script(self, job: str) -> str:
        said = self.run("build", "-o", "out")
        assert "error[" not in said, said
        return (self.folder / "out" / "spec" / job / "run.sbatch").read_text(encoding="utf-8")


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    monkeypatch.chdir(tmp_path)
    return Site(tmp_path, capsys)


def test_who_pays_is_what_the_spec_says(site: Site) -> None:
    site.profile(more="directives: {account: grp, qos: normal, comment: fromsite}")
    site.spec(ctf=", account: mine, qos: high")
    script = site.script("ctf")
    for line in ("account=mine", "qos=high", "comment=mine"):
        assert f"#SBATCH --{line}\n" in script
    assert "grp" not in script
    assert "normal" not in script
    assert "#SBATCH --account=grp\n" in site.script("cls")


def test_a_job_without_what_the_site_requires_is_refused(site: Site) -> None:
    site.profile(more="require: [account]")
    assert site.run("lint").count("error[RL616]: site takes no job without `account`") == 2
    site.spec(ctf=", account: a", cls=", account: b")
    assert "error" not in site.run("lint")
    site.spec()
    site.profile(more="require: [account]\ndirectives: {account: grp}")
    assert "error" not in site.run("lint")


@pytest.mark.parametrize("order", ["[many, few]", "[few, many]"])
def test_the_first_node_type_is_preferred_and_unasked_gpus_are_not_wasted(site: Site, order: str) -> None:
    site.profile(partitions=f"  batch: {{node_types: [cpu]}}\n  gpu: {{node_types: {order}}}")
    first = order.strip("[]").partition(",")[0]
    assert f"1 x {first} " in site.run("plan", "--job", "cls")
    last = "few" if first == "many" else "many"
    assert f"{last} would do as well, and comes later in the profile" in site.run("plan", "--job", "cls")


def test_on_whole_nodes_unasked_gpus_are_wasted(site: Site) -> None:
    site.profile(
        partitions="  batch: {node_types: [cpu]}\n  gpu: {node_types: [many, few], exclusive: true}",
    )
    assert "1 x few " in site.run("plan", "--job", "cls")
    assert "many would leave 4 GPUs of its nodes unused, not 0" in site.run("plan", "--job", "cls")


@pytest.mark.parametrize("names", [("short", "batch", "big"), ("zeta", "alpha"), ("b", "a", "c")])
def test_equal_partitions_go_by_the_order_of_the_file(site: Site, names: tuple[str, ...]) -> None:
    listed = "\n".join(f"  {name}: {{node_types: [many, cpu]}}" for name in names)
    site.profile(partitions=listed)
    said = site.run("plan", "--job", "cls")
    assert f"partition        {names[0]} " in said
    assert f"{names[1]} would do as well, and comes later in the profile" in said
    site.profile(partitions=listed.replace(f"{names[1]}: {{", f"{names[1]}: {{default: true, "))
    assert f"partition        {names[1]} " in site.run("plan", "--job", "cls")


def test_a_partition_too_short_for_the_usual_time_comes_last(site: Site) -> None:
    site.profile(
        partitions="  debug: {node_types: [many, cpu], max_time: 30}\n  gpu: {node_types: [many, cpu]}",
    )
    assert "partition        gpu " in site.run("plan", "--job", "cls")
    site.spec(cls=", time: 20")
    assert "partition        debug " in site.run("plan", "--job", "cls")


@pytest.mark.parametrize(
    "words",
    [
        '"srun -n {ntasks}"',
        '[srun, "-n {ntasks}"]',
        '[srun, -n, "{ntasks}", "--mpi pmix"]',
        '["srun -n", "{ntasks}"]',
    ],
)
def test_several_words_in_one_are_refused(site: Site, words: str) -> None:
    site.profile(launcher=f"{{argv: {words}}}")
    assert "error[RL670]" in site.run("lint")


@pytest.mark.parametrize(
    "container",
    ["apptainer, exec, --nv, r.sif", "/opt/bin/singularity, run, r.sif", "numactl, -l", "./wrap.sh"],
)
def test_words_for_placing_do_not_reach_another_program(site: Site, container: str) -> None:
    placing = "arbitrary: [--distribution=arbitrary], hostfile_variable: SLURM_HOSTFILE"
    site.profile(launcher=f'{{argv: [srun, -n, "{{ntasks}}", {container}], {placing}}}')
    said = site.run("lint")
    assert "error[RL678]" in said
    assert f'wrapper: {{"*": [{container}]}}' in said
    site.profile(
        launcher=f'{{argv: [srun, -n, "{{ntasks}}"], {placing}}}', more=f'wrapper: {{"*": [{container}]}}'
    )
    words = " ".join(part.strip() for part in site.script("cls").replace("\\\n", " ").split())
    assert f" {container.replace(',', '')} relion_refine_mpi " in words
    assert "error" not in site.run("lint")


def test_programs_without_mpi_are_in_the_container_too(site: Site) -> None:
    site.profile(launcher='{argv: [mpirun, -n, "{ntasks}", apptainer, exec, r.sif]}')
    assert "warning[RL678]: programs without MPI would run outside of `apptainer`" in site.run("lint")
    site.profile(
        launcher='{argv: [mpirun, -n, "{ntasks}", apptainer, exec, r.sif]}\n  serial: {argv: [apptainer, exec, r.sif]}'
    )
    assert "RL678" not in site.run("lint")


@pytest.mark.parametrize(
    ("directive", "code"),
    [
        ("array: 0-9", "RL654"),
        ('gpu-bind: "single:1"', "RL654"),
        ("wrap: x", "RL654"),
        ("acount: x", "RL654"),
        ('gres: "gpu:1"', "RL650"),
        ('gres: "nvme:1,gpu"', "RL650"),
        ("exclusive: true", "RL650"),
        ("constraint: ib", "RL650"),
    ],
)
def test_directives_are_as_under_slurm(site: Site, directive: str, code: str) -> None:
    site.profile(more=f"directives: {{{directive}}}")
    assert f"error[{code}]" in site.run("lint")
    site.profile(more='directives: {gres: "nvme:1"}')
    assert "#SBATCH --gres=nvme:1\n" in site.script("ctf")


def test_scratch_without_a_folder_is_refused(site: Site) -> None:
    site.spec(cls=", scratch: 100G")
    assert "error[RL505]" in site.run("lint")
    site.profile(more='scratch: {path: "/scratch/${SLURM_JOB_ID}"}')
    assert "error" not in site.run("lint")


def test_nodes_that_no_partition_has_are_told(site: Site) -> None:
    site.profile(partitions="  batch: {node_types: [cpu]}\n  gpu: {node_types: [few]}")
    site.spec(gpus="r3090:4")
    said = site.run("lint")
    assert "warning[RL656]: no partition has nodes of type many" in said
    assert "error[RL302]: no partition of site has nodes with GPUs of type `r3090`" in said
    site.profile(partitions="  batch: {node_types: [cpu]}")
    assert "error[RL301]: no partition of site has nodes with GPUs" in site.run("lint")


def test_whole_nodes_are_filled_and_not_asked_for(site: Site) -> None:
    parts = "  batch: {node_types: [cpu], exclusive: true}\n  gpu: {node_types: [many, few]}"
    site.profile(partitions=parts, more="policy: {ntasks: 30}")
    spec = SPEC.format(ctf="", cls="", gpus="4").replace("resources: {ntasks: 4}", "resources: {}")
    (site.folder / "spec.yaml").write_text(spec, encoding="utf-8")
    script = site.script("ctf")
    assert "#SBATCH --ntasks-per-node=32\n" in script
    assert "#SBATCH --exclusive" not in script
