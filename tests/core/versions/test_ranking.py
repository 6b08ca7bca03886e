from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from core.types import Match, Neighbour, SongId, Stem
from core.versions.kinship import kinship
from core.versions.ranking import by_alignment


def tonal(seed, steps=100):
    return np.random.default_rng(seed).integers(0, 256, (steps, 12)).astype(np.uint8)


def near(name, score):
    return Neighbour(SongId(name), score, Match(0.0, 0.0, 30.0), Stem.MIX)


def test_the_alignment_decides_not_the_vector():
    song = tonal(1)
    proposed = [near("stranger", 0.9), near("chorus", 0.6), near("version", 0.5), near("same", 0.4)]
    half = np.roll(song, 3, axis=1)
    half[::3] = tonal(2)[::3]
    tonals = {"stranger": tonal(3), "chorus": half[40:60], "version": half, "same": song}
    found = by_alignment(song, proposed, tonals=tonals)
    assert [one.song_id for one in found] == ["same", "version", "chorus", "stranger"]
    assert found[0].score == pytest.approx(1.0)
    assert all(a.score > b.score for a, b in pairwise(found))
    chorus = found[2].match
    assert chorus.query_s - chorus.song_s == 20.0
    assert 8.0 <= chorus.duration_s <= 10.0


def test_songs_without_a_sequence_come_last_as_they_stood():
    song = tonal(1)
    proposed = [near("old", 0.9), near("silent", 0.8), near("version", 0.1)]
    tonals = {"version": np.roll(song, 1, axis=1), "silent": tonal(0, 0)}
    found = by_alignment(song, proposed, tonals=tonals)
    assert [one.song_id for one in found] == ["version", "old", "silent"]
    assert found[1:] == proposed[:2]


@pytest.mark.parametrize("query", [tonal(0, 0), tonal(0, 3), np.zeros((60, 12), np.uint8)])
def test_without_a_sequence_of_its_own_the_vector_decides(query):
    proposed = [near("a", 0.9), near("b", 0.8)]
    assert by_alignment(query, proposed, tonals={"a": tonal(1), "b": tonal(2)}) == proposed
    assert by_alignment(tonal(1), [], tonals={}) == []


def test_kinship_is_whole_with_itself_little_with_a_stranger_and_the_same_from_either_side():
    song = tonal(4)
    itself = kinship(song, np.roll(song, 7, axis=1))
    assert itself.share == pytest.approx(1.0, abs=1e-3)
    assert (itself.a_start_s, itself.b_start_s, itself.pace) == (0.0, 0.0, 1.0)
    assert itself.a_length_s == pytest.approx(50.0, abs=1.0)
    assert kinship(song, tonal(5)).share < 0.25
    part = kinship(song, song[30:70])
    assert part.a_start_s == pytest.approx(15.0)
    assert part.share == pytest.approx(0.4**0.5, abs=0.1)
    turned = kinship(song[30:70], song)
    assert turned.share == pytest.approx(part.share, rel=0.05)
    assert replace(turned, a_start_s=15.0, b_start_s=0.0, share=part.share) == part


def test_nothing_is_shared_with_silence_or_a_moment():
    assert kinship(tonal(1), np.zeros((60, 12), np.uint8)) is None
    assert kinship(tonal(1), tonal(1, 3)) is None
