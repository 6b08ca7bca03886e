"""The plan of a sync."""

from hypothesis import given
from hypothesis import strategies as st

from cluster_sync.plan import CREDIBLE_S, Chunk, Head, Here, Plan, checksum, compare, make_plan
from cluster_sync.rows import WITHDRAWN
from core.library.changes import Change, ChangeKind
from core.library.ledger import Held
from core.types import SongId

A, B, C = SongId("a"), SongId("b"), SongId("c")
UPSERT, DELETE = ChangeKind.UPSERT, ChangeKind.DELETE


def test_nothing_waits() -> None:
    assert make_plan([], {A}) == Plan(())
    assert make_plan([], {A}).size == 0


def test_upserts_and_deletes_go_their_ways() -> None:
    plan = make_plan([Change(1, A, UPSERT), Change(2, B, DELETE), Change(3, C, UPSERT)], {A, C})
    assert plan.chunks == (Chunk((A, C), (B,), (1, 2, 3)),)
    assert plan.size == 3


def test_of_two_changes_the_later_one_counts_and_both_are_answered() -> None:
    plan = make_plan([Change(5, A, DELETE), Change(2, A, UPSERT)], {A})
    assert plan.chunks == (Chunk((), (A,), (5, 2)),)


def test_a_song_that_has_left_is_withdrawn_whatever_its_change_says() -> None:
    assert make_plan([Change(1, A, UPSERT)], set()).chunks == (Chunk((), (A,), (1,)),)


@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from(ChangeKind)), max_size=40),
    st.integers(1, 7),
)
def test_every_change_is_answered_once_in_chunks(
    made: list[tuple[str, ChangeKind]], size: int
) -> None:
    changes = [Change(seq, SongId(song), kind) for seq, (song, kind) in enumerate(made)]
    songs = {SongId(song) for song in "abcdefgh"}
    plan = make_plan(changes, songs, chunk_songs=size)
    answered = [seq for chunk in plan.chunks for seq in chunk.seqs]
    assert sorted(answered) == [change.seq for change in changes]
    sent = [one for chunk in plan.chunks for one in (*chunk.upserts, *chunk.deletes)]
    assert sorted(sent) == sorted({change.song_id for change in changes})
    assert all(len(chunk.upserts) + len(chunk.deletes) <= size for chunk in plan.chunks)


NOW = 1000.0


def here(*held: Held, shared: set[SongId] = frozenset(), changed_at: float | None = 10.0) -> Here:
    known = {} if changed_at is None else {A: changed_at}
    return Here({one.song_id: one for one in held}, shared, known)


def test_what_is_held_as_believed_does_not_differ() -> None:
    found = compare({A: Head("1", 10.0)}, here(Held(A, "1", 10.0), shared={A}), now=NOW)
    assert not found.is_fault
    assert not (found.adopted or found.gone)


def test_a_song_that_the_cluster_lost_is_sent_again() -> None:
    assert compare({}, here(Held(A, "1", 10.0), shared={A}), now=NOW).lost == [A]


def test_a_song_that_this_machine_no_longer_shares_is_taken_back_again() -> None:
    assert compare({A: Head("1", 10.0)}, here(changed_at=10.0), now=NOW).stray == [A]


def test_a_song_that_this_machine_never_had_is_another_machines() -> None:
    found = compare({A: Head("1", 10.0)}, here(changed_at=None), now=NOW)
    assert [one.song_id for one in found.adopted] == [A]
    assert not found.is_fault


def test_of_two_writes_the_later_one_counts() -> None:
    ours = here(Held(A, "1", 10.0), shared={A})
    assert compare({A: Head("2", 20.0)}, ours, now=NOW).adopted[0].digest == "2"
    assert compare({A: Head("2", 5.0)}, ours, now=NOW).lost == [A]


def test_a_word_from_the_far_future_is_not_heard() -> None:
    ours = here(Held(A, "1", 10.0), shared={A})
    there = {A: Head("2", NOW + CREDIBLE_S + 1.0)}
    assert compare(there, ours, now=NOW).lost == [A]


def test_a_later_withdrawal_by_another_machine_stands() -> None:
    ours = here(Held(A, "1", 10.0), shared={A})
    found = compare({A: Head("", 20.0, WITHDRAWN)}, ours, now=NOW)
    assert (found.gone, found.withdrawn, found.lost) == ([A], [A], [])


def test_a_checksum_tells_any_difference() -> None:
    base = checksum({A: "1", B: "2"})
    assert base == checksum({B: "2", A: "1"})
    others = [{A: "1"}, {A: "2", B: "1"}, {A: "1", B: "3"}, {A: "1", B: "2", C: ""}, {}]
    assert base not in map(checksum, others)
