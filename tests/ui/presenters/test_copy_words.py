"""What is said of a copy: format, true sound, tags, and why it is the better one."""

from dataclasses import replace
from pathlib import Path

from core.copy_types import CopyReason
from core.types import AudioFacts
from tests.ui.fake_library import facts
from tests.ui.fakes import song
from ui.presenters.copy_words import ALIKE, REASONS, better, copy_line


def test_every_reason_has_words() -> None:
    assert set(REASONS) == set(CopyReason)
    said = better((CopyReason.LOSSLESS, CopyReason.HAS_COVER))
    assert said == "Better: lossless, has a cover."
    assert better(()) == ALIKE


def test_a_copy_is_told_by_format_true_sound_and_what_it_carries() -> None:
    made = song("a", path=Path("/music/b/a.flac"))
    made = replace(made, facts=AudioFacts("flac", 912_300, 48_000, 2, 240.0))
    line = copy_line(made, replace(facts("a"), n_tags=1, has_cover=True), is_best=True)
    unknown = copy_line(made, replace(facts("a"), n_tags=None), is_best=True)
    assert "tags not counted" in repr(unknown)
    assert line.coding == ("flac 912 kb/s", "48 kHz · stereo")
    assert line.sound == ("up to 16.0 kHz", "no clipping")
    assert line.carried == ("1 tag · cover", "4:00 · 1 kB")
    assert line.folder == "/music/b"
    assert line.spoken.startswith("Better copy: a.flac, flac 912 kb/s")


def test_a_transcode_and_clipping_are_told() -> None:
    transcode = copy_line(song("a"), replace(facts("a"), is_transcode=True), is_best=False)
    assert transcode.sound[1] == "was lossy before"
    clipped = copy_line(song("a"), replace(facts("a"), clipped_share=0.0123), is_best=False)
    assert clipped.sound[1] == "1.23 % clipped"


def test_what_was_not_measured_is_not_told() -> None:
    line = copy_line(song("a"), None, is_best=False)
    assert (line.sound, line.carried) == (("", ""), ("4:00 · 1 kB", ""))
    quiet = copy_line(song("a"), replace(facts("a"), bandwidth_hz=None), is_best=False)
    assert quiet.sound == ("", "")
