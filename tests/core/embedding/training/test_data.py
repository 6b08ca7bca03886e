import shutil
import subprocess
import zipfile

import numpy as np
import pytest
import soundfile

from core.embedding.frontend import N_MELS
from core.embedding.training.data import (
    JUDGING,
    STOPPING,
    TRAINING,
    cache_package,
    music_files,
    songs_of,
)
from core.errors import SongkinError


def wave(path, seconds, seed=0):
    path.parent.mkdir(parents=True, exist_ok=True)
    noise = np.random.default_rng(seed).standard_normal(round(seconds * 8000)) * 0.1
    soundfile.write(path, noise, 8000)


def package(folder, name, files):
    """Build a real Debian package of files: path -> seconds, or bytes."""
    root = folder / "tree"
    (root / "DEBIAN").mkdir(parents=True)
    text = f"Package: {name}\nVersion: 1\nArchitecture: all\nMaintainer: T <t@example.org>\n"
    (root / "DEBIAN" / "control").write_text(text + "Description: test\n")
    for path, content in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content) if isinstance(content, bytes) else wave(target, content)
    command = ["dpkg-deb", "--build", "-Znone", str(root), str(folder / f"{name}_1_all.deb")]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def packed(tmp_path):
    wave(tmp_path / "inner.wav", 22.0, seed=1)
    with zipfile.ZipFile(tmp_path / "music.pk3", "w") as archive:
        archive.write(tmp_path / "inner.wav", "deep/inner.wav")
        archive.writestr("readme.txt", "not music")
    return (tmp_path / "music.pk3").read_bytes()


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs Debian's dpkg")
def test_songs_of_a_package_and_of_the_archives_in_it(tmp_path, packed):
    files = {
        "usr/music/long.wav": 25.0,
        "usr/music/jingle.wav": 3.0,
        "usr/music/broken.ogg": b"OggS not really",
        "usr/music/data.pk3": packed,
        "usr/sounds/bang.wav": 30.0,
    }
    package(tmp_path, "some-music", files)
    songs = list(songs_of("some-music", packages_dir=tmp_path, cache=tmp_path / "cache"))
    assert [song.name for song in songs] == [
        "usr__music__data.unpacked__deep__inner.wav",
        "usr__music__long.wav",
    ]
    assert songs[0].frames.dtype == np.float16
    assert songs[0].frames.shape[0] == N_MELS
    assert not list((tmp_path / "cache").glob("*.un*"))
    (tmp_path / "some-music_1_all.deb").unlink()
    again = list(songs_of("some-music", packages_dir=tmp_path, cache=tmp_path / "cache"))
    np.testing.assert_array_equal(again[1].frames, songs[1].frames)


@pytest.mark.skipif(shutil.which("dpkg-deb") is None, reason="needs Debian's dpkg")
def test_a_package_without_music_is_refused(tmp_path):
    package(tmp_path, "no-music", {"usr/readme.txt": b"nothing"})
    with pytest.raises(SongkinError):
        list(songs_of("no-music", packages_dir=tmp_path, cache=tmp_path / "cache"))
    assert cache_package("no-music", packages_dir=tmp_path, cache=tmp_path / "cache").is_dir()


def test_sounds_stand_in_where_nothing_is_called_music(tmp_path):
    wave(tmp_path / "sounds" / "a.wav", 1.0)
    assert music_files(tmp_path) == [tmp_path / "sounds" / "a.wav"]


def test_packages_are_split():
    lists = (TRAINING, STOPPING, JUDGING)
    assert len(set().union(*lists)) == sum(len(names) for names in lists)
