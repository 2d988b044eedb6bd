"""A program that answers as RELION's pipeliner does, and differs from the catalogue's 3.1 where it is known to."""

from __future__ import annotations

import sys
from pathlib import Path

SOURCE = """#!{python}
import sys
from pathlib import Path

sys.path.insert(0, {tree!r})
from relionc import catalog
from relionc.lower.commands import relion_commands
from relionc.source.jobfile import read

if "--version" in sys.argv:
    print("RELION version: {release}")
    sys.exit(0)
job = read(Path("job.star").read_bytes(), "job.star")
kind = catalog.load(catalog.with_id(job.number, "3.1")[0], "3.1")
given = {{key: value for key, value, _ in job.rows}}
made = relion_commands(kind, given, output=f"{{kind.job_dir}}/job025/", is_continue=False)
if made.refusals:
    sys.exit("in: pipeline_jobs.cpp\\n" + made.refusals[0].message)
folder = Path(kind.job_dir, "job025")
folder.mkdir(parents=True)
known = {{key: option.default for key, option in kind.options.items()}}
known |= {{"inimask_threshold": "0.05", "softness": "3"}} | given
del known["extend_inimask"]
rows = "".join(f"{{key}} \\"{{text}}\\"\\n" for key, text in known.items())
(folder / "job.star").write_text(
    f"data_job\\n\\n_rlnJobType {{job.number}}\\n\\ndata_joboptions_values\\n\\nloop_\\n"
    f"_rlnJobOptionVariable\\n_rlnJobOptionValue\\n{{rows}}\\n"
)
texts = [text.replace("--helix", f"--spiral --soft {{known['softness']}}") for text in made.texts]
(folder / "run_submit.script").write_text("".join(f"{{text}}\\n" for text in [*texts, ""]))
"""


def written(folder: Path, release: str = "3.1.9") -> Path:
    """Write the program below a folder, as a package would have it: it knows `softness`, and not `extend_inimask`."""
    program = folder / "usr" / "bin" / "relion_pipeliner"
    program.parent.mkdir(parents=True)
    tree = str(Path(__file__).parents[2])
    program.write_text(SOURCE.format(python=sys.executable, tree=tree, release=release), "utf-8")
    program.chmod(0o755)
    return program
