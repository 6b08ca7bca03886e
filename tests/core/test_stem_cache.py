"""The cache of stems: made once, checked at every use, evicted by age."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio import decode
from core.audio.sound_formats import SoundFormat
from core.errors import Cancelled
from core.library.store import Catalogue
from core.listening import Listening
from core.progress import Progress
from core.settings import SettingsFile, SoundChoices
from core.stem_cache import StemCache, empty
from core.stems import StemOrder, export_stems
from core.types import Level, Song, Stem
from tests import sounds
from tests.benches import MiddleSeparator
from tests.core.library.records import make_record, make_song

LAST_BIT = 1 << 8  # of 24, in 32; libsndfile scales floats for WAV by that much less than for FLAC


class Counting(MiddleSeparator):
    """Counts how often it works."""

    def __init__(self) -> None:
        self.runs = 0

    def separate_blocks(self, blocks, *, progress):
        self.runs += 1
        return super().separate_blocks(blocks, progress=progress)


@pytest.fixture
def separator() -> Counting:
    return Counting()


@pytest.fixture
def cache(tmp_path, separator) -> StemCache:
    return StemCache(tmp_path / "stems", lambda: separator, limit_mib=64)


def music(tmp_path: Path, seed: int = 1) -> Path:
    return sounds.write(tmp_path / f"song{seed}.flac", sounds.chords(seed, seconds=4.0))


def get(cache: StemCache, path: Path, stem: Stem = Stem.BACKING) -> Path:
    return cache.stem(path, stem, duration_s=4.0, progress=Progress())


def test_a_song_is_separated_once_for_both_stems(tmp_path, cache, separator):
    song = music(tmp_path)
    backing, voice = get(cache, song), get(cache, song, Stem.VOCAL)
    assert separator.runs == 1
    mix = decode.read(song, progress=Progress())
    both = [decode.read(path, progress=Progress()) for path in (backing, voice)]
    assert both[0].shape == both[1].shape == mix.shape
    assert both[0] + both[1] == pytest.approx(mix, abs=1e-4)
    renamed = song.rename(tmp_path / "moved.flac")
    assert get(cache, renamed) == backing
    assert separator.runs == 1


@pytest.mark.parametrize("harm", ["flipped", "cut"])
def test_a_damaged_file_is_never_served(tmp_path, cache, separator, harm):
    song = music(tmp_path)
    backing = get(cache, song)
    whole = backing.read_bytes()
    broken = whole[:-1] + bytes([whole[-1] ^ 1]) if harm == "flipped" else whole[: len(whole) // 2]
    backing.write_bytes(broken)
    assert get(cache, song).read_bytes() == whole
    assert separator.runs == 2


def song(path: Path) -> Song:
    return replace(make_song(path), title="Song", duration_s=4.0)


def export(cache: StemCache, separator: Counting, path: Path, folder: Path, kind: SoundFormat):
    folder.mkdir()
    order = StemOrder(folder, kind, lambda: separator, cache.kept)
    told: list[tuple[int, int]] = []
    progress = Progress(lambda report: told.append((report.done, report.total)))
    (report,) = export_stems([song(path)], order, progress=progress)
    assert report.files is not None
    assert told[-1] == (4_000, 4_000)
    return report.files


@pytest.mark.parametrize("kind", SoundFormat)
def test_what_was_heard_is_exported_without_separating_again(tmp_path, cache, separator, kind):
    path = sounds.write(tmp_path / "song.flac", sounds.noise(7, seconds=4.0), rate_hz=48_000)
    anew = export(cache, separator, path, tmp_path / "anew", kind)
    assert separator.runs == 1
    get(cache, path)
    assert separator.runs == 2
    again = export(cache, separator, path, tmp_path / "again", kind)
    assert separator.runs == 2
    for one, other in ((anew.vocal, again.vocal), (anew.backing, again.backing)):
        assert soundfile.info(other).subtype == "PCM_24"
        a, b = (soundfile.read(p, dtype="int32")[0].astype(np.int64) for p in (one, other))
        assert np.abs(a - b).max() <= (0 if kind is SoundFormat.FLAC else LAST_BIT)
        assert np.abs(a).max() > 0


@pytest.mark.parametrize("harm", ["one gone", "damaged", "emptied while it is read"])
def test_what_is_not_whole_in_the_cache_is_separated_again(tmp_path, cache, separator, harm):
    path = music(tmp_path)
    voice = get(cache, path, Stem.VOCAL)
    if harm == "one gone":
        voice.unlink()
    elif harm == "damaged":
        voice.write_bytes(voice.read_bytes()[:-1] + b"x")
    else:
        found = cache.kept(path, Progress())
        cache.kept = lambda *_asked: (empty(cache.folder), found)[1]
    files = export(cache, separator, path, tmp_path / "out", SoundFormat.FLAC)
    assert separator.runs == 2
    assert soundfile.info(files.vocal).frames == soundfile.info(files.backing).frames == 4 * 44_100
    assert len(list((tmp_path / "out").iterdir())) == 2


def test_a_stop_leaves_nothing(tmp_path, cache):
    song = music(tmp_path)
    progress = Progress(lambda _: progress.cancel())
    with pytest.raises(Cancelled):
        cache.stem(song, Stem.VOCAL, duration_s=4.0, progress=progress)
    assert list(cache.folder.iterdir()) == []


def test_what_was_not_heard_for_longest_goes_first(tmp_path, separator):
    cache = StemCache(tmp_path / "stems", lambda: separator, limit_mib=64)
    cache.limit(2)
    songs = [sounds.write(tmp_path / f"{i}.wav", sounds.noise(i, seconds=4.0)) for i in range(3)]
    first, second = get(cache, songs[0]), get(cache, songs[1])
    for age, path in enumerate((second, first)):
        os.utime(path, (1_000 + age, 1_000 + age))
    get(cache, songs[2])
    left = set(cache.folder.iterdir())
    assert second not in left, "the oldest"
    assert get(cache, songs[2]) in left, "what was just made stays"


def test_levels_are_measured_once_and_choices_are_remembered(tmp_path, cache):
    catalogue = Catalogue(tmp_path / "library")
    settings = SettingsFile(tmp_path / "settings.json")
    listening = Listening(catalogue, cache, settings=settings)
    path = music(tmp_path)
    made = make_record(make_song(path))
    catalogue.put(made)
    level = listening.level(path, made.song.song_id, progress=Progress())
    assert catalogue.level(made.song.song_id) == level
    assert listening.level(path, None, progress=Progress()) == level
    catalogue.keep_level(made.song.song_id, Level(-3.0, 1.0))
    assert listening.level(path, made.song.song_id, progress=Progress()).lufs == -3.0
    assert listening.choices() == SoundChoices()
    wanted = SoundChoices(0.4, True, "headphones", False, 100)
    listening.remember(wanted)
    assert listening.choices() == wanted
    catalogue.close()
