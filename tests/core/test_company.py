"""Music is compared with music and speech with speech: on real catalogues and Milvus Lite."""

from contextlib import contextmanager
from dataclasses import replace

import numpy as np
import pytest

from core.answers import Answers
from core.index import RECALL_MARGIN, LibraryIndex
from core.library.store import Catalogue
from core.seeds import Seeds
from core.types import ModelId, SongId, SoundKind, SpaceName, Stem, StemVectors
from core.vectors.spaces import Space
from tests.core.library.records import make_record, make_song

MODEL = ModelId("style-9")
DIMENSION = 8
MIX = (SpaceName.STYLE, Stem.MIX)
SPACES = {MIX: Space(*MIX, MODEL, DIMENSION)}
KINDS = {"song": SoundKind.MUSIC, "maybe": SoundKind.UNCLEAR, "old": None}
OTHERS = {"talk": SoundKind.SPEECH, "rain": SoundKind.NOISE, "void": SoundKind.SILENCE}


def vectors(degrees):
    """Vectors of a song so far from the first axis."""
    angle = np.radians(degrees)
    song = np.zeros(DIMENSION, np.float32)
    song[:2] = np.cos(angle), np.sin(angle)
    starts = np.zeros(1, np.float32)
    return (StemVectors(*MIX, MODEL, song, song[np.newaxis], starts, 11.9),)


@contextmanager
def library(folder, kinds):
    """A library of such songs, each a degree further from the first than the one before."""
    catalogue = Catalogue(folder / "library")
    index = LibraryIndex(folder / "library", catalogue, tuple(SPACES.values()))
    try:
        for degrees, (name, kind) in enumerate(kinds.items()):
            song = make_song(folder / f"{name}.mp3", song_id=SongId(name))
            record = replace(make_record(song), vectors=vectors(degrees), kind=kind)
            catalogue.put(record)
            index.put(song.song_id, record.vectors)
        yield catalogue, Answers(catalogue, index, SPACES), Seeds(catalogue, index, SPACES)
    finally:
        index.close()
        catalogue.close()


def names(found):
    return [near.song_id for near in found]


def near(catalogue, answers, name, *, limit=10):
    question = answers.question(catalogue.song(SongId(name)))
    return names(answers.similar(question, SpaceName.STYLE, stem=None, limit=limit))


def test_music_is_near_music_only_and_nothing_else_is_near_it(tmp_path):
    with library(tmp_path, {**OTHERS, **KINDS}) as (catalogue, answers, _):
        assert near(catalogue, answers, "song") == ["maybe", "old"]
        assert near(catalogue, answers, "old") == ["maybe", "song"]
        for name in OTHERS:
            assert near(catalogue, answers, name) == []
        question = answers.question(catalogue.song(SongId("song")))
        assert names(answers.by_stem(question, limit=10)[Stem.MIX]) == ["maybe", "old"]


def test_speech_is_near_speech(tmp_path):
    kinds = {"talk": SoundKind.SPEECH, **KINDS, "far_talk": SoundKind.SPEECH}
    with library(tmp_path, kinds) as (catalogue, answers, seeds):
        assert near(catalogue, answers, "talk") == ["far_talk"]
        assert names(seeds.similar_to_all([SongId("talk")], [], limit=9)) == ["far_talk"]
        liked = [SongId("talk"), SongId("song")]
        assert names(seeds.similar_to_all(liked, [], limit=9)) == ["maybe", "old"]


@pytest.mark.parametrize("limit", [1, 5])
def test_a_crowd_of_speech_hides_no_music(tmp_path, limit):
    crowd = {f"talk_{n}": SoundKind.SPEECH for n in range(2 * RECALL_MARGIN + 5 * limit)}
    kinds = {"song": SoundKind.MUSIC, **crowd, "far": SoundKind.MUSIC}
    with library(tmp_path, kinds) as (catalogue, answers, seeds):
        assert near(catalogue, answers, "song", limit=limit) == ["far"]
        assert names(seeds.similar_to_all([SongId("song")], [], limit=limit)) == ["far"]
