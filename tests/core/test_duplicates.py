from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from core.audio import decode
from core.duplicates import SongEvidence, judge, judge_at_speeds, judge_places
from core.fingerprint.codes import CODE_PERIOD_S
from core.fingerprint.extract import codes_at, fingerprint, grain_at, pcm_of
from core.fingerprint.speeds import speeds
from core.progress import Progress
from core.types import (
    Confidence,
    Fingerprint,
    ModelId,
    Overlap,
    SongId,
    SpaceName,
    Stem,
    StemVectors,
    Verdict,
)
from tests.core.fingerprint.codes import flipped, random_codes
from tests.sounds import RATE_HZ, chords, noise, write


def evidence(samples, name):
    """Return what is known of a sound, as of a file of its own."""
    codes = fingerprint(samples, stem=Stem.MIX, start_s=0.0).codes
    return SongEvidence(SongId(name), f"sha of {name}", samples.shape[1] / RATE_HZ, codes)


def cut(samples, start_s, end_s):
    return samples[:, round(start_s * RATE_HZ) : round(end_s * RATE_HZ)]


@pytest.fixture(scope="module")
def song():
    return chords(1, seconds=90)


@pytest.fixture(scope="module")
def known(song):
    return evidence(song, "a")


def test_the_same_bytes_are_the_same_file_whatever_is_in_them():
    a = SongEvidence(SongId("a"), "same", 12.5, np.zeros(0, np.uint32))
    b = replace(a, song_id=SongId("b"))
    verdict = judge(a, b)
    assert (verdict.a, verdict.b) == ("a", "b")
    assert (verdict.verdict, verdict.score) == (Verdict.EXACT_FILE, 1.0)
    assert verdict.overlap == Overlap(0.0, 0.0, 12.5)


@pytest.mark.parametrize("suffix", [".wav", ".flac", ".mp3", ".opus", ".m4a", ".wma"])
def test_another_encoding_is_the_same_recording(song, known, tmp_path, suffix):
    path = write(tmp_path / f"song{suffix}", song)
    decoded = decode.read(path, progress=Progress())
    verdict = judge(known, evidence(decoded, "b"))
    assert verdict.verdict is Verdict.SAME_RECORDING
    assert verdict.score > 0.9
    assert verdict.overlap.duration_s == pytest.approx(90, abs=1.0)
    assert verdict.overlap.a_start_s == pytest.approx(verdict.overlap.b_start_s, abs=0.3)


@pytest.mark.parametrize(
    "change",
    [
        lambda song: song * 0.05,
        lambda song: np.clip(song * 4.0, -1.0, 1.0),
        lambda song: song + noise(1, seconds=90, level=0.01),
        lambda song: song * np.linspace(1.0, 0.02, song.shape[1], dtype=np.float32),
        lambda song: np.tile(song.mean(axis=0), (2, 1)),
    ],
    ids=["quiet", "clipped", "noise", "fade", "mono"],
)
def test_another_treatment_is_the_same_recording(song, known, change):
    verdict = judge(known, evidence(change(song).astype(np.float32), "b"))
    assert verdict.verdict is Verdict.SAME_RECORDING


def test_trimmed_and_padded_silence_moves_the_overlap(song, known):
    silence = np.zeros((2, 5 * RATE_HZ), np.float32)
    padded = np.concatenate((silence, cut(song, 8, 90), silence, silence), axis=1)
    verdict = judge(known, evidence(padded, "b"))
    assert verdict.verdict is Verdict.SAME_RECORDING
    assert verdict.overlap.a_start_s - verdict.overlap.b_start_s == pytest.approx(3.0, abs=0.2)
    turned = judge(evidence(padded, "b"), known)
    assert turned.verdict is Verdict.SAME_RECORDING
    assert turned.overlap.b_start_s - turned.overlap.a_start_s == pytest.approx(3.0, abs=0.2)


@pytest.mark.parametrize(
    ("start_s", "length_s"), [(0.0, 10.0), (33.3, 10.0), (61.7, 20.0), (50, 40)]
)
def test_a_clip_is_an_excerpt_with_its_times(song, known, tmp_path, start_s, length_s):
    path = write(tmp_path / "clip.mp3", cut(song, start_s, start_s + length_s))
    clip = evidence(decode.read(path, progress=Progress()), "b")
    for verdict, turn in ((judge(known, clip), 1), (judge(clip, known), -1)):
        assert verdict.verdict is Verdict.EXCERPT
        overlap = verdict.overlap
        assert turn * (overlap.a_start_s - overlap.b_start_s) == pytest.approx(start_s, abs=0.3)
        assert overlap.duration_s == pytest.approx(length_s, abs=1.5)


def test_songs_in_a_mix_are_excerpts_each_in_its_place(song, known):
    other = chords(2, seconds=70)
    mix = evidence(np.concatenate((chords(3, seconds=50), other, song), axis=1), "mix")
    verdict = judge(known, mix)
    assert verdict.verdict is Verdict.EXCERPT
    assert verdict.overlap.b_start_s - verdict.overlap.a_start_s == pytest.approx(120, abs=0.3)
    assert judge(mix, evidence(other, "b")).overlap.a_start_s == pytest.approx(50, abs=0.3)


def test_less_than_a_clip_of_ten_seconds_proves_nothing(song, known):
    assert judge(known, evidence(cut(song, 30, 36), "b")) is None


def test_two_short_jingles_of_one_recording_are_the_same_recording():
    jingle = chords(8, seconds=6)
    verdict = judge(evidence(jingle, "a"), evidence(jingle * 0.3, "b"))
    assert verdict.verdict is Verdict.SAME_RECORDING


def test_songs_that_share_a_part_only_are_neither(song):
    a = np.concatenate((cut(song, 0, 20), chords(4, seconds=50)), axis=1)
    b = np.concatenate((chords(5, seconds=50), cut(song, 0, 20)), axis=1)
    assert judge(evidence(a, "a"), evidence(b, "b")) is None


@pytest.mark.parametrize("seed", range(2, 8))
def test_other_music_is_never_the_same(known, seed):
    assert judge(known, evidence(chords(seed, seconds=60), "b")) is None


def played(samples, speed):
    """Return a sound ``speed`` times as fast."""
    places = np.arange(0, samples.shape[1] - 1, speed)
    whole = np.arange(samples.shape[1])
    return np.stack([np.interp(places, whole, one) for one in samples]).astype(np.float32)


def at(pcm, factor):
    return codes_at(pcm, factor=factor)


def grain(pcm, factor):
    return grain_at(pcm, factor=factor)


def speeds_of(samples):
    pcm = pcm_of(samples.mean(axis=0), rate_hz=RATE_HZ)
    return speeds(partial(at, pcm), partial(grain, pcm))


@pytest.mark.parametrize("speed", [0.96, 0.985, 1.01, 1.04])
def test_another_speed_is_the_same_recording_with_its_speed(song, known, speed):
    other = evidence(played(song, speed), "b")
    if abs(speed - 1.0) > 0.01:
        assert judge(known, other) is None
    verdict = judge_at_speeds(known, other, speeds=speeds_of(song))
    assert verdict.verdict is Verdict.SAME_RECORDING
    assert verdict.overlap.speed == pytest.approx(1 / speed, abs=0.001)
    assert verdict.overlap.duration_s == pytest.approx(90, abs=3)
    assert verdict.overlap.b_duration_s == pytest.approx(90 / speed, abs=3)
    turned = judge_at_speeds(other, known, speeds=speeds_of(played(song, speed)))
    assert turned.overlap.speed == pytest.approx(speed, abs=0.001)


def test_a_clip_of_another_speed_is_an_excerpt_with_its_times(song, known):
    clip = played(cut(song, 40, 70), 1.03)
    verdict = judge_at_speeds(evidence(clip, "b"), known, speeds=speeds_of(clip))
    assert verdict.verdict is Verdict.EXCERPT
    overlap = verdict.overlap
    assert overlap.b_start_s - overlap.a_start_s * overlap.speed == pytest.approx(40, abs=0.5)
    assert overlap.b_duration_s == pytest.approx(30, abs=2)
    whole = judge_at_speeds(known, evidence(clip, "b"), speeds=speeds_of(song))
    assert whole.verdict is Verdict.EXCERPT
    assert whole.overlap.a_start_s - whole.overlap.b_start_s * 1.03 == pytest.approx(40, abs=0.5)


@pytest.mark.parametrize(
    ("rest_codes", "expected"), [(60, Verdict.SAME_RECORDING), (1_100, Verdict.EXCERPT)]
)
def test_a_long_song_is_no_copy_of_the_beginning_that_is_played_otherwise(
    song, known, rest_codes, expected
):
    """Speeds hold the start of a long song only; what they find must cover all of it."""
    mix = np.concatenate((known.mix, random_codes(1, rest_codes)))
    long = replace(known, duration_s=len(mix) * CODE_PERIOD_S, mix=mix)
    other = evidence(played(song, 1.02), "b")
    verdict = judge_at_speeds(long, other, speeds=speeds_of(song))
    assert verdict.verdict is expected
    assert verdict.overlap.duration_s == pytest.approx(90, abs=3)
    turned = judge_at_speeds(other, long, speeds=speeds_of(played(song, 1.02)))
    assert turned.verdict is expected


def test_other_music_at_any_speed_is_never_the_same(song, known):
    heard = speeds_of(song)
    for seed in range(2, 6):
        other = evidence(chords(seed, seconds=60), "b")
        assert judge_at_speeds(known, other, speeds=heard) is None
    assert judge_at_speeds(known, evidence(played(song, 1.1), "b"), speeds=heard) is None


def test_a_song_that_lies_in_a_mix_twice_has_a_verdict_for_each_place(song, known):
    clip = cut(song, 20, 50)
    other = chords(3, seconds=40)
    mix = evidence(np.concatenate((other, clip, other, clip * 0.5, other), axis=1), "mix")
    verdicts = judge_places(mix, evidence(clip, "clip"))
    assert [v.verdict for v in verdicts] == [Verdict.EXCERPT] * 2
    starts = sorted(v.overlap.a_start_s - v.overlap.b_start_s for v in verdicts)
    assert starts == pytest.approx([40, 110], abs=0.3)
    assert judge(mix, evidence(clip, "clip")) == verdicts[0]


def test_two_songs_faded_into_each_other_are_found_each_in_its_place(song, known):
    other = chords(2, seconds=70)
    fade = np.linspace(1.0, 0.0, 8 * RATE_HZ, dtype=np.float32)
    crossing = song[:, -len(fade) :] * fade + other[:, : len(fade)] * fade[::-1]
    mix = evidence(
        np.concatenate((song[:, : -len(fade)], crossing, other[:, len(fade) :]), axis=1), "mix"
    )
    first, second = judge(mix, known), judge(mix, evidence(other, "b"))
    assert (first.verdict, second.verdict) == (Verdict.EXCERPT, Verdict.EXCERPT)
    assert first.overlap.a_start_s == pytest.approx(0, abs=0.3)
    start_s = second.overlap.a_start_s - second.overlap.b_start_s
    assert start_s == pytest.approx(82, abs=0.3)


def test_the_same_sound_under_other_tags_is_the_same_file(known):
    other = replace(known, song_id=SongId("b"), sha256="other tags")
    assert judge(known, other).verdict is Verdict.SAME_RECORDING  # not known of old songs
    a, b = (replace(one, stream_sha256="sound") for one in (known, other))
    assert judge(a, b).verdict is Verdict.EXACT_FILE
    assert judge(a, replace(b, stream_sha256="x")).verdict is Verdict.SAME_RECORDING


@pytest.mark.parametrize(("changed", "sure"), [(0.1, Confidence.LIKELY), (0.95, None), (1.0, None)])
def test_a_version_is_told_by_its_composition(known, changed, sure):
    random = np.random.default_rng(0)
    ours = random.integers(0, 256, (120, 12)).astype(np.uint8)
    theirs = np.roll(np.concatenate([ours[40:], ours[:40]]), 5, axis=1)
    played_else = random.random(120) < changed
    theirs[played_else] = random.integers(0, 256, (played_else.sum(), 12))
    one = np.array([1.0, 0.0], np.float32)
    a = replace(known, work=work(one), tonal=ours)
    b = replace(evidence(chords(7, seconds=60), "b"), work=work(one), tonal=theirs)
    verdict = judge(a, b)
    if sure is None:
        assert verdict is None
        return
    assert (verdict.verdict, verdict.confidence) == (Verdict.VERSION, sure)
    assert 0.4 < verdict.score <= 1.0
    assert verdict.overlap.a_start_s - verdict.overlap.b_start_s == pytest.approx(20.0, abs=1.0)
    assert verdict.overlap.duration_s == pytest.approx(40.0, abs=2.0)
    assert judge(a, replace(b, work=replace(b.work, model_id=ModelId("other")))) is None
    assert judge(a, replace(b, work=work(-one))) is None
    assert judge(a, replace(b, tonal=None)) is None
    same = replace(a, song_id=SongId("c"), sha256="c")
    assert judge(a, same).verdict is Verdict.SAME_RECORDING  # says more


def work(vector):
    return StemVectors(
        space=SpaceName.WORK,
        stem=Stem.MIX,
        model_id=ModelId("work"),
        song=vector,
        excerpts=vector[np.newaxis],
        starts_s=np.zeros(1, np.float32),
        excerpt_s=30.0,
    )


def test_silence_and_drones_prove_nothing():
    silence = np.zeros((2, 30 * RATE_HZ), np.float32)
    assert judge(evidence(silence, "a"), evidence(silence * 1, "b")) is None
    drone = np.full(600, 0x5A5A5A5A, np.uint32)
    a = SongEvidence(SongId("a"), "1", 75.0, flipped(drone, rate=0.06, seed=1))
    b = SongEvidence(SongId("b"), "2", 75.0, flipped(drone, rate=0.06, seed=2))
    assert judge(a, b) is None  # an error of 0.11, and each is as near to itself
    clip = SongEvidence(SongId("c"), "3", 10.0, flipped(drone, rate=0.03, seed=3)[:60])
    assert judge(a, clip) is None


def with_backing(name, codes, *, places=(200, 700, 1200), seed):
    windows = tuple(
        Fingerprint(Stem.BACKING, place * CODE_PERIOD_S, codes[place : place + 75])
        for place in places
    )
    return SongEvidence(SongId(name), name, 190.0, random_codes(seed, 1500), windows)


@pytest.mark.parametrize("rate", [0.0, 0.1, 0.25])
def test_one_backing_under_two_voices(rate):
    codes = random_codes(1, 1500)
    a = with_backing("a", codes, seed=2)
    b = with_backing("b", flipped(codes, rate=rate), seed=3, places=(190, 695, 1204))
    verdict = judge(a, b)
    assert verdict.verdict is Verdict.SAME_BACKING
    assert verdict.score == pytest.approx(1 - rate, abs=0.02)
    assert verdict.overlap.a_start_s == pytest.approx(verdict.overlap.b_start_s, abs=0.1)
    assert verdict.overlap.a_start_s == pytest.approx(200 * CODE_PERIOD_S, abs=0.2)
    assert verdict.overlap.duration_s == pytest.approx(1075 * CODE_PERIOD_S, abs=3.0)


def test_two_backings():
    a, b = (with_backing(name, random_codes(n, 1500), seed=9 + n) for n, name in enumerate("ab"))
    assert judge(a, b) is None
    worn = with_backing("b", flipped(random_codes(0, 1500), rate=0.4), seed=4)
    assert judge(a, worn) is None


def test_two_steady_backings_prove_nothing():
    drone = np.full(1500, 0x5A5A5A5A, np.uint32)
    a = with_backing("a", flipped(drone, rate=0.1, seed=1), seed=2)
    b = with_backing("b", flipped(drone, rate=0.1, seed=3), seed=4)
    assert judge(a, b) is None


def test_the_same_recording_says_more_than_the_same_backing():
    codes = random_codes(1, 1500)
    a, b = with_backing("a", codes, seed=2), with_backing("b", codes, seed=2)
    assert judge(a, b).verdict is Verdict.SAME_RECORDING


@pytest.mark.parametrize(
    ("mix_rate", "backing_rate", "expected"),
    [
        (0.20, 0.19, Verdict.SAME_RECORDING),  # an equaliser changes both alike
        (0.20, 0.05, Verdict.SAME_BACKING),  # what differs is the voice
        (0.05, 0.01, Verdict.SAME_RECORDING),  # a codec
    ],
)
def test_a_voice_is_told_from_an_equaliser_by_the_backings(mix_rate, backing_rate, expected):
    codes = random_codes(1, 1500)
    a = with_backing("a", codes, seed=2)
    b = with_backing("b", flipped(codes, rate=backing_rate), seed=2)
    b = replace(b, mix=flipped(a.mix, rate=mix_rate, seed=5))
    assert judge(a, b).verdict is expected


def test_the_verdict_is_the_same_either_way_round(known, song):
    clip = evidence(cut(song, 20, 45), "b")
    one, other = judge(known, clip), judge(clip, known)
    assert (one.verdict, one.score) == (other.verdict, other.score)
    assert one.overlap == Overlap(
        other.overlap.b_start_s, other.overlap.a_start_s, other.overlap.duration_s
    )


def test_another_take_is_a_version_and_no_recording(known):
    heard = np.random.default_rng(1).integers(0, 256, 8_000, dtype=np.uint8)
    other = np.random.default_rng(2).integers(0, 256, 8_000, dtype=np.uint8)
    a = replace(known, grain=heard)
    b = replace(known, song_id=SongId("b"), sha256="b", grain=other)
    verdict = judge(a, b)
    assert (verdict.verdict, verdict.confidence) == (Verdict.VERSION, Confidence.LIKELY)
    assert verdict.overlap.duration_s == pytest.approx(90, abs=1)
    assert judge(a, replace(b, grain=heard)).verdict is Verdict.SAME_RECORDING
