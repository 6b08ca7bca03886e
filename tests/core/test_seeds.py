"""More like these, less like those: on real catalogues and Milvus Lite."""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from core.errors import UnknownSongError
from core.index import LibraryIndex
from core.library.store import Catalogue
from core.seeds import Seeds, combined
from core.types import ModelId, SongId, SpaceName, Stem, StemVectors
from core.vectors.spaces import Space
from tests.core.library.records import make_record, make_song

MODEL = ModelId("style-9")
DIMENSION = 8
MIX, BACKING = (SpaceName.STYLE, Stem.MIX), (SpaceName.STYLE, Stem.BACKING)
SPACES = {voice: Space(*voice, MODEL, DIMENSION) for voice in (MIX, BACKING)}


def at(*axes, stem=Stem.MIX, model_id=MODEL):
    """Vectors of a song that lies between some axes."""
    song = np.zeros(DIMENSION, np.float32)
    song[list(axes)] = 1.0
    song /= np.linalg.norm(song)
    starts = np.zeros(1, np.float32)
    return StemVectors(SpaceName.STYLE, stem, model_id, song, song[np.newaxis], starts, 11.9)


@contextmanager
def library(folder, **songs):
    catalogue = Catalogue(folder / "library")
    index = LibraryIndex(folder / "library", catalogue, tuple(SPACES.values()))
    try:
        for name, vectors in songs.items():
            song = make_song(folder / f"{name}.mp3", song_id=SongId(name))
            record = replace(make_record(song), vectors=vectors)
            catalogue.put(record)
            index.put(song.song_id, vectors)
        yield Seeds(catalogue, index, SPACES)
    finally:
        index.close()
        catalogue.close()


def names(found):
    return [near.song_id for near in found]


def test_what_lies_between_the_liked_comes_first_and_no_seed_comes_back(tmp_path):
    songs = {"a": (at(0),), "b": (at(1),), "both": (at(0, 1),), "one": (at(0, 5),), "far": (at(7),)}
    with library(tmp_path, **songs) as seeds:
        found = seeds.similar_to_all([SongId("a"), SongId("b")], [], limit=10)
        assert names(found) == ["both", "one", "far"]
        assert found[0].score == pytest.approx(1.0, abs=1e-5)
        assert names(seeds.similar_to_all([SongId("a")], [], limit=1)) == ["both"]


def test_the_match_is_with_the_nearest_liked_seed_and_says_which(tmp_path):
    songs = {"a": (at(0),), "b": (at(1),), "by_b": (at(1, 5),), "by_a": (at(0, 6),)}
    with library(tmp_path, **songs) as seeds:
        found = seeds.similar_to_all([SongId("a"), SongId("b")], [], limit=10)
        assert {near.song_id: near.seed for near in found} == {"by_b": "b", "by_a": "a"}


def test_copies_that_are_left_out_make_room_for_others(tmp_path):
    songs = {"a": (at(0),), **{f"copy{n}": (at(0),) for n in range(30)}, "other": (at(0, 1),)}
    with library(tmp_path, **songs) as seeds:
        copies = {SongId(f"copy{n}") for n in range(30)}
        found = seeds.similar_to_all([SongId("a")], [], limit=1, leaving_out=copies)
        assert names(found) == ["other"]


def test_what_is_like_the_disliked_goes_down(tmp_path):
    songs = {"a": (at(0),), "bad": (at(1),), "tainted": (at(0, 1),), "other": (at(0, 2),)}
    with library(tmp_path, **songs) as seeds:
        found = seeds.similar_to_all([SongId("a")], [SongId("bad")], limit=10)
        assert names(found) == ["other", "tainted"]
        assert found[0].score > found[1].score


def test_the_backing_is_asked_where_every_seed_has_one(tmp_path):
    def twice(mix, backing):
        return at(mix), at(backing, stem=Stem.BACKING)

    songs = {"a": twice(0, 3), "b": twice(0, 3), "near": twice(5, 3), "mixed": (at(0),)}
    with library(tmp_path, **songs) as seeds:
        by_backing = seeds.similar_to_all([SongId("a"), SongId("b")], [], limit=1)
        assert [(n.song_id, n.stem) for n in by_backing] == [("near", Stem.BACKING)]
        by_mix = seeds.similar_to_all([SongId("a"), SongId("mixed")], [], limit=1)
        assert [(n.song_id, n.stem) for n in by_mix] == [("b", Stem.MIX)]
        asked = seeds.similar_to_all([SongId("a")], [], limit=1, stem=Stem.MIX)
        assert asked[0].stem is Stem.MIX


def test_seeds_without_a_direction_or_of_another_model_find_nothing(tmp_path):
    songs = {"a": (at(0),), "old": (at(0, model_id=ModelId("style-8")),)}
    with library(tmp_path, **songs) as seeds:
        assert seeds.similar_to_all([SongId("old")], [], limit=5) == []
        assert seeds.similar_to_all([], [SongId("a")], limit=5) == []


def test_a_seed_that_the_library_does_not_have_is_said(tmp_path):
    with library(tmp_path, a=(at(0),)) as seeds, pytest.raises(UnknownSongError):
        seeds.similar_to_all([SongId("a")], [SongId("gone")], limit=5)


def test_a_combination_is_rocchios_and_of_length_one():
    a, b, c = (at(axis).song for axis in range(3))
    found = combined([a, b], [c])
    assert found is not None
    by_hand = (a + b) / 2 - 0.2 * c
    assert found == pytest.approx(by_hand / np.linalg.norm(by_hand), abs=1e-6)
    assert combined([a, -a], []) is None
