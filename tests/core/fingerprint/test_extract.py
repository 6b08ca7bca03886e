import subprocess
import sys
import threading

import numpy as np
import pytest

from core.errors import WeightsError, WeightsProblem
from core.fingerprint import extract
from core.fingerprint.codes import CHROMAPRINT_RATE_HZ, CODE_PERIOD_S, CODE_SPAN_S
from core.fingerprint.extract import (
    INPUT_RATE_HZ,
    FingerprintExtractor,
    codes_at,
    fingerprint,
    pcm_of,
)
from core.fingerprint.match import bit_errors, moving
from core.types import Stem
from tests.sounds import chords, noise, tone, write


def codes_of(samples):
    return fingerprint(samples, stem=Stem.MIX, start_s=0.0).codes


def error_rate(a, b):
    n = min(len(a), len(b))
    return bit_errors(a[:n], b[:n]).mean() / 32


def test_blocks_of_any_size_give_the_codes_of_the_whole():
    song = chords(1, seconds=40)
    whole = codes_of(song)
    random = np.random.default_rng(0)
    extractor = FingerprintExtractor()
    at = 0
    while at < song.shape[1]:
        n = int(random.integers(0, 100_000))
        extractor.feed(song[:, at : at + n])
        at += n
    assert np.array_equal(extractor.finish(), whole)
    assert whole.dtype == np.uint32


@pytest.mark.parametrize("seconds", [0.0, 1.0, 2.7, 2.75, 10.0, 130.0])
def test_the_whole_song_has_a_code_a_period(seconds):
    expected = max(int((seconds - CODE_SPAN_S) / CODE_PERIOD_S + 1), 0)
    assert len(codes_of(noise(1, seconds=seconds))) == expected


def test_a_code_describes_the_sound_from_its_own_place_on():
    a, b = chords(1, seconds=20), chords(2, seconds=20)
    joined = np.concatenate((a, b), axis=1)
    n_before = int((20 - CODE_SPAN_S) / CODE_PERIOD_S)  # the codes that hear nothing of b
    assert error_rate(codes_of(joined)[:n_before], codes_of(a)[:n_before]) < 0.01
    first = int(np.ceil(20 / CODE_PERIOD_S))  # the first code that hears nothing of a
    late = joined[:, round(first * CODE_PERIOD_S * INPUT_RATE_HZ) :]
    assert error_rate(codes_of(joined)[first:], codes_of(late)) < 0.03


def test_level_and_clipping_change_little():
    song = chords(1, seconds=30)
    codes = codes_of(song)
    assert error_rate(codes, codes_of(song * 0.1)) < 0.01
    assert error_rate(codes, codes_of(np.clip(song * 3.0, -1.2, 1.2))) < 0.15
    assert error_rate(codes, codes_of(chords(2, seconds=30))) > 0.35


def test_a_sound_played_faster_has_the_codes_of_a_faster_sound():
    song = chords(1, seconds=30)
    pcm = pcm_of(song.mean(axis=0), rate_hz=INPUT_RATE_HZ)
    assert error_rate(codes_at(pcm, factor=1.0), codes_of(song)) < 0.01
    places = np.arange(0, song.shape[1] - 1, 1.03)
    fast = np.stack([np.interp(places, np.arange(song.shape[1]), channel) for channel in song])
    faster = codes_at(pcm, factor=1.03)
    assert error_rate(faster, codes_of(fast.astype(np.float32))) < 0.02
    assert error_rate(faster, codes_of(song)) > 0.2
    assert len(codes_at(pcm[: 2 * CHROMAPRINT_RATE_HZ], factor=0.97)) == 0
    assert len(codes_at(pcm[:0], factor=0.97)) == 0


def test_a_channel_alone_is_heard_as_the_middle():
    left = chords(1, seconds=15)
    left[1] = 0.0
    assert error_rate(codes_of(left), codes_of(np.stack((left[0], left[0])))) < 0.01


def test_silence_and_a_held_tone_do_not_move():
    assert not moving(codes_of(np.zeros((2, 20 * INPUT_RATE_HZ), np.float32))).any()
    assert not moving(codes_of(tone(440.0, seconds=20.0))[25:-25]).any()


def test_the_codes_are_those_of_fpcalc(tmp_path):
    path = write(tmp_path / "song.wav", chords(3, seconds=60))
    try:
        said = subprocess.run(
            ["fpcalc", "-raw", "-plain", "-length", "0", str(path)],
            capture_output=True,
            text=True,
            check=False,  # version 1.5.1 ends with 3 when it has read to the end of the file
        ).stdout
    except FileNotFoundError:
        pytest.skip("fpcalc (libchromaprint-tools) isn't installed")
    theirs = np.array([int(code) for code in said.split(",")], np.uint32)
    ours = codes_of(chords(3, seconds=60))
    assert len(ours) == len(theirs)
    assert error_rate(ours, theirs) < 0.01


def test_a_fingerprint_says_of_what_and_from_where():
    found = fingerprint(chords(1, seconds=12), stem=Stem.BACKING, start_s=34.5)
    assert (found.stem, found.start_s) == (Stem.BACKING, 34.5)


def test_threads_do_not_disturb_each_other():
    songs = [chords(seed, seconds=15) for seed in range(4)]
    expected = [codes_of(song) for song in songs]
    found: dict[int, np.ndarray] = {}

    def work(number):
        found[number] = codes_of(songs[number])

    threads = [threading.Thread(target=work, args=(n,), name=f"songkin-{n}") for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(np.array_equal(found[n], expected[n]) for n in range(4))


def test_a_machine_without_chromaprint_is_told_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "chromaprint", None)  # an import of it then fails
    with pytest.raises(WeightsError) as caught:
        extract.FingerprintExtractor()
    assert caught.value.problem is WeightsProblem.MISSING
