"""What a library says of songs that come to it: real files, real fingerprints and catalogue."""

from collections.abc import Iterator
from pathlib import Path

import mutagen.id3
import numpy as np
import pytest

from core.ports import SeparatedStems
from core.progress import Progress
from core.types import AnalysisReport, Confidence, SongId, Verdict
from core.workbench import Workbench
from tests import sounds
from tests.benches import MiddleSeparator, open_bench

SONG_S = 30.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_bench(tmp_path / "library") as opened:
        yield opened


def add(bench: Workbench, *paths: Path, quick: bool = False) -> list[AnalysisReport]:
    return bench.add(paths, quick=quick, progress=Progress())


def ids(bench: Workbench) -> dict[str, SongId]:
    return {song.path.name: song.song_id for song in bench.songs()}


def faster(samples: sounds.Samples, speed: float) -> sounds.Samples:
    places = np.arange(0, samples.shape[1] - 1, speed)
    whole = np.arange(samples.shape[1])
    return np.stack([np.interp(places, whole, one) for one in samples]).astype(np.float32)


def test_the_same_sound_under_other_tags_is_the_same_file(bench: Workbench, tmp_path: Path) -> None:
    path = sounds.write(tmp_path / "a.mp3", sounds.chords(1, seconds=SONG_S))
    other = tmp_path / "b.mp3"
    other.write_bytes(path.read_bytes())
    tags = mutagen.id3.ID3()
    tags.add(mutagen.id3.TIT2(encoding=3, text="Another title" * 50))
    tags.save(other, v1=2)
    assert other.read_bytes() != path.read_bytes()
    *_, last = add(bench, path, other)
    assert [pair.verdict for pair in last.duplicates] == [Verdict.EXACT_FILE]
    first, second = bench.songs()
    assert first.stream_sha256 == second.stream_sha256 != ""
    assert first.stamp.sha256 != second.stamp.sha256


def test_another_speed_is_found_told_and_kept(bench: Workbench, tmp_path: Path) -> None:
    song = sounds.chords(1, seconds=SONG_S)
    path = sounds.write(tmp_path / "song.flac", song)
    fast = sounds.write(tmp_path / "fast.flac", faster(song, 1.025))
    add(bench, path, sounds.write(tmp_path / "other.flac", sounds.chords(2, seconds=SONG_S)))
    (asked,) = bench.duplicates_of(bench.ask(str(fast), whole=False, progress=Progress()))
    assert asked.verdict is Verdict.SAME_RECORDING
    add(bench, fast)
    known = ids(bench)
    for one, other, speed in (("fast.flac", "song.flac", 1.025), ("song.flac", "fast.flac", 0.976)):
        (pair,) = bench.duplicates(known[one])
        assert (pair.b, pair.verdict) == (known[other], Verdict.SAME_RECORDING)
        assert pair.overlap.speed == pytest.approx(speed, abs=0.002)
        assert pair.confidence is Confidence.SURE
    copy = tmp_path / "copy.flac"
    copy.write_bytes(fast.read_bytes())
    add(bench, copy)
    found = {pair.b: pair.verdict for pair in bench.duplicates(ids(bench)["copy.flac"])}
    assert found == {
        known["fast.flac"]: Verdict.EXACT_FILE,
        known["song.flac"]: Verdict.SAME_RECORDING,
    }


def test_a_song_in_a_mix_is_found_at_each_place(bench: Workbench, tmp_path: Path) -> None:
    song, other = sounds.chords(1, seconds=SONG_S), sounds.chords(2, seconds=25.0)
    path = sounds.write(tmp_path / "song.flac", song)
    mix = np.concatenate((other, song, other, song * 0.5), axis=1)
    *_, last = add(bench, path, sounds.write(tmp_path / "mix.flac", mix))
    places = sorted(pair.overlap.a_start_s - pair.overlap.b_start_s for pair in last.duplicates)
    assert [pair.verdict for pair in last.duplicates] == [Verdict.EXCERPT] * 2
    assert places == pytest.approx([25, 80], abs=0.3)
    assert len(bench.duplicates(ids(bench)["song.flac"])) == 2


def test_no_verdict_outlives_the_sound_that_it_was_proved_on(
    bench: Workbench, tmp_path: Path
) -> None:
    path = sounds.write(tmp_path / "a.flac", sounds.chords(1, seconds=SONG_S))
    copy = sounds.write(tmp_path / "b.mp3", sounds.chords(1, seconds=SONG_S))
    add(bench, path, copy)
    assert len(bench.duplicates()) == 1
    copy.unlink()
    sounds.write(copy, sounds.chords(9, seconds=SONG_S))
    add(bench, copy)
    assert bench.duplicates() == []
    assert len(bench.songs()) == 2


def test_the_verdict_of_the_first_answer_is_made_again_with_the_backing(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The backing lies on the left and the voice on the right, where it is taken off."""

    def separate(_: object, samples: sounds.Samples, *, progress: Progress) -> SeparatedStems:
        progress.check()
        left, right = (np.tile(samples[one : one + 1], (2, 1)) for one in (0, 1))
        return SeparatedStems(vocal=right, backing=left)

    monkeypatch.setattr(MiddleSeparator, "separate", separate)
    backing = sounds.chords(1, seconds=60.0)[:1] * 0.5

    def sung(seed: int) -> sounds.Samples:
        return np.concatenate((backing, sounds.chords(seed, seconds=60.0)[:1]))

    one = sounds.write(tmp_path / "one.flac", sung(11))
    two = sounds.write(tmp_path / "two.flac", sung(12))
    *_, quick = add(bench, one, two, quick=True)
    assert quick.duplicates == ()
    reports = bench.finish(progress=Progress())
    assert [pair.verdict for pair in reports[-1].duplicates] == [Verdict.SAME_BACKING]
    assert [pair.verdict for pair in bench.duplicates()] == [Verdict.SAME_BACKING]


def test_a_version_is_told_once_the_backing_is_known(bench: Workbench, tmp_path: Path) -> None:
    song = sounds.chords(1, seconds=SONG_S)
    other = sounds.write(tmp_path / "version.flac", faster(song, 2 ** (4 / 12)))
    add(bench, sounds.write(tmp_path / "song.flac", song))
    (first,) = add(bench, other, quick=True)
    assert first.duplicates == ()
    bench.finish(progress=Progress())
    (pair,) = bench.duplicates(ids(bench)["version.flac"])
    assert pair.verdict is Verdict.VERSION
