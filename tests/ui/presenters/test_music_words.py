"""How tempo and key are said, sought, sorted and compared."""

from dataclasses import replace

import pytest

from core.types import Confidence, Key, MusicFacts, Tempo
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import song
from ui.presenters import music_words
from ui.presenters.answers import neighbours
from ui.presenters.library import LibraryPresenter, Order
from ui.presenters.rows import read_snapshot

SURE, LIKELY, UNSURE = Confidence.SURE, Confidence.LIKELY, Confidence.UNSURE


def music(bpm=120.0, tonic=0, *, is_minor=True, confidence=SURE):
    return MusicFacts(Tempo(bpm, confidence), Key(tonic, is_minor, confidence))


def with_music(name, *facts, **kept):
    return replace(song(name, **kept), music=music(*facts))


def test_facts_say_how_sure_they_are_and_what_the_tags_say():
    heard = MusicFacts(Tempo(119.7, LIKELY), Key(9, True, SURE), tag_bpm=122.5, tag_key="F#m")
    said = ("120 BPM, likely", "122.5 BPM, tag", "F\u266f minor, sure", "F#m, tag")
    assert music_words.chips(heard) == said
    assert music_words.chips(MusicFacts()) == ()


def test_cells_fall_back_to_the_tags_and_else_to_a_dash():
    only_tags = MusicFacts(tag_bpm=98.0, tag_key="Dm")
    assert (music_words.bpm_cell(only_tags), music_words.key_cell(only_tags)) == ("98", "Dm")
    nothing = MusicFacts()
    assert (music_words.bpm_cell(nothing), music_words.key_cell(nothing)) == ("\u2013", "\u2013")
    flat = MusicFacts(key=Key(11, False, SURE))
    assert music_words.key_cell(flat) == "A\u266d"


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("bpm:118-124", ["a", "b"]),
        ("bpm:98", ["c"]),
        ("bpm:", ["a", "b", "c", "d"]),
        ("bpm:x", []),
        ("key:Am", ["a"]),
        ("key:A", ["b"]),
        ("key:bbm", ["c"]),
        ("key:a#min", ["c"]),
        ("key:hello", []),
        ("bpm:118-124 key:am", ["a"]),
        ("key:am b", []),
    ],
)
def test_a_search_asks_for_tempo_and_key(typed, found):
    library = LibraryPresenter()
    major = replace(song("b"), music=music(123.6, 0, is_minor=False))
    songs = (with_music("a", 120.2, 0), major, with_music("c", 98.1, 1), song("d"))
    library.load(read_snapshot(FakeWorkbench(*songs)))
    library.sort(Order.TITLE)
    library.search(typed)
    assert [row.title for row in library.rows] == found


def test_rows_are_sorted_by_tempo_and_by_key():
    library = LibraryPresenter()
    songs = (with_music("a", 120.0, 0), with_music("b", 90.0, 3), with_music("c", 140.0, 5))
    library.load(read_snapshot(FakeWorkbench(*songs)))
    library.sort(Order.BPM)
    assert [row.title for row in library.rows] == ["b", "a", "c"]
    library.sort(Order.BPM, descending=True)
    assert [row.title for row in library.rows] == ["c", "a", "b"]
    library.sort(Order.KEY)  # C minor, D minor, A minor
    assert [row.title for row in library.rows] == ["b", "c", "a"]


@pytest.mark.parametrize(
    ("theirs", "said"),
    [
        (music(120.5, 0), ("same key", "same tempo")),
        (music(123.6, 2), ("2 semitones up", "tempo 3 % faster")),
        (music(114.0, 11), ("1 semitone down", "tempo 5 % slower")),
        (music(60.0, 0, is_minor=False), ("in A major", "60 BPM")),
        (music(120.0, 0, confidence=UNSURE), ()),
        (MusicFacts(), ()),
    ],
)
def test_a_result_says_what_differs_where_both_are_known(theirs, said):
    about, other = with_music("mine"), replace(song("other"), music=theirs)
    assert music_words.differences(other, about) == said


def test_neighbours_say_why_with_the_moments_first():
    mine, other = with_music("mine"), with_music("other", 123.6, 2)
    (result,) = neighbours(FakeWorkbench(mine, other), mine).results
    first, *rest = result.why.split("\n")
    assert first.startswith("their ")
    assert rest == ["2 semitones up", "tempo 3 % faster"]
