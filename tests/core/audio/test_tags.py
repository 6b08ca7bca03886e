"""Tags of real files of every format, and broken ones."""

import base64
import os
import struct

import mutagen
import mutagen.aiff
import mutagen.asf
import mutagen.flac
import mutagen.id3
import mutagen.mp3
import mutagen.mp4
import mutagen.oggopus
import mutagen.oggvorbis
import mutagen.wave
import pytest

from core.audio.tags import MAX_COVER_BYTES, MAX_TEXT, read_tags
from core.types import Tags
from tests import sounds

IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
WANTED = Tags(title="Título 音", artist="Éva & Co", album="Näme", cover=IMAGE, n_texts=3)


def _tag_id3(file) -> None:
    file.add_tags()
    file.tags.add(mutagen.id3.TIT2(encoding=3, text=WANTED.title))
    file.tags.add(mutagen.id3.TPE1(encoding=3, text=WANTED.artist))
    file.tags.add(mutagen.id3.TALB(encoding=3, text=WANTED.album))
    file.tags.add(mutagen.id3.APIC(encoding=3, mime="image/png", type=3, desc="x", data=IMAGE))


def _flac_picture(data: bytes = IMAGE) -> mutagen.flac.Picture:
    picture = mutagen.flac.Picture()
    picture.data, picture.mime, picture.type = data, "image/png", 3
    return picture


def _tag_vorbis(file) -> None:
    file["title"], file["artist"], file["album"] = WANTED.title, WANTED.artist, WANTED.album
    if isinstance(file, mutagen.flac.FLAC):
        file.add_picture(_flac_picture())
    else:
        file["metadata_block_picture"] = base64.b64encode(_flac_picture().write()).decode()


def _tag_mp4(file) -> None:
    file["\xa9nam"], file["\xa9ART"], file["\xa9alb"] = WANTED.title, WANTED.artist, WANTED.album
    file["covr"] = [mutagen.mp4.MP4Cover(IMAGE, mutagen.mp4.MP4Cover.FORMAT_PNG)]


def _tag_asf(file) -> None:
    file["Title"], file["Author"], file["WM/AlbumTitle"] = WANTED.title, WANTED.artist, WANTED.album
    texts = "image/png\0".encode("utf-16-le") + "größe\0".encode("utf-16-le")
    value = struct.pack("<BI", 3, len(IMAGE)) + texts + IMAGE
    file["WM/Picture"] = [mutagen.asf.ASFByteArrayAttribute(value)]


KINDS = {
    ".mp3": (mutagen.mp3.MP3, _tag_id3),
    ".aiff": (mutagen.aiff.AIFF, _tag_id3),
    ".wav": (mutagen.wave.WAVE, _tag_id3),
    ".flac": (mutagen.flac.FLAC, _tag_vorbis),
    ".ogg": (mutagen.oggvorbis.OggVorbis, _tag_vorbis),
    ".opus": (mutagen.oggopus.OggOpus, _tag_vorbis),
    ".m4a": (mutagen.mp4.MP4, _tag_mp4),
    ".wma": (mutagen.asf.ASF, _tag_asf),
}


def _tagged(folder, suffix):
    path = sounds.write(folder / f"song{suffix}", sounds.noise(1, seconds=0.5))
    kind, tag = KINDS[suffix]
    file = kind(path)
    if getattr(file, "tags", None) is not None and tag is _tag_id3:
        file.delete()
        file = kind(path)
        file.tags = None
    tag(file)
    file.save()
    return path


@pytest.mark.parametrize("suffix", KINDS)
def test_every_format_tells_its_tags(tmp_path, suffix):
    assert read_tags(_tagged(tmp_path, suffix)) == WANTED


@pytest.mark.parametrize("suffix", [*KINDS, ".aac"])
def test_a_file_without_tags_gives_empty_ones(tmp_path, suffix):
    path = sounds.write(tmp_path / f"song{suffix}", sounds.noise(2, seconds=0.5))
    assert read_tags(path) == Tags()


def test_several_artists_are_joined_and_lines_are_one(tmp_path):
    path = sounds.write(tmp_path / "song.flac", sounds.noise(3, seconds=0.5))
    file = mutagen.flac.FLAC(path)
    file["artist"] = ["Éva", "", " Béla\nBartók "]
    file["title"] = "x" * (MAX_TEXT + 50)
    file.save()
    tags = read_tags(path)
    assert tags.artist == "Éva, Béla Bartók"
    assert len(tags.title) == MAX_TEXT


def test_a_broken_cover_does_not_cost_the_title(tmp_path):
    path = sounds.write(tmp_path / "song.ogg", sounds.noise(4, seconds=0.5))
    file = mutagen.oggvorbis.OggVorbis(path)
    file["title"], file["metadata_block_picture"] = "Kept", "not base 64!"
    file.save()
    assert read_tags(path) == Tags(title="Kept", n_texts=1)


def test_an_absurd_cover_is_left_out(tmp_path):
    path = sounds.write(tmp_path / "song.m4a", sounds.noise(5, seconds=0.5))
    file = mutagen.mp4.MP4(path)
    file["\xa9nam"] = "Kept"
    file["covr"] = [mutagen.mp4.MP4Cover(bytes(MAX_COVER_BYTES + 1))]
    file.save()
    assert read_tags(path) == Tags(title="Kept", n_texts=1)


def test_what_is_not_a_song_gives_empty_tags(tmp_path):
    os.mkfifo(tmp_path / "fifo.mp3")
    (tmp_path / "text.mp3").write_text("no song")
    (tmp_path / "empty.flac").touch()
    for path in (tmp_path, tmp_path / "gone.mp3", *tmp_path.iterdir()):
        assert read_tags(path) == Tags()


@pytest.mark.parametrize("suffix", KINDS)
def test_damaged_tags_never_raise(tmp_path, suffix):
    import numpy as np

    path = _tagged(tmp_path, suffix)
    whole = path.read_bytes()
    random = np.random.default_rng(len(suffix))
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(12):
            data[int(random.integers(0, min(len(data), 6_000)))] = int(random.integers(0, 256))
        path.write_bytes(bytes(data[: int(random.integers(100, len(data)))]))
        tags = read_tags(path)
        assert isinstance(tags.title, str)
        assert tags.cover is None or isinstance(tags.cover, bytes)
