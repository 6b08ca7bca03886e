import shutil
from pathlib import Path

import numpy as np
import pytest
import soundfile

from benchmarks.duplicate_pairs import CONFIRMED_FROM, Hit, also, judge_all, likeness_of_waveforms
from benchmarks.duplicate_peers import ACOUSTID_SCORE, acoustid_score, fpcalc, read_matches
from benchmarks.variants import MP3_128, SAMPLE_RATE_HZ, Group, Recipe, make
from core.duplicates import SongEvidence
from core.types import Overlap, PairVerdict, SongId, Verdict

pytestmark = pytest.mark.skipif(
    not (shutil.which("ffmpeg") and shutil.which("fpcalc")),
    reason="the benchmarks' ffmpeg and fpcalc are not installed",
)

LENGTH_S = 16


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Two tunes of random notes, with a hiss each."""
    folder = tmp_path_factory.mktemp("tunes")
    for seed in (1, 2):
        rng = np.random.default_rng(seed)
        hz = 110.0 * 2.0 ** (np.repeat(rng.integers(0, 36, LENGTH_S * 4), 11_025) / 12.0)
        turns = 2 * np.pi * np.cumsum(hz) / SAMPLE_RATE_HZ
        tune = 0.2 * np.sin(turns) + 0.1 * np.sin(3 * turns)
        sound = tune + 0.01 * rng.standard_normal(len(tune))
        soundfile.write(folder / f"{seed}.wav", sound, SAMPLE_RATE_HZ)
    return folder


def test_waveforms_tell_a_copy_from_another_tune(folder):
    louder = Recipe("louder", Group.LEVEL, "volume=3dB,atrim=start=0.4", MP3_128)
    copy = make(folder / "1.wav", folder / "copy.mp3", louder)
    place = Overlap(0.4, 0.0, LENGTH_S - 1.0)
    assert likeness_of_waveforms(folder / "1.wav", copy, place) > CONFIRMED_FROM
    other = likeness_of_waveforms(folder / "2.wav", copy, place)
    assert other < 0.8 * CONFIRMED_FROM


def test_acoustid_knows_a_copy(folder):
    copy = make(folder / "1.wav", folder / "again.mp3", Recipe("mp3", Group.CODEC))
    own, again, other = (fpcalc(p) for p in (folder / "1.wav", copy, folder / "2.wav"))
    assert own is not None
    assert again is not None
    assert other is not None
    assert acoustid_score(own, again) > ACOUSTID_SCORE > acoustid_score(own, other)
    assert fpcalc(folder / "nothing.wav") is None


def test_what_audfprint_prints_is_read():
    told = (
        "DEBUG:audfprint2:NOMATCH: /q/a b.mp3 96.1 sec 468 raw hashes\n"
        "DEBUG:audfprint2:Matched /q/c d.mp3 96.1 sec 439 raw hashes as /i/x at y.ogg at    0.0 s"
        " with   139 of   373 common hashes at rank  0\n"
    )
    asked = [Path("/q/a b.mp3"), Path("/q/c d.mp3"), Path("/q/e.mp3")]
    assert read_matches(told, asked) == (None, Path("/i/x at y.ogg"), None)


def test_every_pair_is_judged_once():
    rng = np.random.default_rng(3)
    songs = [rng.integers(0, 2**32, 300, dtype=np.uint32) for _ in range(9)]
    songs[7] = songs[2]
    evidence = [SongEvidence(SongId(str(n)), f"{n}", 40.0, c) for n, c in enumerate(songs)]
    hits, pair_ms = judge_all(evidence, workers=1)
    assert [(hit.a, hit.b, hit.verdict.verdict) for hit in hits] == [(2, 7, Verdict.SAME_RECORDING)]
    assert pair_ms > 0.0


def test_what_only_the_library_found_is_added_once():
    ids = [SongId(name) for name in "abc"]

    def verdict(a, b):
        return PairVerdict(SongId(a), SongId(b), Verdict.EXCERPT, 0.9, Overlap(0.0, 0.0, 9.0))

    hits = [Hit(0, 1, verdict("a", "b"))]
    stored = [verdict("b", "a"), verdict("c", "a"), verdict("a", "made up")]
    assert also(hits, stored, ids=ids) == [*hits, Hit(2, 0, verdict("c", "a"))]
