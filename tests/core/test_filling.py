"""Songs of an older version are heard again: real files, fingerprints, catalogue and index."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.audio import decode
from core.errors import Cancelled
from core.library import scan
from core.progress import Progress
from core.types import (
    AnalysisStep,
    Confidence,
    Outcome,
    Song,
    SongEvent,
    Stage,
    Stem,
    Verdict,
)
from core.workbench import Workbench
from tests import sounds
from tests.benches import open_bench

SONG_S = 30.0
C_ABOVE_A = 3
MIDDLE_C_HZ = 261.63


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Workbench]:
    with open_bench(tmp_path / "library") as opened:
        yield opened


def add(bench: Workbench, *paths: Path) -> list[Song]:
    bench.add(paths, progress=Progress())
    return bench.songs()


def make_old(bench: Workbench) -> None:
    """Let the library be as the first version would have left it."""
    with bench.catalogue.database.writing() as connection:
        connection.execute("DELETE FROM grain")
        connection.execute("DELETE FROM copy_facts")
        connection.execute("DELETE FROM tonal")
        connection.execute("DELETE FROM sound_kind")
        connection.execute("UPDATE vectors SET model_id = 'work-chroma-1' WHERE space = 'work'")
        connection.execute("UPDATE song SET stream_sha256 = ''")
    for song in bench.songs():
        known = bench.duplicates(song.song_id)
        unsure = [replace(pair, confidence=Confidence.UNSURE) for pair in known]
        bench.catalogue.put_verdicts(song.song_id, unsure)


def fill_in(bench: Workbench, progress: Progress | None = None) -> list[Outcome]:
    reports = bench.fill_in(progress=progress or Progress())
    return [report.outcome for report in reports]


def test_what_an_old_song_lacks_is_heard_in_one_decode_and_its_pairs_are_judged_anew(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = sounds.chords(1, seconds=SONG_S)
    places = np.arange(0, song.shape[1] - 1, 1.025)
    faster = np.stack([np.interp(places, np.arange(song.shape[1]), one) for one in song])
    add(
        bench,
        sounds.write(tmp_path / "a.flac", song),
        sounds.write(tmp_path / "b.mp3", song),
        sounds.write(tmp_path / "c.flac", faster.astype(np.float32)),
    )
    catalogue, songs, verdicts = bench.catalogue, bench.songs(), bench.duplicates()
    heard = [catalogue.grain(one.song_id) for one in songs]
    tonals = [catalogue.tonal(one.song_id) for one in songs]
    versions = bench.versions(songs[0].song_id)
    assert len(versions) == 2
    measures = catalogue.measures()
    assert {pair.verdict for pair in verdicts} == {Verdict.SAME_RECORDING}
    assert {round(pair.overlap.speed, 1) for pair in verdicts} == {1.0}
    assert len({pair.overlap.speed for pair in verdicts}) > 1
    make_old(bench)
    assert {pair.confidence for pair in bench.duplicates()} == {Confidence.UNSURE}
    assert bench.versions(songs[0].song_id) == []
    blocks, decoded = decode.blocks, []
    monkeypatch.setattr(decode, "blocks", lambda p, **kw: decoded.append(p) or blocks(p, **kw))
    assert fill_in(bench) == [Outcome.DONE] * 3
    assert decoded == [one.path for one in reversed(songs)]  # the last added first
    assert bench.songs() == songs
    for one, grain in zip(songs, heard, strict=True):
        np.testing.assert_array_equal(catalogue.grain(one.song_id), grain)
    assert catalogue.measures() == measures
    for one, tonal in zip(songs, tonals, strict=True):
        np.testing.assert_array_equal(catalogue.tonal(one.song_id), tonal)
    assert bench.versions(songs[0].song_id) == versions
    now = bench.duplicates()
    assert {(p.a, p.b): p.verdict for p in now} == {(p.a, p.b): p.verdict for p in verdicts}
    assert [p for p in now if p.overlap.speed == 1.0] == [
        p for p in verdicts if p.overlap.speed == 1.0
    ]
    # At another speed a pair is judged from the other side now, where the grain may agree less.
    assert all(p.confidence in (Confidence.SURE, Confidence.LIKELY) for p in now)
    assert fill_in(bench) == []


def test_a_stop_keeps_what_is_done_and_the_next_goes_on_there(
    bench: Workbench, tmp_path: Path
) -> None:
    first, second = add(
        bench,
        sounds.write(tmp_path / "a.flac", sounds.chords(1, seconds=SONG_S)),
        sounds.write(tmp_path / "b.flac", sounds.chords(2, seconds=SONG_S)),
    )
    make_old(bench)
    progress = Progress()
    told: list[SongEvent] = []

    def stop(event: SongEvent) -> None:
        told.append(event)
        progress.cancel()

    with pytest.raises(Cancelled):
        bench.fill_in(progress=progress, on_event=stop)
    assert told == [SongEvent(second.path, second.song_id, AnalysisStep.READY, "")]
    assert [half.song_id for half in bench.half_heard()] == [first.song_id]
    assert fill_in(bench) == [Outcome.DONE]
    assert bench.half_heard() == []


def test_a_file_that_is_away_changed_or_damaged_stays_as_it_was_known(
    bench: Workbench, tmp_path: Path
) -> None:
    paths = [
        sounds.write(tmp_path / name, sounds.chords(seed, seconds=SONG_S))
        for seed, name in enumerate(("away.flac", "changed.flac", "damaged.flac", "good.flac"))
    ]
    away, changed, damaged, good = add(bench, *paths)
    make_old(bench)
    away.path.unlink()
    sounds.write(changed.path, sounds.chords(9, seconds=SONG_S))
    bench.catalogue.enqueue([changed.path])
    damage_under_its_old_stamp(bench, damaged)
    before = bench.songs()
    outcomes = fill_in(bench)
    assert outcomes == [Outcome.DONE, Outcome.SKIPPED, Outcome.SKIPPED, Outcome.SKIPPED]
    left = [song.song_id for song in bench.half_heard()]
    assert left == [damaged.song_id, changed.song_id, away.song_id]
    assert bench.problems() == []
    assert bench.catalogue.queued() == [changed.path]  # still to be heard as it is now
    assert bench.songs() == [*before[:3], good]


def damage_under_its_old_stamp(bench: Workbench, song: Song) -> None:
    """Let the catalogue know the file as it is, as if it had become unreadable on its disk."""
    song.path.write_bytes(b"fLaC" + b"\0" * 5_000)
    stamp = scan.stamp(song.path)
    with bench.catalogue.database.writing() as connection:
        connection.execute(
            "UPDATE song SET size_bytes = ?, mtime_ns = ?, sha256 = ? WHERE song_id = ?",
            (stamp.size_bytes, stamp.mtime_ns, stamp.sha256, song.song_id),
        )


def test_a_song_that_waits_for_its_separation_is_filled_in_too(
    bench: Workbench, tmp_path: Path
) -> None:
    path = sounds.write(tmp_path / "a.flac", sounds.chords(1, seconds=SONG_S))
    bench.add([path], quick=True, progress=Progress())
    make_old(bench)
    told: list[AnalysisStep] = []
    bench.fill_in(progress=Progress(), on_event=lambda event: told.append(event.step))
    assert told == [AnalysisStep.FIRST_ANSWER]
    (song,) = bench.songs()
    assert (song.stage, bench.half_heard()) == (Stage.FIRST_ANSWER, [])


def cadences() -> sounds.Samples:
    """Return C, F, G and C again, a second each, over and over."""
    chords = ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7)) * 5
    times = np.arange(sounds.RATE_HZ) / sounds.RATE_HZ
    waves = [
        sum(0.1 * np.sin(2 * np.pi * MIDDLE_C_HZ * 2 ** (note / 12) * times) for note in chord)
        for chord in chords
    ]
    return np.tile(np.concatenate(waves).astype(np.float32), (2, 1))


def test_tempo_and_key_come_with_the_backing_and_are_heard_where_they_lack(
    bench: Workbench, tmp_path: Path
) -> None:
    (song,) = add(bench, sounds.write(tmp_path / "a.flac", cadences()))
    assert song.music.key is not None
    assert (song.music.key.tonic, song.music.key.is_minor) == (C_ABOVE_A, False)
    with bench.catalogue.database.writing() as connection:
        connection.execute("DELETE FROM music")
    assert [half.song_id for half in bench.half_heard()] == [song.song_id]
    assert fill_in(bench) == [Outcome.DONE]
    assert bench.songs() == [song]


def test_a_song_that_leaves_meanwhile_is_skipped(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (song,) = add(bench, sounds.write(tmp_path / "a.flac", sounds.chords(1, seconds=SONG_S)))
    make_old(bench)
    blocks = decode.blocks
    monkeypatch.setattr(
        decode, "blocks", lambda path, **kw: bench.remove(song.song_id) and blocks(path, **kw)
    )
    assert fill_in(bench) == [Outcome.SKIPPED]
    assert (bench.songs(), bench.problems()) == ([], [])


def of_another_model(bench: Workbench, *stems: Stem) -> None:
    """Make the vectors of these stems those of a model that nobody has any more."""
    with bench.catalogue.database.writing() as connection:
        for stem in stems:
            connection.execute(
                "UPDATE vectors SET model_id = 'style-0', song_vector = zeroblob(8), dimension = 2,"
                " excerpt_vectors = zeroblob(length(starts_s) * 2) WHERE space = 'style'"
                " AND stem = ?",
                (stem.value,),
            )
    for song in bench.songs():
        found = [bench.catalogue.vectors(song.song_id, space, stem) for space, stem in bench.spaces]
        bench._library.index.remove(song.song_id)
        bench._library.index.put(song.song_id, [one for one in found if one])


def test_songs_of_another_model_are_embedded_anew_in_one_decode(
    bench: Workbench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    song = sounds.chords(1, seconds=SONG_S)
    songs = add(
        bench,
        sounds.write(tmp_path / "a.flac", song),
        sounds.write(tmp_path / "b.mp3", song),
        sounds.write(tmp_path / "c.flac", sounds.chords(2, seconds=SONG_S)),
    )
    asked = songs[0].song_id
    before = bench.similar(asked), bench.versions(asked), bench.duplicates()
    models = [bench.catalogue.models_of(one.song_id) for one in songs]
    assert len(before[0]) == 2
    of_another_model(bench, *Stem)
    assert bench.similar(asked) == []
    assert bench.half_heard() == list(reversed(songs))
    blocks, decoded = decode.blocks, []
    monkeypatch.setattr(decode, "blocks", lambda p, **kw: decoded.append(p) or blocks(p, **kw))
    assert fill_in(bench) == [Outcome.DONE] * 3
    assert decoded == [one.path for one in reversed(songs)]
    assert [bench.catalogue.models_of(one.song_id) for one in songs] == models
    assert (bench.similar(asked), bench.versions(asked), bench.duplicates()) == before
    assert bench.half_heard() == []
    assert bench.songs() == songs


def test_songs_of_another_separator_are_met_by_their_mix_until_they_are_separated_anew(
    bench: Workbench, tmp_path: Path
) -> None:
    paths = [
        sounds.write(tmp_path / f"{seed}.flac", sounds.chords(seed, seconds=SONG_S))
        for seed in range(3)
    ]
    songs = add(bench, *paths)
    asked, backing = songs[0].song_id, bench.similar(songs[0].song_id, stem=Stem.BACKING)
    of_another_model(bench, Stem.BACKING, Stem.VOCAL)
    assert bench.similar(asked, stem=Stem.BACKING) == []
    assert bench.similar(asked) == bench.similar(asked, stem=Stem.MIX)
    first = bench.half_heard()[0]
    progress = Progress()
    with pytest.raises(Cancelled):  # after one song: the other two are still met by their mix
        bench.fill_in(progress=progress, on_event=lambda _: progress.cancel())
    assert len(bench.half_heard()) == 2
    assert {near.song_id for near in bench.similar(first.song_id)} == {
        song.song_id for song in songs if song.song_id != first.song_id
    }
    fill_in(bench)
    assert bench.similar(asked, stem=Stem.BACKING) == backing


def test_a_song_of_another_model_that_waits_for_its_separation_still_gets_it(
    bench: Workbench, tmp_path: Path
) -> None:
    path = sounds.write(tmp_path / "a.flac", sounds.chords(1, seconds=SONG_S))
    bench.add([path], quick=True, progress=Progress())
    of_another_model(bench, Stem.MIX)
    assert fill_in(bench) == [Outcome.DONE]
    (song,) = bench.songs()
    assert (song.stage, bench.half_heard()) == (Stage.FIRST_ANSWER, [])
    bench.finish(progress=Progress())
    assert bench.songs()[0].stage is Stage.READY
    assert bench.half_heard() == []


def test_a_song_of_another_model_whose_file_is_away_stays_as_it_was_known(
    bench: Workbench, tmp_path: Path
) -> None:
    (song,) = add(bench, sounds.write(tmp_path / "a.flac", sounds.chords(1, seconds=SONG_S)))
    of_another_model(bench, *Stem)
    song.path.unlink()
    assert fill_in(bench) == [Outcome.SKIPPED]
    assert bench.half_heard() == bench.songs() == [song]
