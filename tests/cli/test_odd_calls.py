"""Numbers of a call that nobody means are a wrong call, not a bug of ours."""

from __future__ import annotations

import pytest

from relionc.cli import app

LONG = "9" * 5000


@pytest.mark.parametrize(
    "words",
    [
        ["commands", "job.star", "--relion", "3.1", "--job-number", LONG],
        ["build", "spec.yaml", "--template", "qsub.sh", "--extra", f"{LONG}=1"],
    ],
)
def test_a_number_too_long_to_be_read_is_a_wrong_call(words, capsys):
    assert app.run(words) == 2
    assert "Invalid value" in capsys.readouterr().err
