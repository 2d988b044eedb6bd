"""Options are those of RELION's own job windows: name, label, kind, default, choices, bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from golden_rows import Job, all_jobs, facts_of_relion, our_facts

if TYPE_CHECKING:
    from relionc.catalog import JobType

OURS = [(job, found) for job in all_jobs() if (found := job.ours())]
each_type = pytest.mark.parametrize(
    ("job", "job_type"), OURS, ids=[f"{ours.version}-{ours.name}" for _, ours in OURS]
)


@each_type
def test_every_option_is_there_with_relions_facts(job: Job, job_type: JobType) -> None:
    assert our_facts(job_type) == facts_of_relion(job)


@each_type
def test_every_option_is_described_in_sentences(job: Job, job_type: JobType) -> None:
    assert job.facts["job_dir"] == job_type.job_dir
    for option in job_type.options.values():
        assert len(option.description) > 20, option.key
        assert option.description.endswith("."), option.key
        assert option.group, option.key


def test_bounds_contain_the_default_except_where_relion_itself_leaves_them() -> None:
    outside = set()
    for job, job_type in OURS:
        theirs = {option["key"]: option for option in job.facts["options"]}
        for key, option in job_type.options.items():
            low, high = option.minimum, option.maximum
            if low is not None and high is not None and not low <= float(option.default) <= high:
                outside.add(key)
                assert theirs[key]["default"] == option.default
    assert {"helical_range_distance", "last_frame_sum"} <= outside
