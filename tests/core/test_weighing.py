"""Ranking by several stems at once."""

from dataclasses import replace

import pytest

from core.progress import Progress
from core.settings import SettingsFile, Weights
from core.types import Match, Neighbour, SongId, Stem
from core.weighing import rerank
from tests import sounds
from tests.benches import open_bench


def near(stem, **scores):
    return [
        Neighbour(SongId(name), score, Match(1.0, score, 11.9), stem)
        for name, score in scores.items()
    ]


def found(**scores):
    return {Stem(stem): near(Stem(stem), **told) for stem, told in scores.items()}


def names(found, weights):
    return [one.near.song_id for one in rerank(found, weights)]


FOUND = found(
    backing={"band": 0.9, "both": 0.7, "singer": 0.2},
    vocal={"singer": 0.8, "both": 0.7, "band": 0.1},
    mix={"waiting": 0.8, "band": 0.6, "both": 0.6, "singer": 0.4, "tune": 0.1},
)


def test_by_default_the_backing_counts_and_the_mix_where_there_is_none():
    ranked = rerank(FOUND, Weights())
    assert [(one.near.song_id, one.near.score, one.near.stem) for one in ranked] == [
        ("band", 0.9, Stem.BACKING),
        ("waiting", 0.8, Stem.MIX),
        ("both", 0.7, Stem.BACKING),
        ("singer", 0.2, Stem.BACKING),
        ("tune", 0.1, Stem.MIX),
    ]


def test_a_song_without_the_stems_that_count_is_left_out():
    assert names(FOUND, Weights(backing=0.0, vocal=1.0)) == ["singer", "both", "band"]


def test_the_score_is_the_weighted_mean_and_tells_who_spoke():
    ranked = rerank(FOUND, Weights(backing=0.5, vocal=1.0))
    first = {one.near.song_id: one for one in ranked}
    assert first["both"].near.score == pytest.approx(0.7)
    assert first["singer"].near.score == pytest.approx((0.5 * 0.2 + 0.8) / 1.5)
    assert first["singer"].spoke == ((Stem.VOCAL, 0.8), (Stem.BACKING, 0.2))
    assert first["singer"].near.stem is Stem.VOCAL  # whose moment is shown
    assert first["singer"].near.match.song_s == 0.8


def test_the_mean_is_taken_over_what_a_song_has():
    ranked = {one.near.song_id: one for one in rerank(FOUND, Weights(backing=1.0, mix=1.0))}
    assert ranked["band"].near.score == pytest.approx(0.75)
    assert ranked["waiting"].near.score == 0.8
    assert ranked["waiting"].spoke == ((Stem.MIX, 0.8),)


def test_where_nothing_that_is_there_counts_the_default_does():
    assert names(FOUND, Weights(0.0, 0.0, 0.0)) == names(FOUND, Weights())
    voiceless = {**FOUND, Stem.VOCAL: []}
    assert names(voiceless, Weights(backing=0.0, vocal=1.0)) == names(voiceless, Weights())
    only_mix = found(mix={"a": 0.3, "b": 0.5})
    assert names(only_mix, Weights()) == ["b", "a"]
    assert rerank({}, Weights()) == []


def test_real_songs_come_in_the_order_of_today_and_every_stem_is_known(tmp_path):
    paths = [
        sounds.write(tmp_path / f"{seed}.flac", sounds.chords(seed, seconds=30.0))
        for seed in range(1, 5)
    ]
    copy = tmp_path / "copy.flac"
    copy.write_bytes(paths[0].read_bytes())
    with open_bench(tmp_path / "library") as bench:
        bench.add([*paths[:3], copy], progress=Progress())
        bench.add([paths[3]], quick=True, progress=Progress())
        ids = {song.path.name: song.song_id for song in bench.songs()}
        asked = ids["1.flac"]
        by_stem = bench.by_stem(asked, limit=10)
        today = bench.similar(asked)
        assert [one.near for one in rerank(by_stem, Weights())] == today
        assert {near.song_id for near in by_stem[Stem.MIX]} == set(ids.values()) - {asked}
        assert ids["4.flac"] not in {near.song_id for near in by_stem[Stem.BACKING]}
        others = bench.by_stem(asked, limit=10, without_copies=True)
        assert ids["copy.flac"] not in {near.song_id for near in others[Stem.MIX]}
        assert bench.by_stem(ids["4.flac"], limit=10)[Stem.BACKING] == []


def test_weights_are_remembered_and_kept_within_their_range(tmp_path):
    settings = SettingsFile(tmp_path / "settings.json")
    settings.write(replace(settings.read(), weights=Weights(backing=0.25, mix=1.0)))
    assert settings.read().weights == Weights(backing=0.25, vocal=0.0, mix=1.0)
    assert Weights.of({"vocal": 7, "unknown": 1}) == Weights(vocal=1.0)
