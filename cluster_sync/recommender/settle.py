"""What becomes of songs that came or left: their kin, and whose lists must be made again.

Run once all inboxes are merged, so that what is found doesn't depend on where an earlier pass
stopped. A song's copies are found among the songs near it: whose sketches share something is
aligned. The lists to make are its own, those of the songs among whose nearest it is now, and those
that told of an older state of it.
"""

from collections import defaultdict, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from cluster_sync import collections as shapes
from cluster_sync.lists import TRAITS
from cluster_sync.recommender.complete import Recalled
from cluster_sync.recommender.desk import AHEAD, Desk, holders
from cluster_sync.recommender.gather import gathered
from cluster_sync.recommender.journal import Mark, Marked
from cluster_sync.recommender.kin import Kin
from cluster_sync.recommender.lease import Lease
from cluster_sync.recommender.traits import Traits, without_kin, write_traits
from core import recommend
from core.recommend import RECALL
from core.vectors.milvus import Row
from core.vectors.rows import chunks

DENSITY_NEIGHBOURS = 10  # as in CSLS
SONGS_A_STEP = 192  # with their recall up to 12,000 sketches of 2 kB, three steps at once
# Songs whose lists to make are marked at once: a list that many of them touch is marked once.
SONGS_A_MARKING = 8 * SONGS_A_STEP
SONGS_A_READ = 2048
MARKS_A_READ = 16_000  # as many as one answer takes; 3 MB
REACHES_A_READ = 4096

NEVER = 2.0  # above every cosine: what has no list yet has a mark of its own


@dataclass(frozen=True, slots=True)
class Seen:
    """What was read of some new songs: what is near them, its traits, and how far lists reach."""

    recalled: Sequence[Recalled]
    traits: Mapping[str, Traits]
    reach: Mapping[str, float]


def settle(desk: Desk, *, lease: Lease) -> bool:
    """Mark the lists that must be made, for all songs that came or left; tell whether any left."""
    # All of these wait for the server's clock, so they wait together.
    leaving = desk.pool.submit(desk.journal.marked, Mark.GONE, limit=1)
    coming = desk.pool.submit(desk.journal.marked, Mark.NEW, limit=MARKS_A_READ)
    catching_up = desk.pool.submit(desk.catch_up, shapes.CATALOGUE, TRAITS, shapes.RECOMMENDATIONS)
    desk.reader.refresh()  # who is absent is told by canaries too
    catching_up.result()
    has_gone = bool(leaving.result()) and _settle_gone(desk, lease=lease)
    marks = coming.result()
    while marks:
        _settle_new(desk, marks, lease=lease)
        desk.step(lease)
        is_last = len(marks) < MARKS_A_READ
        marks = [] if is_last else desk.journal.marked(Mark.NEW, limit=MARKS_A_READ)
    return has_gone


def finish_gone(desk: Desk, *, lease: Lease) -> None:
    """Forget the songs that left once no list tells of them; nobody else may be making lists."""
    for marks in desk.journal.each(Mark.GONE, size=SONGS_A_STEP):
        desk.step(lease)
        gone = _absent(desk, marks)
        desk.store.delete(shapes.RECOMMENDATIONS, gone)
        left = desk.reader.holders(gone) if gone else ()
        desk.journal.mark(Mark.LIST, left)
        if not left:
            desk.journal.done(marks)


def _settle_gone(desk: Desk, *, lease: Lease) -> bool:
    has_gone = False
    for marks in desk.journal.each(Mark.GONE, size=SONGS_A_STEP):
        desk.step(lease)
        gone = _absent(desk, marks)
        write_traits(desk.store, without_kin(desk.store, gone))
        desk.journal.mark(Mark.LIST, holders(desk.store, [one.song for one in marks]))
        desk.store.delete(TRAITS, gone)
        desk.store.delete(shapes.RECOMMENDATIONS, gone)
        desk.journal.done([one for one in marks if one.song not in gone])
        has_gone = has_gone or bool(gone)
    return has_gone


def _absent(desk: Desk, marks: Sequence[Marked]) -> list[str]:
    """Return those of these songs that are not in the catalogue: some may have come back."""
    songs = sorted({one.song for one in marks})
    present = {row.key for row in desk.reader.rows(songs, [])}
    return [one for one in songs if one not in present]


def _settle_new(desk: Desk, marks: Sequence[Marked], *, lease: Lease) -> None:
    """Settle new songs, so many at a time that their marks are written together."""
    by_song: dict[str, list[Marked]] = defaultdict(list)
    for one in marks:
        by_song[one.song].append(one)
    reads = desk.ahead(partial(_read, desk), chunks(sorted(by_song), SONGS_A_READ))
    rows = [row for some in reads for row in some]
    for some in chunks(gathered(rows, size=SONGS_A_STEP), SONGS_A_MARKING):
        _settle_some(desk, some, lease=lease)
        desk.journal.done([one for row in some for one in by_song.pop(row.key)])
    # What has left meanwhile: that its list goes too is seen when it would be made.
    desk.journal.mark(Mark.LIST, by_song)
    desk.journal.done([one for some in by_song.values() for one in some])


def _read(desk: Desk, songs: Sequence[str]) -> list[Row]:
    return desk.reader.rows(songs, [], fresh=False, page=SONGS_A_READ)


def _settle_some(desk: Desk, rows: Sequence[Row], *, lease: Lease) -> None:
    """Settle these songs; while some are worked on, what the next need is read."""
    # What was written while others were read: the last steps only, so that it stays small.
    written: deque[Mapping[str, Traits]] = deque(maxlen=AHEAD + 1)
    touched = {row.key for row in rows}
    told: set[str] = set()
    for seen in desk.ahead(partial(_see, desk), chunks(rows, SONGS_A_STEP)):
        desk.step(lease)
        newer = {key: one for some in written for key, one in some.items()}
        kin = Kin(desk.store, {**seen.traits, **{k: newer[k] for k in seen.traits.keys() & newer}})
        kin.find(seen.recalled)
        # A bridge is seen once only: before the two are one.
        touched |= _mark_holders(desk, kin.bridged)
        written.append(_write_found(desk, seen.recalled, kin))
        touched.update(_entered(seen.recalled, seen.reach))
        told.update(one.row.key for one in seen.recalled if one.row.key in seen.reach)
    desk.journal.mark(Mark.LIST, touched)
    _mark_holders(desk, told)


def _mark_holders(desk: Desk, songs: Collection[str]) -> set[str]:
    found = holders(desk.store, sorted(songs))
    desk.journal.mark(Mark.LIST, found)
    return found


def _see(desk: Desk, rows: Sequence[Row]) -> Seen:
    recalled = desk.reader.recall(rows, [], limit=RECALL)
    near = {hit.key for one in recalled for hit in one.hits}
    told = sorted(near | {one.row.key for one in recalled})
    reach = desk.pool.submit(_reach, desk, told)
    return Seen(recalled, desk.reader.traits(told), reach.result())


def _reach(desk: Desk, songs: Sequence[str]) -> dict[str, float]:
    """Return how far the lists of these songs reach, of those that have one."""
    lists = desk.store.get(
        shapes.RECOMMENDATIONS,
        songs,
        ["reach"],
        with_vectors=False,
        fresh=False,
        page=REACHES_A_READ,
    )
    return {row.key: float(row.values["reach"]) for row in lists}


def _write_found(desk: Desk, recalled: Sequence[Recalled], kin: Kin) -> Mapping[str, Traits]:
    """Write what was found out about these songs and their copies; return it."""
    changed = dict(kin.changed)
    for one in recalled:
        scores = [hit.score for hit in one.hits[:DENSITY_NEIGHBOURS]]
        found = kin.traits(one.row.key)
        changed[one.row.key] = replace(found, density=_rounded(recommend.density(scores)))
    write_traits(desk.store, changed)
    return changed


def _rounded(score: float) -> float:
    """Return a score without the digits that depend on which songs were asked together."""
    return round(score, 5)


def _entered(recalled: Sequence[Recalled], reach: Mapping[str, float]) -> Iterator[str]:
    """Yield the songs among whose nearest one of these is now."""
    for one in recalled:
        yield from (hit.key for hit in one.hits if hit.score >= reach.get(hit.key, NEVER))
