"""A small finite-domain solver: Problem → Solution or Conflict. It knows no domain word; standard library only."""
