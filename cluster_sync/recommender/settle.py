"""What becomes of songs that came or left: their kin, and whose lists must be made again.

Run once all inboxes are merged, so that what is found doesn't depend on where an earlier pass
stopped. A song's copies are found among the songs near it: whose sketches share something is
aligned. The lists to make are its own, those of the songs among whose nearest it is now, and those
that told of an older state of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from cluster_sync import collections as shapes
from cluster_sync.lists import TRAITS
from cluster_sync.recommender.complete import Recalled
from cluster_sync.recommender.desk import Desk, holders
from cluster_sync.recommender.journal import Mark, Marked
from cluster_sync.recommender.kin import Kin
from cluster_sync.recommender.lease import Lease
from cluster_sync.recommender.traits import without_kin, write_traits
from core import recommend
from core.recommend import RECALL

DENSITY_NEIGHBOURS = 10  # as in CSLS
SONGS_A_STEP = 256  # with their recall up to 15,000 sketches of 3 kB

NEVER = 2.0  # above every cosine: what has no list yet has a mark of its own


def settle(desk: Desk, *, lease: Lease) -> bool:
    """Mark the lists that must be made, for all songs that came or left; tell whether any left."""
    desk.reader.refresh()  # who is absent is told by canaries too
    has_gone = _settle_gone(desk, lease=lease)
    marks: Sequence[Marked] = ()
    while not marks or len(marks) == SONGS_A_STEP:
        desk.step(lease)
        marks = desk.journal.marked(Mark.NEW, limit=SONGS_A_STEP)
        if not marks:
            break
        _settle_new(desk, marks)
    return has_gone


def finish_gone(desk: Desk, *, lease: Lease) -> None:
    """Forget the songs that left once no list tells of them; nobody else may be making lists."""
    for marks in desk.journal.each(Mark.GONE, size=SONGS_A_STEP):
        desk.step(lease)
        gone = _absent(desk, marks)
        desk.store.delete(shapes.RECOMMENDATIONS, gone)
        left = holders(desk.store, gone)
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


def _settle_new(desk: Desk, marks: Sequence[Marked]) -> None:
    songs = sorted({one.song for one in marks})
    rows = desk.reader.rows(songs, ["codes"])
    recalled = desk.reader.recall(rows, ["codes"], limit=RECALL)
    near = {hit.key for one in recalled for hit in one.hits}
    traits = desk.reader.traits(sorted(near | {one.row.key for one in recalled}))
    kin = Kin(desk.store, traits)
    kin.find(recalled)
    changed = dict(kin.changed)
    for one in recalled:
        scores = [hit.score for hit in one.hits[:DENSITY_NEIGHBOURS]]
        found = kin.traits(one.row.key)
        changed[one.row.key] = replace(found, density=_rounded(recommend.density(scores)))
    write_traits(desk.store, changed)
    desk.journal.mark(Mark.LIST, {*songs, *_affected(desk, recalled)})
    desk.journal.mark(Mark.LIST, holders(desk.store, sorted(kin.bridged)))
    desk.journal.done(marks)


def _rounded(score: float) -> float:
    """Return a score without the digits that depend on which songs were asked together."""
    return round(score, 5)


def _affected(desk: Desk, recalled: Sequence[Recalled]) -> Iterator[str]:
    """Yield the songs with lists that one of these enters, or that told of an older state of it."""
    near = {hit.key for one in recalled for hit in one.hits}
    keys = sorted(near | {one.row.key for one in recalled})
    lists = desk.store.get(shapes.RECOMMENDATIONS, keys, ["reach"], with_vectors=False, fresh=False)
    reach = {row.key: float(row.values["reach"]) for row in lists}
    for one in recalled:
        yield from (hit.key for hit in one.hits if hit.score >= reach.get(hit.key, NEVER))
    yield from holders(desk.store, [one.row.key for one in recalled if one.row.key in reach])
