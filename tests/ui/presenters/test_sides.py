"""The cluster's list beside the local one: places on both sides, and what became of each song."""

from core.cluster_types import ExplainedLine, Explanation
from core.types import CatalogueId, SongId
from tests.ui.fake_library import FakeWorkbench
from tests.ui.fake_sync import FakeSync
from tests.ui.fakes import song
from ui.presenters.results import ListState
from ui.presenters.sides import NO_LIST, SideLine, read_sides
from ui.presenters.words import NO_VALUE


def line(
    catalogue_id: str,
    *,
    rank: int | None,
    title: str = "",
    dropped: str = "",
    of: str = "",
    moved: int = 0,
) -> ExplainedLine:
    return ExplainedLine(
        CatalogueId(catalogue_id),
        title,
        "Someone" if title else "",
        0.9,
        rank,
        dropped,
        CatalogueId(of) if of else None,
        moved,
        "near in sound by its backing" if rank else "",
    )


def lines() -> tuple[SideLine, ...]:
    workbench = FakeWorkbench(song("mine"), song("both", "Ines"), song("only here"))
    sync = FakeSync()
    explained = (
        line("other:far", rank=1, title="Far Signal", moved=2),
        line("this:both", rank=2, moved=-1),
        line(
            "third:copy",
            rank=None,
            dropped="the same recording as another in the list",
            of="other:far",
        ),
    )
    sync.explained[SongId("mine")] = Explanation(explained, 40)
    sides = read_sides(workbench, sync, song("mine"))
    assert sides.state is ListState.FULL
    assert sides.note == "The cluster looked at 40 songs, kept 2 and dropped 1."
    return sides.lines


def test_places_on_both_sides_stand_beside_each_other() -> None:
    assert [(one.title, one.here, one.there) for one in lines()] == [
        ("Far Signal", NO_VALUE, "1"),
        ("both", "1", "2"),
        ("A song of another library", NO_VALUE, NO_VALUE),
        ("only here", "2", NO_VALUE),
    ]


def test_a_song_of_this_library_is_named_as_it_is_here() -> None:
    assert lines()[1].artist == "Ines"


def test_what_became_of_each_is_told() -> None:
    assert [one.became for one in lines()] == [
        "up 2: near in sound by its backing",
        "down 1: near in sound by its backing",
        "dropped: the same recording as another in the list (Far Signal)",
        "only in your list",
    ]
    assert [one.is_dropped for one in lines()] == [False, False, True, False]


def test_no_list_yet_says_what_to_do() -> None:
    sides = read_sides(FakeWorkbench(song("mine")), FakeSync(), song("mine"))
    assert (sides.state, sides.note, sides.lines) == (ListState.EMPTY, NO_LIST, ())
