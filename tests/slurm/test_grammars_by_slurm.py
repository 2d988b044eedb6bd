"""The same texts, read by Slurm's own programs."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

import pytest

from relionc.slurm.gres import parse_gres
from relionc.slurm.hostlist import parse_hostlist
from relionc.slurm.sizes import parse_size
from relionc.slurm.syntax import SlurmSyntaxError
from relionc.slurm.times import parse_time

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(
    not shutil.which("scontrol") and os.environ.get("RELIONC_REQUIRE_LAB") != "1",
    reason="needs Slurm's programs",
)

CONFIG = """
ClusterName=none
SlurmctldHost=localhost(127.0.0.1)
SlurmctldPort=1
GresTypes=gpu,lscratch
AuthType=auth/none
NodeName=n1
PartitionName=p Nodes=n1
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which Slurm's programs start; no controller answers, and none is needed."""
    config: Path = tmp_path_factory.mktemp("slurm") / "slurm.conf"
    config.write_text(CONFIG)
    return {**os.environ, "SLURM_CONF": str(config)}


def run(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(words, env=environment, capture_output=True, text=True, timeout=60, check=False)


HOST_LISTS = [
    "cn[0001-0003,7],a[1-2]b[3-4],x",
    "a[1-010]",
    "a[9-11,08-10]",
    "a1,a1",
    "a[1-2][3-4]",
    " a , b ",
    "cn[099-101]",
    ",a,,b",
    "[1-3]",
]


@pytest.mark.parametrize("text", HOST_LISTS)
def test_host_lists_expand_as_scontrol_does(text: str, environment: dict[str, str]) -> None:
    theirs = run(environment, "scontrol", "show", "hostnames", text).stdout.split()
    assert parse_hostlist(text) == theirs


READERS = {"time": parse_time, "mem": parse_size}
TIMES = ("1-30", "90:00:00", "5", "5:00", "infinite", "24h", "1:2:3:4", " 5", ":30", "5:", "1-2-3")
SIZES = ("200GB", "200g", "1K", "4200", "200GiB", "1.5G", "5x", "-3", "1P")


@pytest.mark.parametrize(("option", "text"), [*(("time", t) for t in TIMES), *(("mem", s) for s in SIZES)])
def test_we_accept_what_sbatch_accepts(option: str, text: str, environment: dict[str, str]) -> None:
    """Options are read in order: where ours is fine, sbatch stumbles over the wrong one after it."""
    message = run(environment, "sbatch", f"--{option}={text}", "--ntasks=none", "--wrap=true").stderr
    assert (f"--{option}" in message) != ("--ntasks" in message), message
    try:
        READERS[option](text)
    except SlurmSyntaxError:
        assert f"--{option}" in message
    else:
        assert "--ntasks" in message


@pytest.mark.parametrize("text", ["gpu:k80:x", "gpu:", "gpu::4"])
def test_gres_that_sbatch_refuses(text: str, environment: dict[str, str]) -> None:
    message = run(environment, "sbatch", f"--gres={text}", "--wrap=true").stderr
    assert "Invalid generic resource" in message
    with pytest.raises(SlurmSyntaxError):
        parse_gres(text)
