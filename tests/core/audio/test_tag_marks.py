"""Tempo and key as files' tags say them."""

import numpy as np
import pytest
import soundfile
from mutagen.flac import FLAC
from mutagen.id3 import ID3, TBPM, TKEY

from core.audio.tag_marks import read_marks


def flac(path, **tags):
    soundfile.write(path, np.zeros(4410, np.float32), 44_100)
    file = FLAC(path)
    file.update(tags)
    file.save()
    return path


def test_marks_of_vorbis_comments(tmp_path):
    assert read_marks(flac(tmp_path / "a.flac", BPM="122.5", INITIALKEY="F#m")) == (122.5, "F#m")
    assert read_marks(flac(tmp_path / "b.flac", KEY="A minor")) == (None, "A minor")


def test_marks_of_id3(tmp_path):
    path = tmp_path / "a.mp3"
    tags = ID3()
    tags.add(TBPM(encoding=3, text=["98"]))
    tags.add(TKEY(encoding=3, text=["Dm"]))
    soundfile.write(path, np.zeros(44_100, np.float32), 44_100, format="MP3")
    tags.save(path)
    assert read_marks(path) == (98.0, "Dm")


@pytest.mark.parametrize(("bpm", "key"), [("fast", "a" * 40), ("0", ""), ("9999", "A\0m")])
def test_what_is_beyond_belief_is_no_mark(tmp_path, bpm, key):
    assert read_marks(flac(tmp_path / "a.flac", BPM=bpm, KEY=key)) == (None, "")


def test_a_file_without_tags_or_no_file_says_nothing(tmp_path):
    assert read_marks(flac(tmp_path / "a.flac")) == (None, "")
    assert read_marks(tmp_path / "gone.mp3") == (None, "")
