"""What is kept while songs come, go and change: real files, catalogue and index."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from core import duplicates
from core.duplicates import SongEvidence
from core.fingerprint.speeds import Speeds
from core.ports import SeparatedStems
from core.progress import Progress
from core.types import Grain, Outcome, PairVerdict, SongId, Verdict
from core.workbench import Workbench
from tests import sounds
from tests.benches import MiddleSeparator, open_bench

SONG_S = 30.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_bench(tmp_path / "library") as opened:
        yield opened


@pytest.fixture
def song(tmp_path: Path) -> Path:
    return sounds.write(tmp_path / "song.flac", sounds.chords(1, seconds=SONG_S))


@pytest.fixture
def fast(tmp_path: Path) -> Path:
    samples = sounds.chords(1, seconds=SONG_S)
    places = np.arange(0, samples.shape[1] - 1, 1.025)
    whole = np.arange(samples.shape[1])
    faster = np.stack([np.interp(places, whole, one) for one in samples]).astype(np.float32)
    return sounds.write(tmp_path / "fast.flac", faster)


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen, once, while a song is sought at other speeds."""
    real, left = duplicates.judge_at_speeds, [happens]

    def judge_at_speeds(a: SongEvidence, b: SongEvidence, *, speeds: Speeds) -> PairVerdict | None:
        found = real(a, b, speeds=speeds)
        if left:
            left.pop()()
        return found

    monkeypatch.setattr(duplicates, "judge_at_speeds", judge_at_speeds)


def test_the_search_at_other_speeds_runs_once_and_others_come_and_go_meanwhile(
    bench: Workbench, song: Path, fast: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add([song], progress=Progress())
    real, asked = duplicates.judge_at_speeds, []

    def judge_at_speeds(a: SongEvidence, b: SongEvidence, *, speeds: Speeds) -> PairVerdict | None:
        asked.append((a.song_id, b.song_id, bench._library.judging.locked()))
        return real(a, b, speeds=speeds)

    monkeypatch.setattr(duplicates, "judge_at_speeds", judge_at_speeds)
    (report,) = bench.add([fast], progress=Progress())
    first, second = bench.songs()
    assert asked == [(second.song_id, first.song_id, False)]
    assert [pair.verdict for pair in report.duplicates] == [Verdict.SAME_RECORDING]


def test_what_leaves_meanwhile_gets_no_verdict(
    bench: Workbench, song: Path, fast: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add([song], progress=Progress())
    (known,) = bench.songs()
    meanwhile(monkeypatch, lambda: bench.remove(known.song_id))
    (report,) = bench.add([fast], progress=Progress())
    assert (report.outcome, report.duplicates) == (Outcome.DONE, ())
    assert bench.duplicates() == []


def test_what_changes_meanwhile_gets_no_verdict_on_its_old_sound(
    bench: Workbench, song: Path, fast: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add([song], progress=Progress())

    def change() -> None:
        song.unlink()
        sounds.write(song, sounds.chords(9, seconds=SONG_S))
        bench.add([song], quick=True, progress=Progress())

    meanwhile(monkeypatch, change)
    bench.add([fast], progress=Progress())
    assert len(bench.songs()) == 2
    assert bench.duplicates() == []


def test_a_song_that_is_removed_while_it_is_separated_is_skipped_and_leaves_no_ghost(
    bench: Workbench, song: Path, fast: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add([fast], progress=Progress())
    bench.add([song], quick=True, progress=Progress())
    kept, leaving = bench.songs()
    separate = MiddleSeparator.separate

    def remove_then_separate(
        separator: MiddleSeparator, samples: sounds.Samples, *, progress: Progress
    ) -> SeparatedStems:
        if leaving in bench.songs():
            bench.remove(leaving.song_id)
        return separate(separator, samples, progress=progress)

    monkeypatch.setattr(MiddleSeparator, "separate", remove_then_separate)
    (report,) = bench.finish(progress=Progress())
    assert (report.outcome, bench.problems()) == (Outcome.SKIPPED, [])
    assert "taken out" in report.reason
    assert bench.songs() == [kept]
    library = bench._library
    question = library.answers.question(kept)
    for voice, space in library.spaces.items():
        hits = library.index.nearest(space, question.vectors[voice].song, limit=5)
        assert [hit.key for hit in hits] == [kept.song_id]
    assert library.answers.duplicates(question) == []


def test_a_song_that_was_removed_before_its_turn_is_skipped(
    bench: Workbench, song: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add([song], quick=True, progress=Progress())
    (known,) = bench.songs()
    waiting = bench.catalogue.unfinished()
    bench.remove(known.song_id)
    # As if it left right after it was listed.
    monkeypatch.setattr(bench.catalogue, "unfinished", lambda: waiting)
    (report,) = bench.finish(progress=Progress())
    assert (report.outcome, bench.problems()) == (Outcome.SKIPPED, [])


def test_a_copy_whose_twin_leaves_meanwhile_is_heard_itself(
    bench: Workbench, song: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.add([song], progress=Progress())
    (twin,) = bench.songs()
    copy = tmp_path / "copy.flac"
    copy.write_bytes(song.read_bytes())
    grain = bench.catalogue.grain

    def removed(song_id: SongId) -> Grain | None:
        bench.remove(song_id)
        return grain(song_id)

    monkeypatch.setattr(bench.catalogue, "grain", removed)
    (report,) = bench.add([copy], quick=True, progress=Progress())
    assert (report.outcome, "decode" in report.stage_s) == (Outcome.DONE, True)
    assert [known.path for known in bench.songs()] == [copy]
    assert twin.song_id != report.song_id
