"""The hash of a file's packets: of the sound alone, and the one that the library knows it by."""

import pytest

from core import analysis
from core.analysis import StageClock
from core.audio import decode
from core.audio.stream import stream_sha256
from core.audio.tag_sheet import TagSheet, write_sheet
from core.audio.tags import Field
from core.embedding.embed import Embedder
from core.progress import Progress
from tests import sounds

SUFFIXES = (".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wma", ".wav", ".aiff")


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_packets_are_what_the_decoder_gets(tmp_path, suffix):
    path = sounds.write(tmp_path / f"song{suffix}", sounds.noise(1, seconds=1.0))
    heard = []
    for _block in decode.blocks(path, progress=Progress(), heed=heard.append):
        pass
    assert list(decode.packets(path, progress=Progress())) == heard


def test_tags_do_not_count_and_sound_does(tmp_path):
    one, other = (
        sounds.write(tmp_path / f"{seed}.mp3", sounds.noise(seed, seconds=1.0)) for seed in (1, 2)
    )
    before = stream_sha256(one, progress=Progress())
    write_sheet(one, TagSheet({Field.TITLE: ("Title",)}, None))
    assert stream_sha256(one, progress=Progress()) == before
    assert stream_sha256(other, progress=Progress()) != before


def test_the_same_bytes_at_another_rate_are_another_sound(tmp_path):
    samples = sounds.noise(1, seconds=1.0)
    hashes = {
        stream_sha256(
            sounds.write(tmp_path / f"{rate_hz}.wav", samples, rate_hz=rate_hz), progress=Progress()
        )
        for rate_hz in (44_100, 48_000)
    }
    assert len(hashes) == 2


def test_a_first_answer_knows_a_file_by_the_same_hash(tmp_path):
    path = sounds.write(tmp_path / "song.ogg", sounds.chords(1, seconds=6.0))
    first = analysis.first_answer(path, Embedder.load(), clock=StageClock(), progress=Progress())
    assert first.stream_sha256 == stream_sha256(path, progress=Progress())
