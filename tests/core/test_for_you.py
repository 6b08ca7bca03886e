"""Songs for a listener, by what was heard."""

import pytest

from core.cluster_types import Recommendation
from core.for_you import HALF_LIFE_S, for_you, seed_weights
from core.library.memory import Listen
from core.types import CatalogueId, SongId

A, B = SongId("a"), SongId("b")
NOW = 1_000_000_000.0
DURATIONS = {A: 100.0, B: 100.0}


def line(rank: int, name: str, *, artist: str = "", here: SongId | None = None) -> Recommendation:
    return Recommendation(rank, CatalogueId(f"l:{name}"), here, name, artist, 0.9, "near")


def names(listens: list[Listen], lists: dict[SongId, list[Recommendation]]) -> list[str]:
    found = for_you(listens, DURATIONS, lists=lambda seed: lists.get(seed, []), limit=10, now=NOW)
    return [one.line.title for one in found]


def test_more_and_later_listening_speaks_louder() -> None:
    weights = seed_weights(
        [
            Listen(A, 50.0, NOW),
            Listen(A, 25.0, NOW - HALF_LIFE_S),
            Listen(B, 500.0, NOW - 2 * HALF_LIFE_S),  # heard over and over counts as whole
        ],
        DURATIONS,
        now=NOW,
    )
    assert weights == {A: pytest.approx(0.5 + 0.125), B: pytest.approx(0.25)}


def test_what_was_not_heard_or_has_left_does_not_speak() -> None:
    gone = SongId("gone")
    assert seed_weights([Listen(A, 0.0, NOW), Listen(gone, 9.0, NOW)], DURATIONS, now=NOW) == {}
    assert names([Listen(gone, 9.0, NOW)], {gone: [line(1, "x")]}) == []


def test_what_lists_agree_on_comes_before_what_one_list_puts_first() -> None:
    lists = {A: [line(1, "first of a"), line(2, "both")], B: [line(1, "of b"), line(2, "both")]}
    listens = [Listen(A, 100.0, NOW), Listen(B, 100.0, NOW)]
    assert names(listens, lists)[0] == "both"


def test_the_louder_song_decides_and_is_named() -> None:
    lists = {A: [line(1, "of a")], B: [line(1, "of b")]}
    listens = [Listen(A, 10.0, NOW), Listen(B, 90.0, NOW)]
    found = for_you(listens, DURATIONS, lists=lambda seed: lists[seed], limit=1, now=NOW)
    assert [(one.line.title, one.because) for one in found] == [("of b", B)]


def test_what_was_heard_is_not_listed_again_and_no_artist_fills_the_list() -> None:
    lists = {
        A: [line(1, "known", here=B), *(line(2 + i, f"song {i}", artist="One") for i in range(4))]
    }
    listens = [Listen(A, 100.0, NOW), Listen(B, 100.0, NOW)]
    assert names(listens, lists) == ["song 0", "song 1"]
