"""Stems of whole songs: as long as the song, adding up to it, whole or not there."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile

from core.audio import decode
from core.audio.sound_formats import SoundFormat
from core.errors import AudioFileError, Cancelled, WriteError, WriteProblem
from core.progress import Progress
from core.stems import StemFiles, StemOrder, export_stems, names_for, separate_file
from core.types import AudioFacts, FileStamp, Song, SongId, Stage
from tests import sounds
from tests.benches import MiddleSeparator

BIT = 2.0**-23  # of 24


class Watched(Progress):
    """Remembers what was reported; cancels at one report."""

    def __init__(self, cancel_at: int | None = None) -> None:
        super().__init__()
        self.told: list[tuple[int, int]] = []
        self._cancel_at = cancel_at

    def report(self, done: int, total: int, *, what: str = "") -> None:
        self.told.append((done, total))
        if len(self.told) == self._cancel_at:
            self.cancel()
        super().report(done, total, what=what)


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A song of 25 seconds, so of several blocks, at another rate than ours."""
    path = tmp_path_factory.mktemp("stems") / "song.flac"
    return sounds.write(path, sounds.chords(3, seconds=25.0), rate_hz=48_000)


def song(path: Path, *, title: str = "Glass Orchard", duration_s: float = 25.0) -> Song:
    return Song(
        SongId(title),
        path,
        FileStamp(1, 1, ""),
        AudioFacts("flac", None, 48_000, 2, duration_s),
        title,
        "",
        "",
        duration_s,
        Stage.READY,
        0.0,
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def in_folder(folder: Path, suffix: str = ".flac") -> StemFiles:
    return StemFiles(vocal=folder / f"v{suffix}", backing=folder / f"b{suffix}")


@pytest.mark.parametrize("sound_format", SoundFormat)
def test_the_stems_are_as_long_as_the_song_and_add_up_to_it(
    music: Path, tmp_path: Path, sound_format: SoundFormat
) -> None:
    files = in_folder(tmp_path, sound_format.suffix)
    watched = Watched()
    separate_file(
        music,
        files,
        separator=MiddleSeparator(),
        duration_s=25.0,
        sound_format=sound_format,
        progress=watched,
    )
    mix = decode.read(music, progress=Progress())
    for path in (files.vocal, files.backing):
        facts = soundfile.info(path)
        assert (facts.format, facts.subtype) == (sound_format.name, "PCM_24")
        assert (facts.samplerate, facts.channels, facts.frames) == (44_100, 2, mix.shape[1])
    vocal, backing = (soundfile.read(path)[0].T for path in (files.vocal, files.backing))
    assert np.abs(vocal + backing - mix).max() <= 2 * BIT
    assert np.abs(vocal).max() > 0.05
    assert watched.told == sorted(watched.told)
    assert watched.told[-1] == (25_000, 25_000)
    assert len(watched.told) >= 3


def test_what_is_louder_than_full_scale_is_clipped_not_wrapped(tmp_path: Path) -> None:
    class Loud(MiddleSeparator):
        def separate(self, samples, *, progress):
            stems = super().separate(samples, progress=progress)
            return replace(stems, vocal=np.full_like(samples, 1.7))

    path = sounds.write(tmp_path / "song.wav", sounds.tone(440.0, seconds=1.0))
    files = in_folder(tmp_path)
    separate_file(path, files, separator=Loud(), duration_s=1.0, progress=Progress())
    assert soundfile.read(files.vocal)[0].min() > 0.99


@pytest.mark.parametrize("at", [1, 2, 3])
def test_a_cancel_leaves_no_file(music: Path, tmp_path: Path, at: int) -> None:
    with pytest.raises(Cancelled):
        separate_file(
            music,
            in_folder(tmp_path),
            separator=MiddleSeparator(),
            duration_s=25.0,
            progress=Watched(cancel_at=at),
        )
    assert names(tmp_path) == []


def test_a_song_that_is_not_there_leaves_no_file(tmp_path: Path) -> None:
    with pytest.raises(AudioFileError):
        separate_file(
            tmp_path / "gone.mp3",
            in_folder(tmp_path),
            separator=MiddleSeparator(),
            duration_s=1.0,
            progress=Progress(),
        )
    assert names(tmp_path) == []


def test_a_disk_that_refuses_leaves_no_file(music: Path, tmp_path: Path) -> None:
    """In a process of its own, as what it may write is limited for good."""
    script = (
        "import resource, signal, sys; from pathlib import Path\n"
        "from core.errors import WriteError; from core.progress import Progress\n"
        "from core.stems import StemFiles, separate_file\n"
        "from tests.benches import MiddleSeparator\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, 1_000_000))\n"
        "song, folder = map(Path, sys.argv[1:])\n"
        "files = StemFiles(folder / 'v.flac', folder / 'b.flac')\n"
        "try:\n"
        "    separate_file(song, files, separator=MiddleSeparator(), duration_s=25.0,\n"
        "                  progress=Progress())\n"
        "except WriteError as error:\n"
        "    print(error.problem.name, error.path.suffix)\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", script, music, tmp_path],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert told.stdout.split() == [WriteProblem.UNWRITABLE.name, ".flac"]
    assert names(tmp_path) == []


def test_a_taken_name_is_refused_and_stays(music: Path, tmp_path: Path) -> None:
    files = in_folder(tmp_path)
    files.backing.write_text("theirs")
    with pytest.raises(WriteError) as caught:
        separate_file(
            music, files, separator=MiddleSeparator(), duration_s=25.0, progress=Progress()
        )
    assert caught.value.path == files.backing
    assert (names(tmp_path), files.backing.read_text()) == (["b.flac"], "theirs")


def test_both_stems_of_a_song_get_the_same_number(tmp_path: Path) -> None:
    (tmp_path / "Glass Orchard (vocal).flac").touch()
    files = names_for(song(tmp_path / "x"), tmp_path, sound_format=SoundFormat.FLAC)
    assert files.vocal.name == "Glass Orchard 2 (vocal).flac"
    assert files.backing.name == "Glass Orchard 2 (backing).flac"


def test_one_bad_song_does_not_stop_the_others(music: Path, tmp_path: Path) -> None:
    order = StemOrder(tmp_path, SoundFormat.WAV, MiddleSeparator)
    songs = [song(music), song(tmp_path / "gone.mp3", title="Gone"), song(music)]
    watched = Watched()
    reports = export_stems(songs, order, progress=watched)
    assert [report.error is None for report in reports] == [True, False, True]
    assert names(tmp_path) == [
        "Glass Orchard (backing).wav",
        "Glass Orchard (vocal).wav",
        "Glass Orchard 2 (backing).wav",
        "Glass Orchard 2 (vocal).wav",
    ]
    assert watched.told == sorted(watched.told)
    assert watched.told[-1] == (75_000, 75_000)


def test_a_stop_keeps_the_songs_that_are_whole(music: Path, tmp_path: Path) -> None:
    order = StemOrder(tmp_path, SoundFormat.FLAC, MiddleSeparator)
    watched = Watched()

    def stop(_: object) -> None:
        watched.cancel()

    with pytest.raises(Cancelled):
        export_stems([song(music), song(music)], order, progress=watched, on_report=stop)
    assert names(tmp_path) == ["Glass Orchard (backing).flac", "Glass Orchard (vocal).flac"]
