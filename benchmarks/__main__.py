"""`python -m benchmarks`: measure, print the table, write it into README.md."""

from __future__ import annotations

import argparse
import logging
import sys
from datetime import UTC, datetime
from pathlib import Path

from benchmarks import report, suite
from benchmarks.lab import lab
from benchmarks.lists import SAMPLES, vessel_lists
from workers.errors import OceanidError


def main() -> int:
    """Run it; 1 with a message where something is missing."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--lists", type=Path, help="directory of vessel lists (default: the real ones, else samples)"
    )
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the median counts (default 3)")
    parser.add_argument("--no-write", action="store_true", help="leave README.md as it is")
    options = parser.parse_args()
    logging.basicConfig(level=logging.ERROR)
    try:
        lists = vessel_lists(options.lists)
        candidates = [item.path for item in lists if item.path.suffix == ".csv"]
        # Vessels without natural persons, in the shape of the largest lists: the same file
        # wherever it is there.
        grow = next((path for path in [SAMPLES / "sprfmo_2025.csv", *candidates] if path.is_file()), None)
        if grow is None:
            raise OceanidError(
                "There is no CSV list to measure.", hint="Name a directory: --lists DIRECTORY."
            )
        lines = []
        with lab() as place:
            for line in suite.run(place, lists, grow, repeat=options.repeat):
                print(f"{line.what}: {line.figure}  {line.beside}", file=sys.stderr)
                lines.append(line)
    except OceanidError as error:
        print(f"{error.message} {error.hint or ''}", file=sys.stderr)
        return 1
    title = f"{datetime.now(UTC):%Y-%m-%d}, {report.machine()}, embedded PostgreSQL 18. Lists: " + ", ".join(
        f"{item.path.name}" for item in sorted(lists, key=lambda item: item.path.name)
    )
    report.show(title, lines)
    if not options.no_write:
        report.write(title + ".", lines)
    return 0


if __name__ == "__main__":
    sys.exit(main())
