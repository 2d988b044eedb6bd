"""Specs and profiles as large as they may be, which nobody means harm with: each kind of list at its longest, for a
thousand jobs where jobs can have it.

`python tests/safety/large.py [pattern …]` prints what each takes of `lint`, `plan` and `build`: CPU seconds and MiB.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from hostile import Hostile, run

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

JOBS = 1000
MOST_CPU_S, MOST_MIB = 2.0, 300
COMMANDS = ("lint", "build")
SPECS = Path(__file__).resolve().parents[2] / "specs"
OPTIONS = {"fn_img": "p.star", "fn_ref": "r.mrc"}


class Large(NamedTuple):
    """One input: the texts of its files, of which `spec.yaml` is the spec."""

    name: str
    files: Callable[[], dict[str, str]]


def jobs(of: Callable[[int], dict[str, Any]], count: int = JOBS, **top: Any) -> Callable[[], dict[str, str]]:
    """Return what writes a spec of many jobs, each with keys of its own."""

    def files() -> dict[str, str]:
        made = {f"j{n}": _job(of(n)) for n in range(count)}
        rows = ",\n".join(f" {json.dumps(name)}: {json.dumps(job)}" for name, job in made.items())
        whole = {"relionc": 1, "cluster": "lab", "relion": "3.1", **top}
        return {"spec.yaml": f'{json.dumps(whole)[:-1]}, "jobs": {{\n{rows}\n}}}}'}

    return files


def _job(given: dict[str, Any]) -> dict[str, Any]:
    own = {"type": "class3d", **given}
    base = OPTIONS if own["type"] in ("class3d", "refine3d") else {}
    return {**own, "options": {**base, **own.get("options", {})}}


def same(count: int = JOBS, **keys: Any) -> Callable[[], dict[str, str]]:
    """Return what writes a spec of jobs that are alike but for their names."""
    return jobs(lambda _: keys, count)


def repeated(path: Path) -> Callable[[], dict[str, str]]:
    """Return what writes a spec with the first job of a spec of ours a thousand times."""

    def files() -> dict[str, str]:
        from relionc.source import load

        whole = load(path.read_bytes(), path.name).tree.value
        first = next(iter(whole["jobs"].values()))
        text = json.dumps({**whole, "jobs": {f"j{n}": first for n in range(JOBS)}}, default=str)
        return {"spec.yaml": text.replace('}, "j', '},\n"j')}

    return files


def yaml(text: str | Callable[[], str]) -> Callable[[], dict[str, str]]:
    """Return what writes a spec of one good job below some other text."""

    def files() -> dict[str, str]:
        head = text() if callable(text) else text
        job = "jobs:\n  a:\n    type: class3d\n    options: {fn_img: p.star, fn_ref: r.mrc}\n"
        return {"spec.yaml": f"relionc: 1\ncluster: lab\nrelion: '3.1'\n{head}{job}"}

    return files


def on(profile: Callable[[], str], spec: Callable[[], dict[str, str]]) -> Callable[[], dict[str, str]]:
    """Return what writes a spec for a profile that extends the test cluster."""

    def files() -> dict[str, str]:
        made = spec()
        text = (
            made["spec.yaml"]
            .replace('"cluster": "lab"', '"cluster": "./p.yaml"')
            .replace("cluster: lab", "cluster: ./p.yaml")
        )
        return {"spec.yaml": text, "p.yaml": f"profile: 1\nextends: lab\nname: mine\n{profile()}"}

    return files


def _partitions(count: int, types: str, more: str = "") -> str:
    return "partitions:\n" + "".join(f"  q{n}: {{node_types: [{types}]{more}}}\n" for n in range(count))


def _node_types(count: int, features: int = 1) -> str:
    rows = []
    for n in range(count):
        words = ", ".join([f"t{n}", *(f"f{k}" for k in range(features))])
        rows.append(
            f"  t{n}: {{count: 4, cpus: {16 + 2 * (n % 100)}, memory: {64 + n}G, scratch: 400, features: [{words}]}}\n"
        )
    names = ", ".join(f"t{n}" for n in range(count))
    return f"node_types:\n{''.join(rows)}partitions:\n  big: {{node_types: [{names}]}}\n"


LIST_16K, GPU = "n[1-16000]", {"use_gpu": True}

LARGE: tuple[Large, ...] = (
    Large("1,000 plain jobs", same()),
    Large(
        "1,000 jobs, all different boxes",
        jobs(lambda n: {"data": {"particles": 1000 + n, "box": 100 + n % 400}}),
    ),
    Large(
        "1,000 jobs of 1 to 16 GPUs", jobs(lambda n: {"resources": {"gpus": 1 + n % 16, "nodes": 1 + n % 4}})
    ),
    # --- options of sbatch ---
    Large("nodelist of 16,000, alike", same(slurm={"nodelist": LIST_16K})),
    Large(
        "nodelist of 16,000, all different", jobs(lambda n: {"slurm": {"nodelist": f"n[{n}-{16000 + n}]"}})
    ),
    Large(
        "nodelist of 65,000, all different", jobs(lambda n: {"slurm": {"nodelist": f"n[{n}-{64000 + n}]"}})
    ),
    Large(
        "nodelist of 300 ranges, all different",
        jobs(
            lambda n: {
                "slurm": {
                    "nodelist": f"n[{n}," + ",".join(f"{k}-{k + 1}" for k in range(2000, 2600, 2)) + "]"
                }
            }
        ),
    ),
    Large(
        "nodelist of 10,000, a pin for each node",
        jobs(lambda n: {"slurm": {"nodelist": f"n[{n}-{n + 9999}]"}, "resources": {"nodes": 4}}),
    ),
    Large(
        "nodelist and an interactive job",
        jobs(lambda n: {"slurm": {"nodelist": f"n[{n}-{n + 9999}]"}, "interactive": True}),
    ),
    Large("exclude of 16,000, all different", jobs(lambda n: {"slurm": {"exclude": f"n[{n}-{16000 + n}]"}})),
    Large(
        "exclude of 4,000 characters",
        jobs(lambda n: {"slurm": {"exclude": ",".join(f"n{n + k}" for k in range(700))}}),
    ),
    Large("comments of 4,000 characters", jobs(lambda n: {"slurm": {"comment": f"{n} " + "x" * 3900}})),
    Large(
        "40 sbatch options each",
        jobs(
            lambda n: {
                "slurm": {
                    "comment": f"c{n}",
                    "mail-type": "END",
                    "mail-user": "a@b.c",
                    "nice": 5,
                    "reservation": "r",
                    "licenses": "a,b",
                    "begin": "now+1hour",
                    "deadline": "2030-01-01",
                    "priority": 3,
                    "requeue": True,
                    "signal": "B:USR1@60",
                    "tmp": "10G",
                }
            }
        ),
    ),
    Large(
        "licenses of 3,000 names",
        jobs(lambda n: {"slurm": {"licenses": ",".join(f"l{k}:{n}" for k in range(400))}}),
    ),
    Large(
        "clusters of 500 names",
        jobs(lambda n: {"slurm": {"clusters": ",".join(f"c{k}" for k in range(500))}}),
    ),
    # --- requests ---
    Large(
        "1,000 lists of 64 GPUs",
        jobs(lambda n: {"options": {**GPU, "gpu_ids": ",".join(str((n >> k) % 4) for k in range(64))}}),
    ),
    Large(
        "1,000 lists of GPUs for 64 ranks",
        jobs(
            lambda n: {"options": {**GPU, "gpu_ids": ":".join(str((n >> (k % 10)) % 4) for k in range(64))}}
        ),
    ),
    Large(
        "1,000 lists of 4 GPUs",
        jobs(lambda n: {"options": {**GPU, "gpu_ids": ":".join(f"{(n >> 2 * k) % 4}" for k in range(5))}}),
    ),
    Large("constraint of 300 alternatives, alike", same(resources={"constraint": "|".join(["x2680"] * 300)})),
    Large(
        "constraint of 64 alternatives, all different",
        jobs(lambda n: {"resources": {"constraint": "|".join([f"x{n}"] * 63 + ["x2680"])}}),
    ),
    Large(
        "constraint of 300 alternatives, all different",
        jobs(lambda n: {"resources": {"constraint": "|".join([f"x{n}"] * 299 + ["x2680"])}}),
    ),
    Large(
        "constraint of ands, all different",
        jobs(lambda n: {"resources": {"constraint": "&".join(["x2680"] * 10 + ["core28"] * (n % 50 + 1))}}),
    ),
    Large(
        "constraint of counts, all different",
        jobs(lambda n: {"resources": {"constraint": f"[x2680*{n % 8 + 1}&x2695*{n // 8 % 8 + 1}]"}}),
    ),
    Large(
        "constraint of counts of 50 terms",
        jobs(
            lambda n: {
                "resources": {"constraint": "[" + "&".join(f"f{k}*{n % 8 + 1}" for k in range(50)) + "]"}
            }
        ),
    ),
    Large(
        "constraint of matching or",
        jobs(
            lambda n: {"resources": {"constraint": "[" + "|".join([f"f{n}"] * 60 + ["x2680", "x2695"]) + "]"}}
        ),
    ),
    Large(
        "partitions of 100 names",
        jobs(lambda n: {"resources": {"partition": ",".join(["norm"] * 99 + [f"p{n}"])}}),
    ),
    Large("times, all different", jobs(lambda n: {"resources": {"time": f"{n % 9 + 1}-{n % 24}:00:00"}})),
    Large(
        "scratch, all different",
        jobs(lambda n: {"resources": {"scratch": f"{n + 1}G"}, "options": {"scratch_dir": "/lscratch/x"}}),
    ),
    Large("memory, all different", jobs(lambda n: {"resources": {"mem": f"{n + 60000}M"}})),
    Large("ntasks, all different", jobs(lambda n: {"resources": {"ntasks": n % 250 + 2}})),
    Large(
        "ntasks, all different, and GPUs forgotten by each",
        jobs(lambda n: {"resources": {"ntasks": n + 1}}, 999),
    ),
    Large("ntasks to the limit of all ranks", jobs(lambda n: {"resources": {"ntasks": 250}})),
    Large("ranks of one job", jobs(lambda n: {"resources": {"ntasks": 448, "cpus_per_task": 1}}, 500)),
    Large(
        "GPU jobs with scratch, all different",
        jobs(
            lambda n: {
                "resources": {
                    "gpus": {"type": "p100", "per_node": n % 4 + 1},
                    "nodes": n % 4 + 1,
                    "scratch": f"{n + 1}G",
                }
            }
        ),
    ),
    Large(
        "refused, all different",
        jobs(lambda n: {"resources": {"mem": f"{n + 1}M", "ntasks": n % 500 + 2, "nodes": n % 8 + 1}}),
    ),
    Large("refused GPUs, all different", jobs(lambda n: {"resources": {"gpus": 33 + n}})),
    Large("refused types of GPU, all different", jobs(lambda n: {"resources": {"gpus": f"a{n}"}})),
    Large("refused time, all different", jobs(lambda n: {"resources": {"time": f"{n + 400}-00:00:00"}})),
    Large("no partition of that name, all different", jobs(lambda n: {"resources": {"partition": f"p{n}"}})),
    Large("no feature of that name, all different", jobs(lambda n: {"resources": {"constraint": f"f{n}"}})),
    Large(
        "layouts named",
        jobs(
            lambda n: {
                "layout": ["heterogeneous", "homogeneous", "homogeneous+1", "hetjob", "one-task-per-node"][
                    n % 5
                ],
                "resources": {"nodes": n % 4 + 1},
            }
        ),
    ),
    Large(
        "gpu lists in need of packing",
        jobs(lambda n: {"resources": {"gpus": "k80", "ranks_per_gpu": n % 12 + 1, "nodes": n % 3 + 1}}),
    ),
    # --- texts ---
    Large(
        "file names of 4,000 characters",
        jobs(lambda n: {"options": {"fn_img": f"{n}/" + "x/" * 1990 + "p.star"}}),
    ),
    Large("additional arguments of 400 words", same(extra_args=" ".join(f"--o{k}" for k in range(95)))),
    Large(
        "additional arguments of 4,000 characters", jobs(lambda n: {"extra_args": f"--o {n} " + "x" * 3900})
    ),
    Large("additional arguments with quotes", jobs(lambda n: {"extra_args": f"--o{n} " + "'a b' " * 20})),
    Large("projects, all different", jobs(lambda n: {"project": f"/data/{n}/" + "p" * 200})),
    Large("outputs, all different", jobs(lambda n: {"output": f"Class3D/{n}/" + "p/" * 500})),
    Large(
        "environment references", jobs(lambda n: {"options": {"fn_img": "${{ env.A }}/" * 50 + f"{n}.star"}})
    ),
    Large(
        "expressions, long",
        jobs(lambda n: {"options": {"nr_classes": "${{ " + "+".join(["1"] * 20) + f"+{n % 9} }}}}"}}),
    ),
    Large(
        "expressions, all different", jobs(lambda n: {"options": {"nr_classes": f"${{{{ {n} % 7 + 1 }}}}"}})
    ),
    Large(
        "vars, a chain of 1,000",
        yaml(
            lambda: (
                "vars:\n  v0: 1\n" + "".join(f"  v{n}: ${{{{ vars.v{n - 1} }}}}\n" for n in range(1, 1000))
            )
        ),
    ),
    Large(
        "vars, a chain of 1,000, used by all",
        jobs(
            lambda n: {"options": {"nr_classes": f"${{{{ vars.v{n} % 5 + 1 }}}}"}},
            vars={"v0": 1, **{f"v{n}": f"${{{{ vars.v{n - 1} + 1 }}}}" for n in range(1, 1000)}},
        ),
    ),
    Large("vars, 60,000", yaml(lambda: "vars:\n" + "".join(f"  v{n}: {n}\n" for n in range(200_000)))),
    Large(
        "vars, 100,000 long expressions",
        yaml(lambda: "vars:\n" + "".join(f"  v{n}: ${{{{ 1 + 1 + 1 }}}}\n" for n in range(100_000))),
    ),
    Large("vars, one of 4 MB", yaml(lambda: f"vars:\n  v: {'x' * 4_100_000}\n")),
    Large(
        "all options given",
        jobs(
            lambda n: {
                "options": {
                    "nr_classes": 3,
                    "ini_high": 60,
                    "particle_diameter": 300,
                    "tau_fudge": 4,
                    "nr_iter": 25,
                    "sampling": "7.5 degrees",
                    "offset_range": 5,
                    "offset_step": 1,
                    "do_zero_mask": True,
                    "fn_mask": "m.mrc",
                    "sym_name": f"C{n % 9 + 1}",
                    "do_ctf_correction": True,
                    "nr_pool": 30,
                    "do_combine_thru_disc": False,
                    "dont_skip_align": True,
                    "queuename": "x",
                    "other_args": f"--random_seed {n}",
                }
            }
        ),
    ),
    # --- dependencies ---
    Large("a chain of 1,000 jobs", jobs(lambda n: {"after": [f"j{n - 1}"]} if n else {})),
    Large("10,000 dependencies", jobs(lambda n: {"after": [f"j{k}" for k in range(max(0, n - 10), n)]})),
    Large("500,000 dependencies", jobs(lambda n: {"after": [f"j{k}" for k in range(n)]})),
    Large("1,000 times the same dependency", jobs(lambda n: {"after": ["j0"] * 600} if n else {})),
    Large(
        "a chain by outputs",
        jobs(lambda n: {"options": {"fn_ref": f"${{{{ jobs.j{n - 1}.outputs.model }}}}"}} if n else {}),
    ),
    Large(
        "all of one job's output",
        jobs(lambda n: {"options": {"fn_img": "${{ jobs.j0.outputs.model }}"}} if n else {}),
    ),
    # --- job types ---
    *(Large(f"1,000 jobs as in {path.stem}", repeated(path)) for path in sorted(SPECS.rglob("*.yaml"))),
    Large(
        "all job types by turns",
        jobs(lambda n: {"type": ["class3d", "refine3d", "class2d", "postprocess", "polish"][n % 5]}),
    ),
    Large("interactive jobs", same(interactive=True)),
    Large("hetjobs", same(layout="hetjob", resources={"gpus": "k80"})),
    # --- YAML ---
    Large("4 MB of comments", yaml(lambda: "# a comment\n" * 340_000)),
    Large("one comment of 4 MB", yaml(lambda: "# " + "x" * 4_100_000 + "\n")),
    Large("4 MB of empty lines", yaml(lambda: "\n" * 4_100_000)),
    Large("4 MB of blanks and a comment", yaml(lambda: "  " * 2_000_000 + "# x\n")),
    Large(
        "an alias 300,000 times",
        yaml(lambda: "vars: {a: &a 1,\n" + "".join(f" b{n}: *a,\n" for n in range(230_000)) + "}\n"),
    ),
    Large(
        "an alias of a list 200,000 times",
        yaml(lambda: "vars: {a: &a [1, 2, 3],\n" + "".join(f" b{n}: *a,\n" for n in range(230_000)) + "}\n"),
    ),
    Large(
        "aliases of aliases",
        yaml(
            lambda: (
                "vars:\n  a0: &a0 [x, x]\n"
                + "".join(f"  a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 60))
            )
        ),
    ),
    Large(
        "anchors, 200,000", yaml(lambda: "vars:\n" + "".join(f"  v{n}: &v{n} 1\n" for n in range(200_000)))
    ),
    Large("a flow list of 2,000,000", yaml(lambda: "vars: {a: [" + "1," * 2_000_000 + "]}\n")),
    Large("a flow list of 1,000,000 lists", yaml(lambda: "vars: {a: [" + "[]," * 1_300_000 + "]}\n")),
    Large("flow lists, 100,000 deep", yaml(lambda: "vars: {a: " + "[" * 100_000 + "]" * 100_000 + "}\n")),
    Large("flow mappings, 500 deep", yaml(lambda: "vars: {a: " + "{a: " * 500 + "1" + "}" * 500 + "}\n")),
    Large("a block list of 1,000,000", yaml(lambda: "vars:\n  a:\n" + "  - 1\n" * 680_000)),
    Large("a block text of 4 MB", yaml(lambda: "vars:\n  a: |\n" + "    x\n" * 680_000)),
    Large("a folded text of 4 MB", yaml(lambda: "vars:\n  a: >\n" + "    x\n" * 680_000)),
    Large("a quoted text of 4 MB of escapes", yaml(lambda: 'vars:\n  a: "' + "\\x41" * 1_000_000 + '"\n')),
    Large("a quoted text of 4 MB of empty lines", yaml(lambda: 'vars:\n  a: "' + "\n" * 4_000_000 + '"\n')),
    Large("tags, 300,000", yaml(lambda: "vars: {a: [" + "!!str 1,\n" * 400_000 + "]}\n")),
    Large(
        "explicit keys, 200,000",
        yaml(lambda: "vars:\n" + "".join(f"  ? v{n}\n  : 1\n" for n in range(200_000))),
    ),
    Large("documents, 500,000", yaml(lambda: "---\n" * 1_000_000)),
    Large("numbers of 100,000 digits", yaml(lambda: "vars: {a: " + "1" * 4_000_000 + "}\n")),
    Large("a number with an exponent", yaml(lambda: "vars: {a: 1e999999999}\n")),
    Large("keys of 1 MB", yaml(lambda: "vars:\n  " + "k" * 1000 + ": 1\n  " + "j" * 4_000_000 + ": 2\n")),
    Large("the same key 300,000 times", yaml(lambda: "vars:\n" + "  v: 1\n" * 500_000)),
    Large("tabs, 4 MB", yaml(lambda: "vars: {a:" + "\t" * 4_000_000 + "1}\n")),
    Large("UTF-8, 4 MB", yaml(lambda: "vars: {a: " + "\u00e9" * 2_000_000 + "}\n")),
    Large("not UTF-8, 4 MB", yaml(lambda: "vars: {a: " + "\udcff" * 2_000_000 + "}\n")),
    Large("times in braces, 300,000", yaml(lambda: "vars: {a: [" + "12:00:00,\n" * 400_000 + "]}\n")),
    Large("a time in braces", same(resources={"time": "12:00:00"})),
    # --- profiles ---
    Large(
        "300 partitions, all of four kinds, 1,000 constraints",
        on(
            lambda: _partitions(230, "k80, p100, x2680, x2695"),
            jobs(lambda n: {"resources": {"constraint": "&".join(["x2680"] * (n % 100 + 1))}}),
        ),
    ),
    Large(
        "900 kinds of nodes",
        on(lambda: _node_types(900), jobs(lambda n: {"resources": {"cpus_per_task": n % 16 + 1}})),
    ),
    Large("900 kinds of nodes, plain jobs", on(lambda: _node_types(900), same())),
    Large(
        "900 kinds of nodes, 1,000 constraints",
        on(lambda: _node_types(900), jobs(lambda n: {"resources": {"constraint": f"t{n % 900}"}})),
    ),
    Large(
        "900 kinds of nodes, 1,000 long constraints",
        on(
            lambda: _node_types(900),
            jobs(lambda n: {"resources": {"constraint": "|".join(f"t{(n + k) % 900}" for k in range(100))}}),
        ),
    ),
    Large(
        "900 kinds of nodes of 100 features, 1,000 scratch",
        on(
            lambda: _node_types(300, 100),
            jobs(lambda n: {"resources": {"scratch": f"{n % 390 + 1}G", "constraint": f"f{n % 100}"}}),
        ),
    ),
    Large(
        "1,900 kinds of nodes, 10 jobs",
        on(lambda: _node_types(1900), jobs(lambda n: {"resources": {"constraint": f"t{n}"}}, 10)),
    ),
    Large(
        "1,900 kinds of nodes, refused",
        on(lambda: _node_types(900), jobs(lambda n: {"resources": {"mem": f"{n + 2000}G"}})),
    ),
    Large(
        "1,900 partitions, 10 jobs",
        on(lambda: _partitions(1990, "x2680"), jobs(lambda n: {"resources": {"partition": f"q{n}"}}, 10)),
    ),
    Large(
        "modules of 16,000 characters",
        on(lambda: "modules:\n  '*': [" + ", ".join(["module load aaaaaaa"] * 700) + "]\n", same()),
    ),
    Large(
        "a profile of 4 MB of notes", on(lambda: "notes:\n" + "  - a note of the site\n" * 180_000, same(1))
    ),
    Large("a profile of 4 MB of comments", on(lambda: "# a comment\n" * 340_000, same(1))),
    Large(
        "a profile of 100,000 sources",
        on(lambda: "sources:\n" + "".join(f"  node_types.k80.a{n}: x\n" for n in range(100_000)), same(1)),
    ),
    Large(
        "a profile of 1,900 environment names",
        on(lambda: "environment:\n" + "".join(f"  V{n}: x\n" for n in range(1_000)), same()),
    ),
    Large(
        "a profile of many features",
        on(
            lambda: "node_types:\n  k80: {features: [" + ", ".join(f"f{n}" for n in range(1990)) + "]}\n",
            jobs(lambda n: {"resources": {"constraint": f"f{n}"}}),
        ),
    ),
)


def hostile(large: Large, command: str) -> Hostile:
    """Return an input as one of those that are handed to the real command."""

    def make(folder: Path) -> Sequence[str]:
        for name, text in large.files().items():
            (folder / name).write_text(text, "utf-8", "surrogateescape")
        return (command, "spec.yaml")

    return Hostile(f"{large.name}, {command}", make, 0)


def main(patterns: Sequence[str]) -> int:
    """Run all inputs (or those whose names match a pattern) and print the table."""
    bad = 0
    for large in LARGE:
        if patterns and not any(re.search(pattern, large.name) for pattern in patterns):
            continue
        cells, first = [], ""
        for command in COMMANDS:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name) / "work"
                folder.mkdir()
                seen = run(hostile(large, command), folder)
            over = seen.cpu_s > MOST_CPU_S or seen.peak_mib > MOST_MIB or seen.status not in (0, 1)
            bad += over
            cells.append(f"{seen.status} {seen.cpu_s:5.2f} s {seen.peak_mib:4.0f} MiB{'!' if over else ' '}")
            first = first or next((line for line in seen.said.splitlines() if line), "")
            if seen.status and command == "lint":
                break
        print(f"{'  '.join(cells):60}  {large.name:55} {first[:100]!r}", flush=True)
    return min(bad, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
