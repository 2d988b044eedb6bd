"""One account of work: each kind draws from it, and says in its own words what it leaves out."""

from __future__ import annotations

import pytest

from relionc.allowance import MOST_WORK, Work
from relionc.data.skim import FOR_LAYOUTS, Skim, TooMuch
from relionc.diag.near import nearest
from relionc.expr import Budget, TooMuchWorkError
from relionc.plan import ANSWER_VISITS, SEARCH_VISITS, Known


def test_work_that_is_left_undone_is_not_counted():
    with Work(10) as work:
        assert Work.takes(6, leaving=4)
        assert not Work.takes(5)
        assert work.left == 4
    assert Work.takes(5)  # outside of a compilation nothing counts


def test_data_files_leave_something_for_layouts():
    with Work(FOR_LAYOUTS + 1_000), pytest.raises(TooMuch):
        Skim().spend(1_001)
    with Work(FOR_LAYOUTS + 1_000):
        Skim().spend(1_000)


def test_names_are_guessed_at_as_long_as_there_is_work_left():
    with Work():
        assert nearest("clas3d", ["class3d"], 0.5) == "class3d"
    with Work(0):
        assert nearest("clas3d", ["class3d"], 0.5) is None


def test_expressions_have_what_is_left_and_count_as_work():
    with Work(5_000) as work:
        budget = Budget()
        budget.spend(5)
        budget.close()
        assert work.left == 0
        with pytest.raises(TooMuchWorkError):
            Budget().spend(1)


def test_layouts_have_what_is_left():
    with Work():
        whole = Known()
    with Work(MOST_WORK / 100):
        little = Known()
    assert (whole.answers.left, whole.reasons.left) == (ANSWER_VISITS, SEARCH_VISITS)
    assert 0 < little.answers.left < ANSWER_VISITS / 10
    assert little.reasons.left < SEARCH_VISITS / 10


def test_reasons_leave_something_for_the_layouts_of_jobs_to_come():
    one, many = Known(jobs=0), Known(jobs=1_000)
    with one.explaining() as effort:
        assert effort.left == SEARCH_VISITS
    with many.explaining() as effort:
        assert effort.left == SEARCH_VISITS - ANSWER_VISITS
    assert many.reasons.left == SEARCH_VISITS
