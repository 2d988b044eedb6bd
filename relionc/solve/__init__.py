"""A small finite-domain solver: Problem → Solution or Conflict. No domain word; standard library only."""

from relionc.solve.engine import nearest, solve
from relionc.solve.problem import Conflict, Constraint, Objective, Problem, Solution, Variable

__all__ = ["Conflict", "Constraint", "Objective", "Problem", "Solution", "Variable", "nearest", "solve"]
