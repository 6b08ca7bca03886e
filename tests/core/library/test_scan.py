import hashlib
import os
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from core.errors import AudioFileError, AudioProblem, Cancelled
from core.library.scan import AUDIO_SUFFIXES, audio_files, stamp
from core.progress import Progress


def fill(root: Path, *names: str) -> list[Path]:
    paths = [root / name for name in names]
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"sound")
    return paths


def found(*paths: Path) -> list[Path]:
    return audio_files(paths, progress=Progress())


def test_a_folder_is_walked_in_natural_order(tmp_path):
    names = ["B/1.mp3", "a/2 x.mp3", "a/10 x.mp3", "a/10/z.ogg", "track 9.flac", "Track 10.FLAC"]
    fill(tmp_path, *names)
    assert [str(p.relative_to(tmp_path)) for p in found(tmp_path)] == [
        "a/2 x.mp3",
        "a/10/z.ogg",
        "a/10 x.mp3",
        "B/1.mp3",
        "track 9.flac",
        "Track 10.FLAC",
    ]


def test_only_visible_audio_files_of_a_folder_are_taken(tmp_path):
    fill(
        tmp_path,
        "a.txt",
        "film.mp4",
        "film.mkv",
        ".b.mp3",
        ".c/d.mp3",
        "noext",
        "e.opus",
        "._f.m4a",
    )
    assert found(tmp_path) == [tmp_path / "e.opus"]
    for suffix in (
        ".mp3",
        ".flac",
        ".ogg",
        ".opus",
        ".m4a",
        ".wav",
        ".aiff",
        ".wma",
        ".mka",
        ".wv",
    ):
        assert suffix in AUDIO_SUFFIXES


def test_a_named_file_is_kept_whatever_it_is_called(tmp_path):
    named = fill(tmp_path, "film.mp4", ".hidden.mp3", "noext")
    missing = tmp_path / "missing.mp3"
    assert found(*named, missing) == [*named, missing]


def test_each_file_comes_once_in_the_order_it_was_named(tmp_path):
    one, two = fill(tmp_path, "a/1.mp3", "a/2.mp3")
    assert found(two, tmp_path / "a", one, tmp_path) == [two, one]


def test_links_that_loop_end(tmp_path):
    (song,) = fill(tmp_path, "a/b/1.mp3")
    (tmp_path / "a/b/up").symlink_to(tmp_path / "a", target_is_directory=True)
    (tmp_path / "a/b/self").symlink_to(tmp_path / "a/b/self")
    assert found(tmp_path) == [song]


def test_a_linked_folder_is_walked_once(tmp_path):
    fill(tmp_path / "real", "1.mp3")
    (tmp_path / "library").mkdir()
    for name in ("x", "y"):
        (tmp_path / "library" / name).symlink_to(tmp_path / "real", target_is_directory=True)
    assert found(tmp_path / "library") == [tmp_path / "library/x/1.mp3"]


def test_a_cancel_stops_the_walk(tmp_path):
    fill(tmp_path, "a/1.mp3")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        audio_files([tmp_path], progress=progress)


def test_a_folder_that_can_not_be_listed_is_returned_itself(tmp_path, monkeypatch):
    fill(tmp_path, "a/1.mp3", "b/2.mp3")
    locked = tmp_path / "a"
    real = Path.iterdir

    def iterdir(self):  # the tests may run as root, who may read everything
        if self == locked:
            raise PermissionError(13, "Permission denied", str(self))
        return real(self)

    monkeypatch.setattr(Path, "iterdir", iterdir)
    assert found(tmp_path) == [locked, tmp_path / "b/2.mp3"]
    with pytest.raises(AudioFileError) as caught:
        stamp(locked)
    assert caught.value.problem is AudioProblem.NOT_A_FILE


def test_names_that_are_no_text(tmp_path):
    name = os.fsencode(tmp_path) + b"/caf\xe9.mp3"
    Path(os.fsdecode(name)).write_bytes(b"x")
    assert [os.fsencode(path) for path in found(tmp_path)] == [name]
    assert stamp(Path(os.fsdecode(name))).size_bytes == 1


def test_a_stamp_tells_size_time_and_bytes(tmp_path):
    path = tmp_path / "a.mp3"
    content = bytes(range(256)) * 5000
    path.write_bytes(content)
    os.utime(path, ns=(1, 1_700_000_000_123_456_789))
    found = stamp(path)
    assert found.size_bytes == len(content)
    assert found.mtime_ns == 1_700_000_000_123_456_789
    assert found.sha256 == hashlib.sha256(content).hexdigest()


def test_a_file_of_the_known_size_and_time_is_not_read_again(tmp_path):
    path = tmp_path / "a.mp3"
    path.write_bytes(b"one")
    known = replace(stamp(path), sha256="as it was")
    assert stamp(path, known=known) == known
    path.write_bytes(b"three")
    os.utime(path, ns=(0, known.mtime_ns))
    assert stamp(path, known=known).sha256 == hashlib.sha256(b"three").hexdigest()
    path.write_bytes(b"two")
    os.utime(path, ns=(0, known.mtime_ns + 1))
    assert stamp(path, known=known).sha256 == hashlib.sha256(b"two").hexdigest()


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (Path.absolute, AudioProblem.VANISHED),
        (Path.mkdir, AudioProblem.NOT_A_FILE),
        (lambda path: path.symlink_to(path), AudioProblem.UNREADABLE),
        (os.mkfifo, AudioProblem.NOT_A_FILE),
        (lambda path: path.symlink_to("/dev/zero"), AudioProblem.NOT_A_FILE),
    ],
)
def test_what_can_not_be_stamped(tmp_path, make, problem):
    path = tmp_path / "song.mp3"
    make(path)
    raised: list[AudioFileError] = []

    def work():
        with pytest.raises(AudioFileError) as caught:
            stamp(path)
        raised.append(caught.value)

    worker = threading.Thread(target=work, daemon=True)  # a read of the pipe would never end
    worker.start()
    worker.join(timeout=20)
    assert [(e.path, e.problem) for e in raised] == [(path, problem)]


def test_a_name_that_no_file_can_have():
    with pytest.raises(AudioFileError) as caught:
        stamp(Path("/music/a\x00b.mp3"))
    assert caught.value.problem is AudioProblem.VANISHED
