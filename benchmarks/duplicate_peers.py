"""What others would use to find duplicates, side by side: fpcalc with acoustid, audfprint.

* ``fpcalc`` with its defaults (the first 120 s), and ``acoustid.compare_fingerprints`` of
  pyacoustid: a score in [0, 1] for a pair. Its documentation names no threshold; 0.5 is what
  programs that use AcoustID ask for.
* ``audfprint2`` (Dan Ellis' landmarks) from PyPI, with its defaults: an index, asked by files.
* ``PyDejavu`` 0.1.3 from PyPI installs, but is Python 2: it can't be imported.

They live in an environment of their own, with music21, which reads the scores.
"""

import json
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import acoustid
import platformdirs

REQUIREMENTS = ("audfprint2==0.1.2", "music21==10.5.1", "PyDejavu==0.1.3")
ACOUSTID_SCORE = 0.5


@dataclass(frozen=True, slots=True)
class Sketch:
    """What fpcalc says of a file: its compressed fingerprint and how long the file is."""

    duration_s: float
    fingerprint: bytes


def python_of_peers() -> Path:
    """Return the interpreter of the peers' environment, made when first asked for."""
    folder = Path(platformdirs.user_cache_dir("songkin", appauthor=False)) / "duplicate-peers"
    python = folder / "bin" / "python"
    if not (folder / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", *REQUIREMENTS], check=True)
        (folder / "complete").touch()
    return python


def fpcalc_all(files: Sequence[Path], *, workers: int) -> dict[Path, Sketch]:
    """Return fpcalc's fingerprint of each file; files that it refuses are left out."""
    with ThreadPoolExecutor(workers) as pool:
        found = pool.map(fpcalc, files)
        return {file: sketch for file, sketch in zip(files, found, strict=True) if sketch}


def fpcalc(file: Path) -> Sketch | None:
    """Return fpcalc's fingerprint of a file's first 120 s, or None where it has none."""
    command = [shutil.which("fpcalc") or "fpcalc", "-json", str(file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if not done.stdout:  # its exit status is no help: 3 for many a file read to the end
        return None
    told = json.loads(done.stdout)
    return Sketch(told["duration"], told["fingerprint"].encode())


def acoustid_score(a: Sketch, b: Sketch) -> float:
    """Return pyacoustid's score of a pair, in [0, 1]."""
    pair = [(sketch.duration_s, sketch.fingerprint) for sketch in (a, b)]
    return float(acoustid.compare_fingerprints(*pair))


def audfprint(
    files: Sequence[Path], asked: Sequence[Path], *, folder: Path
) -> tuple[Path | None, ...]:
    """Index files with audfprint; return the first answer to each of the others, or None."""
    _run_audfprint("new", _listed(folder / "index.txt", files), folder=folder)
    told = _run_audfprint("match", _listed(folder / "asked.txt", asked), folder=folder)
    return read_matches(told, asked)


def audfprint_asking_s(asked: Sequence[Path], *, folder: Path) -> float:
    """Return the seconds in which audfprint answers all of these from the index that it has."""
    listing = _listed(folder / "timed.txt", asked)
    began = time.perf_counter()
    _run_audfprint("match", listing, folder=folder)
    return time.perf_counter() - began


def read_matches(told: str, asked: Sequence[Path]) -> tuple[Path | None, ...]:
    """Return the first match of each question from what audfprint prints."""
    matches: dict[str, Path] = {}
    for line in told.splitlines():
        found = re.search(r"Matched (.+?) [\d.]+ sec \d+ raw hashes as (.+) at +-?[\d.]+ s ", line)
        if found:
            matches.setdefault(found[1], Path(found[2]))
    return tuple(matches.get(str(path)) for path in asked)


def why_not_dejavu() -> str:
    """Return the line of the error with which PyDejavu refuses to be imported."""
    command = [str(python_of_peers()), "-c", "import dejavu"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stderr.strip().splitlines()
    return lines[-1] if lines and done.returncode else ""


def _listed(listing: Path, files: Sequence[Path]) -> str:
    listing.write_text("".join(f"{file}\n" for file in files), "utf-8")
    return str(listing)


def _run_audfprint(verb: str, listing: str, *, folder: Path) -> str:
    program = python_of_peers().with_name("audfprint")
    options = ["--verbose", "--dbase", str(folder / "audfprint.pklz"), "--list"]
    command = [str(program), *options, verb, listing]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout + done.stderr  # it logs what it finds
