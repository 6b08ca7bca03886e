"""A song that is dropped and already here: said with the first answer, before any separation."""

import shutil
from pathlib import Path

import pytest

from core.progress import Progress
from core.types import AnalysisStep, Outcome, Stage, Verdict
from tests import sounds
from tests.benches import MiddleSeparator, open_bench

SONG_S = 14.0


@pytest.fixture
def separated(monkeypatch):
    """Count what is separated."""
    real, calls = MiddleSeparator.separate, []

    def separate(self, samples, *, progress):
        calls.append(samples.shape[1])
        return real(self, samples, progress=progress)

    monkeypatch.setattr(MiddleSeparator, "separate", separate)
    return calls


@pytest.fixture
def song(tmp_path):
    return sounds.write(tmp_path / "song.flac", sounds.chords(1, seconds=SONG_S))


def test_another_encoding_is_named_before_its_separation(tmp_path, song, separated):
    with open_bench(tmp_path / "library") as bench:
        bench.add([song], progress=Progress())
        before = len(separated)
        told = []

        def hear(event):
            if event.step is AnalysisStep.FIRST_ANSWER:
                told.append(
                    ([v.verdict for v in bench.duplicates(event.song_id)], len(separated) - before)
                )

        copy = sounds.write(tmp_path / "copy.mp3", sounds.chords(1, seconds=SONG_S))
        (report,) = bench.add([copy], progress=Progress(), on_event=hear)
        assert told == [([Verdict.SAME_RECORDING], 0)]
        assert [pair.verdict for pair in report.duplicates] == [Verdict.SAME_RECORDING]
        assert len(separated) > before


def test_an_exact_copy_is_named_and_not_separated_again(tmp_path, song, separated):
    with open_bench(tmp_path / "library") as bench:
        bench.add([song], progress=Progress())
        before = len(separated)
        copy = Path(shutil.copy(song, tmp_path / "copy.flac"))
        events = []
        (report,) = bench.add([copy], progress=Progress(), on_event=events.append)
        assert [pair.verdict for pair in report.duplicates] == [Verdict.EXACT_FILE]
        assert AnalysisStep.SEPARATING not in {event.step for event in events}
        assert len(separated) == before
        assert bench.catalogue.song(report.song_id).stage is Stage.READY
        assert bench.catalogue.measures_of(report.song_id) is not None
        (again,) = bench.add([copy], progress=Progress())
        assert again.outcome is Outcome.SKIPPED
        assert len(separated) == before
