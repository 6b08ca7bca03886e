from dataclasses import replace

import numpy as np
import pytest

from core.errors import BugError
from core.similarity import best_match, rank
from core.types import Match, ModelId, SongId, SpaceName
from tests.core.library.records import make_vectors


def test_the_nearest_pair_of_excerpts_is_the_match():
    query, song = make_vectors(1, n_excerpts=4), make_vectors(2, n_excerpts=5)
    best = max(
        ((i, j) for i in range(4) for j in range(5)),
        key=lambda pair: float(np.dot(query.excerpts[pair[0]], song.excerpts[pair[1]])),
    )
    assert best_match(query, song) == Match(12.0 * best[0], 12.0 * best[1], 11.9)
    turned = best_match(song, query)
    assert (turned.query_s, turned.song_s) == (12.0 * best[1], 12.0 * best[0])


def test_a_song_matches_itself_at_the_same_moment():
    song = make_vectors(1)
    match = best_match(song, song)
    assert match.query_s == match.song_s


def test_the_shorter_excerpt_is_the_length_of_the_match():
    assert best_match(make_vectors(1), replace(make_vectors(2), excerpt_s=5.0)).duration_s == 5.0


def test_neighbours_come_nearest_first_up_to_the_limit():
    query = make_vectors(0)
    candidates = [(SongId(str(n)), make_vectors(n)) for n in range(1, 30)]
    candidates.append((SongId("itself"), query))
    found = rank(query, candidates, limit=10)
    by_hand = sorted(
        ((float(np.dot(query.song, vectors.song)), song_id) for song_id, vectors in candidates),
        reverse=True,
    )
    assert [neighbour.song_id for neighbour in found] == [song_id for _, song_id in by_hand[:10]]
    assert [n.score for n in found] == pytest.approx([score for score, _ in by_hand[:10]])
    assert found[0].song_id == "itself"
    assert found[0].score <= 1.0
    assert found[1].match == best_match(query, dict(candidates)[found[1].song_id])


def test_equals_keep_their_order():
    query, twin = make_vectors(0), make_vectors(1)
    found = rank(query, [(SongId("b"), twin), (SongId("a"), twin)], limit=5)
    assert [neighbour.song_id for neighbour in found] == ["b", "a"]


def test_nothing_to_rank():
    assert rank(make_vectors(0), [], limit=5) == []
    assert rank(make_vectors(0), [(SongId("a"), make_vectors(1))], limit=0) == []


@pytest.mark.parametrize(
    "other",
    [
        make_vectors(1, model_id=ModelId("style-2")),
        replace(make_vectors(1), space=SpaceName.WORK),
        replace(make_vectors(1), song=np.ones(8, np.float32), excerpts=np.ones((1, 8), np.float32)),
    ],
)
def test_vectors_of_two_models_never_meet(other):
    query = make_vectors(0)
    with pytest.raises(BugError):
        rank(query, [(SongId("good"), make_vectors(2)), (SongId("bad"), other)], limit=1)
    with pytest.raises(BugError):
        best_match(query, other)


def test_a_song_without_excerpts_has_no_moment():
    with pytest.raises(BugError):
        best_match(make_vectors(0), make_vectors(1, n_excerpts=0))
