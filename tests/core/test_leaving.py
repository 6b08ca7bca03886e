"""Songs that come back are back, whatever fails after that, and nothing stale comes with them."""

import pytest

from core import trash
from core.errors import LibraryError, LibraryProblem
from core.progress import Progress
from core.types import Verdict
from tests import sounds
from tests.benches import open_bench
from tests.core.conftest import SONG_S, ids
from tests.trash_can import trashed

pytestmark = pytest.mark.skipif(not trash.IS_OPEN, reason="its trash can't be looked into")


@pytest.mark.parametrize("part", ["index.put", "answers.question", "answers.duplicates"])
@pytest.mark.usefixtures("expected_warnings")
def test_what_fails_after_the_return_sends_nothing_away_again(
    music, can, library, monkeypatch, part
):
    def fail(*_args, **_options):
        raise LibraryError(library, LibraryProblem.DISK_FULL)

    with open_bench(library) as bench:
        named = ids(bench)
        gone = {named["copy.mp3"], named["again.mp3"]}
        bench.keep(named["song.flac"], others=sorted(gone))
        owner, name = part.split(".")
        with monkeypatch.context() as patch:
            patch.setattr(getattr(bench._library, owner), name, fail)
            assert set(bench.undo().songs) == gone
        assert trashed(can) == []
        assert ids(bench) == named
        assert sorted(path.name for path in music.iterdir()) == sorted(named)
        assert bench.last_action() is None
    with open_bench(library) as again:  # its check of the index finds what is missing
        assert {near.song_id for near in again.similar(named["song.flac"])} >= gone


def test_no_proof_comes_back_on_a_song_that_is_other_music_by_now(bench, music):
    named = ids(bench)
    song, copy, again = (named[name] for name in ("song.flac", "copy.mp3", "again.mp3"))
    bench.remove(copy)
    sounds.write(music / "song.flac", sounds.chords(3, seconds=SONG_S))
    bench.add([music / "song.flac"], quick=True, progress=Progress())
    bench.undo()
    assert {(pair.b, pair.verdict) for pair in bench.duplicates(copy)} == {
        (again, Verdict.EXACT_FILE)
    }
    assert bench.duplicates(song) == []
