"""Vectors as arrays, of a library that changes meanwhile."""

from pathlib import Path

import numpy as np
import pytest

from core.exporting import export_vectors
from core.library.store import Catalogue
from core.vectors.spaces import Space
from tests.core.library.records import make_record, make_song


@pytest.fixture
def catalogue(tmp_path):
    opened = Catalogue(tmp_path / "library")
    yield opened
    opened.close()


def test_a_song_that_is_added_meanwhile_is_left_out(catalogue, monkeypatch):
    first, late = (
        make_record(make_song(Path(f"/music/{name}.mp3")), seed=seed)
        for seed, name in enumerate("ab")
    )
    catalogue.put(first)
    real = catalogue.songs

    def and_then_another_comes():
        found = real()
        catalogue.put(late)
        return found

    monkeypatch.setattr(catalogue, "songs", and_then_another_comes)
    (vectors,) = first.vectors
    voice = (vectors.space, vectors.stem)
    space = Space(vectors.space, vectors.stem, vectors.model_id, len(vectors.song))
    exported = export_vectors(catalogue, {voice: space})
    assert exported.song_ids == (first.song.song_id,)
    assert np.array_equal(exported.vectors[voice][0], vectors.song)
