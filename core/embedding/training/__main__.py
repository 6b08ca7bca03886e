"""Trains the style network: ``python -m core.embedding.training --packages-dir DIR --out DIR``.

Packages that are missing in ``--packages-dir`` are downloaded there; their frames are cached in
``--cache``, so that a second training starts at once; one that was stopped goes on from its last
check, which lies in ``OUT/checkpoint.pt``. Then the teachers are asked for what they say of
``--patches`` moments of the same songs, and the maps of the blend are fitted. Writes
``style-2.safetensors`` and ``style-2.json``, as they lie in ``core/embedding/weights``.
"""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from safetensors.torch import save_file

from core.embedding.blend import StyleBlend
from core.embedding.embed import CURRENT
from core.embedding.facts import NetworkFacts, sha256_of, write_facts
from core.embedding.frontend import N_MELS, SAMPLE_RATE_HZ
from core.embedding.network import DIMENSION
from core.embedding.training.data import STOPPING, TRAINING, TrainingSong, songs_of
from core.embedding.training.fit import fit
from core.embedding.training.patches import PatchSource, answers, sounds_of
from core.embedding.training.score import retrieval_score, song_windows
from core.embedding.training.train import JUDGED_WINDOWS, Outcome, Plan, train
from core.embedding.windows import WINDOW_S

PATCHES = 17_600  # under an hour of one core

LICENCE = (
    "GPL-3.0-or-later. Learned from the music of the named Debian packages (their copyright files"
    " name its licences); the file holds none of that music. A part of it echoes the penultimate"
    " layers of MSD_musicnn and MTT_musicnn, from the Python package musicnn 0.1.0 (Jordi Pons;"
    " ISC licence), as they answered for that music."
)


def arguments(words: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    usual = Plan()
    parser = argparse.ArgumentParser(prog="python -m core.embedding.training", description=__doc__)
    parser.add_argument("--packages-dir", type=Path, required=True, help="Debian packages")
    parser.add_argument("--out", type=Path, required=True, help="where the weights go")
    parser.add_argument("--cache", type=Path, help="where frames are kept (OUT/frames)")
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--seed", type=int, default=usual.seed)
    parser.add_argument("--patches", type=int, default=PATCHES, help="moments to ask about")
    parser.add_argument("--device", default="cpu", help="a torch device")
    return parser.parse_args(words)


def load(packages: Sequence[str], *, packages_dir: Path, cache: Path) -> list[TrainingSong]:
    """Return the songs of all the packages."""
    return [
        song
        for package in packages
        for song in songs_of(package, packages_dir=packages_dir, cache=cache)
    ]


def write(outcome: Outcome, blend: StyleBlend, *, folder: Path, seed: int) -> NetworkFacts:
    """Write the weights and their facts."""
    weights = folder / f"{CURRENT}.safetensors"
    state = blend.state_dict()
    save_file({name: value.cpu().contiguous() for name, value in state.items()}, weights)
    weights.chmod(0o644)  # the library makes it readable for its owner only
    name, version = CURRENT.split("-")
    facts = NetworkFacts(
        name=name,
        version=int(version),
        sha256=sha256_of(weights),
        sample_rate_hz=SAMPLE_RATE_HZ,
        n_mels=N_MELS,
        window_s=round(WINDOW_S, 3),
        dimension=DIMENSION,
        licence=LICENCE,
        training_packages=TRAINING,
        stopping_packages=STOPPING,
        seed=seed,
        steps=outcome.step,
        figures={f"stopping_{key}": value for key, value in outcome.figures.items()},
    )
    write_facts(facts, folder / f"{CURRENT}.json")
    return facts


def main(words: Sequence[str]) -> None:
    """Fetch, cache, train, write."""
    options = arguments(words)
    cache = options.cache or options.out / "frames"
    cache.mkdir(parents=True, exist_ok=True)
    songs = load(TRAINING, packages_dir=options.packages_dir, cache=cache)
    stopping = load(STOPPING, packages_dir=options.packages_dir, cache=cache)
    _tell(f"{len(songs)} songs to train on, {len(stopping)} to stop by")
    plan = Plan(seed=options.seed, steps=options.steps)
    kept = options.out / "checkpoint.pt"
    outcome = train(songs, stopping, plan=plan, device=options.device, tell=_tell, kept=kept)
    source = PatchSource(
        [sounds_of(name, packages_dir=options.packages_dir, cache=cache) for name in TRAINING]
    )
    said = answers(options.out / "patches", source, count=options.patches, seed=options.seed)
    _tell(f"{len(said.patches)} patches answered")
    blend = fit(outcome.network, songs, said, seed=options.seed)
    figures = retrieval_score(blend, song_windows(stopping, at_most=JUDGED_WINDOWS))
    facts = write(replace(outcome, figures=figures), blend, folder=options.out, seed=options.seed)
    _tell(f"{facts.model_id}: step {outcome.step} {figures}")


def _tell(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
