"""`--accept`: keep what is made now as what is expected."""

from __future__ import annotations


def pytest_addoption(parser):
    parser.addoption("--accept", action="store_true", help="keep what the cases give now as expected")
