"""Every fault in its full count: ``python -m benchmarks.faults``, about an hour.

The same tests that every test run takes a few points of (``tests/faults``): a sync is killed at 50
points, the server at 20, and the network is cut, cut short, slow, flapping, and dead and late, 20
times each. After every one of them both sides must hold exactly the same rows. ``--one-in 4`` tries
a quarter of that, and the page says so.

Writes ``benchmarks/results/faults.md``, and ends with pytest's own exit status.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree  # of a file that pytest has just written here

from benchmarks.isolated import isolate
from benchmarks.results_page import table

RESULTS = Path(__file__).parent / "results" / "faults.md"
# What each test does so many times, by its name; a name that is not here is shown as it is.
TITLES = {
    "test_sync_killed": "a sync is killed (SIGKILL) at a random point",
    "test_server_killed": "the server is killed and started again amid a sync",
    "[cut]": "the connection is reset amid a sync",
    "[cut_short]": "the connection is closed amid a sync",
    "[slow]": "the network is slow",
    "[flapping]": "the network comes and goes",
    "[dead_then_late]": "the network is dead, the user gives up, and what it held arrives later",
}


def outcomes(report: Path) -> Iterator[tuple[str, bool, float]]:
    """Yield each test of a JUnit report: its name, whether it passed, and its seconds."""
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}::{case.get('name', '')}"
        passed = all(case.find(trouble) is None for trouble in ("failure", "error", "skipped"))
        yield name, passed, float(case.get("time", 0.0))


def title(name: str) -> str:
    """Return what a test does, in words."""
    return next((words for part, words in TITLES.items() if part in name), f"`{name}`")


def times(name: str, counts: dict[str, int]) -> str:
    """Return how often a test does what it does."""
    return str(next((count for part, count in counts.items() if part in name), 1))


def page(report: Path, counts: dict[str, int], *, one_in: int = 1) -> str:
    """Return the page of results, of one in so many of all the points."""
    part = "" if one_in == 1 else f"\n\nOne point in {one_in} was tried of the full counts."
    rows: list[tuple[str, ...]] = [("what happens", "times", "both sides the same after each", "s")]
    for name, passed, seconds in outcomes(report):
        rows.append(
            (title(name), times(name, counts), "yes" if passed else "**no**", f"{seconds:.0f}")
        )
    return f"""# Faults

Milvus 2.3.5 on one machine, the library and the sync of the program itself; what is done and
checked: `tests/faults`. Seconds are no figure of merit: they are mostly waiting on purpose.{part}

{table(rows)}
"""


def main() -> int:
    """Run every fault, print and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.faults", description=__doc__)
    parser.add_argument("--one-in", type=int, default=1, help="try one point in so many")
    one_in = parser.parse_args().one_in
    isolate()
    os.environ["SONGKIN_FAULTS"] = str(one_in)  # before the counts are read
    from tests.faults.counts import BAD_NETWORKS, SERVER_KILLS, SYNC_KILLS

    counts = {
        "test_sync_killed": SYNC_KILLS,
        "test_server_killed": SERVER_KILLS,
        "test_bad_network": BAD_NETWORKS,
    }
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={report}", "tests/faults"]
        status = subprocess.run(command, check=False).returncode
        text = page(report, counts, one_in=one_in)
    print(text)
    RESULTS.write_text(text, "utf-8")
    return status


if __name__ == "__main__":
    sys.exit(main())
