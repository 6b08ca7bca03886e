"""The map's presenter: directions, lassos, legends; and what the library does meanwhile."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.types import Confidence, Key, MusicFacts, Tempo
from tests.ui.fakes import song
from ui.presenters import map_colours
from ui.presenters.map_colours import MOST, Colour, Colouring
from ui.presenters.map_points import Heading, Points, beyond, inside, middles


def points(*at: tuple[float, float], passing: list[bool] | None = None) -> Points:
    songs = tuple(song(f"Song {number}") for number in range(len(at)))
    return Points(
        songs,
        np.array(at, np.float32).reshape(-1, 2),
        np.zeros(len(at), np.intp),
        np.array(passing or [True] * len(at), np.bool_),
    )


CROSS = points((0, 0), (5, 1), (-5, 0), (0, 5), (1, -5), (4, 3.9))


@pytest.mark.parametrize(
    ("heading", "index"),
    [(Heading.RIGHT, 1), (Heading.LEFT, 2), (Heading.UP, 3), (Heading.DOWN, 4)],
)
def test_an_arrow_goes_to_the_nearest_song_that_way(heading: Heading, index: int) -> None:
    assert beyond(CROSS, 0, heading) == index


def test_an_arrow_passes_over_what_the_search_leaves_out_and_stops_at_the_edge() -> None:
    cross = points((0, 0), (1, 0), (5, 0), passing=[True, False, True])
    assert beyond(cross, 0, Heading.RIGHT) == 2
    assert beyond(cross, 2, Heading.RIGHT) is None
    assert beyond(points(), None, Heading.UP) is None


def test_every_song_can_be_reached_by_arrows() -> None:
    random = np.random.default_rng(3)
    many = points(*map(tuple, random.normal(0, 10, (150, 2))))
    reached, fresh = {0}, [0]
    while fresh:
        at = fresh.pop()
        found = {beyond(many, at, heading) for heading in Heading} - {None} - reached
        reached |= found
        fresh += found
    assert len(reached) == 150


def test_a_lasso_holds_what_lies_in_it_however_it_is_drawn() -> None:
    """An L: its notch is outside; brute force by angles says the same."""
    corners = np.array([(0, 0), (4, 0), (4, 2), (2, 2), (2, 4), (0, 4)], float)
    at = np.array([(1, 1), (3, 1), (1, 3), (3, 3), (5, 1), (-1, 1)], np.float32)
    for turned in (corners, corners[::-1], np.roll(corners, 2, axis=0)):
        assert inside(at, turned).tolist() == [True, True, True, False, False, False]
    random = np.random.default_rng(0)
    at = random.uniform(-1, 5, (300, 2)).astype(np.float32)
    rays = corners[None] - at[:, None]
    angles = np.arctan2(rays[..., 1], rays[..., 0])
    turns = np.diff(np.concatenate([angles, angles[:, :1]], axis=1), axis=1)
    winding = ((turns + np.pi) % (2 * np.pi) - np.pi).sum(axis=1)
    assert np.array_equal(inside(at, corners), np.abs(winding) > np.pi)


def test_a_lasso_of_a_point_or_a_line_holds_nothing() -> None:
    assert not inside(CROSS.at, np.array([(0.0, 0.0)])).any()
    assert not inside(CROSS.at, np.zeros((0, 2))).any()


def test_groups_are_named_after_the_song_in_their_middle() -> None:
    found = points((0, 0), (1, 0), (2, 0), (50, 0))
    found = Points(found.songs, found.at, np.array([0, 0, 0, 1]), found.passing)
    assert middles(found) == [1, 3]
    legend = Colouring().legend(found)
    assert legend.names == ("like Song 1", "like Song 3")
    assert legend.counts == (3, 1)


def test_folders_of_one_name_are_told_apart_and_the_rest_is_others() -> None:
    paths = [Path(f"/m/{letter}/Live/1.mp3") for letter in "ab"]
    paths += [Path(f"/m/f{n}/{k}.mp3") for n in range(MOST + 2) for k in range(n + 2)]
    legend = map_colours.by_folder([song("x", path=path) for path in paths])
    assert len(legend.names) == MOST
    assert (legend.names[-1], legend.has_rest) == ("others", True)
    assert sum(legend.counts) == len(paths) == len(legend.places)
    two = map_colours.by_folder([song("x", path=path) for path in paths[:2]])
    assert sorted(two.names) == ["a / Live", "b / Live"]


def test_tempo_goes_by_steps_and_says_where_it_is_not_known() -> None:
    legend = map_colours.by_tempo([79.9, 80.0, 99.0, 161.0, None])
    assert legend.names == ("below 80 BPM", "80 to 100 BPM", "160 BPM and faster", "not known")
    assert legend.places.tolist() == [0, 1, 1, 2, 3]


def test_tempo_and_key_are_offered_once_some_song_has_one() -> None:
    colouring, songs = Colouring(), [song("a"), song("b")]
    assert colouring.choices(songs) == (Colour.GROUP, Colour.FOLDER)
    sure = Confidence.SURE
    heard = MusicFacts(Tempo(120.0, sure), Key(9, is_minor=True, confidence=sure))
    songs = [replace(songs[0], music=heard), replace(songs[1], music=MusicFacts(tag_bpm=95.0))]
    assert colouring.choices(songs) == tuple(Colour)
    found = points((0, 0), (1, 1))
    found = Points(tuple(songs), found.at, found.groups, found.passing)
    colouring.by = Colour.KEY
    assert colouring.legend(found).names == ("F♯m", "not known")
    colouring.by = Colour.TEMPO
    assert colouring.legend(found).names == ("80 to 100 BPM", "120 to 140 BPM")
