"""Compile the catalogue's YAML: an error names the file that is wrong. Nothing of it is committed.

python tools/build_catalog.py            compile, and keep the result for this checkout
python tools/build_catalog.py --check    compile only
"""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    from relionc.catalog import checkout
    from relionc.catalog.compiler import CatalogError

    try:
        if "--check" in arguments:
            checkout.parts()
        else:
            checkout.compiled_anew()
    except CatalogError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main(sys.argv[1:]))
