"""`python -m tests.matrix`: damages archives in every way; what verify names, what comes back.

Each cell has the number of cases that were named, of all; and the clusters that came back as they
were, of those that the damage did not touch.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from tests.matrix.table import README, ROWS, run_cells, table_of, with_table


def main() -> int:
    """Run the matrix and print it; the exit status is 1 if a cell is not as promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--only", default="", metavar="TEXT", help="rows with this in their name")
    parser.add_argument("--write", action="store_true", help="put the rows into the README")
    parser.add_argument("--json", action="store_true", help="every case, with what was found")
    arguments = parser.parse_args()
    cells = run_cells([row for row in ROWS if arguments.only in row])
    if arguments.write:
        README.write_text(with_table(README.read_text(), cells))
    if arguments.json:
        json.dump([asdict(cell) for cell in cells], sys.stdout, indent=1)
    else:
        print(table_of(cells), end="")  # noqa: T201
    return 0 if all(cell.is_as_promised for cell in cells) else 1


if __name__ == "__main__":
    sys.exit(main())
