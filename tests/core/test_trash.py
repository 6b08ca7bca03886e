"""Files go to a real trash and come back; what fails leaves nothing half done."""

import errno
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core import trash
from core.errors import TrashError, TrashProblem
from core.trash import FileFacts
from tests.trash_can import failing, trashed, use_trash

pytestmark = pytest.mark.skipif(not trash.IS_OPEN, reason="its trash can't be looked into")
SHM = Path("/dev/shm")


@pytest.fixture
def can(tmp_path, monkeypatch):
    return use_trash(monkeypatch, tmp_path / "data")


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "music" / "song.mp3"
    path.parent.mkdir()
    path.write_bytes(b"the song")
    return path


def problem(verb, *args):
    with pytest.raises(TrashError) as caught:
        verb(*args)
    return caught.value.problem


def state(*folders):
    return {
        path: path.read_bytes() if path.is_file() else None
        for folder in folders
        for path in folder.rglob("*")
    }


def test_a_file_goes_to_the_trash_and_comes_back_as_it_was(can, song):
    before = song.stat()
    facts = trash.send(song)
    assert not song.exists()
    assert trashed(can) == ["song.mp3"]
    assert facts.place == can / "files" / "song.mp3"
    assert trash.bring_back(facts) is True
    assert song.read_bytes() == b"the song"
    assert (song.stat().st_mtime_ns, song.stat().st_ino) == (before.st_mtime_ns, before.st_ino)
    assert trashed(can) == []


def test_a_file_is_found_by_its_note_where_its_place_is_not_known(can, song):
    facts = trash.send(song)
    unknown = FileFacts(facts.path, facts.size_bytes, facts.mtime_ns)
    assert trash.bring_back(unknown) is True
    assert song.exists()


def test_of_several_from_one_path_the_right_one_comes_back(can, song):
    sent = []
    for number in range(3):
        song.write_bytes(b"x" * (number + 1))
        sent.append(trash.send(song))
    assert len(trashed(can)) == 3
    assert trash.bring_back(FileFacts(song, sent[1].size_bytes, sent[1].mtime_ns)) is True
    assert song.read_bytes() == b"xx"


def test_nothing_is_ever_overwritten(can, song):
    facts = trash.send(song)
    song.write_bytes(b"another song")
    assert problem(trash.bring_back, facts) is TrashProblem.OCCUPIED
    assert song.read_bytes() == b"another song"
    assert trashed(can) == ["song.mp3"]


def test_a_file_that_the_user_has_put_back_is_there_already(can, song):
    facts = trash.send(song)
    shutil.move(can / "files" / "song.mp3", song)
    assert trash.bring_back(facts) is False
    assert song.exists()


def test_a_folder_that_is_gone_is_made_again(can, song):
    facts = trash.send(song)
    song.parent.rmdir()
    trash.bring_back(facts)
    assert song.read_bytes() == b"the song"


def test_an_emptied_trash_is_told(can, song):
    facts = trash.send(song)
    for part in ("files", "info"):
        shutil.rmtree(can / part)
        (can / part).mkdir()
    assert problem(trash.bring_back, facts) is TrashProblem.EMPTIED
    shutil.rmtree(can)
    assert problem(trash.bring_back, facts) is TrashProblem.EMPTIED
    assert not song.exists()


def test_a_file_that_is_not_there_is_told(can, song):
    assert problem(trash.send, song.with_name("gone.mp3")) is TrashProblem.VANISHED
    assert trashed(can) == []


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (errno.EROFS, TrashProblem.FORBIDDEN),
        (errno.EACCES, TrashProblem.FORBIDDEN),
        (errno.EPERM, TrashProblem.FORBIDDEN),
        (errno.EIO, TrashProblem.REFUSED),
        (errno.ENOSPC, TrashProblem.REFUSED),
    ],
)
def test_what_the_disk_refuses_leaves_nothing_half_done(can, song, monkeypatch, number, wanted):
    before = state(song.parent, can)
    with failing(monkeypatch, "rename", number):
        assert problem(trash.send, song) is wanted
    after = state(song.parent, can)
    assert {p: c for p, c in after.items() if p.name not in ("files", "info")} == before


def test_a_file_that_can_t_come_back_stays_in_the_trash(can, song, monkeypatch):
    facts = trash.send(song)
    with failing(monkeypatch, "replace", errno.EROFS):
        assert problem(trash.bring_back, facts) is TrashProblem.FORBIDDEN
    assert not song.exists()
    assert trashed(can) == ["song.mp3"]
    assert trash.bring_back(facts) is True


def test_a_system_whose_trash_is_closed_sends_the_user_there(can, song, monkeypatch):
    facts = trash.send(song)
    monkeypatch.setattr(trash, "IS_OPEN", False)
    assert problem(trash.bring_back, facts) is TrashProblem.BY_HAND
    shutil.move(can / "files" / "song.mp3", song)
    assert trash.bring_back(facts) is False


@pytest.mark.skipif(
    not SHM.is_dir()
    or not os.access(SHM, os.W_OK)
    or SHM.stat().st_dev == Path.home().stat().st_dev,
    reason="no second disk that can be written",
)
def test_a_file_of_another_disk_goes_to_that_disk_s_trash(can):
    folder = SHM / f"songkin-test-{os.getpid()}"
    folder.mkdir()
    song = folder / "song.mp3"
    song.write_bytes(b"the song")
    trash_of_disk = SHM / f".Trash-{os.getuid()}"
    was_there = trash_of_disk.exists()
    try:
        facts = trash.send(song)
        assert trashed(can) == []
        assert facts.place is not None
        assert facts.place.is_relative_to(SHM)
        away = FileFacts(
            song, facts.size_bytes, facts.mtime_ns, SHM / "gone" / "files" / "song.mp3"
        )
        assert trash.bring_back(FileFacts(song, facts.size_bytes, facts.mtime_ns)) is True
        song.unlink()
        assert problem(trash.bring_back, away) is TrashProblem.AWAY
    finally:
        shutil.rmtree(folder)
        if not was_there:
            shutil.rmtree(trash_of_disk, ignore_errors=True)


def test_a_file_comes_back_from_another_disk_in_full(can, song, monkeypatch):
    """The home trash takes files of disks that have none: they are copied, and copied back."""
    facts = trash.send(song)
    real = os.replace

    def across(source, target, **options):
        if Path(source).parent != Path(target).parent:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        real(source, target, **options)

    monkeypatch.setattr(os, "replace", across)
    assert trash.bring_back(facts) is True
    assert song.read_bytes() == b"the song"
    assert song.stat().st_mtime_ns == facts.mtime_ns
    assert trashed(can) == []
    assert [path.name for path in song.parent.iterdir()] == ["song.mp3"]


READ_ONLY = """
import sys
from pathlib import Path
from core import trash
from core.errors import TrashError
try:
    trash.send(Path(sys.argv[1]))
except TrashError as error:
    print(error.problem.value)
"""


def test_a_read_only_disk_is_told(tmp_path):
    """A real one, where the machine lets a test mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    script = (
        f"mount -t tmpfs none {disk} && echo song > {disk}/song.mp3"
        f" && mount -o remount,ro {disk} && exec {sys.executable} -c '{READ_ONLY}' {disk}/song.mp3"
    )
    ran = subprocess.run(
        ["unshare", "--mount", "sh", "-c", script],
        capture_output=True, text=True, check=False,
        env={**os.environ, "XDG_DATA_HOME": str(tmp_path / "data")},
        cwd=Path(__file__).parents[2],
    )  # fmt: skip
    if "unshare" in ran.stderr or "mount" in ran.stderr:
        pytest.skip("no right to mount a disk")
    assert ran.stdout.strip() == TrashProblem.FORBIDDEN.value, ran.stderr


NAMES = st.binary(min_size=1, max_size=40).filter(
    lambda name: b"/" not in name and b"\0" not in name and name not in (b".", b"..")
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(name=NAMES)
def test_every_name_comes_back(can, tmp_path, name):
    path = tmp_path / os.fsdecode(name)
    path.write_bytes(name)
    facts = trash.send(path)
    assert not os.path.lexists(path)
    assert trash.bring_back(FileFacts(path, facts.size_bytes, facts.mtime_ns)) is True
    assert path.read_bytes() == name
    path.unlink()


def test_a_link_goes_and_comes_back_as_a_link(can, song):
    link = song.with_name("link.mp3")
    link.symlink_to(song)
    facts = trash.send(link)
    assert song.exists()
    assert not os.path.lexists(link)
    trash.bring_back(facts)
    assert link.is_symlink()
    assert link.resolve() == song
