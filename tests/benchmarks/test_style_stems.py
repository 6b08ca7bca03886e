import numpy as np
import pytest

pytest.importorskip("pymusly")

from benchmarks.style_stems import (
    BACKING,
    MIX,
    MOMENTS,
    VOCAL,
    Heard,
    arrival,
    by_stem,
    gain,
    kept,
    likeness,
)
from core.embedding.pool import unit


def songs(count=24, *, sung=True):
    """Songs of two packages that the backing tells apart and the mix does not."""
    random = np.random.default_rng(1)
    made = []
    for number in range(count):
        package = number % 2
        vectors = {
            MIX: unit(random.normal(size=8).astype(np.float32)),
            BACKING: unit((np.eye(8)[package] + 0.1 * random.normal(size=8)).astype(np.float32)),
        }
        vectors[MOMENTS] = vectors[MIX]
        if sung:
            vectors[VOCAL] = vectors[MIX]
        made.append(Heard("ab"[package], vectors))
    return made


def test_a_list_that_stays_is_kept_and_one_that_is_turned_is_not():
    alike = likeness(songs(), MIX)
    same = kept(alike, alike)
    assert {what: float(share.mean()) for what, share in same.items()} == {
        "shared": 1.0,
        "first": 1.0,
        "all": 1.0,
    }
    turned = kept(alike, -alike)
    assert turned["first"].mean() == 0.0
    assert turned["shared"].mean() < 0.2


def test_what_only_the_backing_knows_is_found_by_it():
    heard = songs()
    lines = {line.split("|")[1].strip(): line for line in by_stem(heard).splitlines()}
    assert "1.000" in lines["backing"].split("|")[2]
    assert float(lines["mix"].split("|")[2].split()[0]) < 0.8
    assert lines["voice"].split("|")[2:] == lines["mix"].split("|")[2:]
    assert "voice" not in by_stem(songs(sung=False))
    assert float(gain(heard).split(": ")[1].split()[0]) > 0.2


def test_what_changes_is_told_by_step():
    whole, moments, voice = arrival(songs()).splitlines()[2:]
    assert moments.split("|")[2].strip().startswith("1.000")
    assert voice.split("|")[2:] == whole.split("|")[2:]
