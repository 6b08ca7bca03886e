"""From a file to what the library keeps of it: the pipeline, in two parts.

``first_answer`` decodes a song once and makes its fingerprint and the vectors of its mix;
``backing_answer`` separates the excerpts and makes what follows from them. Both only compute:
storing is the workbench's. Signals are float32: stereo [2, n] at 44.1 kHz, mono [n] at 22.05 kHz.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import numpy as np

from core.audio import decode, tags
from core.audio.quality import QualityMeter
from core.audio.signal import MONO_RATE_HZ, MonoStream, Overview, level_db, mono_22k
from core.audio.stream import packet_hash
from core.audio.tag_marks import read_marks
from core.embedding.embed import Embedder, join
from core.embedding.frontend import LogMelStream, log_mel
from core.embedding.kinds import kind_of
from core.embedding.work import WorkStream
from core.errors import AudioFileError, AudioProblem
from core.fingerprint.extract import (
    FingerprintExtractor,
    codes_at,
    fingerprint,
    grain_at,
    pcm_of,
)
from core.fingerprint.grain import Pcm
from core.fingerprint.speeds import Speeds, speeds
from core.kept_sound import Sound, SoundCollector, Window
from core.ports import SeparatedStems, Separator
from core.progress import Progress
from core.separation import excerpts
from core.tempo_key import key_of, tempo_of
from core.types import (
    AudioFacts,
    Codes,
    CopyMeasures,
    Excerpt,
    Fingerprint,
    Float32Array,
    Grain,
    ModelId,
    MusicFacts,
    SoundKind,
    SoundQuality,
    Stem,
    StemVectors,
    Tags,
    Tonal,
)

# Below one second there is no music to compare: the network's window is ten times as long.
SHORTEST_SONG_S = 1.0
# How far the container's duration may be from the decoded one for the excerpts taken on the way
# to be the right ones.
DURATION_SLACK_S = 0.05
# A voice more than this below the mix is what separation leaves of an instrumental.
VOICE_FLOOR_DB = -30.0


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """What one pass over the decoded song tells."""

    facts: AudioFacts
    tags: Tags
    duration_s: float
    overview: Float32Array
    fingerprint: Fingerprint
    style: StemVectors | None  # None for silence
    sound: Sound
    quality: SoundQuality
    grain: Grain
    stream_sha256: str  # of the sound's packets and what they are, whatever the tags
    kind: SoundKind


@dataclass(frozen=True, slots=True)
class Composition:
    """What is composed, whoever plays it."""

    work: StemVectors | None  # None for silence, and for what is too short
    tonal: Tonal  # empty likewise


@dataclass(frozen=True, slots=True)
class Reheard:
    """What older versions did not hear in a song."""

    grain: Grain
    measures: CopyMeasures
    stream_sha256: str
    kind: SoundKind
    sound: Sound  # without windows
    composition: Composition


@dataclass(frozen=True, slots=True)
class BackingAnswer:
    """What separation adds."""

    fingerprints: tuple[Fingerprint, ...]
    vectors: tuple[StemVectors, ...]
    tonal: Tonal


@dataclass(slots=True)
class StageClock:
    """Seconds spent per named stage."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Add the time of the block to the stage's total."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - start


def first_answer(
    path: Path, embedder: Embedder, *, clock: StageClock, progress: Progress
) -> FirstAnswer:
    """Decode the file once; return its fingerprint and the vectors of its mix.

    Raises ``AudioFileError``.
    """
    facts = decode.probe(path)
    listeners = _Listeners(excerpts.pick(facts.duration_s or 0.0))
    stream = packet_hash(facts)
    with clock.stage("decode"):
        for block in decode.blocks(path, progress=progress, heed=stream.update):
            listeners.hear(block)
        heard = listeners.finish()
    if heard.duration_s < SHORTEST_SONG_S:
        detail = f"{heard.duration_s:.2f} s"
        raise AudioFileError(path, AudioProblem.TOO_SHORT, detail=detail)
    with clock.stage("embed_mix"):
        style = embedder.embed(heard.mel, stem=Stem.MIX)
        kind = kind_of(heard.mel)
    return FirstAnswer(
        facts=facts,
        tags=tags.read_tags(path),
        duration_s=heard.duration_s,
        overview=heard.overview,
        fingerprint=Fingerprint(Stem.MIX, 0.0, heard.codes),
        style=style,
        sound=heard.sound if _is_right(facts, heard.duration_s) else Sound((), heard.sound.mono),
        quality=heard.quality,
        grain=heard.grain,
        stream_sha256=stream.hexdigest(),
        kind=kind,
    )


def hear_again(path: Path, *, clock: StageClock, progress: Progress) -> Reheard:
    """Decode a file once for what older versions did not hear in it. Raises ``AudioFileError``."""
    stream = packet_hash(decode.probe(path))
    codes, quality = FingerprintExtractor(hears_grain=True), QualityMeter()
    collector, mono = SoundCollector(()), MonoStream()
    with clock.stage("decode"):
        for block in decode.blocks(path, progress=progress, heed=stream.update):
            codes.feed(block)
            quality.feed(block)
            collector.hear(block, mono=mono.push(block))
        codes.finish()
    sound = collector.finish(mono=mono.finish())
    with clock.stage("embed_work"):
        composition = _composition(sound.mono)
    return Reheard(
        grain=codes.grain,
        measures=CopyMeasures(quality.finish(), tags.read_tags(path).n_texts),
        stream_sha256=stream.hexdigest(),
        kind=kind_of(log_mel(sound.mono)),
        sound=sound,
        composition=composition,
    )


def other_speeds(sound: Sound, *, clock: StageClock) -> Speeds:
    """Return the song's codes at other speeds and keys, for what the first answer can't tell."""
    with clock.stage("speeds"):
        pcm = pcm_of(sound.mono, rate_hz=MONO_RATE_HZ)
        return speeds(partial(_codes_at, pcm), partial(_grain_at, pcm))


def music_facts(path: Path, sound: Sound, *, tonal: Tonal, clock: StageClock) -> MusicFacts:
    """Return tempo and key, as they are heard and as the file's tags say."""
    with clock.stage("tempo_key"):
        return MusicFacts(tempo_of(sound.mono), key_of(tonal), *read_marks(path))


def rehearse(embedder: Embedder) -> None:
    """Hear a moment of noise, so that the first song doesn't wait for what loads at first use."""
    rng = np.random.default_rng(0)
    block = rng.normal(0.0, 0.1, (2, decode.SAMPLE_RATE_HZ)).astype(np.float32)
    listeners = _Listeners(())
    listeners.hear(block)
    embedder.embed(listeners.finish().mel, stem=Stem.MIX)


def read_sound(path: Path, duration_s: float, *, progress: Progress) -> Sound:
    """Decode a file again for the second part, after a restart or in a later turn.

    ``duration_s`` is what the first part measured. Raises ``AudioFileError``.
    """
    collector = SoundCollector(excerpts.pick(duration_s))
    stream = MonoStream()
    for block in decode.blocks(path, progress=progress):
        collector.hear(block, mono=stream.push(block))
    return collector.finish(mono=stream.finish())


def whole_sound(path: Path, sound: Sound | None, *, duration_s: float, progress: Progress) -> Sound:
    """Return the sound with its windows, read again (``read_sound``) where they aren't known."""
    if sound is not None and sound.windows:
        return sound
    return read_sound(path, duration_s, progress=progress)


def backing_answer(
    sound: Sound,
    embedder: Embedder,
    separator: Separator,
    *,
    clock: StageClock,
    progress: Progress,
) -> BackingAnswer:
    """Separate the excerpts and return what voice and backing tell."""
    parts = []
    for done, window in enumerate(sound.windows):
        progress.report(done, len(sound.windows), what="separating")
        with clock.stage("separate"):
            stems = separator.separate(window.samples, progress=progress)
        with clock.stage("embed_backing"):
            parts.append(_describe(window, stems, embedder=embedder))
    with clock.stage("embed_work"):
        composition = _composition(sound.mono)
        progress.check()
    version = ModelId(f"{embedder.model_id}+{separator.model_id}")
    joined = [
        join(found, model_id=version)
        for found in ([p.backing for p in parts if p.backing], [p.vocal for p in parts if p.vocal])
        if found
    ]
    return BackingAnswer(
        fingerprints=tuple(part.codes for part in parts if len(part.codes.codes)),
        vectors=(*joined, *([composition.work] if composition.work else ())),
        tonal=composition.tonal,
    )


@dataclass(frozen=True, slots=True)
class _Heard:
    mel: Float32Array
    codes: Codes
    grain: Grain
    overview: Float32Array
    duration_s: float
    sound: Sound
    quality: SoundQuality


@dataclass(frozen=True, slots=True)
class _Part:
    """One separated excerpt, described."""

    backing: StemVectors | None
    vocal: StemVectors | None
    codes: Fingerprint


class _Listeners:
    """All that listens to the one decode of a song."""

    def __init__(self, wanted: tuple[Excerpt, ...]) -> None:
        self._mono, self._mel = MonoStream(), LogMelStream()
        self._codes, self._overview = FingerprintExtractor(hears_grain=True), Overview()
        self._quality = QualityMeter()
        self._collector = SoundCollector(wanted)
        self._frames: list[Float32Array] = []

    def hear(self, block: Float32Array) -> None:
        """Take the next block, stereo [2, n]."""
        mono = self._mono.push(block)
        self._frames.append(self._mel.push(mono))
        self._codes.feed(block)
        self._overview.feed(block)
        self._quality.feed(block)
        self._collector.hear(block, mono=mono)

    def finish(self) -> _Heard:
        """Return what all of them heard."""
        tail = self._mono.finish()
        self._frames += [self._mel.push(tail), self._mel.finish()]
        return _Heard(
            mel=np.concatenate(self._frames, axis=1),
            codes=self._codes.finish(),
            grain=self._codes.grain,
            overview=self._overview.finish(),
            duration_s=self._collector.heard_s,
            sound=self._collector.finish(mono=tail),
            quality=self._quality.finish(),
        )


def _codes_at(pcm: Pcm, factor: float) -> Codes:
    return codes_at(pcm, factor=factor)


def _grain_at(pcm: Pcm, factor: float) -> Grain:
    return grain_at(pcm, factor=factor)


def _is_right(facts: AudioFacts, duration_s: float) -> bool:
    """Whether the container's duration, by which the excerpts were chosen, is the song's."""
    return abs((facts.duration_s or 0.0) - duration_s) <= DURATION_SLACK_S


def _describe(window: Window, stems: SeparatedStems, *, embedder: Embedder) -> _Part:
    start_s = window.excerpt.start_s
    backing = log_mel(mono_22k(stems.backing))
    has_voice = level_db(stems.vocal) > level_db(window.samples) + VOICE_FLOOR_DB
    vocal = log_mel(mono_22k(stems.vocal)) if has_voice else None
    return _Part(
        backing=embedder.embed(backing, stem=Stem.BACKING, start_s=start_s),
        vocal=None if vocal is None else embedder.embed(vocal, stem=Stem.VOCAL, start_s=start_s),
        codes=fingerprint(stems.backing, stem=Stem.BACKING, start_s=start_s),
    )


def _composition(mono: Float32Array) -> Composition:
    stream = WorkStream()
    stream.push(mono)
    work = stream.finish()
    return Composition(work, stream.tonal)
