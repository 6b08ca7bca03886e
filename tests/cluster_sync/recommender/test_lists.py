"""What the lists hold, and what is told of how they came about."""

import numpy as np

from cluster_sync import collections as shapes
from cluster_sync.lists import MAX_EXPLAINED, read_explanation
from cluster_sync.recommender.journal import BUCKETS, Journal, Mark, bucket_of
from cluster_sync.recommender.passes import lists_pass
from cluster_sync.rows import MAX_TEXT_BYTES
from core.progress import Progress
from core.recommend import Drop
from core.vectors.milvus import MilvusStore, Row
from tests.cluster_sync.libraries import codes, encoded_again, near, unit
from tests.cluster_sync.recommender.songs import (
    MINE,
    THEIRS,
    everything,
    explanation,
    key,
    lists,
    run,
    send,
    song,
)

CENTRE = unit(seed=0)


def around(number: int, **more: object) -> Row:
    return song(MINE, number, vector=near(CENTRE, seed=number), **more)  # type: ignore[arg-type] - test


def test_copies_in_other_libraries_are_dropped_and_named(store: MilvusStore) -> None:
    sound = codes(seed=1)
    send(store, MINE, [around(n) for n in range(1, 7)])
    copies = [
        song(THEIRS, n, vector=near(CENTRE, seed=n), sound=encoded_again(sound, seed=n))
        for n in (21, 22)
    ]
    send(store, THEIRS, copies)
    run(store)
    made = lists(store)
    mine, *theirs = key(MINE, 1), key(THEIRS, 21), key(THEIRS, 22)
    assert not {mine, *theirs} & {*made[mine], *made[theirs[0]], *made[theirs[1]]}
    for number in range(2, 7):
        assert len({mine, *theirs} & set(made[key(MINE, number)])) == 1
    told = explanation(store, mine)
    dropped = {line.catalogue_id: (line.dropped, line.of) for line in told.lines if line.dropped}
    assert dropped == dict.fromkeys(theirs, (Drop.QUERY_RECORDING.value, mine))
    assert told.recalled == len(told.lines) == 7


def test_a_copy_that_comes_later_is_known_as_one(store: MilvusStore) -> None:
    sound = codes(seed=1)
    send(store, MINE, [around(n) for n in range(1, 7)])
    run(store)
    for number in (21, 22, 23):
        copy = song(
            THEIRS,
            number,
            vector=near(CENTRE, seed=number),
            sound=encoded_again(sound, seed=number),
        )
        send(store, THEIRS, [copy])
        run(store)
    same = {key(MINE, 1), *(key(THEIRS, n) for n in (21, 22, 23))}
    for one, held in lists(store).items():
        assert len(same & set(held)) == (0 if one in same else 1)
    names = {row.key: row.values["recording"] for row in store.heads("traits", ["recording"])}
    assert len({names[one] for one in same}) == 1


def test_a_clip_is_no_chain_between_two_songs(store: MilvusStore) -> None:
    """A mix holds two songs; they stay two recordings."""
    mix = song(
        THEIRS,
        21,
        vector=near(CENTRE, seed=21),
        sound=np.concatenate((codes(seed=1), codes(seed=2))),
    )
    send(store, MINE, [around(n) for n in range(1, 5)])
    send(store, THEIRS, [mix])
    run(store)
    made = lists(store)
    assert key(MINE, 2) in made[key(MINE, 1)]
    assert key(THEIRS, 21) not in made[key(MINE, 1)]
    assert not {key(MINE, 1), key(MINE, 2)} & set(made[key(THEIRS, 21)])
    parts = {row.key: row.values["parts"] for row in store.heads("traits", ["parts"])}
    assert key(MINE, 1) in str(parts[key(THEIRS, 21)])


def test_two_of_an_artist_and_what_was_moved(store: MilvusStore) -> None:
    send(store, MINE, [around(n, artist="The Band" if n % 2 else "") for n in range(1, 13)])
    run(store)
    told = explanation(store, key(MINE, 2))
    kept = [line for line in told.lines if line.kept_rank]
    assert [line.kept_rank for line in kept] == list(range(1, len(kept) + 1))
    assert sum(line.artist == "The Band" for line in kept) == 2
    dropped = [line for line in told.lines if line.dropped]
    assert {line.dropped for line in dropped} == {Drop.ARTIST.value}
    by_cosine = sorted(told.lines, key=lambda line: -line.score)
    for line in kept:
        assert line.moved == by_cosine.index(line) - (line.kept_rank or 0) + 1
    assert all(line.reason for line in kept)


def test_a_list_of_nothing_but_copies_is_recalled_deeper(store: MilvusStore) -> None:
    """Seventy copies of a song crowd all others out of its nearest sixty."""
    sound = codes(seed=1)
    copies = [
        song(
            MINE,
            n,
            vector=near(CENTRE, seed=n, noise=0.001),
            sound=encoded_again(sound, seed=n, share=0.01),
        )
        for n in range(1, 71)
    ]
    others = [song(THEIRS, n, vector=near(CENTRE, seed=n, noise=0.3)) for n in range(101, 126)]
    send(store, MINE, copies)
    send(store, THEIRS, others)
    run(store)
    made = lists(store)[key(MINE, 1)]
    assert len(made) == 20
    assert all(one.startswith(THEIRS) for one in made)
    told = explanation(store, key(MINE, 1))
    assert told.recalled == 94
    assert len(told.lines) == 94


def test_a_new_song_enters_the_lists_that_it_is_near_to_only(store: MilvusStore) -> None:
    far = [song(MINE, n, vector=near(-CENTRE, seed=n)) for n in range(101, 131)]
    send(store, MINE, [*(around(n) for n in range(1, 31)), *far])
    assert run(store).lists == 60
    send(store, THEIRS, [song(THEIRS, 1, vector=CENTRE)])
    report = run(store)
    assert 1 < report.lists <= 31
    holding = {one for one, held in lists(store).items() if key(THEIRS, 1) in held}
    assert holding <= {key(MINE, n) for n in range(1, 31)}
    assert len(holding) > 10


def test_the_longest_names_fit_into_a_row(store: MilvusStore) -> None:
    """Quotes take two bytes in JSON; a list with nothing else must still be stored."""
    name = '"' * 512
    send(store, MINE, [around(n, title=name, artist=f"{n:03d}{name}"[:512]) for n in range(1, 81)])
    run(store)
    fields = ["items", "explanation"]
    rows = store.scan(shapes.RECOMMENDATIONS, fields, with_vectors=False)
    for row in rows:
        assert all(len(str(text).encode()) < MAX_TEXT_BYTES for text in row.values.values())
        assert len(read_explanation(row.values).lines) <= MAX_EXPLAINED


def test_shards_make_what_one_pass_makes(store: MilvusStore) -> None:
    send(store, MINE, [around(n) for n in range(1, 31)])
    run(store)
    expected = everything(store)
    store.delete(shapes.RECOMMENDATIONS, list(lists(store)))
    Journal(store).mark(Mark.LIST, [key(MINE, n) for n in range(1, 31)])
    counts = []
    for low in (0, 64, 128, 192):
        buckets = range(low, low + 64)
        report = lists_pass(store, progress=Progress(), buckets=buckets, pause=lambda _: None)
        counts.append(report.lists)
        made = [one for one in lists(store) if bucket_of(one) in buckets]
        assert len(made) == report.lists
    assert sum(counts) == 30
    assert min(counts) > 0
    assert everything(store) == expected


def test_a_rebuild_makes_all_lists_and_goes_on_where_it_stopped(store: MilvusStore) -> None:
    send(store, MINE, [around(n) for n in range(1, 31)])
    run(store)
    expected = everything(store)
    store.delete(shapes.RECOMMENDATIONS, list(lists(store)))
    at = {f"2.0.{BUCKETS}": key(MINE, 21), "1.0.128": key(MINE, 9)}
    Journal(store).write_notes("rebuild", at)
    report = lists_pass(store, progress=Progress(), rebuild="2", pause=lambda _: None)
    assert report.lists == len(lists(store)) == 10
    assert lists_pass(store, progress=Progress(), rebuild="2").lists == 30
    assert everything(store) == expected


def test_another_rebuild_begins_anew(store: MilvusStore) -> None:
    send(store, MINE, [around(n) for n in range(1, 6)])
    run(store)
    Journal(store).write_notes("rebuild", {f"1.0.{BUCKETS}": key(MINE, 4)})
    assert lists_pass(store, progress=Progress(), rebuild="2").lists == 5
    assert Journal(store).notes("rebuild") == {}
