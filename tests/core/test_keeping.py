"""Keeping one copy and trashing the others, and taking that back: real files, a real trash."""

import errno
import os
import shutil
import sqlite3
import threading
from contextlib import closing

import numpy as np
import pytest

from core import trash
from core.copy_types import ActionKind, CopyReason
from core.errors import BugError, LibraryError, TrashError, TrashProblem, UnknownSongError
from core.library.changes import ChangeKind, Outbox
from core.library.store import FILE_NAME
from core.progress import Progress
from core.types import Decision, Outcome, SpaceName, Stem, Verdict
from tests import sounds
from tests.benches import open_bench
from tests.core.conftest import SONG_S, empty, files, ids, refused
from tests.trash_can import failing, trashed

pytestmark = pytest.mark.skipif(not trash.IS_OPEN, reason="its trash can't be looked into")


def known(bench):
    """Return all that the library says of its songs, as far as an answer can show it."""
    songs = {song.song_id: song for song in bench.songs()}
    return (
        songs,
        {s: [(n.song_id, round(n.score, 4)) for n in bench.similar(s)] for s in songs},
        {s: bench.duplicates(s) for s in songs},
        {s: bench.overview(s).tobytes() for s in songs},
        bench.groups(),
        bench.decisions(),
    )


def test_copies_are_a_group_with_the_better_one_first(bench):
    named = ids(bench)
    (group,) = bench.groups()
    assert set(group.songs) == {named["song.flac"], named["copy.mp3"], named["again.mp3"]}
    assert group.best == named["song.flac"]
    assert group.reasons[0] is CopyReason.LOSSLESS
    assert {pair.verdict for pair in group.pairs} == {Verdict.EXACT_FILE, Verdict.SAME_RECORDING}
    assert len(group.pairs) == 3
    facts = {copy.song_id: copy for copy in group.copies}
    assert facts[named["copy.mp3"]].codec == "mp3"
    assert facts[named["song.flac"]].bandwidth_hz is not None
    assert bench.group_of(named["copy.mp3"]) == group
    assert bench.group_of(named["other.flac"]) is None


def test_keep_and_undo_are_nothing_at_all(bench, music, can):
    named, before, sounds_before = ids(bench), known(bench), files(music)
    gone = [named["copy.mp3"], named["again.mp3"]]
    done = bench.keep(named["song.flac"], others=gone)
    assert (done.kind, done.songs) == (ActionKind.TRASHED, tuple(gone))
    assert sorted(path.name for path in music.iterdir()) == ["other.flac", "song.flac"]
    assert trashed(can) == ["again.mp3", "copy.mp3"]
    assert set(ids(bench)) == {"song.flac", "other.flac"}
    assert bench.groups() == []
    assert all(near.song_id not in gone for near in bench.similar(named["song.flac"]))
    assert bench.last_action() == done
    waiting = {change.song_id: change.kind for change in Outbox(bench.catalogue).pending()}
    assert [waiting[song_id] for song_id in gone] == [ChangeKind.DELETE] * 2

    assert bench.undo() == done
    assert files(music) == sounds_before
    assert trashed(can) == []
    assert known(bench) == before
    assert bench.undo() is None
    waiting = {change.song_id: change.kind for change in Outbox(bench.catalogue).pending()}
    assert [waiting[song_id] for song_id in gone] == [ChangeKind.UPSERT] * 2


def test_undo_works_after_a_restart_without_a_new_analysis(can, music, library):
    with open_bench(library) as bench:
        named, before = ids(bench), known(bench)
        bench.keep(named["song.flac"], others=[named["copy.mp3"]])
    with open_bench(library) as again:
        assert again.last_action().songs == (named["copy.mp3"],)
        again.undo()
        assert known(again) == before
        (report,) = again.add([music / "copy.mp3"], quick=True, progress=Progress())
        assert report.outcome is Outcome.SKIPPED  # the file counts as unchanged


def test_what_came_meanwhile_is_compared_with_what_comes_back(bench, music, tmp_path):
    named = ids(bench)
    bench.keep(named["song.flac"], others=[named["copy.mp3"], named["again.mp3"]])
    new = sounds.write(tmp_path / "new.opus", sounds.chords(1, seconds=SONG_S))
    bench.add([new], quick=True, progress=Progress())
    bench.undo()
    assert len(bench.group_of(named["copy.mp3"]).songs) == 4


def test_everything_is_taken_back_in_turn(bench):
    named, before = ids(bench), known(bench)
    song, copy, other = named["song.flac"], named["copy.mp3"], named["other.flac"]
    bench.decide(song, other, decision=Decision.SAME_SONG)
    bench.decide(song, copy, decision=Decision.NOT_DUPLICATE)
    bench.remove(copy)
    bench.keep(song, others=[other])
    kinds = []
    while (done := bench.undo()) is not None:
        kinds.append(done.kind)
    assert kinds == [
        ActionKind.TRASHED, ActionKind.REMOVED, ActionKind.DECIDED, ActionKind.DECIDED,
    ]  # fmt: skip
    assert known(bench) == before


def test_the_user_s_word_is_used_and_outlives_a_new_analysis(bench, music):
    named = ids(bench)
    song, copy, again, other = (
        named[name] for name in ("song.flac", "copy.mp3", "again.mp3", "other.flac")
    )
    bench.decide(copy, song, decision=Decision.NOT_DUPLICATE)
    assert copy not in {pair.b for pair in bench.duplicates(song)}
    assert sorted(len(group.songs) for group in bench.groups()) == [2, 2]
    bench.decide(other, song, decision=Decision.SAME_SONG)
    assert other in bench.group_of(song).songs
    assert bench.similar(song, without_copies=True) == [
        near for near in bench.similar(song) if near.song_id == copy
    ]
    sounds.write(music / "copy.mp3", sounds.chords(1, seconds=SONG_S), bit_rate_bps=128_000)
    bench.add([music / "copy.mp3"], quick=True, progress=Progress())
    assert copy not in {pair.b for pair in bench.duplicates(song)}
    assert again in {pair.b for pair in bench.duplicates(song)}


def test_what_must_not_go_does_not(bench, music, can, tmp_path):
    named = ids(bench)
    song, copy, again = named["song.flac"], named["copy.mp3"], named["again.mp3"]
    with pytest.raises(BugError):
        bench.keep(song, others=[song])
    with pytest.raises(BugError):
        bench.keep(song, others=[])
    with pytest.raises(UnknownSongError):
        bench.keep(song, others=["no-such-song"])
    away = (music / "again.mp3").rename(tmp_path / "again.mp3")
    assert refused(bench, song, copy, again) is TrashProblem.VANISHED
    assert refused(bench, again, copy) is TrashProblem.KEPT_VANISHED
    away.rename(music / "again.mp3")
    for name in ("again.mp3", "song.flac"):
        os.utime(music / name, ns=(1, 1))
        assert refused(bench, song, again) is TrashProblem.CHANGED
    assert trashed(can) == []
    assert len(list(music.iterdir())) == len(bench.songs()) == 4
    assert bench.last_action() is None


def test_a_second_name_of_the_kept_file_does_not_go(bench, music, can, tmp_path):
    """Two ways to one file, through a linked folder: trashing one would lose both."""
    way = tmp_path / "way"
    way.symlink_to(music)
    bench.add([way / "song.flac"], quick=True, progress=Progress())
    by_path = {song.path: song.song_id for song in bench.songs()}
    kept, second = by_path[music / "song.flac"], by_path[way / "song.flac"]
    assert refused(bench, kept, second) is TrashProblem.SAME_FILE
    assert (music / "song.flac").exists()


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC])
def test_a_disk_that_fails_midway_leaves_nothing_half_done(bench, music, can, monkeypatch, number):
    named, before, sounds_before = ids(bench), known(bench), files(music)
    real, calls = os.rename, []

    def fail_second(source, target, **options):
        calls.append(source)
        if len(calls) == 2:
            raise OSError(number, os.strerror(number))
        real(source, target, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "rename", fail_second)
        refused(bench, named["song.flac"], named["copy.mp3"], named["again.mp3"])
    assert len(calls) == 2
    assert files(music) == sounds_before
    assert known(bench) == before
    assert trashed(can) == []
    assert bench.last_action() is None


def test_a_catalogue_that_can_t_be_written_brings_the_files_back(bench, music, can, monkeypatch):
    named, before, sounds_before = ids(bench), known(bench), files(music)
    real = bench.catalogue.conclude

    def fail(*_args, **_options):
        raise bench.catalogue.database.damaged("the disk went away")

    monkeypatch.setattr(bench.catalogue, "conclude", fail)
    with pytest.raises(LibraryError):
        bench.keep(named["song.flac"], others=[named["copy.mp3"]])
    monkeypatch.setattr(bench.catalogue, "conclude", real)
    assert files(music) == sounds_before
    assert trashed(can) == []
    assert known(bench) == before


def test_undo_that_can_t_bring_all_back_brings_none(bench, music, can):
    named = ids(bench)
    bench.keep(named["song.flac"], others=[named["copy.mp3"], named["again.mp3"]])
    (music / "again.mp3").write_bytes(b"something else")
    with pytest.raises(TrashError) as caught:
        bench.undo()
    assert caught.value.problem is TrashProblem.OCCUPIED
    assert trashed(can) == ["again.mp3", "copy.mp3"]
    assert set(ids(bench)) == {"song.flac", "other.flac"}
    (music / "again.mp3").unlink()
    assert len(bench.undo().songs) == 2
    assert trashed(can) == []
    assert len(bench.songs()) == 4


def test_undo_after_the_trash_was_emptied(bench, music, can):
    named = ids(bench)
    bench.keep(named["song.flac"], others=[named["copy.mp3"], named["again.mp3"]])
    empty(can, "again.mp3")
    assert bench.undo().songs == (named["copy.mp3"],)
    assert set(ids(bench)) == {"song.flac", "other.flac", "copy.mp3"}
    bench.keep(named["song.flac"], others=[named["copy.mp3"]])
    shutil.rmtree(can)
    with pytest.raises(TrashError) as caught:
        bench.undo()
    assert caught.value.problem is TrashProblem.EMPTIED
    assert bench.last_action() is None


def test_undo_after_the_user_put_the_file_back(bench, music, can):
    named, before = ids(bench), known(bench)
    bench.keep(named["song.flac"], others=[named["copy.mp3"]])
    (can / "files" / "copy.mp3").rename(music / "copy.mp3")
    assert bench.undo().songs == (named["copy.mp3"],)
    assert known(bench) == before


@pytest.mark.parametrize("is_recorded", [True, False])
def test_a_crash_between_trash_and_catalogue_is_mended_at_the_next_start(
    can, music, library, is_recorded
):
    with open_bench(library) as bench:
        named, before, sounds_before = ids(bench), known(bench), files(music)

        def die(*_args, **_options):
            raise KeyboardInterrupt

        bench._keeping._leaving.let_go = die
        if not is_recorded:
            bench.catalogue.amend = die
        with pytest.raises(KeyboardInterrupt):
            bench.keep(named["song.flac"], others=[named["copy.mp3"]])
        assert trashed(can) == ["copy.mp3"]
    with open_bench(library) as again:
        assert files(music) == sounds_before
        assert trashed(can) == []
        assert known(again) == before
        assert again.last_action() is None
        assert again.catalogue.pending() == []


def test_many_threads_keep_and_undo_in_turn(bench, music, can):
    named, before, sounds_before = ids(bench), known(bench), files(music)
    errors = []

    def work():
        try:
            bench.keep(named["song.flac"], others=[named["copy.mp3"]])
        except UnknownSongError:  # another thread has trashed it
            pass
        except TrashError as error:
            errors.append(error)
        bench.undo()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    while bench.undo() is not None:
        pass
    assert errors == []
    assert files(music) == sounds_before
    assert known(bench) == before


def test_the_index_forgets_and_learns_again(bench):
    named = ids(bench)
    vectors = bench.catalogue.vectors(named["copy.mp3"], SpaceName.STYLE, Stem.MIX)
    bench.remove(named["copy.mp3"])
    with pytest.raises(UnknownSongError):
        bench.similar(named["copy.mp3"])
    bench.undo()
    again = bench.catalogue.vectors(named["copy.mp3"], SpaceName.STYLE, Stem.MIX)
    assert np.array_equal(again.song, vectors.song)
    assert named["copy.mp3"] in {near.song_id for near in bench.similar(named["song.flac"])}


def test_a_failing_trash_is_told_in_words(bench, monkeypatch):
    from ui.messages import sentence

    named = ids(bench)
    with (
        failing(monkeypatch, "rename", errno.EROFS),
        pytest.raises(TrashError) as caught,
    ):
        bench.keep(named["song.flac"], others=[named["copy.mp3"]])
    assert "copy.mp3" in sentence(caught.value)


def test_the_journal_lies_in_the_catalogue(bench, library):
    named = ids(bench)
    bench.remove(named["copy.mp3"])
    with closing(sqlite3.connect(library / FILE_NAME)) as connection:
        assert connection.execute("SELECT kind, state FROM action").fetchall() == [
            ("removed", "done")
        ]
