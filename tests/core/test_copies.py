"""Which copy is better, from facts alone."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core import copies
from core.copy_types import CopyFacts, CopyReason
from core.types import AudioFacts, CopyMeasures, FileStamp, Song, SongId, SoundQuality, Stage

MP3_320 = CopyFacts(
    song_id=SongId("mp3-320"), codec="mp3", bit_rate_bps=320_000, sample_rate_hz=44_100,
    channels=2, duration_s=240.0, bandwidth_hz=20_100.0, clipped_share=1e-4, is_transcode=None,
    n_tags=3, has_cover=False, size_bytes=9_600_000, modified_at=1000.0,
)  # fmt: skip
MP3_128 = replace(MP3_320, song_id=SongId("mp3-128"), bit_rate_bps=128_000, bandwidth_hz=16_500.0)
FLAC = replace(
    MP3_320, song_id=SongId("flac"), codec="flac", bit_rate_bps=900_000, bandwidth_hz=22_050.0,
    is_transcode=False,
)  # fmt: skip
FAKE_320 = replace(MP3_320, song_id=SongId("fake"), bandwidth_hz=16_500.0, is_transcode=True)
FAKE_FLAC = replace(FLAC, song_id=SongId("fake-flac"), bandwidth_hz=16_500.0, is_transcode=True)


def best(*facts):
    return copies.choose(facts).best


def reasons(*facts):
    return copies.choose(facts).reasons


def test_the_lossless_copy_is_better_with_all_its_reasons():
    choice = copies.choose([MP3_128, FLAC, MP3_320])
    assert choice.best == "flac"
    assert choice.reasons == (
        CopyReason.LOSSLESS, CopyReason.WIDER_BAND, CopyReason.HIGHER_BIT_RATE,
    )  # fmt: skip


def test_a_large_copy_made_from_a_small_one_loses_to_it():
    for fake in (FAKE_320, FAKE_FLAC):
        choice = copies.choose([fake, MP3_128])
        assert choice.best == "mp3-128"
        assert choice.reasons[0] is CopyReason.ENCODED_ONCE


def test_where_that_can_t_be_told_the_larger_one_wins():
    unsure = replace(FAKE_320, is_transcode=None)
    assert copies.choose([unsure, MP3_128]) == copies.Choice(
        unsure.song_id, (CopyReason.HIGHER_BIT_RATE,)
    )


def test_a_copy_of_a_better_file_beats_a_worse_one_that_was_encoded_once():
    of_192 = replace(FAKE_FLAC, bandwidth_hz=18_800.0)
    assert best(of_192, MP3_128) == of_192.song_id


def test_a_lossless_file_that_was_cut_is_no_better_than_a_full_lossy_one():
    assert best(FAKE_FLAC, MP3_320) == "mp3-320"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"bit_rate_bps": 256_000}, CopyReason.HIGHER_BIT_RATE),
        ({"bandwidth_hz": 18_000.0}, CopyReason.WIDER_BAND),
        ({"sample_rate_hz": 22_050}, CopyReason.HIGHER_SAMPLE_RATE),
        ({"clipped_share": 0.01}, CopyReason.LESS_CLIPPING),
        ({"duration_s": 200.0}, CopyReason.LONGER),
        ({"channels": 1}, CopyReason.MORE_CHANNELS),
        ({"n_tags": 1}, CopyReason.MORE_TAGS),
        ({"modified_at": 9000.0}, CopyReason.OLDER_FILE),
    ],
)
def test_each_quality_decides_where_all_others_are_level(change, reason):
    worse = replace(MP3_320, song_id=SongId("a"), **change)
    assert copies.choose([worse, MP3_320]) == copies.Choice(MP3_320.song_id, (reason,))
    assert copies.choose([MP3_320, worse]) == copies.Choice(MP3_320.song_id, (reason,))


def test_a_cover_decides():
    covered = replace(MP3_320, song_id=SongId("z"), has_cover=True)
    assert copies.choose([MP3_320, covered]).reasons == (CopyReason.HAS_COVER,)


@pytest.mark.parametrize(
    "change",
    [
        {"bandwidth_hz": 19_400.0},
        {"bit_rate_bps": 310_000},
        {"sample_rate_hz": 48_000},
        {"clipped_share": 6e-4},
        {"duration_s": 241.0},
        {"modified_at": 1001.0},
    ],
)
def test_what_nobody_hears_is_no_reason(change):
    other = replace(MP3_320, song_id=SongId("z"), **change)
    assert reasons(MP3_320, other) == ()


def test_bits_of_different_codecs_count_where_they_mean_more_sound():
    opus = replace(MP3_320, song_id=SongId("opus"), codec="opus", bit_rate_bps=128_000)
    mp3 = replace(MP3_320, bit_rate_bps=160_000)
    assert reasons(opus, mp3) == ()  # fewer bits, and better used
    assert best(opus, MP3_320) == "mp3-320"


def test_what_is_not_known_of_all_decides_nothing():
    unknown = replace(MP3_128, bandwidth_hz=None, bit_rate_bps=None, n_tags=5)
    assert copies.choose([unknown, MP3_320]) == copies.Choice(
        unknown.song_id, (CopyReason.MORE_TAGS,)
    )


def test_equal_copies_have_no_better_one():
    choice = copies.choose([replace(MP3_320, song_id=SongId("z")), MP3_320])
    assert choice == copies.Choice(MP3_320.song_id, ())


COPY = st.builds(
    CopyFacts,
    song_id=st.just(SongId("")),
    codec=st.sampled_from(["mp3", "flac", "opus", "pcm_s16le", "aac"]),
    bit_rate_bps=st.none() | st.integers(32_000, 1_411_000),
    sample_rate_hz=st.sampled_from([22_050, 44_100, 48_000, 96_000]),
    channels=st.integers(1, 2),
    duration_s=st.floats(10, 300),
    bandwidth_hz=st.none() | st.floats(4_000, 22_050),
    clipped_share=st.none() | st.floats(0, 0.1),
    is_transcode=st.none() | st.booleans(),
    n_tags=st.integers(0, 7),
    has_cover=st.booleans(),
    size_bytes=st.just(1),
    modified_at=st.floats(0, 1e9),
)


@given(made=st.lists(COPY, min_size=1, max_size=6), seed=st.integers(0, 2**16))
def test_any_copies(made, seed):
    facts = [replace(copy, song_id=SongId(f"{n}")) for n, copy in enumerate(made)]
    choice = copies.choose(facts)
    assert choice.best in {copy.song_id for copy in facts}
    assert list(choice.reasons) == [r for r in CopyReason if r in choice.reasons]  # strongest first
    shuffled = random.Random(seed).sample(facts, len(facts))
    assert copies.choose(shuffled) == choice


def song(codec, bit_rate_bps=None, sample_rate_hz=44_100):
    return Song(
        SongId("s"), Path("/s"), FileStamp(1, 2_000_000_000, "x"),
        AudioFacts(codec, bit_rate_bps, sample_rate_hz, 2, None),
        title="s", artist="a", album="", duration_s=60.0, stage=Stage.READY, added_at=0.0,
    )  # fmt: skip


def is_transcode(made, *, bandwidth_hz, cutoff_hz):
    quality = SoundQuality(bandwidth_hz, cutoff_hz, 0.0, 1.0)
    return copies.facts_of(made, CopyMeasures(quality, 0), has_cover=False).is_transcode


@pytest.mark.parametrize(
    ("made", "bandwidth_hz", "cutoff_hz", "wanted"),
    [
        (song("flac"), 16_500.0, 16_500.0, True),
        (song("pcm_s16le"), 18_800.0, 18_800.0, True),
        (song("flac"), 20_200.0, 20_200.0, None),  # 320 kb/s, or a converter
        (song("flac"), 22_050.0, None, False),
        (song("flac"), 11_000.0, None, None),  # a dull recording
        (song("flac", sample_rate_hz=32_000), 15_900.0, 15_900.0, None),  # all that it can hold
        (song("mp3", 320_000), 16_500.0, 16_500.0, True),
        (song("mp3", 320_000), 20_100.0, 20_100.0, None),
        (song("mp3", 192_000), 16_400.0, 16_400.0, None),  # short of bits, or made from less
        (song("mp3", 128_000), 16_500.0, 16_500.0, None),
        (song("opus", 128_000), 20_000.0, 20_000.0, None),
        (song("flac"), None, None, None),
    ],
)
def test_a_transcode_is_named_only_where_it_can_be_known(made, bandwidth_hz, cutoff_hz, wanted):
    assert is_transcode(made, bandwidth_hz=bandwidth_hz, cutoff_hz=cutoff_hz) is wanted


def test_tags_that_were_never_counted_decide_nothing():
    few = replace(MP3_320, song_id=SongId("few"), n_tags=1)
    unknown = replace(MP3_320, song_id=SongId("unknown"), n_tags=None)
    assert reasons(few, MP3_320) == (CopyReason.MORE_TAGS,)
    assert reasons(unknown, MP3_320) == ()
    older = replace(unknown, modified_at=1.0)
    assert reasons(older, MP3_320) == (CopyReason.OLDER_FILE,)


def test_the_sound_reaches_no_higher_than_the_sample_rate_holds():
    quality = SoundQuality(18_100.0, 18_100.0, 0.0, 1.0)
    made = song("flac", sample_rate_hz=32_000)
    assert copies.facts_of(made, CopyMeasures(quality, 2), has_cover=True).bandwidth_hz == 16_000.0


def test_a_song_that_was_never_measured_has_only_what_its_file_says():
    facts = copies.facts_of(replace(song("flac"), artist="A"), None, has_cover=False)
    assert (facts.bandwidth_hz, facts.clipped_share, facts.is_transcode) == (None, None, None)
    assert facts.n_tags is None
    assert facts.modified_at == 2.0
