"""The verbs over one library: real files, catalogue, index and network; a separator of no cost."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.errors import Cancelled, UnknownSongError
from core.progress import Progress
from core.types import (
    AnalysisReport,
    AnalysisStep,
    Outcome,
    SongEvent,
    SpaceName,
    Stage,
    Stem,
    Verdict,
)
from core.workbench import Workbench
from tests import sounds
from tests.benches import open_bench

SONG_S = 24.0


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_bench(tmp_path / "library") as opened:
        yield opened


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two songs."""
    folder = tmp_path_factory.mktemp("music")
    for seed in (1, 2):
        sounds.write(folder / f"song {seed}.wav", sounds.chords(seed, seconds=SONG_S))
    return folder


def add(bench: Workbench, *paths: Path, quick: bool = False) -> list[AnalysisReport]:
    return bench.add(paths, quick=quick, progress=Progress())


def test_a_folder_is_added_whole(bench: Workbench, music: Path) -> None:
    reports = add(bench, music)
    assert [report.outcome for report in reports] == [Outcome.DONE] * 2
    assert [song.title for song in bench.songs()] == ["song 1", "song 2"]
    assert {song.stage for song in bench.songs()} == {Stage.READY}
    for report in reports:
        assert report.first_feedback_s is not None
        assert 0 < report.first_feedback_s < report.total_s
        assert {"decode", "embed_mix", "separate", "store"} <= set(report.stage_s)


def test_the_same_folder_twice_does_nothing_twice(bench: Workbench, music: Path) -> None:
    first = add(bench, music)
    again = add(bench, music)
    assert [report.outcome for report in again] == [Outcome.SKIPPED] * 2
    assert [report.song_id for report in again] == [report.song_id for report in first]
    assert all("already" in report.reason for report in again)
    assert all("decode" not in report.stage_s for report in again)
    assert len(bench.songs()) == 2


def test_a_bad_file_does_not_stop_the_others(bench: Workbench, music: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mixed"
    shutil.copytree(music, folder)
    (folder / "a paper.mp3").write_bytes(b"%PDF-1.7\n" + b"words " * 1000)
    (folder / "empty.wav").touch()
    gone = folder / "gone.flac"
    reports = {report.path.name: report for report in add(bench, folder, gone)}
    assert reports["song 1.wav"].outcome is Outcome.DONE
    assert reports["song 2.wav"].outcome is Outcome.DONE
    for name in ("a paper.mp3", "empty.wav", "gone.flac"):
        assert reports[name].outcome is Outcome.FAILED
        assert name in reports[name].reason
    assert {problem.path.name for problem in bench.problems()} == {
        "a paper.mp3", "empty.wav", "gone.flac",
    }  # fmt: skip
    assert bench.catalogue.queued() == []


def test_quick_stops_at_the_first_answer_and_finish_goes_on(bench: Workbench, music: Path) -> None:
    reports = add(bench, music, quick=True)
    assert all(report.stage_s.keys().isdisjoint({"separate"}) for report in reports)
    assert {song.stage for song in bench.songs()} == {Stage.FIRST_ANSWER}
    song = bench.songs()[0]
    assert bench.catalogue.vectors(song.song_id, SpaceName.STYLE, Stem.BACKING) is None
    finished = bench.finish(progress=Progress())
    assert [report.song_id for report in finished] == [report.song_id for report in reports]
    assert {song.stage for song in bench.songs()} == {Stage.READY}
    assert bench.catalogue.vectors(song.song_id, SpaceName.STYLE, Stem.BACKING) is not None
    assert bench.finish(progress=Progress()) == []


def test_both_ways_to_the_end_agree(bench: Workbench, music: Path, tmp_path: Path) -> None:
    """Decoded once or twice, in one go or in two: the same vectors."""
    add(bench, music)
    with open_bench(tmp_path / "other") as other:
        add(other, music, quick=True)
        other.finish(progress=Progress())
        for one, two in zip(bench.songs(), other.songs(), strict=True):
            for space, stem in bench.spaces:
                a = bench.catalogue.vectors(one.song_id, space, stem)
                b = other.catalogue.vectors(two.song_id, space, stem)
                assert (a is None) == (b is None)
                if a is not None and b is not None:
                    assert a.model_id == b.model_id
                    assert a.song == pytest.approx(b.song, abs=1e-5)


def test_neighbours_come_with_their_moments(bench: Workbench, music: Path) -> None:
    add(bench, music)
    first, second = bench.songs()
    (near,) = bench.similar(first.song_id)
    assert near.song_id == second.song_id
    assert -1.0 <= near.score <= 1.0
    assert 0 <= near.match.query_s < SONG_S
    assert 0 <= near.match.song_s < SONG_S
    assert near.match.duration_s > 0


def test_a_song_that_waits_is_compared_by_its_mix_meanwhile(bench: Workbench, music: Path) -> None:
    add(bench, music / "song 1.wav")
    add(bench, music / "song 2.wav", quick=True)
    first, second = bench.songs()
    (meanwhile,) = bench.similar(first.song_id)
    assert (meanwhile.song_id, meanwhile.stem) == (second.song_id, Stem.MIX)
    bench.finish(progress=Progress())
    (then,) = bench.similar(first.song_id)
    assert (then.song_id, then.stem) == (second.song_id, Stem.BACKING)


def test_a_copy_is_proved_and_an_excerpt_found(
    bench: Workbench, music: Path, tmp_path: Path
) -> None:
    original = music / "song 1.wav"
    recoded = sounds.write(tmp_path / "recoded.mp3", sounds.chords(1, seconds=SONG_S))
    samples = sounds.chords(1, seconds=SONG_S)
    clip = sounds.write(tmp_path / "clip.flac", samples[:, 4 * 44_100 : 18 * 44_100])
    add(bench, original, music / "song 2.wav", recoded, clip)
    ids = {song.path.name: song.song_id for song in bench.songs()}
    verdicts = {frozenset((pair.a, pair.b)): pair.verdict for pair in bench.duplicates()}
    assert verdicts[frozenset((ids["song 1.wav"], ids["recoded.mp3"]))] is Verdict.SAME_RECORDING
    assert verdicts[frozenset((ids["song 1.wav"], ids["clip.flac"]))] is Verdict.EXCERPT
    assert not any(ids["song 2.wav"] in pair for pair in verdicts)
    (pair,) = [p for p in bench.duplicates(ids["clip.flac"]) if p.b == ids["song 1.wav"]]
    assert pair.overlap.b_start_s - pair.overlap.a_start_s == pytest.approx(4.0, abs=0.3)


def test_the_same_bytes_are_not_analysed_twice(
    bench: Workbench, music: Path, tmp_path: Path
) -> None:
    add(bench, music)
    copy = shutil.copy(music / "song 1.wav", tmp_path / "copy.wav")
    (report,) = add(bench, Path(copy))
    assert report.outcome is Outcome.DONE
    assert "decode" not in report.stage_s
    assert [pair.verdict for pair in report.duplicates] == [Verdict.EXACT_FILE]
    assert report.duplicates[0].score == 1.0
    assert len(bench.similar(report.song_id)) == 2


def test_a_moved_file_keeps_its_song(bench: Workbench, music: Path, tmp_path: Path) -> None:
    here = Path(shutil.copy(music / "song 1.wav", tmp_path / "before.wav"))
    (before,) = add(bench, here)
    after = here.rename(tmp_path / "after.wav")
    (report,) = add(bench, after)
    assert report.outcome is Outcome.SKIPPED
    assert report.song_id == before.song_id
    assert "before.wav" in report.reason
    assert [song.path for song in bench.songs()] == [after]


def test_a_changed_file_keeps_its_song_and_is_heard_again(bench: Workbench, tmp_path: Path) -> None:
    path = sounds.write(tmp_path / "song.wav", sounds.chords(1, seconds=SONG_S))
    (before,) = add(bench, path)
    sounds.write(path, sounds.chords(2, seconds=SONG_S + 1))
    (after,) = add(bench, path)
    assert after.outcome is Outcome.DONE
    assert after.song_id == before.song_id
    assert bench.songs()[0].duration_s == pytest.approx(SONG_S + 1)


def test_silence_is_a_song_without_neighbours(
    bench: Workbench, music: Path, tmp_path: Path
) -> None:
    silent = sounds.write(tmp_path / "silent.wav", sounds.tone(440, seconds=15, level=0.0))
    reports = add(bench, silent, music)
    assert {report.outcome for report in reports} == {Outcome.DONE}
    quiet = next(song for song in bench.songs() if song.path == silent)
    assert bench.similar(quiet.song_id) == []
    assert bench.duplicates(quiet.song_id) == []


def test_a_stop_keeps_what_is_done_and_queues_the_rest(bench: Workbench, music: Path) -> None:
    progress = Progress()

    def stop_after_one(event: SongEvent) -> None:
        if event.step is AnalysisStep.READY:
            progress.cancel()

    with pytest.raises(Cancelled):
        bench.add([music], progress=progress, on_event=stop_after_one)
    assert [song.title for song in bench.songs()] == ["song 1"]
    assert [path.name for path in bench.catalogue.queued()] == ["song 2.wav"]
    bench.finish(progress=Progress())
    assert {song.stage for song in bench.songs()} == {Stage.READY}
    assert bench.catalogue.queued() == []


def test_one_file_from_two_threads_is_one_song(bench: Workbench, music: Path) -> None:
    threads = [threading.Thread(target=add, args=(bench, music)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(bench.songs()) == 2


def test_a_question_about_a_foreign_file_keeps_nothing(
    bench: Workbench, music: Path, tmp_path: Path
) -> None:
    add(bench, music)
    demo = sounds.write(tmp_path / "demo.mp3", sounds.chords(2, seconds=SONG_S))
    question = bench.ask(str(demo), whole=True, progress=Progress())
    near = bench.similar_to(question, limit=5, space=SpaceName.STYLE, stem=None)
    names = {song.song_id: song.title for song in bench.songs()}
    assert names[near[0].song_id] == "song 2"
    (pair,) = bench.duplicates_of(question)
    assert pair.verdict is Verdict.SAME_RECORDING
    assert len(bench.songs()) == 2
    with pytest.raises(UnknownSongError):
        bench.ask("no such song", whole=False, progress=Progress())


def test_a_removed_song_is_no_longer_found(bench: Workbench, music: Path) -> None:
    add(bench, music)
    first, second = bench.songs()
    bench.remove(second.song_id)
    assert bench.similar(first.song_id) == []
    assert second.path.exists()
    assert [song.song_id for song in bench.songs()] == [first.song_id]


def test_the_index_is_built_again_when_it_is_lost(music: Path, tmp_path: Path) -> None:
    folder = tmp_path / "library"
    with open_bench(folder) as bench:
        add(bench, music)
        before = bench.similar(bench.songs()[0].song_id)
    shutil.rmtree(folder / "vectors.db")
    with open_bench(folder) as bench:
        assert bench.similar(bench.songs()[0].song_id) == before


def test_export_has_a_row_a_song(bench: Workbench, music: Path) -> None:
    add(bench, music)
    exported = bench.export_vectors()
    assert exported.song_ids == tuple(song.song_id for song in bench.songs())
    mix = exported.vectors[(SpaceName.STYLE, Stem.MIX)]
    assert mix.shape[0] == 2
    first = bench.catalogue.vectors(exported.song_ids[0], SpaceName.STYLE, Stem.MIX)
    assert first is not None
    assert mix[0] == pytest.approx(first.song)
