"""More like these, less like that, from the command line."""

import pytest

from tests import sounds
from tests.app.test_cli import SONG_S, Run, music, run

__all__ = ["music", "run"]  # fixtures


def test_several_songs_are_one_question(run: Run, music) -> None:
    assert run("add", music, "--quick").code == 0
    one, two, *_ = run("songs", "--json").json
    alone = run("similar", one["song_id"], "--unlike", two["song_id"], "--json").json
    assert (alone["like"], alone["unlike"]) == ([one["song_id"]], [two["song_id"]])
    assert alone["results"] == []  # both songs of the library are seeds
    both = run("similar", music / "one.flac", music / "two.flac", "--json").json
    assert both["like"] == [song["song_id"] for song in (one, two)]


def test_a_song_says_by_which_seed_it_came_and_copies_can_be_left_out(run: Run, music, tmp_path):
    copy = sounds.write(tmp_path / "copy.mp3", sounds.chords(1, seconds=SONG_S))
    run("add", music, copy, "--quick")
    asked = ("similar", music / "one.flac", music / "two.flac")
    (found,) = run(*asked, "--json").json["results"]
    named = {song["song_id"]: song["title"] for song in run("songs", "--json").json}
    assert (found["title"], named[found["seed"]]) == ("copy", "one")
    assert run(*asked).out.rstrip().endswith("by one")
    assert run(*asked, "--no-copies", "--json").json["results"] == []


def test_a_seed_that_is_not_there_is_said(run: Run, music) -> None:
    run("add", music, "--quick")
    asked = run("similar", music / "one.flac", "--unlike", "no-such-song")
    assert asked.code == 1
    assert "no-such-song" in asked.err


@pytest.mark.parametrize("more", [["b"], ["--unlike", "b"]])
def test_compositions_have_no_several_seeds(run: Run, more) -> None:
    asked = run("similar", "a", *more, "--space", "work")
    assert (asked.code, "--space" in asked.err) == (1, True)
