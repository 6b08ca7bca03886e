"""The trials: files that are variants of songs of the corpus, and what is to be found for each."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.duplicate_music import MusicFile, spread
from benchmarks.duplicate_voices import VOICE_DB, Voice, laid_over, make_voice
from benchmarks.variants import (
    CLIPS,
    MP3_128,
    WHOLE_SONG,
    Group,
    Recipe,
    clip,
    cross_faded,
    encode,
    impulse_response,
    make,
    random_for,
    retag,
    run_ffmpeg,
)
from core.types import Verdict

# Whole-song variants are made of songs of these lengths: what is cut off stays a small part, and
# forty variants of each are made in minutes.
SHORTEST_S, LONGEST_S = 40.0, 150.0
CLIPS_FROM_S = 60.0
MIX_FADE_S = 8.0
LONG_MIX_SONGS = 10
WAVE_NAME = "original.wav"  # a song's samples, kept while its variants are made
NAMES_OF_LEAD = ("guitar.ogg", "song.ogg")  # what Frets on Fire calls a song's two tracks


@dataclass(frozen=True, slots=True)
class Expected:
    """What is to be found: a file of the library, the verdict, and where (None: anywhere)."""

    file: Path
    verdict: Verdict
    later_s: float | None = None  # how much later in the library's file the sound comes


@dataclass(frozen=True, slots=True)
class Trial:
    """A variant: its file, how it was made, the songs that sound in it, and what is to be found."""

    path: Path
    recipe: str
    group: Group
    origins: tuple[Path, ...]
    expected: tuple[Expected, ...]


@dataclass(frozen=True, slots=True)
class Sizes:
    """How many songs each kind of trial takes."""

    whole_songs: int
    clips: int  # of each length
    mixes: int
    long_mixes: int
    voiced: int


Work = Callable[[], Trial]


class TrialMaker:
    """Makes the trials of one split in a folder; what is there already is not made again."""

    def __init__(self, folder: Path, songs: Sequence[MusicFile], *, sizes: Sizes) -> None:
        self._folder = folder
        self._songs = [s for s in songs if not s.path.name.endswith(NAMES_OF_LEAD[0])]
        self._guitars = [s for s in songs if s.path.name.endswith(NAMES_OF_LEAD[0])]
        self._sizes = sizes
        folder.mkdir(parents=True, exist_ok=True)
        self._impulse = impulse_response(folder / "room.wav")
        self._voices = {v: make_voice(v, folder / f"voice {v.value}.wav") for v in Voice}
        fitting = [s for s in self._songs if SHORTEST_S <= s.duration_s <= LONGEST_S]
        self._whole = spread(fitting, sizes.whole_songs)
        self._voiced = self._whole[: sizes.voiced]

    def sung(self) -> dict[Path, Path]:
        """Return the files that join the library with the sung voice over them, and their songs."""
        return {self._over(song, Voice.SUNG): song.path for song in self._voiced}

    def all(self, *, workers: int) -> list[Trial]:
        """Return every trial, made on several cores."""
        self.sung()  # trials name these files
        with ThreadPoolExecutor(workers) as pool:  # the work is ffmpeg's, in processes of its own
            trials = list(pool.map(lambda work: work(), self._works()))
        for wave in self._folder.rglob(WAVE_NAME):
            wave.unlink()
        return trials

    def _works(self) -> Iterator[Work]:
        for song in self._whole:
            yield partial(self._tagged, song)
            for recipe in WHOLE_SONG:
                yield partial(self._variant, song, recipe)
        yield from self._clips()
        yield from self._mixes()
        for song in self._voiced:
            for voice in Voice:
                yield partial(self._sung_over, song, voice)
        for guitar in self._guitars:
            yield partial(self._lead, guitar)

    def _variant(self, song: MusicFile, recipe: Recipe) -> Trial:
        target = self._target(song, recipe.name, suffix=recipe.encoding.suffix)
        if not target.exists():
            make(self._wav(song), target, recipe, impulse=self._impulse)
        # Also in another key: it is the same performance.
        verdict = Verdict.SAME_RECORDING
        return _trial(target, recipe.name, group=recipe.group, of=song, verdict=verdict)

    def _tagged(self, song: MusicFile) -> Trial:
        target = retag(song.path, self._target(song, "other tags", suffix=song.path.suffix))
        verdict = Verdict.EXACT_FILE
        return _trial(target, "other tags", group=Group.TAGS, of=song, verdict=verdict)

    def _clips(self) -> Iterator[Work]:
        long = [song for song in self._songs if song.duration_s >= CLIPS_FROM_S]
        order = spread(long, len(long))
        for group, length_s in CLIPS.items():
            for number in range(self._sizes.clips):
                song = order[number % len(order)]
                yield partial(self._clip, song, group, number=number, length_s=length_s)

    def _clip(self, song: MusicFile, group: Group, *, number: int, length_s: float) -> Trial:
        rng = random_for("clip", song.name, group.name, number)
        # Not from the first or last seconds, which may be silent.
        start_s = float(rng.uniform(2.0, song.duration_s - length_s - 4.0))
        target = self._target(song, f"{group.value} {number}", suffix=".mp3")
        clip(song.path, target, start_s=start_s, length_s=length_s)
        expected = Expected(song.path, Verdict.EXCERPT, later_s=start_s)
        return Trial(target, group.value, group, (song.path,), (expected,))

    def _mixes(self) -> Iterator[Work]:
        pool = [s for s in self._songs if SHORTEST_S <= s.duration_s <= LONGEST_S]
        order = spread(pool, len(pool))
        for number in range(self._sizes.mixes):
            two = [order[(2 * number + place) % len(order)] for place in range(2)]
            yield partial(self._mix, two, Group.MIX, number=number)
        for number in range(self._sizes.long_mixes):
            first = LONG_MIX_SONGS * number
            ten = [order[(first + place) % len(order)] for place in range(LONG_MIX_SONGS)]
            yield partial(self._mix, ten, Group.LONG_MIX, number=number)

    def _mix(self, songs: Sequence[MusicFile], group: Group, *, number: int) -> Trial:
        target = self._folder / f"{group.name.lower()} {number}.mp3"
        cross_faded([song.path for song in songs], target, fade_s=MIX_FADE_S)
        expected, start_s = [], 0.0
        for song in songs:
            expected.append(Expected(song.path, Verdict.EXCERPT, later_s=-start_s))
            start_s += song.duration_s - MIX_FADE_S
        origins = tuple(song.path for song in songs)
        return Trial(target, group.value, group, origins, tuple(expected))

    def _sung_over(self, song: MusicFile, voice: Voice) -> Trial:
        target = self._over(song, voice)
        known = [song.path] if voice is Voice.SUNG else [song.path, self._over(song, Voice.SUNG)]
        expected = tuple(Expected(file, Verdict.SAME_BACKING) for file in known)
        return Trial(target, f"voice: {voice.value}", Group.VOICE, (song.path,), expected)

    def _lead(self, guitar: MusicFile) -> Trial:
        """Both tracks of a song that was recorded as two: the library has the one without lead."""
        band = guitar.path.with_name(guitar.path.name.replace(*NAMES_OF_LEAD))
        target = self._target(guitar, "lead", suffix=".mp3")
        graph = "[0:a][1:a]amix=inputs=2:duration=longest:normalize=0,volume=-3dB"
        encode([band, guitar.path], target, graph=graph, encoding=MP3_128)
        expected = (Expected(band, Verdict.SAME_BACKING),)
        return Trial(target, "lead guitar", Group.LEAD, (band,), expected)

    def _over(self, song: MusicFile, voice: Voice) -> Path:
        target = self._target(song, f"voice {voice.value}", suffix=".mp3")
        if not target.exists():
            wide = target.with_suffix(".wav")
            laid_over(self._wav(song), self._voices[voice], wide, voice_db=VOICE_DB[voice])
            encode([wide], target, graph="[0:a]anull", encoding=MP3_128)
            wide.unlink()
        return target

    def _wav(self, song: MusicFile) -> Path:
        """Return the song as samples, at 44.1 kHz and in stereo."""
        target = self._target(song, WAVE_NAME)
        if not target.exists():
            part = target.with_suffix(f".{id(target)}.wav")
            run_ffmpeg("-i", song.path, "-map", "0:a:0", "-ac", "2", "-ar", "44100", part)
            part.rename(target)
        return target

    def _target(self, song: MusicFile, name: str, *, suffix: str = "") -> Path:
        folder = self._folder / song.package / song.path.stem
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name.replace('/', ' ')}{suffix}"


def _trial(path: Path, recipe: str, *, group: Group, of: MusicFile, verdict: Verdict) -> Trial:
    return Trial(path, recipe, group, (of.path,), (Expected(of.path, verdict),))
