"""Runs a program in a child and writes its largest resident size, in MiB, to `peak.RANK`: one for each rank."""

from __future__ import annotations

import os
import sys


def main() -> int:
    child = os.fork()
    if child == 0:
        os.execvp(sys.argv[1], sys.argv[1:])
    _, status, usage = os.wait4(child, 0)
    rank = os.environ.get("OMPI_COMM_WORLD_RANK") or os.environ.get("PMIX_RANK", "0")
    with open(f"peak.{rank}", "w", encoding="utf-8") as file:
        file.write(str(usage.ru_maxrss / 1024))
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(main())
