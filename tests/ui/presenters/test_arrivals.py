"""What is said at once of a song that is known already."""

from dataclasses import replace

from core.types import AnalysisStep, PairVerdict, Song, SongEvent, SongId, Verdict
from tests.ui.fakes import pair, song
from ui.presenters.arrivals import ArrivalsPresenter
from ui.presenters.library import LibraryPresenter
from ui.presenters.notices import NoticePresenter, Offer
from ui.presenters.rows import RowChange, Snapshot, song_row, with_haystack


class Rig:
    def __init__(self, *songs: Song) -> None:
        self.library = LibraryPresenter()
        rows = tuple(with_haystack(song_row(one)) for one in songs)
        self.library.load(Snapshot(rows, ()))
        self.notices = NoticePresenter()
        self.arrivals = ArrivalsPresenter(self.library, self.notices)
        self.arrivals.begin()

    def hear(
        self, new: Song, *verdicts: PairVerdict, step: AnalysisStep = AnalysisStep.FIRST_ANSWER
    ) -> None:
        change = RowChange(SongEvent(new.path, new.song_id, step), new, verdicts)
        self.library.hear([change])
        self.arrivals.hear([change])

    @property
    def said(self) -> str:
        return self.notices.notice.text


def test_a_copy_is_told_with_its_original_before_its_separation() -> None:
    rig = Rig(song("old"))
    rig.hear(song("new", added_at=9.0), pair("old", "new", Verdict.SAME_RECORDING))
    assert rig.said == "new is the same recording as old (sure)."
    assert rig.notices.notice.offer is Offer.SHOW_COPIES
    assert rig.arrivals.song == SongId("new")
    row = rig.library.row_of_song(SongId("new"))
    assert row is not None
    assert rig.library.relation(row) == "same recording: old"


def test_songs_of_one_title_are_named_by_their_files() -> None:
    rig = Rig(replace(song("old"), title="Aberrations"))
    again = replace(song("new", added_at=9.0), title="Aberrations")
    rig.hear(again, pair("old", "new", Verdict.SAME_RECORDING))
    assert rig.said == "new.mp3 is the same recording as old.mp3 (sure)."
    row = rig.library.row_of_song(SongId("new"))
    assert row is not None
    assert rig.library.relation(row) == "same recording: old.mp3"


def test_the_strongest_relation_is_told_once() -> None:
    rig = Rig(song("a"), song("b"))
    verdicts = (pair("new", "a", Verdict.VERSION), pair("new", "b", Verdict.EXACT_FILE))
    rig.hear(song("new"), *verdicts)
    assert rig.said == "new is the same file as b (sure)."
    rig.notices.clear()
    rig.hear(song("new"), *verdicts, step=AnalysisStep.READY)
    assert rig.said == ""


def test_an_excerpt_is_told_from_either_end() -> None:
    rig = Rig(song("long"))
    rig.hear(song("clip", duration_s=20.0), pair("clip", "long", Verdict.EXCERPT))
    assert rig.said == "clip is an excerpt of long (sure)."
    other = Rig(song("clip", duration_s=20.0))
    other.hear(song("long"), pair("clip", "long", Verdict.EXCERPT))
    assert other.said == "long holds all of clip (sure)."


def test_several_are_counted() -> None:
    rig = Rig(song("a"), song("b"))
    rig.hear(song("c"), pair("a", "c", Verdict.SAME_RECORDING))
    rig.hear(song("d"), pair("b", "d", Verdict.SAME_RECORDING))
    assert rig.said == "2 of these songs were recognised."


def test_two_new_songs_that_are_copies_of_each_other_are_told_of_once() -> None:
    rig = Rig()
    twin = pair("c", "d", Verdict.SAME_RECORDING)
    rig.hear(song("c"))
    rig.hear(song("d"), twin)
    rig.hear(song("c"), twin, step=AnalysisStep.READY)
    assert rig.said == "d is the same recording as c (sure)."


def test_a_file_that_is_here_already_leads_to_its_row() -> None:
    rig = Rig(song("old"))
    rig.hear(song("old"), step=AnalysisStep.SKIPPED)
    rig.arrivals.say_nothing_new(1)
    assert rig.said == "Nothing new: old is here already."
    assert rig.notices.notice.offer is Offer.SHOW_SONG
    assert rig.arrivals.path == song("old").path


def test_a_moved_file_leads_to_the_song_that_is_here() -> None:
    moved = replace(song("old"), path=song("elsewhere").path)
    rig = Rig(song("old"))
    event = SongEvent(moved.path, moved.song_id, AnalysisStep.SKIPPED)
    rig.arrivals.hear([RowChange(event, song("old"))])
    rig.arrivals.say_nothing_new(1)
    assert rig.arrivals.path == song("old").path
