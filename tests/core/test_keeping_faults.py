"""Keeping and undoing where something fails or is cut short: nothing strands, nothing blocks."""

import pytest

from core import trash
from core.errors import TrashError, TrashProblem
from tests.benches import open_bench
from tests.core.conftest import empty, files, ids, refused
from tests.trash_can import trashed

pytestmark = pytest.mark.skipif(not trash.IS_OPEN, reason="its trash can't be looked into")


def cut_short(library, *names):
    """Trash files, and die before their songs leave the library."""

    def die(*_args, **_options):
        raise KeyboardInterrupt

    with open_bench(library) as bench:
        named = ids(bench)
        bench._keeping._leaving.let_go = die
        with pytest.raises(KeyboardInterrupt):
            bench.keep(named["song.flac"], others=[named[name] for name in names])


@pytest.mark.usefixtures("expected_warnings")
def test_a_file_that_is_lost_keeps_no_other_in_the_trash_after_a_crash(can, music, library):
    cut_short(library, "copy.mp3", "again.mp3")
    empty(can, "copy.mp3")
    with open_bench(library) as bench:
        assert trashed(can) == []
        assert (music / "again.mp3").exists()
        assert len(bench.songs()) == 4
        assert bench.catalogue.pending() == []


@pytest.mark.usefixtures("expected_warnings")
def test_a_file_whose_disk_is_away_keeps_no_other_in_the_trash(can, music, library, monkeypatch):
    cut_short(library, "copy.mp3", "again.mp3")
    sounds_before, real = files(music), trash.bring_back

    def fail_for_one(file):
        if file.path.name == "copy.mp3":
            raise TrashError(file.path, TrashProblem.AWAY)
        return real(file)

    with monkeypatch.context() as patch:
        patch.setattr(trash, "bring_back", fail_for_one)
        with open_bench(library) as bench:
            assert trashed(can) == ["copy.mp3"]
            assert len(bench.catalogue.pending()) == 1
    with open_bench(library) as bench:
        assert trashed(can) == []
        assert set(files(music)) > set(sounds_before)
        assert bench.catalogue.pending() == []


def test_what_can_t_be_undone_is_given_up_and_the_older_goes_on(bench, music, can):
    named = ids(bench)
    first = bench.keep(named["song.flac"], others=[named["again.mp3"]])
    second = bench.keep(named["song.flac"], others=[named["copy.mp3"]])
    (music / "copy.mp3").write_bytes(b"something else")
    with pytest.raises(TrashError):
        bench.undo()
    assert not bench.give_up(first)  # only the last can be
    assert bench.last_action() == second
    assert bench.give_up(second)
    assert not bench.give_up(second)
    assert bench.undo() == first
    assert trashed(can) == ["copy.mp3"]
    assert (music / "copy.mp3").read_bytes() == b"something else"
    assert set(ids(bench)) == {"song.flac", "again.mp3", "other.flac"}
    assert bench.last_action() is None


@pytest.mark.usefixtures("expected_warnings")
def test_a_failure_brings_back_all_that_can_come(bench, music, can, library, monkeypatch):
    named, real = ids(bench), trash.bring_back

    def fail_for_one(file):
        if file.path.name == "copy.mp3":
            raise TrashError(file.path, TrashProblem.FORBIDDEN)
        return real(file)

    def fail(entry):
        raise TrashError(music, TrashProblem.REFUSED)

    with monkeypatch.context() as patch:
        patch.setattr(trash, "bring_back", fail_for_one)
        patch.setattr(bench._keeping._leaving, "let_go", fail)
        assert refused(bench, *map(named.get, ("song.flac", "copy.mp3", "again.mp3")))
    assert trashed(can) == ["copy.mp3"]
    bench._keeping.recover()
    assert trashed(can) == []
    assert bench.catalogue.pending() == []
