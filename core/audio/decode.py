"""The one door to PyAV: files become float32 stereo at 44.1 kHz.

Conventions
-----------
A block is float32 [2, n] at ``SAMPLE_RATE_HZ``, planar, full scale +-1.0; lossy decoders may
overshoot a little, and nothing is louder than ``MAX_PEAK``. Mono is given to both channels at its
own level; more than two channels are mixed down so that full scale stays full scale.

What a file holds is told by its bytes, never by its name. Every error that leaves this module is an
``AudioFileError``, or ``Cancelled``.
"""

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import av.filter
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer

from core.audio.source import Source, opened
from core.errors import AudioFileError, AudioProblem
from core.progress import Progress
from core.types import AudioFacts, Float32Array

SAMPLE_RATE_HZ = 44_100
Heed = Callable[[bytes], object]

MAX_PEAK = 8.0  # 18 dB over full scale: louder is a broken float file, not a loud song
READ_BYTES = 65_536  # a read costs one call into Python; larger ones read too far when probing
HEAD_BYTES = 65_536  # holds the header objects in which ASF says that it is encrypted

# A header can claim any rate, and resampling from 1 Hz would multiply the samples by 44,100.
MIN_RATE_HZ = 2_000
MAX_RATE_HZ = 768_000
MAX_CHANNELS = 64

# Where decoding starts in the middle, the first frames lack what came before; 80 ms are said to be
# enough for Opus, the slowest (RFC 7845, 4.6), and time stamps of a second are the coarsest.
RUN_UP_S = 2.0
MIN_JUMP_S = 10.0  # what is nearer is decoded sooner than jumped to

# Packets that may fail before any has decoded, or beyond the number that did: a song has a few bad
# ones; in a program or picture mistaken for MPEG sound, nine of ten are bad.
MAX_BAD_PACKETS = 100

# FFmpeg's demuxers for sound, and for video with sound. What isn't here can't be reached: playlists
# (which open other files and addresses), pictures, subtitles, text, devices.
FORMATS = (
    "aac,ac3,aiff,amr,ape,asf,au,avi,caf,dsf,eac3,flac,flv,matroska,webm,mov,mp4,m4a,mp3,mpc,mpc8,"
    "mpeg,mpegts,ogg,rm,tak,tta,voc,w64,wav,wv"
)

ASF_HEADER = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")  # the header object (wma)
# The content encryption and extended content encryption objects of ASF.
ASF_ENCRYPTION = (
    bytes.fromhex("fbb3112223bdd211b4b700a0c955fc6e"),
    bytes.fromhex("14e68a292226174cb935dae07ee9289c"),
)

# How sound files start; one of these that can't be opened is damaged rather than something else.
AUDIO_SIGNATURES = (
    (0, b"ID3"),
    (0, b"\xff\xfb"),
    (0, b"\xff\xf3"),
    (0, b"\xff\xf1"),
    (0, b"fLaC"),
    (0, b"OggS"),
    (8, b"WAVE"),
    (8, b"AIFF"),
    (8, b"AIFC"),
    (4, b"ftyp"),
    (0, ASF_HEADER),
)

# Sample entries of encrypted sound in MP4: FairPlay, common encryption, Audible.
ENCRYPTED_ENTRIES = frozenset({"drms", "enca", "aavd"})

# Channel orders of files that don't say theirs, by their number; FFmpeg's own defaults.
DEFAULT_LAYOUTS = {3: "2.1", 4: "4.0", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}


def probe(path: Path) -> AudioFacts:
    """Return what the container says of its sound."""
    with _opened(path, Progress()) as (container, stream):
        return AudioFacts(
            codec=stream.codec_context.codec.canonical_name,
            bit_rate_bps=stream.bit_rate or container.bit_rate or None,
            sample_rate_hz=stream.codec_context.sample_rate,
            channels=stream.codec_context.channels,
            duration_s=_duration_s(container, stream),
        )


def blocks(
    path: Path,
    *,
    progress: Progress,
    block_s: float = 10.0,
    start_s: float = 0.0,
    heed: Heed | None = None,
) -> Iterator[Float32Array]:
    """Decode the file once, in blocks of ``block_s`` seconds; the last one is shorter.

    Memory holds a few blocks, however long the file is. A far ``start_s`` is jumped to, as exactly
    as the file's time stamps are (to the sample, but for wma: to the millisecond); what must be
    exact at any price is for ``read``. ``heed`` hears the sound's packets as they lie in the file,
    without tags.
    """
    with _opened(path, progress) as (container, stream):
        skipped_s = _jump(container, stream, start_s)
        pieces = _pieces(path, _frames(path, container, stream, heed))
        rest = _without_first(pieces, round((start_s - skipped_s) * SAMPLE_RATE_HZ))
        yield from _in_blocks(rest, round(block_s * SAMPLE_RATE_HZ), progress=progress)


def packets(path: Path, *, progress: Progress) -> Iterator[bytes]:
    """Yield what ``heed`` hears, without decoding it."""
    with _opened(path, progress) as (container, stream):
        yield from map(bytes, container.demux(stream))


def read(
    path: Path, *, start_s: float = 0.0, duration_s: float | None = None, progress: Progress
) -> Float32Array:
    """Return float32 [2, n] from ``start_s`` on, exact to the sample: it decodes from the start.

    ``n`` is smaller than asked for where the song ends before.
    """
    start = round(start_s * SAMPLE_RATE_HZ)
    stop = None if duration_s is None else start + round(duration_s * SAMPLE_RATE_HZ)
    kept: list[Float32Array] = []
    position = 0
    for block in blocks(path, progress=progress):
        first = max(start - position, 0)
        last = block.shape[1] if stop is None else stop - position
        kept.append(block[:, first:last])
        position += block.shape[1]
        if stop is not None and position >= stop:
            break
    return np.concatenate(kept, axis=1)


@contextmanager
def _opened(path: Path, progress: Progress) -> Iterator[tuple[InputContainer, AudioStream]]:
    """Open the file's sound; translate what FFmpeg raises meanwhile."""
    with opened(path, progress=progress) as source:
        head = source.read(HEAD_BYTES)
        source.seek(0)
        if head.startswith(ASF_HEADER) and any(guid in head for guid in ASF_ENCRYPTION):
            raise AudioFileError(path, AudioProblem.PROTECTED)
        try:
            with _container(source) as container:
                yield container, _sound_stream(path, container)
        except av.FFmpegError as error:  # before ``opened`` sees it: some of these are OSErrors too
            problem = AudioProblem.DAMAGED if _starts_as_audio(head) else AudioProblem.NOT_AUDIO
            raise AudioFileError(path, problem, detail=error.strerror or "") from error


def _container(source: Source) -> InputContainer:
    """Let FFmpeg find out what the file is, among the formats allowed."""
    return av.open(
        source,
        "r",
        container_options={"format_whitelist": FORMATS},
        metadata_errors="replace",
        buffer_size=READ_BYTES,
    )


def _sound_stream(path: Path, container: InputContainer) -> AudioStream:
    """Choose the stream to listen to, and refuse what can't be decoded."""
    if not container.streams.audio:
        raise AudioFileError(path, AudioProblem.NOT_AUDIO, detail="no sound stream")
    best = container.streams.best("audio")
    stream = best if isinstance(best, AudioStream) else container.streams.audio[0]
    context = stream.codec_context
    if context is None:
        raise AudioFileError(path, AudioProblem.NOT_AUDIO, detail="no decoder for its codec")
    if context.codec_tag in ENCRYPTED_ENTRIES:
        raise AudioFileError(path, AudioProblem.PROTECTED)
    _check_claims(path, context.sample_rate, context.channels)
    context.thread_type = "AUTO"
    return stream


def _check_claims(path: Path, sample_rate_hz: int, channels: int) -> None:
    """Refuse a rate or a number of channels that no song has."""
    if not MIN_RATE_HZ <= sample_rate_hz <= MAX_RATE_HZ:
        raise AudioFileError(path, AudioProblem.DAMAGED, detail=f"claims {sample_rate_hz} Hz")
    if not 1 <= channels <= MAX_CHANNELS:
        raise AudioFileError(path, AudioProblem.DAMAGED, detail=f"claims {channels} channels")


def _starts_as_audio(head: bytes) -> bool:
    return any(head.startswith(mark, offset) for offset, mark in AUDIO_SIGNATURES)


def _duration_s(container: InputContainer, stream: AudioStream) -> float | None:
    """Return the length that the stream, else the container, claims."""
    if stream.duration is not None and stream.time_base is not None:
        duration_s = float(stream.duration * stream.time_base)
    elif container.duration is not None:
        duration_s = float(Fraction(container.duration, av.time_base))
    else:
        return None
    return duration_s if duration_s > 0 else None


def _jump(container: InputContainer, stream: AudioStream, start_s: float) -> float:
    """Move to shortly before ``start_s``; return how much sound comes before the next frame."""
    if start_s < MIN_JUMP_S or stream.time_base is None:
        return 0.0
    first_s = _next_time_s(container, stream)
    target_s = first_s + start_s - RUN_UP_S
    container.seek(round(target_s / stream.time_base), stream=stream)
    reached_s = _next_time_s(container, stream) - first_s
    is_usable = 0.0 <= reached_s <= start_s
    container.seek(round((target_s if is_usable else 0) / stream.time_base), stream=stream)
    return reached_s if is_usable else 0.0


def _next_time_s(container: InputContainer, stream: AudioStream) -> float:
    """Return the time stamp of the next frame that decodes; nan where it has none."""
    frame = next(iter(container.decode(stream)), None)
    return math.nan if frame is None or frame.time is None else frame.time


def _without_first(pieces: Iterator[Float32Array], samples: int) -> Iterator[Float32Array]:
    """Leave out the first samples."""
    for piece in pieces:
        if samples < piece.shape[1]:
            yield piece[:, max(samples, 0) :]
        samples -= piece.shape[1]


def _in_blocks(
    pieces: Iterator[Float32Array], block_samples: int, *, progress: Progress
) -> Iterator[Float32Array]:
    """Join pieces of any length to blocks of one length."""
    held: list[Float32Array] = []
    held_samples = 0
    for piece in pieces:
        held.append(piece)
        held_samples += piece.shape[1]
        while held_samples >= block_samples:
            joined = np.concatenate(held, axis=1)
            progress.check()
            yield _sane(joined[:, :block_samples])
            held = [joined[:, block_samples:]]
            held_samples -= block_samples
    if held_samples:
        yield _sane(np.concatenate(held, axis=1))


def _sane(block: Float32Array) -> Float32Array:
    """Return the block without infinities, not-a-numbers and absurd levels."""
    if np.abs(block).max() <= MAX_PEAK:  # false too where a value is not a number
        return block
    return np.clip(np.nan_to_num(block), -MAX_PEAK, MAX_PEAK)


def _pieces(path: Path, frames: Iterator[AudioFrame]) -> Iterator[Float32Array]:
    """Decode and convert, whatever the rates and layouts on the way."""
    converter: _Direct | _Graph | None = None
    for frame in frames:
        if converter is None or not converter.takes(frame):
            if converter is not None:
                yield from converter.finish()
            _check_claims(path, frame.sample_rate, frame.layout.nb_channels)
            converter = _Direct() if _Direct.can_take(frame) else _Graph(frame)
        yield from converter.push(frame)
    if converter is None:
        raise AudioFileError(path, AudioProblem.DAMAGED, detail="nothing in it decodes")
    yield from converter.finish()


def _frames(
    path: Path, container: InputContainer, stream: AudioStream, heed: Heed | None
) -> Iterator[AudioFrame]:
    """Decode packet by packet, passing over the few that can't be decoded."""
    good = bad = 0
    for packet in container.demux(stream):
        if heed is not None:
            heed(bytes(packet))
        try:
            frames = stream.codec_context.decode(packet)
        except (av.InvalidDataError, av.PatchWelcomeError, av.ArgumentError) as error:
            bad += 1
            if bad > good + MAX_BAD_PACKETS:
                detail = f"{bad} packets of {good + bad} don't decode"
                raise AudioFileError(path, AudioProblem.DAMAGED, detail=detail) from error
            continue
        good += 1
        yield from frames


class _Direct:
    """Takes frames that are what we want already, or the same in mono."""

    @staticmethod
    def can_take(frame: AudioFrame) -> bool:
        is_ready = frame.format.name == "fltp" and frame.sample_rate == SAMPLE_RATE_HZ
        return is_ready and frame.layout.nb_channels <= 2

    def takes(self, frame: AudioFrame) -> bool:
        return self.can_take(frame)

    def push(self, frame: AudioFrame) -> Iterator[Float32Array]:
        yield _stereo(frame)

    def finish(self) -> Iterator[Float32Array]:
        yield from ()


class _Graph:
    """Resamples and mixes down through FFmpeg's own filters."""

    def __init__(self, frame: AudioFrame) -> None:
        self._kind = _kind(frame)
        self._rate_hz = frame.sample_rate
        self._waiting = 0
        self._graph = av.filter.Graph()
        chain = [self._graph.add(name, arguments) for name, arguments in _filters(frame)]
        for left, right in pairwise(chain):
            left.link_to(right)
        self._graph.configure()
        self._source, self._sink = chain[0], chain[-1]

    def takes(self, frame: AudioFrame) -> bool:
        return _kind(frame) == self._kind

    def push(self, frame: AudioFrame) -> Iterator[Float32Array]:
        """Queue the frame; convert once a second has gathered, as each pull has a price."""
        self._source.push(frame)
        self._waiting += frame.samples
        if self._waiting >= self._rate_hz:
            self._waiting = 0
            yield from self._ready()

    def finish(self) -> Iterator[Float32Array]:
        self._source.push(None)
        yield from self._ready()

    def _ready(self) -> Iterator[Float32Array]:
        while True:
            try:
                frame = self._sink.pull()
            except (av.BlockingIOError, av.EOFError):
                return
            if isinstance(frame, AudioFrame):
                yield _stereo(frame)


def _filters(frame: AudioFrame) -> Iterator[tuple[str, str]]:
    """Name the filters, with their arguments, from such frames to ours."""
    sample_format, layout, rate_hz = _kind(frame)
    wanted = "mono" if frame.layout.nb_channels == 1 else "stereo"
    yield "abuffer", f"sample_rate={rate_hz}:sample_fmt={sample_format}:channel_layout={layout}"
    if order := _channel_order(frame):
        yield "pan", order
    # Full scale stays full scale when channels are added up.
    yield "aresample", f"{SAMPLE_RATE_HZ}:rematrix_maxval=1.0"
    yield "aformat", f"sample_rates={SAMPLE_RATE_HZ}:sample_fmts=fltp:channel_layouts={wanted}"
    yield "asetnsamples", f"n={SAMPLE_RATE_HZ}:p=0"
    yield "abuffersink", ""


def _kind(frame: AudioFrame) -> tuple[str, str, int]:
    return frame.format.name, frame.layout.name, frame.sample_rate


def _stereo(frame: AudioFrame) -> Float32Array:
    """Return a planar float32 frame as [2, n]; mono comes out on both sides."""
    samples = frame.to_ndarray().astype(np.float32, copy=False)
    return samples if samples.shape[0] == 2 else np.broadcast_to(samples, (2, samples.shape[1]))


def _channel_order(frame: AudioFrame) -> str:
    """Return what tells FFmpeg's pan filter which channel is which, empty where it knows.

    Files without an order get FFmpeg's default for their number of channels; where there is none
    either, even channels go left and odd ones right.
    """
    channels = frame.layout.nb_channels
    if channels <= 2 or not frame.layout.name.endswith("channels"):
        return ""
    if layout := DEFAULT_LAYOUTS.get(channels):
        return "|".join([layout, *(f"c{i}=c{i}" for i in range(channels))])
    left = "+".join(f"c{i}" for i in range(0, channels, 2))
    right = "+".join(f"c{i}" for i in range(1, channels, 2))
    return f"stereo|c0<{left}|c1<{right}"
