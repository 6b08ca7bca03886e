"""Every way in which a file can be wrong, and a reading that is stopped."""

import errno
import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.audio import decode, source
from core.errors import AudioFileError, AudioProblem, Cancelled
from core.progress import Progress
from tests import sounds


def read(path: Path, **arguments: float) -> sounds.Samples:
    return decode.read(path, progress=Progress(), **arguments)


def problem_of(path: Path) -> AudioProblem:
    with pytest.raises(AudioFileError) as probed:
        decode.probe(path)
    with pytest.raises(AudioFileError) as decoded:
        read(path)
    assert probed.value.problem == decoded.value.problem
    assert decoded.value.path == path
    return decoded.value.problem


def test_empty_is_told(tmp_path):
    path = tmp_path / "song.mp3"
    path.touch()
    assert problem_of(path) == AudioProblem.EMPTY


NOT_AUDIO = {
    "pdf": b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\n" * 400,
    "text": b"It was a bright cold day in April.\n" * 500,
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x10\0\0\0\x10\x08\x02\0\0\0" + bytes(300),
    "zip": b"PK\x03\x04" + bytes(range(256)) * 40,
    "noise": np.random.default_rng(8).bytes(200_000),
    "zeros": bytes(200_000),
    "one byte": b"\0",
    "playlist": b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n",
    "concat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "sdp": b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=audio 5004 RTP/AVP 0\n",
}


@pytest.mark.parametrize("data", NOT_AUDIO.values(), ids=NOT_AUDIO.keys())
def test_what_is_not_audio_is_told(tmp_path, data):
    path = tmp_path / "song.mp3"
    path.write_bytes(data)
    assert problem_of(path) == AudioProblem.NOT_AUDIO


def test_a_program_is_not_taken_for_sound(tmp_path):
    """MPEG's sync word is common in machine code: FFmpeg takes some programs for mp1."""
    path = tmp_path / "song.mp3"
    words = np.random.default_rng(9).integers(0, 256, 600_000, dtype=np.uint8)
    header = np.frombuffer(b"\xff\xff\x54\xc4", np.uint8)
    for at in range(0, len(words) - 4, 400):
        words[at : at + 4] = header
    path.write_bytes(words.tobytes())
    with pytest.raises(AudioFileError):
        read(path)


def test_silent_video_is_not_audio(tmp_path):
    assert problem_of(sounds.write_video(tmp_path / "a.mp4", None)) == AudioProblem.NOT_AUDIO


@pytest.mark.parametrize("suffix", [".flac", ".ogg", ".m4a", ".wma"])
def test_a_file_that_only_starts_as_audio_is_damaged(tmp_path, suffix):
    path = sounds.write(tmp_path / f"song{suffix}", sounds.noise(2, seconds=2.0))
    sounds.damage(path, first=0.0008, last=1.0)
    with pytest.raises(AudioFileError) as error:
        read(path)
    assert error.value.problem == AudioProblem.DAMAGED


def test_an_m4a_cut_before_its_index_is_damaged(tmp_path):
    path = sounds.write(tmp_path / "song.m4a", sounds.chords(10, seconds=3.0))
    assert problem_of(sounds.truncate(path, keep=0.5)) == AudioProblem.DAMAGED


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".opus", ".wav", ".aiff", ".wma"])
def test_a_truncated_file_gives_what_is_there(tmp_path, suffix):
    path = sounds.write(tmp_path / f"song{suffix}", sounds.chords(11, seconds=6.0))
    got = read(sounds.truncate(path, keep=0.5))
    assert 1.5 * 44_100 < got.shape[1] < 5.5 * 44_100


OGG_HEADER_BYTES = 27  # of a page, before its table of segments


def _ogg_checksum(page: bytes) -> int:
    """Return the CRC of a page whose own field is zero: polynomial 0x04c11db7, not reflected."""
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1) ^ (0x104C11DB7 if crc & 0x80000000 else 0)
    return crc


def test_an_empty_packet_at_the_end_costs_nothing(tmp_path):
    path = sounds.write(tmp_path / "song.ogg", sounds.chords(3, seconds=1.0))
    whole = read(path)
    data = path.read_bytes()
    first = data.rindex(b"OggS")
    page = bytearray(data[first:])
    count = page[OGG_HEADER_BYTES - 1]
    page.insert(OGG_HEADER_BYTES + count, 0)  # a packet of no bytes
    page[OGG_HEADER_BYTES - 1] = count + 1
    page[22:26] = bytes(4)
    page[22:26] = _ogg_checksum(bytes(page)).to_bytes(4, "little")
    path.write_bytes(data[:first] + page)
    # The encoder's padding is now before the last packet, so it isn't cut off.
    np.testing.assert_array_equal(read(path)[:, : whole.shape[1]], whole)


@pytest.mark.parametrize("suffix", [".mp3", ".flac", ".ogg", ".m4a", ".aac", ".wma"])
def test_damage_inside_costs_only_what_was_damaged(tmp_path, suffix):
    sound = sounds.chords(12, seconds=8.0)
    path = sounds.write(tmp_path / f"song{suffix}", sound)
    got = read(sounds.damage(path, first=0.5, last=0.52))
    assert got.shape[1] > 6.5 * 44_100
    assert np.isfinite(got).all()
    lag, early = sounds.lag(sound[:, :132_300], got[:, :132_300]), slice(3_000, 3 * 44_100)
    assert abs(lag) <= 2_048
    assert sounds.correlation(sound[:, early], got[:, 3_000 + lag : 3 * 44_100 + lag]) > 0.98


@pytest.mark.parametrize("seed", range(40))
def test_hostile_bytes_never_escape_the_door(tmp_path, seed):
    """Bytes flipped all over a file give sound or an AudioFileError, nothing else."""
    random = np.random.default_rng(seed)
    suffix = [*sounds.CODECS, ".ogg"][seed % (len(sounds.CODECS) + 1)]
    path = sounds.write(tmp_path / f"song{suffix}", sounds.chords(seed, seconds=1.0))
    data = bytearray(path.read_bytes())
    for _ in range(20):
        data[int(random.integers(0, min(len(data), 4_000)))] = int(random.integers(0, 256))
    path.write_bytes(bytes(data))
    try:
        for block in decode.blocks(path, progress=Progress()):
            assert block.shape[0] == 2
            assert np.abs(block).max() <= decode.MAX_PEAK
            if block.shape[1] == 0:
                break
    except AudioFileError:
        pass


def test_an_absurd_rate_is_refused_before_it_eats_the_memory(tmp_path):
    path = sounds.write(tmp_path / "song.wav", sounds.noise(3, seconds=1.0))
    data = bytearray(path.read_bytes())
    at = data.index(b"fmt ") + 12
    data[at : at + 4] = (1).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    assert problem_of(path) == AudioProblem.DAMAGED


def test_values_that_are_not_numbers_become_silence(tmp_path):
    import soundfile

    sound = sounds.tone(440.0, seconds=1.0)
    sound[0, 1_000], sound[1, 2_000], sound[0, 3_000] = np.nan, np.inf, 1e30
    soundfile.write(tmp_path / "float.wav", sound.T, 44_100, subtype="FLOAT")
    got = read(tmp_path / "float.wav")
    assert got[0, 1_000] == 0.0
    assert np.abs(got).max() <= decode.MAX_PEAK
    assert np.array_equal(got[:, 4_000:], sound[:, 4_000:])


def test_encrypted_is_told(tmp_path):
    path = sounds.write(tmp_path / "song.m4a", sounds.chords(13, seconds=1.0))
    assert problem_of(sounds.protect(path)) == AudioProblem.PROTECTED


def test_encrypted_wma_is_told(tmp_path):
    path = sounds.write(tmp_path / "song.wma", sounds.chords(14, seconds=1.0))
    data = path.read_bytes()
    size, objects = int.from_bytes(data[16:24], "little"), int.from_bytes(data[24:28], "little")
    encryption = decode.ASF_ENCRYPTION[0] + (32).to_bytes(8, "little") + bytes(8)
    head = data[:16] + (size + 32).to_bytes(8, "little") + (objects + 1).to_bytes(4, "little")
    path.write_bytes(head + data[28:30] + encryption + data[30:])
    assert problem_of(path) == AudioProblem.PROTECTED


def test_what_is_not_a_file_is_told_and_never_waited_for(tmp_path):
    fifo = tmp_path / "fifo.mp3"
    os.mkfifo(fifo)
    assert problem_of(fifo) == AudioProblem.NOT_A_FILE
    assert problem_of(tmp_path) == AudioProblem.NOT_A_FILE
    assert problem_of(Path("/dev/zero")) == AudioProblem.NOT_A_FILE
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.mp3"))
        assert problem_of(tmp_path / "s.mp3") == AudioProblem.NOT_A_FILE
    loop = tmp_path / "loop.mp3"
    loop.symlink_to(loop)
    assert problem_of(loop) == AudioProblem.NOT_A_FILE


def test_missing_is_told(tmp_path):
    assert problem_of(tmp_path / "gone.mp3") == AudioProblem.VANISHED
    assert problem_of(tmp_path / "no\0name.mp3") == AudioProblem.VANISHED


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Root may read everything: a root who tests steps down meanwhile."""
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65_534)
    yield
    if is_root:
        os.seteuid(0)


def test_forbidden_is_told(tmp_path, as_nobody):
    with tempfile.TemporaryDirectory() as folder:  # tmp_path is root's own
        path = sounds.write(Path(folder) / "song.wav", sounds.noise(20, seconds=0.5))
        path.chmod(0)
        assert problem_of(path) == AudioProblem.FORBIDDEN


def test_a_song_deleted_while_it_is_read_is_still_heard(tmp_path):
    """An open file lives on; only a drive that goes away takes it along."""
    path = sounds.write(tmp_path / "song.mp3", sounds.chords(15, seconds=6.0))
    stream = decode.blocks(path, progress=Progress(), block_s=1.0)
    next(stream)
    path.unlink()
    assert sum(block.shape[1] for block in stream) > 4.5 * 44_100


@pytest.mark.parametrize(
    ("number", "problem"),
    [(errno.ESTALE, AudioProblem.VANISHED), (errno.EIO, AudioProblem.UNREADABLE)],
)
def test_a_drive_that_fails_while_it_is_read_is_told(tmp_path, monkeypatch, number, problem):
    class Failing(source.Source):
        def read(self, size=-1, /):
            if self.tell() > 1_500_000:  # of two million bytes
                raise OSError(number, os.strerror(number))
            return super().read(size)

    monkeypatch.setattr(source, "Source", Failing)
    path = sounds.write(tmp_path / "song.wav", sounds.noise(16, seconds=12.0))
    stream = decode.blocks(path, progress=Progress(), block_s=0.5)
    next(stream)
    with pytest.raises(AudioFileError) as error:
        list(stream)
    assert error.value.problem == problem


def test_a_cancel_stops_the_decoding(tmp_path):
    path = sounds.write(tmp_path / "song.wav", sounds.noise(17, seconds=6.0))
    progress = Progress()
    stream = decode.blocks(path, progress=progress, block_s=1.0)
    next(stream)
    progress.cancel()
    with pytest.raises(Cancelled):
        list(stream)


def test_an_abandoned_stream_closes_its_file(tmp_path):
    path = sounds.write(tmp_path / "song.mp3", sounds.noise(18, seconds=3.0))
    before = len(list(Path("/proc/self/fd").iterdir()))
    stream = decode.blocks(path, progress=Progress(), block_s=1.0)
    next(stream)
    stream.close()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_broken_text_in_the_tags_does_not_matter(tmp_path):
    sound = sounds.noise(19, seconds=1.0)
    path = sounds.write(tmp_path / "song.mp3", sound)
    frame = b"TIT2" + (6).to_bytes(4, "big") + b"\0\0" + b"\x03\xff\xfe\xfd\xc3\x28"
    path.write_bytes(b"ID3\x03\0\0\0\0\0" + bytes([len(frame)]) + frame + path.read_bytes())
    assert read(path).shape[1] == pytest.approx(sound.shape[1], abs=2_400)


SPAM = """
import sys
from pathlib import Path
from core.audio import decode
from core.progress import Progress
print(sum(b.shape[1] for b in decode.blocks(Path(sys.argv[1]), progress=Progress())))
"""


def test_ffmpeg_says_nothing_of_its_own(tmp_path):
    path = sounds.write(tmp_path / "song.mp3", sounds.chords(20, seconds=4.0))
    sounds.damage(path, first=0.3, last=0.4)
    command = [sys.executable, "-c", SPAM, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert int(run.stdout) > 100_000
    assert run.stderr == ""


MEMORY = """
import resource, sys
from pathlib import Path
from core.audio import decode
from core.progress import Progress
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
total = sum(b.shape[1] for b in decode.blocks(Path(sys.argv[1]), progress=Progress()))
print(total, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_memory_does_not_grow_with_the_song(tmp_path):
    """Forty minutes would be 850 MB as samples."""
    minute = sounds.tone(440.0, seconds=60.0, rate_hz=8_000, channels=1)
    path = sounds.write(tmp_path / "long.wav", np.tile(minute, (1, 40)), rate_hz=8_000)
    command = [sys.executable, "-c", MEMORY, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    total, grown_kib = map(int, run.stdout.split())
    assert total == pytest.approx(40 * 60 * 44_100, rel=0.001)
    assert grown_kib < 100 * 1_024
