"""The list of songs: what it shows, counts, finds and sorts, and how news change it."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.types import (
    AnalysisStep,
    Confidence,
    Key,
    MusicFacts,
    Problem,
    Song,
    SongEvent,
    SongId,
    Stage,
    Tempo,
    Verdict,
)
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fakes import pair, song
from ui.presenters.library import LibraryPresenter, Order, Shelf
from ui.presenters.rows import Filter, RowChange, fits, passes, read_snapshot, shown_of


def titles(library: LibraryPresenter) -> list[str]:
    return [row.title for row in library.rows]


def loaded(*songs: Song, workbench: FakeWorkbench | None = None) -> LibraryPresenter:
    library = LibraryPresenter()
    library.load(read_snapshot(workbench or FakeWorkbench(*songs)))
    return library


def event(
    name: str, step: AnalysisStep, *, made: Song | None = None, reason: str = ""
) -> RowChange:
    path = made.path if made else Path("/new") / name
    return RowChange(SongEvent(path, made.song_id if made else None, step, reason), made)


def test_a_library_loads_then_shows_the_newest_first() -> None:
    library = LibraryPresenter()
    assert library.shelf is Shelf.LOADING
    library.load(read_snapshot(FakeWorkbench(song("old", added_at=1.0), song("new", added_at=2.0))))
    assert library.shelf is Shelf.FULL
    assert titles(library) == ["new", "old"]


def test_an_empty_library_a_search_without_hits_and_a_failure_differ() -> None:
    assert loaded().shelf is Shelf.EMPTY
    library = loaded(song("a"))
    library.search("zzz")
    assert library.shelf is Shelf.NOTHING_FOUND
    library.fail("The library is damaged.")
    assert library.shelf is Shelf.FAILED


def test_what_was_queued_and_what_failed_come_back_after_a_restart() -> None:
    workbench = FakeWorkbench(song("here"))
    workbench.catalogue.queue = [Path("/new/waits.wav")]
    bad = Path("/new/bad.wav")
    workbench.catalogue.problems[bad] = Problem(bad, "bad.wav is empty. Export it again.", 5.0)
    library = loaded(workbench=workbench)
    steps = {row.title: row.step for row in library.rows}
    assert steps["waits.wav"] is AnalysisStep.WAITING
    assert steps["bad.wav"] is AnalysisStep.FAILED
    assert library.latest_problem() == "bad.wav is empty. Export it again."
    assert library.waiting() == 1


SEARCHES = [(), ("ines",), ("u", "nes"), ("key:am",), ("bpm:120", "u"), ("x",)]


@pytest.mark.parametrize("which", Filter)
@pytest.mark.parametrize("words", SEARCHES)
def test_what_is_shown_of_many_is_what_passes_one_by_one(
    which: Filter, words: tuple[str, ...]
) -> None:
    music = MusicFacts(Tempo(120.0, Confidence.SURE), Key(0, True, Confidence.SURE))
    songs = [
        replace(song("Under", "Ines"), music=music),
        song("Über", "Ines"),
        song("Other", "Abel"),
    ]
    rows = read_snapshot(FakeWorkbench(*songs)).rows
    expected = [row for row in rows if passes(row, which) and fits(row, words)]
    assert shown_of(rows, which, words) == expected


def test_a_search_follows_what_is_heard_meanwhile() -> None:
    library = loaded(song("Under", "Ines"))
    library.search("ines")
    library.sort(Order.TITLE)
    library.hear([event("x", AnalysisStep.READY, made=song("Alba", "Ines"))])
    assert titles(library) == ["Alba", "Under"]
    library.search("")
    library.remove(song("Under", "Ines").path)
    library.search("ines")
    assert titles(library) == ["Alba"]


def test_search_finds_every_word_anywhere_without_case_and_accents() -> None:
    library = loaded(song("Über Wasser", "Ines"), song("Under", "Ines"), song("Other", "Abel"))
    library.search("ines UBER")
    assert titles(library) == ["Über Wasser"]
    library.search("ines")
    assert sorted(titles(library)) == ["Under", "Über Wasser"]


def test_search_knows_stages_and_verdicts() -> None:
    workbench = FakeWorkbench(
        song("a", added_at=1.0), song("b", added_at=2.0, stage=Stage.FIRST_ANSWER)
    )
    workbench.pairs = [pair("a", "b", Verdict.SAME_BACKING)]
    library = loaded(workbench=workbench)
    for text in ("first answer", "same backing"):
        library.search(text)
        assert titles(library) == ["b"]


def test_sorting_by_title_time_and_stage() -> None:
    library = loaded(
        song("b", duration_s=10.0),
        song("A", duration_s=30.0, stage=Stage.FIRST_ANSWER),
        song("c", duration_s=20.0),
    )
    library.sort(Order.TITLE)
    assert titles(library) == ["A", "b", "c"]
    library.sort(Order.TIME, descending=True)
    assert titles(library) == ["A", "c", "b"]
    library.sort(Order.STAGE)
    assert titles(library)[0] == "A"


def heard(name: str, tempo: float | None = None, key: int | None = None, tag: str = "") -> Song:
    music = MusicFacts(
        tempo=Tempo(tempo, Confidence.SURE) if tempo else None,
        key=Key(key, False, Confidence.SURE) if key is not None else None,
        tag_key=tag,
    )
    return replace(song(name), music=music)


@pytest.mark.parametrize("descending", [False, True])
def test_rows_without_what_is_sorted_by_come_last_both_ways(descending: bool) -> None:
    library = loaded(heard("none"), heard("fast", 140.0, 5), heard("slow", 80.0, 3), heard("no"))
    library.hear([event("waits.wav", AnalysisStep.WAITING)])
    unknown = {"none", "no", "waits.wav"}
    for order in (Order.BPM, Order.KEY):
        library.sort(order, descending=descending)
        known = ["fast", "slow"] if descending else ["slow", "fast"]
        assert titles(library)[:2] == known
        assert set(titles(library)[2:]) == unknown
    library.sort(Order.TIME, descending=descending)
    assert titles(library)[-1] == "waits.wav"


def test_a_key_that_only_the_tags_say_is_sorted_by_as_it_is_shown() -> None:
    library = loaded(heard("D", key=5), heard("says C", tag="C"), heard("says 8A", tag="8A"))
    library.sort(Order.KEY)
    assert titles(library) == ["says C", "D", "says 8A"]


def test_sorting_by_artist_and_by_when_songs_were_added() -> None:
    library = loaded(
        song("x", "Ünal", added_at=3.0),
        song("nobody", added_at=4.0),
        song("y", "abel", added_at=1.0),
        song("w", "Ünal", added_at=2.0),
    )
    library.sort(Order.ARTIST)
    assert titles(library) == ["y", "w", "x", "nobody"]
    library.sort(Order.ARTIST, descending=True)
    assert titles(library) == ["x", "w", "y", "nobody"]
    library.sort(Order.ADDED)
    assert titles(library) == ["y", "w", "x", "nobody"]
    library.sort(Order.ADDED, descending=True)
    assert titles(library) == ["nobody", "x", "w", "y"]


def test_filters_count_and_show_what_they_count() -> None:
    workbench = FakeWorkbench(
        song("a", added_at=1.0), song("b", added_at=2.0), song("c", stage=Stage.FIRST_ANSWER)
    )
    workbench.pairs = [pair("a", "b", Verdict.SAME_RECORDING)]
    library = loaded(workbench=workbench)
    library.hear([event("x.wav", AnalysisStep.FAILED, reason="x.wav is empty. Export it again.")])
    assert {which: library.count(which) for which in Filter} == {
        Filter.ALL: 4,
        Filter.NEW: 2,
        Filter.DUPLICATES: 1,
        Filter.PROBLEMS: 1,
    }
    for which in Filter:
        library.show(which)
        assert len(library.rows) == library.count(which)


def test_rows_appear_at_once_above_the_others_in_the_order_of_the_drop() -> None:
    library = loaded(song("old", added_at=1e12))
    library.begin_batch()
    library.hear([event(name, AnalysisStep.WAITING) for name in ("1.wav", "2.wav")])
    assert titles(library) == ["1.wav", "2.wav", "old"]
    library.begin_batch()
    library.hear([event("3.wav", AnalysisStep.WAITING)])
    assert titles(library) == ["3.wav", "1.wav", "2.wav", "old"]


def test_a_step_changes_one_row_and_not_the_list() -> None:
    library = loaded(song("a"))
    library.hear([event("new.wav", AnalysisStep.WAITING)])
    listed: list[None] = []
    changed: list[list[int]] = []
    library.listed.connect(listed.append)
    library.changed.connect(changed.append)
    library.hear([event("new.wav", AnalysisStep.READING)])
    index = library.index_of(Path("/new/new.wav"))
    assert listed == []
    assert changed == [[index]]
    assert index is not None
    assert library.rows[index].step is AnalysisStep.READING


def test_a_row_leaves_a_filter_that_no_longer_fits() -> None:
    library = loaded(song("a", stage=Stage.FIRST_ANSWER))
    library.show(Filter.NEW)
    assert titles(library) == ["a"]
    library.hear([event("", AnalysisStep.READY, made=song("a"))])
    assert titles(library) == []


def test_a_song_that_is_there_already_makes_no_second_row_and_keeps_its_stage() -> None:
    made = song("a")
    library = loaded(made)
    library.hear(
        [
            RowChange(SongEvent(made.path, None, s))
            for s in (AnalysisStep.WAITING, AnalysisStep.READING)
        ]
    )
    assert [row.step for row in library.rows] == [AnalysisStep.READY]
    library.hear([event("", AnalysisStep.SKIPPED, made=made)])
    assert [row.step for row in library.rows] == [AnalysisStep.READY]


def test_a_file_that_is_skipped_without_a_song_leaves_no_row() -> None:
    library = loaded(song("a"))
    library.hear(
        [event("twice.wav", AnalysisStep.WAITING), event("twice.wav", AnalysisStep.SKIPPED)]
    )
    assert titles(library) == ["a"]
    assert library.waiting() == 0


def test_a_song_that_moved_keeps_one_row() -> None:
    library = loaded(song("a"))
    moved = song("a", path=Path("/elsewhere/a.mp3"))
    library.hear([event("", AnalysisStep.SKIPPED, made=moved)])
    assert [row.path for row in library.rows] == [moved.path]


def test_stopping_puts_rows_where_they_stand() -> None:
    library = loaded()
    library.hear(
        [
            event("1.wav", AnalysisStep.READING),
            event("", AnalysisStep.SEPARATING, made=song("b", stage=Stage.FIRST_ANSWER)),
        ]
    )
    library.settle()
    assert [row.step for row in library.rows] == [AnalysisStep.WAITING, AnalysisStep.FIRST_ANSWER]


def test_a_verdict_labels_the_later_song_of_a_pair() -> None:
    workbench = FakeWorkbench(song("first", added_at=1.0), song("second", added_at=2.0))
    workbench.pairs = [pair("second", "first", Verdict.SAME_RECORDING)]
    library = loaded(workbench=workbench)
    assert {row.title: row.verdict for row in library.rows} == {
        "first": None,
        "second": Verdict.SAME_RECORDING,
    }


def test_an_excerpt_labels_the_shorter_song_whichever_came_first() -> None:
    workbench = FakeWorkbench(
        song("clip", added_at=1.0, duration_s=20.0), song("whole", added_at=2.0)
    )
    workbench.pairs = [pair("clip", "whole", Verdict.EXCERPT)]
    library = loaded(workbench=workbench)
    assert {row.title: row.verdict for row in library.rows} == {
        "clip": Verdict.EXCERPT,
        "whole": None,
    }


def test_the_strongest_of_several_verdicts_is_shown() -> None:
    workbench = FakeWorkbench(*(song(name, added_at=i) for i, name in enumerate("abc")))
    workbench.pairs = [pair("a", "c", Verdict.VERSION), pair("b", "c", Verdict.EXACT_FILE)]
    library = loaded(workbench=workbench)
    row = library.row_of_song(SongId("c"))
    assert row is not None
    assert row.verdict is Verdict.EXACT_FILE


def test_a_dismissed_pair_and_a_removed_song_lose_their_labels() -> None:
    workbench = FakeWorkbench(*(song(name, added_at=i) for i, name in enumerate("ab")))
    workbench.pairs = [pair("a", "b", Verdict.SAME_BACKING)]
    library = loaded(workbench=workbench)
    heard = SongEvent(song("a").path, SongId("a"), AnalysisStep.READY)
    library.hear([RowChange(heard, song("a"), ())])
    assert library.count(Filter.DUPLICATES) == 0
    library.hear([RowChange(heard, song("a"), tuple(workbench.pairs))])
    assert library.count(Filter.DUPLICATES) == 1
    library.remove(song("a").path)
    assert library.count(Filter.DUPLICATES) == 0
    assert titles(library) == ["b"]


def test_news_that_come_before_the_library_was_read_are_kept() -> None:
    library = LibraryPresenter()
    library.hear([event("", AnalysisStep.READY, made=song("a"))])
    library.load(read_snapshot(FakeWorkbench(song("a", stage=Stage.FIRST_ANSWER), song("b"))))
    assert {row.title: row.step for row in library.rows} == {
        "a": AnalysisStep.READY,
        "b": AnalysisStep.READY,
    }


def test_counts_always_equal_the_rows_they_count() -> None:
    library = loaded(*(song(str(i), added_at=i) for i in range(5)))
    for step in (AnalysisStep.WAITING, AnalysisStep.READING, AnalysisStep.FAILED):
        library.hear([event(f"{i}.wav", step, reason="It is empty.") for i in range(4)])
    library.remove(Path("/new/1.wav"))
    for which in Filter:
        library.show(which)
        assert len(library.rows) == library.count(which)


@pytest.mark.parametrize("name", ["a\nb.wav", "tab\there.wav"])
def test_names_with_control_characters_stay_on_one_line(name: str) -> None:
    library = loaded()
    library.hear([event(name, AnalysisStep.WAITING)])
    assert titles(library)[0].isprintable()
