import numpy as np
import pytest

from core.fingerprint.index import CodeIndex
from core.fingerprint.segments import merged, placed, segment
from core.types import Fingerprint, SongId, Stem
from tests.core.fingerprint.codes import flipped, random_codes


def filled(n_songs, n_codes=400):
    index = CodeIndex()
    for number in range(n_songs):
        index.add(SongId(str(number)), placed(random_codes(number, n_codes)))
    return index


def reference(songs, asked):
    """Count, song by song and offset by offset, the places where a code is shared."""
    votes = {}
    for song_id, codes in songs.items():
        places = {}
        for place, code in enumerate(codes.tolist()):
            places.setdefault(code, []).append(place)
        offsets = {}
        for at, code in enumerate(asked.tolist()):
            for place in places.get(code, ()):
                offsets[place - at] = offsets.get(place - at, 0) + 1
        votes[song_id] = max(offsets.values(), default=0)
    return votes


@pytest.mark.parametrize("start", [0, 111, 340])
def test_a_worn_clip_finds_its_song_first(start):
    index = filled(150)
    for number in (0, 77, 149):
        clip = flipped(random_codes(number, 400)[start : start + 60], rate=0.04)
        assert index.candidates(placed(clip))[:1] == [str(number)]


def test_the_ranking_is_that_of_a_count_by_hand():
    random = np.random.default_rng(5)
    asked = random_codes(9, 120)
    songs = {}
    index = CodeIndex()
    for number in range(40):
        codes = random_codes(100 + number, 300)
        n_shared = int(random.integers(0, 100))
        codes[50 : 50 + n_shared] = asked[:n_shared]
        songs[SongId(str(number))] = codes
        index.add(SongId(str(number)), placed(codes))
    votes = reference(songs, asked)
    expected = sorted((n for n in votes.values() if n >= 3), reverse=True)
    found = index.candidates(placed(asked), limit=100)
    assert [votes[song_id] for song_id in found] == expected
    assert index.candidates(placed(asked), limit=5) == found[:5]


def test_songs_added_at_once_are_found_as_those_added_one_by_one():
    songs = [(SongId(str(n)), placed(random_codes(n, 200))) for n in range(100)]
    at_once, one_by_one = CodeIndex(), CodeIndex()
    at_once.add_all(songs[:60])
    at_once.add_all([])
    at_once.add_all(songs[60:])
    for song_id, codes in songs:
        one_by_one.add(song_id, codes)
    assert len(at_once) == len(one_by_one) == 100
    for number in (0, 59, 60, 99):
        worn = flipped(random_codes(number, 200), rate=0.05)
        assert (
            at_once.candidates(placed(worn)) == one_by_one.candidates(placed(worn)) == [str(number)]
        )


def test_an_unknown_song_finds_nothing():
    assert filled(50).candidates(placed(random_codes(999, 400))) == []
    assert filled(5).candidates(placed(np.zeros(0, np.uint32))) == []
    assert CodeIndex().candidates(placed(random_codes(1, 50))) == []


def test_shared_codes_out_of_step_are_no_candidate():
    index = CodeIndex()
    codes = random_codes(1, 400)
    index.add(SongId("a"), placed(codes[::-1]))
    assert index.candidates(placed(codes)) == []


def test_a_song_inside_a_mix_and_a_mix_around_a_song():
    song, mix = random_codes(1, 300), random_codes(2, 3000)
    mix[1234:1534] = song
    index = filled(20)
    index.add(SongId("mix"), placed(mix))
    assert index.candidates(placed(song))[0] in ("1", "mix")
    assert set(index.candidates(placed(song))) == {"1", "mix"}
    assert index.candidates(placed(mix[1000:2000])) == ["mix", "1"]


def test_a_removed_song_is_not_found_and_can_come_back_changed():
    index = filled(30)
    clip = random_codes(7, 400)[100:200]
    index.remove(SongId("7"))
    index.remove(SongId("7"))
    assert index.candidates(placed(clip)) == []
    assert len(index) == 29
    index.add(SongId("7"), placed(random_codes(5000, 400)))
    assert index.candidates(placed(clip)) == []
    assert index.candidates(placed(random_codes(5000, 400)[:50])) == ["7"]


def test_adding_a_song_again_replaces_its_codes():
    index = filled(3)
    index.add(SongId("1"), placed(random_codes(600, 400)))
    assert len(index) == 3
    assert index.candidates(placed(random_codes(1, 400))) == []
    assert index.candidates(placed(random_codes(600, 400))) == ["1"]


def test_songs_without_codes_stand_between_others():
    index = CodeIndex()
    for number in range(10):
        index.add(SongId(f"empty {number}"), placed(np.zeros(0, np.uint32)))
        index.add(SongId(str(number)), placed(random_codes(number, 100)))
    for number in range(10):
        assert index.candidates(placed(random_codes(number, 100))) == [str(number)]


def test_silence_shared_by_all_brings_nobody():
    quiet = np.full(200, 627_964_279, np.uint32)
    index = CodeIndex()
    for number in range(300):
        index.add(
            SongId(str(number)), placed(np.concatenate((quiet, random_codes(number, 60), quiet)))
        )
    assert index.candidates(placed(np.concatenate((quiet, random_codes(9999, 60), quiet)))) == []
    assert index.candidates(placed(np.concatenate((quiet, random_codes(42, 60))))) == ["42"]


def test_a_code_that_is_everywhere_costs_no_vote():
    index = CodeIndex()
    common = random_codes(1, 8)
    for number in range(2_500):
        codes = random_codes(10 + number, 20)
        codes[5:13] = common
        index.add(SongId(str(number)), placed(codes))
    assert index.candidates(placed(common)) == []
    assert index.candidates(placed(random_codes(15, 20))) == ["5"]


def test_songs_in_sealed_segments_are_found_with_those_added_since():
    parts = []
    for first in (0, 20):
        songs = [
            (SongId(str(n)), "", placed(random_codes(n, 200))) for n in range(first, first + 20)
        ]
        parts.append((segment(songs), np.arange(20) != 3))  # 3 and 23 have left
    index = CodeIndex(parts)
    index.add(SongId("40"), placed(random_codes(40, 200)))
    index.add(SongId("5"), placed(random_codes(500, 200)))
    assert len(index) == 39
    for number in range(41):
        expected = [] if number in (3, 5, 23) else [str(number)]
        assert index.candidates(placed(random_codes(number, 200))) == expected
    assert index.candidates(placed(random_codes(500, 200))) == ["5"]


def test_merged_segments_answer_as_the_parts_did():
    parts = [
        segment(
            [
                (SongId(f"{p} {n}"), f"s{n}", placed(random_codes(100 * p + n, 50 + n)))
                for n in range(8)
            ]
        )
        for p in range(3)
    ]
    kept = [np.random.default_rng(p).random(8) < 0.6 for p in range(3)]
    one = merged(list(zip(parts, kept, strict=True)))
    expected = [
        (song, stamp)
        for part, is_kept in zip(parts, kept, strict=True)
        for song, stamp, is_in in zip(part.songs, part.stamps, is_kept, strict=True)
        if is_in
    ]
    assert list(zip(one.songs, one.stamps, strict=True)) == expected
    again = segment(
        [
            (song, "", placed(random_codes(100 * int(song[0]) + int(song[2]), 50 + int(song[2]))))
            for song, _ in expected
        ]
    )
    assert np.array_equal(one.postings, again.postings)
    assert np.array_equal(one.starts, again.starts)


def test_a_backing_finds_the_song_that_it_lies_under():
    index = filled(20)
    backing, hidden = random_codes(99, 400), random_codes(98, 400)
    window = Fingerprint(Stem.BACKING, 100 * 1365 / 11025, backing[100:175])
    index.add(SongId("sung"), placed(hidden, [window]))
    assert index.candidates(placed(backing)) == ["sung"]
    assert index.candidates(placed(random_codes(97, 400), [window])) == ["sung"]


@pytest.mark.parametrize("slope", [0.96, 1.03])
def test_a_stretched_song_is_found_at_its_slope(slope):
    index = filled(20)
    song = random_codes(7, 400)
    places = np.rint(np.arange(round(400 * slope)) / slope).astype(int)
    asked = placed(song[np.minimum(places, 399)])
    assert index.votes(asked)["7"] < 150
    assert index.votes(asked, slopes=(1.0, 1 / slope))["7"] > 370
