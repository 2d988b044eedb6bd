"""An sbatch that reads options without a cluster."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="session")
def sbatch(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return the environment in which sbatch reads its options; nobody answers it after that."""
    if shutil.which("sbatch") is None:
        if os.environ.get("RELIONC_REQUIRE_LAB"):
            pytest.fail("sbatch is not installed")
        pytest.skip("sbatch is not installed")
    conf: Path = tmp_path_factory.mktemp("slurm") / "slurm.conf"
    conf.write_text("ClusterName=none\nSlurmctldHost=localhost\n")
    return {**os.environ, "SLURM_CONF": str(conf)}
