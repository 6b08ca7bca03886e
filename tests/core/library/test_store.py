import os
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import LibraryError, LibraryProblem, UnknownSongError
from core.library.changes import ChangeKind, Outbox
from core.library.ledger import Ledger
from core.library.store import FILE_NAME, Catalogue
from core.types import (
    Decision,
    Fingerprint,
    ModelId,
    Overlap,
    PairVerdict,
    SpaceName,
    Stage,
    Stem,
    Verdict,
)
from tests.core.library.records import (
    MODEL,
    make_codes,
    make_record,
    make_song,
    make_vectors,
    new_id,
    same_vectors,
)

ROOT = Path(__file__).resolve().parents[3]


def test_a_stored_song_comes_back_whole(catalogue):
    record = make_record(make_song(Path("/music/one.mp3")))
    catalogue.put(record)
    song = record.song
    assert catalogue.song(song.song_id) == song
    assert catalogue.songs() == [song]
    assert catalogue.cover(song.song_id) == record.cover
    assert np.array_equal(catalogue.overview(song.song_id), record.overview)
    (stored,) = catalogue.fingerprints(song.song_id, Stem.MIX)
    assert stored.start_s == 0.0
    assert stored.codes.dtype == np.uint32
    assert np.array_equal(stored.codes, record.fingerprints[0].codes)
    vectors = catalogue.vectors(song.song_id, SpaceName.STYLE, Stem.MIX)
    assert same_vectors(vectors, record.vectors[0])
    assert vectors.song.dtype == np.float32
    assert [change.kind for change in Outbox(catalogue).pending()] == [ChangeKind.UPSERT]


def test_the_library_keeps_its_id_and_its_songs_when_opened_again(tmp_path):
    first = Catalogue(tmp_path)
    first.put(make_record(make_song(Path("/a.mp3"))))
    songs, library_id = first.songs(), first.library_id
    first.close()
    second = Catalogue(tmp_path)
    assert (second.songs(), second.library_id) == (songs, library_id)
    second.close()


def test_two_libraries_have_two_ids(tmp_path):
    ids = set()
    for name in ("a", "b"):
        catalogue = Catalogue(tmp_path / name)
        ids.add(catalogue.library_id)
        catalogue.close()
    assert len(ids) == 2


def test_putting_a_song_again_replaces_what_was_heard_in_it(catalogue):
    song = make_song(Path("/a.mp3"))
    catalogue.put(make_record(song, seed=1))
    backing = make_vectors(9, stem=Stem.BACKING)
    catalogue.complete(song.song_id, fingerprints=(), vectors=(backing,))
    again = make_record(song, seed=2, cover=None)
    catalogue.put(again)
    assert catalogue.cover(song.song_id) is None
    assert np.array_equal(catalogue.overview(song.song_id), again.overview)
    assert catalogue.vectors(song.song_id, SpaceName.STYLE, Stem.BACKING) is None
    (stored,) = catalogue.fingerprints(song.song_id, Stem.MIX)
    assert np.array_equal(stored.codes, again.fingerprints[0].codes)
    assert catalogue.song(song.song_id).stage is Stage.FIRST_ANSWER


def test_putting_a_song_again_keeps_the_user_s_word_and_drops_old_proofs(catalogue):
    a, b, c = (make_song(Path(f"/{name}.mp3")) for name in "abc")
    for song in (a, b, c):
        catalogue.put(make_record(song))
    catalogue.put_verdicts(
        a.song_id,
        [
            PairVerdict(a.song_id, other.song_id, Verdict.SAME_RECORDING, 0.9, Overlap(0, 0, 60))
            for other in (b, c)
        ],
    )
    catalogue.decide(a.song_id, b.song_id, decision=Decision.NOT_DUPLICATE)
    catalogue.record_listen(a.song_id, heard_s=12.0)
    catalogue.put(make_record(a, seed=5))
    assert catalogue.verdicts() == []
    catalogue.put_verdicts(
        a.song_id,
        [PairVerdict(a.song_id, b.song_id, Verdict.SAME_RECORDING, 0.9, Overlap(0, 0, 60))],
    )
    assert catalogue.verdicts() == []
    assert [listen.heard_s for listen in catalogue.listens()] == [12.0]


def test_a_stored_song_no_longer_waits_or_fails(catalogue):
    path = Path("/a.mp3")
    catalogue.enqueue([path, Path("/b.mp3")])
    catalogue.note_problem(path, "The file is damaged.")
    catalogue.enqueue([path])
    catalogue.put(make_record(make_song(path)))
    assert catalogue.queued() == [Path("/b.mp3")]
    assert catalogue.problems() == []


def test_complete_adds_the_stems_and_makes_the_song_ready(catalogue):
    song = make_song(Path("/a.mp3"))
    catalogue.put(make_record(song))
    Ledger(catalogue).note(seqs=[change.seq for change in Outbox(catalogue).pending()])
    windows = tuple(
        Fingerprint(Stem.BACKING, start, make_codes(int(start)).codes) for start in (90.5, 10.25)
    )
    vectors = make_vectors(3, stem=Stem.BACKING)
    for _ in range(2):  # a repeated completion changes nothing
        catalogue.complete(song.song_id, fingerprints=windows, vectors=(vectors,))
    assert catalogue.song(song.song_id).stage is Stage.READY
    assert catalogue.unfinished() == []
    stored = catalogue.fingerprints(song.song_id, Stem.BACKING)
    assert [fingerprint.start_s for fingerprint in stored] == [10.25, 90.5]
    assert len(catalogue.fingerprints(song.song_id, Stem.MIX)) == 1
    found = catalogue.vectors(song.song_id, SpaceName.STYLE, Stem.BACKING)
    assert same_vectors(found, vectors)
    assert Outbox(catalogue).count() == 1


def test_a_tonal_sequence_comes_back_and_goes_with_its_song(catalogue):
    songs = [make_song(Path(f"/music/{name}.mp3")) for name in "abc"]
    steps = np.arange(48, dtype=np.uint8).reshape(4, 12)
    catalogue.put(replace(make_record(songs[0]), tonal=steps))
    for song in songs[1:]:
        catalogue.put(make_record(song))
    catalogue.complete(songs[1].song_id, fingerprints=(), vectors=(), tonal=steps[:0])
    found = catalogue.tonals_of([song.song_id for song in songs])
    assert set(found) == {songs[0].song_id, songs[1].song_id}
    np.testing.assert_array_equal(found[songs[0].song_id], steps)
    assert catalogue.tonal(songs[1].song_id).shape == (0, 12)
    assert catalogue.tonal(songs[2].song_id) is None
    catalogue.put(make_record(songs[0]))
    assert catalogue.tonal(songs[0].song_id) is None
    with catalogue.database.writing() as connection:
        connection.execute("UPDATE tonal SET steps = x'0102'")
    with pytest.raises(LibraryError):
        catalogue.tonal(songs[1].song_id)


def test_a_removed_song_leaves_nothing_but_its_tombstone(catalogue):
    song, other = make_song(Path("/a.mp3")), make_song(Path("/b.mp3"))
    for each in (song, other):
        catalogue.put(make_record(each))
    catalogue.put_verdicts(
        song.song_id,
        [PairVerdict(song.song_id, other.song_id, Verdict.EXCERPT, 0.9, Overlap(0, 0, 60))],
    )
    catalogue.record_listen(song.song_id, heard_s=1.0)
    catalogue.remove(song.song_id)
    assert catalogue.songs() == [other]
    assert catalogue.verdicts() == []
    assert catalogue.listens() == []
    assert catalogue.cover(song.song_id) is None
    assert catalogue.fingerprints(song.song_id, Stem.MIX) == ()
    both = [song.song_id, other.song_id]
    assert [id_ for id_, _ in catalogue.fingerprints_of(both)] == [other.song_id]
    assert list(catalogue.code_stamps()) == [other.song_id]
    kinds = {change.song_id: change.kind for change in Outbox(catalogue).pending()}
    assert kinds == {song.song_id: ChangeKind.DELETE, other.song_id: ChangeKind.UPSERT}


def test_asking_for_a_song_that_is_not_there(catalogue):
    stranger = new_id()
    for verb in (
        lambda: catalogue.song(stranger),
        lambda: catalogue.overview(stranger),
        lambda: catalogue.remove(stranger),
        lambda: catalogue.relocate(stranger, Path("/a.mp3")),
        lambda: catalogue.complete(stranger, fingerprints=(), vectors=()),
        lambda: catalogue.put_verdicts(stranger, []),
        lambda: catalogue.decide(stranger, new_id(), decision=Decision.SAME_SONG),
        lambda: catalogue.record_listen(stranger, heard_s=1.0),
    ):
        with pytest.raises(UnknownSongError):
            verb()
    assert Outbox(catalogue).count() == 0
    assert catalogue.by_path(Path("/a.mp3")) is None
    assert catalogue.cover(stranger) is None


def test_song_vectors_are_those_of_one_space_stem_and_model(catalogue):
    for seed, model in enumerate(("old", "new", "new")):
        song = make_song(Path(f"/{seed}.mp3"))
        record = make_record(song)
        vectors = make_vectors(seed, model_id=ModelId(model))
        catalogue.put(type(record)(song, None, record.overview, (), (vectors,)))
        catalogue.complete(
            song.song_id, fingerprints=(), vectors=(make_vectors(50 + seed, stem=Stem.BACKING),)
        )
    found = dict(catalogue.song_vectors(SpaceName.STYLE, Stem.MIX, ModelId("new")))
    assert len(found) == 2
    expected = {make_vectors(seed, model_id=ModelId("new")).song.tobytes() for seed in (1, 2)}
    assert {vector.tobytes() for vector in found.values()} == expected
    assert list(catalogue.song_vectors(SpaceName.WORK, Stem.MIX, ModelId("new"))) == []
    assert len(list(catalogue.song_vectors(SpaceName.STYLE, Stem.BACKING, MODEL))) == 3
    assert catalogue.count_vectors(SpaceName.STYLE, Stem.MIX, ModelId("new")) == 2
    assert catalogue.count_vectors(SpaceName.WORK, Stem.MIX, ModelId("new")) == 0


def test_vectors_of_many_songs_at_once(catalogue):
    ids = []
    for number in range(30):
        song = make_song(Path(f"/{number}.mp3"))
        catalogue.put(make_record(song, seed=number))
        ids.append(song.song_id)
    asked = [new_id() for _ in range(1500)] + ids  # more than fit one query
    found = catalogue.vectors_of(asked, SpaceName.STYLE, Stem.MIX)
    assert set(found) == set(ids)
    assert all(same_vectors(found[id_], make_vectors(n)) for n, id_ in enumerate(ids))


def test_a_song_without_vectors_or_codes(catalogue):
    song = make_song(Path("/short.wav"))
    empty = type(make_record(song))(song, None, np.zeros(0, np.float32), (), ())
    catalogue.put(empty)
    assert len(catalogue.overview(song.song_id)) == 0
    assert catalogue.vectors(song.song_id, SpaceName.STYLE, Stem.MIX) is None


def test_a_failed_transaction_leaves_the_song_as_it_was(catalogue):
    song = make_song(Path("/a.mp3"))
    catalogue.put(make_record(song, seed=1))
    before = [change.seq for change in Outbox(catalogue).pending()]
    with pytest.raises(LibraryError), catalogue.database.writing() as connection:
        connection.execute("UPDATE song SET title = 'half written'")
        raise LibraryError(catalogue.database.path, LibraryProblem.UNREADABLE)
    assert catalogue.song(song.song_id) == song
    assert [change.seq for change in Outbox(catalogue).pending()] == before


def test_a_blob_of_the_wrong_length_is_damage(catalogue):
    song = make_song(Path("/a.mp3"))
    catalogue.put(make_record(song))
    with catalogue.database.writing() as connection:
        connection.execute("UPDATE fingerprint SET codes = x'010203'")
        connection.execute("UPDATE vectors SET excerpt_vectors = x'0000803f'")
        connection.execute("UPDATE overview SET levels = x'00'")
    for verb in (
        lambda: catalogue.fingerprints(song.song_id, Stem.MIX),
        lambda: list(catalogue.fingerprints_of([song.song_id])),
        lambda: catalogue.vectors(song.song_id, SpaceName.STYLE, Stem.MIX),
        lambda: catalogue.overview(song.song_id),
    ):
        with pytest.raises(LibraryError) as caught:
            verb()
        assert caught.value.problem is LibraryProblem.DAMAGED


def test_a_killed_program_loses_nothing_that_was_stored_and_leaves_nothing_half_done(tmp_path):
    script = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        from core.library.store import Catalogue
        from tests.core.library.records import make_record, make_song
        catalogue = Catalogue(Path({str(tmp_path)!r}))
        for number in range(100_000):
            catalogue.put(make_record(make_song(Path(f"/{{number}}.mp3")), seed=number))
            print(number, flush=True)
        """
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        stored = -1
        while stored < 20:
            stored = int(process.stdout.readline())
        process.send_signal(signal.SIGKILL)
        said = process.stdout.read().split()
    stored = max([stored, *map(int, said)])
    catalogue = Catalogue(tmp_path)
    songs = catalogue.songs()
    assert len(songs) >= stored + 1
    assert {s.song_id for s in songs} == {c.song_id for c in Outbox(catalogue).pending()}
    for song in songs:
        assert catalogue.vectors(song.song_id, SpaceName.STYLE, Stem.MIX) is not None
        assert len(catalogue.overview(song.song_id)) == 400
    catalogue.close()


def test_programs_that_open_a_new_library_at_once_share_it(tmp_path):
    script = textwrap.dedent(
        f"""
        import sys
        from pathlib import Path
        from core.library.store import Catalogue
        print("ready", flush=True)
        sys.stdin.readline()
        for number in range(10):
            catalogue = Catalogue(Path({str(tmp_path)!r}) / str(number))
            catalogue.enqueue([Path(sys.argv[1])])
            catalogue.close()
        """
    )
    programs = [
        subprocess.Popen(
            [sys.executable, "-c", script, name],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for name in "abc"
    ]
    for program in programs:
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        program.stdin.write("\n")
        program.stdin.flush()
    for program in programs:
        program.communicate(timeout=60)
    assert [program.returncode for program in programs] == [0, 0, 0]
    for number in range(10):
        catalogue = Catalogue(tmp_path / str(number))
        assert sorted(path.name for path in catalogue.queued()) == ["a", "b", "c"]
        catalogue.close()


def test_a_folder_that_can_not_be_made(tmp_path):
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(LibraryError) as caught:
        Catalogue(tmp_path / "file" / "library")
    assert caught.value.problem is LibraryProblem.UNREADABLE


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written(tmp_path):
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(LibraryError) as caught:
            Catalogue(tmp_path)
        assert caught.value.problem is LibraryProblem.FORBIDDEN
    finally:
        tmp_path.chmod(0o700)
    assert not (tmp_path / FILE_NAME).exists()
