"""What sites need that few have: each fact changes the plan, or what a job asks for."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from relionc.cli import app

if TYPE_CHECKING:
    from pathlib import Path

PROFILE = """profile: 1
name: site
scheduler: slurm
{top}
node_types:
  cpu: {{count: 20, cpus: 32, memory: 120G}}
  gpu: {{count: 20, cpus: 32, memory: 240G, {node}}}
  old: {{count: 20, cpus: 24, memory: 240G, gpus: 4, gpu_type: v100, vram: 16G}}
partitions:
  batch: {{node_types: [cpu], default: true{batch}}}
  gpu: {{node_types: [gpu, old]{gpu}}}
launchers:
  batch: {{argv: [srun, -n, "{{ntasks}}"]}}
{more}
"""
USUAL = {"top": "", "node": "gpus: 4, gpu_type: a100, vram: 40G", "batch": "", "gpu": "", "more": ""}
SPEC = """relionc: 1
cluster: site.yaml
relion: "4.0"
jobs:
  ctf:
    type: ctffind
    options: {{input_star_mics: m.star, use_ctffind4: yes, fn_ctffind_exe: /opt/ctffind}}
    resources: {{ntasks: 4{ctf}}}
  cls:
    type: class3d
    options: {{fn_img: p.star, fn_ref: r.mrc, particle_diameter: 90, use_gpu: yes}}
    data: {{particles: 1000, box: 64, angpix: 2}}
    resources: {{{cls}}}
"""


class Site:
    """A profile and a spec in a folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def says(self, cls: str = "nodes: 1, gpus: 4", ctf: str = "", **parts: str) -> str:
        """Return what `build` says, and the scripts if there are any."""
        (self.folder / "site.yaml").write_text(PROFILE.format(**USUAL | parts), encoding="utf-8")
        (self.folder / "spec.yaml").write_text(SPEC.format(cls=cls, ctf=ctf), encoding="utf-8")
        app.run(["build", "spec.yaml", "-o", "out", "--force"])
        told = self.capsys.readouterr()
        return told.out + told.err

    def script(self, job: str = "cls", **parts: str) -> str:
        said = self.says(**parts)
        assert "error[" not in said, said
        return (self.folder / "out" / "spec" / job / "run.sbatch").read_text(encoding="utf-8")

    def asked(self, job: str = "cls", **parts: str) -> set[str]:
        return {row[10:] for row in self.script(job, **parts).splitlines() if row.startswith("#SBATCH --")}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Site:
    monkeypatch.chdir(tmp_path)
    return Site(tmp_path, capsys)


def names(asked: set[str]) -> set[str]:
    return {each.partition("=")[0] for each in asked}


def test_a_partition_that_nobody_names(site: Site) -> None:
    asked = site.asked(gpu=", named: false")
    assert "partition" not in names(asked)
    assert "gres=gpu:a100:4" in asked
    assert "partition=batch" in site.asked("ctf", gpu=", named: false")


@pytest.mark.parametrize(
    ("flag", "gpu", "cpu"),
    [
        ("per_cpu", "mem-per-cpu", "mem-per-cpu"),
        ("per_node", "mem", "mem"),
        ("per_gpu", "mem-per-gpu", "mem-per-cpu"),
        ("all", "mem=0", "mem=0"),
        ("none", "", ""),
    ],
)
def test_ways_to_ask_for_memory(site: Site, flag: str, gpu: str, cpu: str) -> None:
    for job, wanted in (("cls", gpu), ("ctf", cpu)):
        asked = site.asked(job, top=f"memory_flag: {flag}")
        memory = {each for each in asked if each.startswith("mem")}
        assert len(memory) == bool(wanted)
        assert all(wanted in (each, each.partition("=")[0]) for each in memory)


def test_memory_by_gpu_is_what_the_ranks_need(site: Site) -> None:
    per_node = next(each for each in site.asked(top="memory_flag: per_node") if each.startswith("mem="))
    assert per_node == "mem=10G"
    assert "mem-per-gpu=2560M" in site.asked(top="memory_flag: per_gpu")


def test_memory_where_the_site_takes_no_option_is_refused(site: Site) -> None:
    assert "error[RL404]: site takes no option for memory" in site.says(
        top="memory_flag: none", ctf=", mem_per_cpu: 2G"
    )


@pytest.mark.parametrize(
    ("flag", "there"), [("gres", "gres=gpu:a100:4"), ("gpus_per_node", "gpus-per-node=a100:4"), ("none", "")]
)
def test_ways_to_ask_for_gpus(site: Site, flag: str, there: str) -> None:
    asked = {
        each for each in site.asked(top=f"gpu_flag: {flag}") if "gpu" in each and "partition" not in each
    }
    assert asked == ({there} if there else set())


def test_a_feature_selects_gpus_without_types(site: Site) -> None:
    node = 'gpus: 4, gpu_type: "3090", gpu_feature: gpu=3090, vram: 24G'
    asked = site.asked(cls="nodes: 1, gpus: 3090:4", node=node)
    assert {"constraint=gpu=3090", "gres=gpu:4"} <= asked
    assert "constraint" not in names(site.asked("ctf", node=node))


def test_a_process_sees_one_slice(site: Site) -> None:
    node = "gpus: 7, gpu_type: a100_1g.10gb, mig: true, vram: 10G"
    assert "gres=gpu:a100_1g.10gb:1" in site.asked(cls="nodes: 1, gpus: a100_1g.10gb:1", node=node)
    assert "1 x old " in site.says(cls="nodes: 1, gpus: 4", node=node)
    refused = site.says(cls="nodes: 1, gpus: a100_1g.10gb:2", node=node)
    assert "error[RL303]: 2 GPUs per node > 1 of gpu" in refused


def test_a_job_has_shards_of_one_gpu(site: Site) -> None:
    node = "gpus: 2, gpu_type: big, shards: 20, vram: 20G"
    shards = [each for each in site.asked(cls="nodes: 1, gpus: 1", node=node) if each.startswith("gres=")]
    assert shards == ["gres=shard:1"]
    node = "gpus: 2, gpu_type: big, shards: 20"
    assert "gres=shard:20" in site.asked(cls="nodes: 1, gpus: 1", node=node)


def test_nodes_with_several_kinds_of_gpu(site: Site) -> None:
    node = "gpus: [{type: a100, count: 2, vram: 80G}, {type: a100_3g.40gb, count: 4, mig: true}]"
    assert "gres=gpu:a100:2" in site.asked(cls="nodes: 1, gpus: a100:2", node=node)
    assert "gres=gpu:a100_3g.40gb:1" in site.asked(cls="nodes: 1, gpus: a100_3g.40gb:1", node=node)
    assert "error[RL303]" in site.says(cls="nodes: 1, gpus: a100:3", node=node)


def test_least_cpus_of_a_gpu(site: Site) -> None:
    node = "gpus: 4, gpu_type: a100, cpus_per_gpu: {least: 6, most: 8}"
    asked = dict(each.split("=", 1) for each in site.asked(node=node) if "=" in each)
    assert 24 <= int(asked["ntasks-per-node"]) * int(asked["cpus-per-task"]) <= 32
    assert "error[RL605]: 4 GPUs of gpu come with 6 CPUs each or more; this has 5" in site.says(
        cls="nodes: 1, gpus: a100:4, cpus_per_task: 1", node=node
    )


def test_what_a_site_keeps_for_the_system(site: Site) -> None:
    kept = "gpus: 4, gpu_type: a100, reserved_cpus: 2, reserved_memory: 40G"
    assert "200 there (GiB)" in site.says(node=kept)
    assert "error[RL605]" in site.says(
        cls="nodes: 1, gpus: a100:4, ntasks_per_node: 5, cpus_per_task: 7", node=kept
    )


@pytest.mark.parametrize(
    ("limit", "cls", "said"),
    [
        ("max_gpus: 8", "nodes: 3, gpus: 12", "12 GPUs > 8 of a job in partition gpu"),
        ("min_gpus: 6", "nodes: 1, gpus: 4", "partition gpu takes jobs of 6 GPUs or more; this has 4"),
        ("max_cpus: 8", "nodes: 1, gpus: 4, cpus_per_task: 2", "10 CPUs > 8 of a job in partition gpu"),
    ],
)
def test_limits_of_a_job_in_a_partition(site: Site, limit: str, cls: str, said: str) -> None:
    assert f"error[RL604]: {said}" in site.says(cls=cls, gpu=f", {limit}")


def test_options_of_a_partition(site: Site) -> None:
    mine = ', directives: {qos: gpu, reservation: cryo, licenses: "relion:1"}'
    assert {"qos=gpu", "reservation=cryo", "licenses=relion:1"} <= site.asked(gpu=mine)
    assert "qos" not in names(site.asked("ctf", gpu=mine))
    assert "error[RL650]" in site.says(gpu=", directives: {time: 5}")


@pytest.mark.parametrize(
    ("how", "asked"),
    [
        ("tmp: true", "tmp=50G"),
        ("feature: nvme", "constraint=nvme"),
        ('burst_buffer: "capacity={scratch}GiB type=scratch"', 'bb="capacity=50GiB type=scratch"'),
        ("gres: nvme", "gres=gpu:a100:4,nvme:50"),
    ],
)
def test_ways_to_ask_for_scratch(site: Site, how: str, asked: str) -> None:
    node = "gpus: 4, gpu_type: a100, scratch: 400"
    scratch = f"scratch: {{path: '/scratch/${{SLURM_JOB_ID}}', {how}}}"
    found = site.asked(cls="nodes: 1, gpus: 4, scratch: 50G", node=node, more=scratch)
    assert asked.replace('"', "") in {each.replace('"', "").replace("'", "") for each in found}


def test_a_private_folder_is_not_shared(site: Site) -> None:
    assert "RL679" in site.says(more="scratch: {path: /tmp}")
    assert "RL679" not in site.says(more="scratch: {path: /tmp, private: true}")


def test_modules_and_containers_of_a_node_type(site: Site) -> None:
    node = (
        'gpus: 4, gpu_type: a100, modules: {"*": [module load relion-a100]}, wrapper: {"*": [run.sif, --nv]}'
    )
    more = 'modules: {"*": [module load relion-cpu]}'
    script = site.script(node=node, more=more)
    assert "module load relion-a100" in script
    assert "relion-cpu" not in script
    assert "run.sif --nv" in " ".join(script.split())
    script = site.script("ctf", node=node, more=more)
    assert "module load relion-cpu" in script
    assert "run.sif" not in script
    assert "RL922" in site.says(node=node)
    assert "modules" in site.says(node=node)


def test_a_launcher_for_jobs_on_gpus(site: Site) -> None:
    parts = {"more": '  gpu: {argv: [mpiexec, -n, "{ntasks}"]}'}
    assert "mpiexec -n 5" in site.script(**parts)
    assert "srun -n 4" in site.script("ctf", **parts)


LONG = "qos: {long: {max_gpus: 4, max_time: 1-00:00:00}, wide: {min_gpus: 8, max_nodes: 1, max_cpus: 12}}"


@pytest.mark.parametrize(
    ("cls", "said"),
    [
        ("nodes: 2, gpus: 8, qos: long", "8 GPUs > 4 of a job in partition gpu with QOS long"),
        (
            "nodes: 1, gpus: 4, qos: long, time: 2-00:00:00",
            "2-00:00:00 > 1-00:00:00 of partition gpu with QOS long",
        ),
        ("nodes: 2, gpus: 8, qos: wide", "2 nodes > 1 of partition gpu with QOS wide"),
        (
            "nodes: 1, gpus: 4, qos: wide",
            "partition gpu with QOS wide takes jobs of 8 GPUs or more; this has 4",
        ),
        ("nodes: 1, gpus: 4, qos: lang", "warning[RL618]: site has no QOS `lang`"),
    ],
)
def test_limits_of_a_qos_are_planned_with(site: Site, cls: str, said: str) -> None:
    assert said in site.says(cls=cls, more=LONG)
    assert said not in site.says(cls=cls.partition(", qos")[0], more=LONG)


def test_the_qos_of_the_profile_limits_jobs_too(site: Site) -> None:
    for parts in ({"top": "directives: {qos: long}"}, {"gpu": ", directives: {qos: long}"}):
        assert "8 GPUs > 4" in site.says(cls="nodes: 2, gpus: 8", more=LONG, **parts)
        assert "8 GPUs > 4" not in site.says(cls="nodes: 2, gpus: 8, qos: wide", more=LONG, **parts)


def test_the_usual_time_is_that_of_the_qos_where_it_is_shorter(site: Site) -> None:
    asked = site.asked(cls="nodes: 1, gpus: 4, qos: short", more="qos: {short: {max_time: 06:00:00}}")
    assert "time=06:00:00" in asked


def test_a_list_of_partitions_is_one_with_the_limits_of_all(site: Site) -> None:
    quick = "quick: {node_types: [gpu, cpu], max_time: 04:00:00, max_gpus: 4"
    parts = {"batch": f"}}\n  {quick}", "gpu": ", directives: {qos: x}"}
    asked = site.asked(cls='nodes: 1, gpus: 4, partition: "gpu,quick"', **parts)
    assert {"partition=gpu,quick", "time=04:00:00"} <= asked
    assert "qos=x" not in asked
    said = site.says(cls='nodes: 2, gpus: 8, partition: "gpu,quick"', **parts)
    assert "8 GPUs > 4 of a job in partition gpu,quick" in said
    said = site.says(cls='nodes: 1, gpus: 4, partition: "gpu,quik"', **parts)
    assert "error[RL601]: site has no partition `quik`" in said
    assert "did you mean `quick`?" in said
    said = site.says(cls='nodes: 1, gpus: 4, partition: "gpu,batch"', **parts)
    assert "error[RL601]: the partitions gpu,batch have no kind of nodes in common" in said


SHARED = (
    "policy: {ranks_per_gpu: {class3d: {ranks: 2, vram: 80G, source: relion#1074}, refine3d: {ranks: 3}}}"
)
BIG = "gpus: 4, gpu_type: a100, vram: 80G"


def _workers(site: Site, **parts: str) -> tuple[int, str]:
    """Return how many ranks a job of four GPUs has, and why."""
    site.script(**parts)
    app.run(["plan", "spec.yaml"])
    told = site.capsys.readouterr().out
    plan = json.loads((site.folder / "out" / "spec" / "plan.json").read_text(encoding="utf-8"))
    return plan["jobs"]["cls"]["ntasks"], told


def test_a_site_may_prefer_several_ranks_for_a_large_gpu(site: Site) -> None:
    ranks, told = _workers(site, more=SHARED, node=BIG)
    assert ranks == 9
    assert "ranks_per_gpu" in told
    assert "relion#1074) wants so many; 4 ranks more, and 4 CPUs and" in told
    assert _workers(site, more=SHARED)[0] == 5  # of 40 GB
    assert _workers(site, more=SHARED.replace("class3d", "class2d"), node=BIG)[0] == 5
    assert _workers(site, more=SHARED, node=BIG, cls="nodes: 1, gpus: 4, ranks_per_gpu: 1")[0] == 5
    assert _workers(site, more=SHARED, node=BIG, cls="nodes: 1, gpus: 4, ntasks: 5")[0] == 5


def test_a_preference_gives_way_where_its_ranks_do_not_fit(site: Site) -> None:
    few = "gpus: 4, gpu_type: a100, vram: 80G, cpus_per_gpu: 2"
    ranks, told = _workers(site, more=SHARED, node=few, cls="nodes: 1, gpus: 4, cpus_per_task: 1")
    assert ranks == 5
    assert "wants 2, which do not fit on these nodes" in told


def test_a_preference_that_cannot_be_is_an_error(site: Site) -> None:
    said = site.says(more="policy: {ranks_per_gpu: {class3d: {ranks: 0}}}")
    assert "error[" in said


def test_programs_are_where_the_profile_says(site: Site) -> None:
    ctf = "options: {{input_star_mics: m.star, use_ctffind4: yes}}"
    spec = SPEC.replace(
        "options: {{input_star_mics: m.star, use_ctffind4: yes, fn_ctffind_exe: /opt/ctffind}}", ctf
    )
    assert spec != SPEC
    (site.folder / "bare.yaml").write_text(spec.format(cls="nodes: 1, gpus: 4", ctf=""), encoding="utf-8")
    (site.folder / "site.yaml").write_text(PROFILE.format(**USUAL), encoding="utf-8")
    app.run(["lint", "bare.yaml"])
    assert "warning[RL136]" in site.capsys.readouterr().err
    more = USUAL | {"more": "programs: {ctffind: /sw/ctffind}"}
    (site.folder / "site.yaml").write_text(PROFILE.format(**more), encoding="utf-8")
    assert app.run(["build", "bare.yaml", "-o", "out", "--force"]) == 0
    assert "RL136" not in site.capsys.readouterr().err
    script = (site.folder / "out" / "bare" / "ctf" / "run.sbatch").read_text(encoding="utf-8")
    assert "--ctffind_exe /sw/ctffind" in " ".join(script.split())
    assert "export RELION_CTFFIND_EXECUTABLE=/sw/ctffind" in script
    assert "error[" in site.says(more="programs: {ctfind: /sw/ctffind}")
    assert "did you mean `ctffind`?" in site.says(more="programs: {ctfind: /sw/ctffind}")


def test_a_profile_that_extends_another_may_have_its_programs_elsewhere(site: Site) -> None:
    more = USUAL | {"more": "programs: {ctffind: /sw/ctffind, gctf: /sw/gctf}"}
    (site.folder / "base.yaml").write_text(PROFILE.format(**more), encoding="utf-8")
    (site.folder / "ours.yaml").write_text(
        "profile: 1\nextends: base.yaml\nname: ours\nprograms: {ctffind: /opt/ctffind}\n", encoding="utf-8"
    )
    assert app.run(["cluster", "diff", "./base.yaml", "./ours.yaml"]) == 0
    rows = [row.split() for row in site.capsys.readouterr().out.splitlines()]
    assert ["programs.ctffind", "/sw/ctffind", "/opt/ctffind"] in rows
    assert app.run(["cluster", "show", "./ours.yaml"]) == 0
    assert "ctffind /opt/ctffind, gctf /sw/gctf" in site.capsys.readouterr().out
