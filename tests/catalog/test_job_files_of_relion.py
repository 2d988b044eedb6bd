"""Odd job files: the installed RELION 3.1 makes the same commands of them, or stops as we do."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from oracle import PIPELINER, QUEUED, VERSION

from relionc.pipeline.jobfile import answer

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not PIPELINER and not os.environ.get("RELIONC_REQUIRE_LAB"), reason="relion_pipeliner is not installed"
)
HEAD = "# a remark\ndata_job\n\n_rlnJobType 12\n_rlnJobIsContinue 0\n\n"
TABLE = "data_joboptions_values\n\nloop_ \n_rlnJobOptionVariable #1 \n_rlnJobOptionValue #2 \n"
PIPELINE = "\ndata_pipeline_general\n\n_rlnPipeLineJobCounter 25\n\n"


def of_relion(folder: Path, text: str) -> list[str]:
    """Return the commands that RELION makes of a job file; none if it stops."""
    assert PIPELINER, "RELIONC_REQUIRE_LAB=1, but relion_pipeliner is not installed"
    (folder / "job.star").write_text(text, "utf-8")
    (folder / "default_pipeline.star").write_text(PIPELINE, "utf-8")
    (folder / "template.sh").write_text("XXXcommandXXX\n", "utf-8")
    options = ";".join(f"{name} == {value}" for name, value in QUEUED.items())
    argv = [PIPELINER, "--addJobFromStar", "job.star", "--addJobOptions", options]
    subprocess.run(argv, cwd=folder, capture_output=True, check=False, timeout=60)
    script = folder / "MaskCreate" / "job025" / "run_submit.script"
    return script.read_text("utf-8").split("\n")[:-2] if script.exists() else []


@pytest.mark.parametrize(
    "rows",
    [
        "fn_in data_2018/a.mrc \n",
        "fn_in $MAPS/a.mrc \nother_args \"--x '$HOME' \"\n",
        "fn_in a.mrc \nother_args '--a \"b c\" --d'\n",
        'fn_in a.mrc \nother_args "--a   b\tc"\n',
        'fn_in a.mrc \nother_args "--a \a"b c\a" --d"\n',
        "fn_in a.mrc # a remark\nangpix 1.5\n",
        "fn_in a#b.mrc\nangpix\t1.5\n",
        "fn_in it's.mrc\n",
        "# a remark\nfn_in a.mrc\n#another\nangpix 2\n",
        "fn_in a.mrc\nfn_in b.mrc\n",
        "fn_in a.mrc\nno_such_option 5\n",
        "fn_in a.mrc\nnr_threads -1\n",
        "fn_in a.mrc\nnr_threads 0\nlowpass_filter 1e2x\n",
        "fn_in a.mrc\ndo_helix true\n",
        "fn_in a.mrc\nother_args\n",
        "fn_in a.mrc\n\nangpix 3\n",
        "fn_in a b.mrc\n",
        'fn_in "a.mrc\n',
        'fn_in "say "x" now"\n',
        "angpix 3\n",
        "fn_in a.mrc\nlowpass_filter high\n",
    ],
)
def test_the_same_commands_come_of_an_odd_job_file(rows: str, tmp_path: Path) -> None:
    path = tmp_path / "asked.star"
    path.write_text(HEAD + TABLE + rows, "utf-8")
    assert list(answer(str(path), path.read_bytes(), VERSION, "job025").texts) == of_relion(
        tmp_path, HEAD + TABLE + rows
    )


@pytest.mark.parametrize(
    "text",
    [
        HEAD + "data_joboptions_values\nloop_\n_rlnJobOptionValue\n_rlnJobOptionVariable\na.mrc fn_in\n",
        HEAD + TABLE.replace("loop_ \n", "loop_ \n\n# a remark\n") + "fn_in a.mrc\n",
        HEAD.replace("_rlnJobIsContinue 0", "_rlnOther 'x y'\n_rlnJobIsContinue 0") + TABLE + "fn_in a.mrc\n",
        TABLE + "fn_in a.mrc\n\n" + HEAD,
        "data_other\nloop_\n_rlnX\n1\n\n" + HEAD + TABLE + "fn_in a.mrc\n",
        "  " + HEAD.replace("data_job\n", "  data_job \n") + TABLE + "fn_in a.mrc",
    ],
)
def test_the_same_commands_come_of_oddly_laid_out_tables(text: str, tmp_path: Path) -> None:
    path = tmp_path / "asked.star"
    path.write_text(text, "utf-8")
    found = answer(str(path), path.read_bytes(), VERSION, "job025")
    assert found.texts
    assert list(found.texts) == of_relion(tmp_path, text)
