"""Item-to-item lists: recall, rank, store with reasons.

Which lists must be made stands in the journal. Songs that sound alike are done together, since they
recall the same songs. While one batch is ranked, the next is searched and the last is written. A
list is written before its mark is deleted.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from concurrent.futures import Future

from cluster_sync import collections as shapes
from cluster_sync.lists import TRAITS, list_row
from cluster_sync.recommender.complete import Recalled
from cluster_sync.recommender.desk import AHEAD, Desk
from cluster_sync.recommender.facts import NAME_FIELDS, Facts, Fetched
from cluster_sync.recommender.gather import gathered
from cluster_sync.recommender.journal import ALL_BUCKETS, Mark, Marked, bucket_of
from cluster_sync.recommender.lease import Lease
from cluster_sync.recommender.paging import pages
from cluster_sync.recommender.stored import stored_list
from core import recommend
from core.recommend import LIST_LENGTH, RECALL, Ranking
from core.vectors.milvus import Hit, Row
from core.vectors.rows import chunks

SONGS_A_PAGE = 16_000  # as many as one answer takes; 25 MB
SONGS_A_BATCH = 192  # with their recall up to 12,000 songs; enough to need few canaries
DEEP_RECALL = 480  # for a song whose recall is nothing but copies, or of one artist
SONGS_A_READ = 2048
CURSOR = "rebuild"

_FIELDS = ("digest", *NAME_FIELDS)
Marks = Mapping[str, Sequence[Marked]]


def make_marked(desk: Desk, *, lease: Lease, buckets: range = ALL_BUCKETS) -> None:
    """Make the lists that are marked, of the songs in these buckets."""
    maker = _maker(desk, lease)
    if maker is None:
        return
    marks: Sequence[Marked] = ()
    while not marks or len(marks) == SONGS_A_PAGE:
        marks = desk.journal.marked(Mark.LIST, limit=SONGS_A_PAGE, buckets=buckets)
        if not marks:
            return
        by_song: dict[str, list[Marked]] = defaultdict(list)
        for one in marks:
            by_song[one.song].append(one)
        maker.make(by_song)


def make_all(desk: Desk, *, lease: Lease, rebuild: str, buckets: range = ALL_BUCKETS) -> None:
    """Make the lists of all songs in these buckets.

    A rebuild that stopped goes on where it was, where it has the same name; another begins anew.
    """
    maker = _maker(desk, lease)
    if maker is None:
        return
    shard = f".{buckets.start}.{buckets.stop}"
    name = rebuild + shard
    notes = desk.journal.notes(CURSOR)
    desk.journal.forget_notes(CURSOR, [n for n in notes if n.endswith(shard) and n != name])
    start = notes.get(name, "")
    for low, high, rows in pages(desk.store, shapes.CATALOGUE, fields=(), low=start):
        desk.reader.check_range({row.key for row in rows}, low=low, high=high)
        maker.make({row.key: () for row in rows if bucket_of(row.key) in buckets})
        desk.journal.write_notes(CURSOR, {name: high})
    desk.journal.forget_notes(CURSOR, [name])


def _maker(desk: Desk, lease: Lease) -> "_Maker | None":
    dimension = desk.store.dimension(shapes.CATALOGUE)
    if dimension is None:
        return None
    desk.reader.ready()
    return _Maker(desk, Facts(desk.reader, dimension=dimension), lease=lease)


class _Maker:
    """Makes lists, a batch after the other."""

    def __init__(self, desk: Desk, facts: Facts, *, lease: Lease) -> None:
        self._desk = desk
        self._facts = facts
        self._lease = lease

    def make(self, marks: Marks) -> None:
        """Make the lists of these songs, then take their marks away."""
        desk = self._desk
        songs = sorted(marks)
        if not songs:
            return
        desk.catch_up(shapes.CATALOGUE, TRAITS)
        rows = [row for some in desk.ahead(self._read, chunks(songs, SONGS_A_READ)) for row in some]
        self._facts.known = {row.key: row for row in rows}
        self._drop([one for one in songs if one not in self._facts.known], marks)
        writing: deque[Future[None]] = deque()
        recalls = desk.ahead(
            self._recall, chunks(gathered(rows, size=SONGS_A_BATCH), SONGS_A_BATCH)
        )
        for recalled, fetched in recalls:
            desk.step(self._lease)
            made = self._lists(recalled, fetched)
            writing.append(desk.pool.submit(self._write, made, marks))
            while len(writing) > AHEAD:
                writing.popleft().result()
        for one in writing:
            one.result()

    def _read(self, songs: Sequence[str]) -> list[Row]:
        return self._desk.reader.rows(songs, _FIELDS, fresh=False, page=SONGS_A_READ)

    def _recall(self, rows: Sequence[Row]) -> tuple[list[Recalled], Fetched]:
        recalled = self._desk.reader.recall(rows, _FIELDS, limit=RECALL)
        return recalled, self._facts.fetch(_told(recalled))

    def _lists(self, recalled: Sequence[Recalled], fetched: Fetched) -> list[Row]:
        """Return the lists of these songs; one that stays short is recalled again, deeper."""
        self._facts.hold(_told(recalled), fetched)
        recalled, rankings = self._rank(recalled)
        thin = [
            one.row
            for one, ranking in zip(recalled, rankings, strict=True)
            if len(one.hits) == RECALL and len(ranking.kept()) < LIST_LENGTH
        ]
        made = self._stored(recalled, rankings)
        if thin:
            deeper = self._desk.reader.recall(thin, _FIELDS, limit=DEEP_RECALL)
            for some in chunks(deeper, SONGS_A_BATCH * RECALL // DEEP_RECALL):
                self._facts.hold(_told(some), self._facts.fetch(_told(some)))
                made.update(self._stored(*self._rank(some)))
        return list(made.values())

    def _rank(self, recalled: Sequence[Recalled]) -> tuple[list[Recalled], list[Ranking]]:
        """Return the rankings, and whose they are: those that have left meanwhile are left out."""
        facts = self._facts
        places = facts.places
        present = [one for one in recalled if one.row.key in places]
        near = [
            # Of equal scores the smaller key first, so that a list doesn't depend on the server.
            [places[h.key] for h in sorted(one.hits, key=_nearest_first) if h.key in places]
            for one in present
        ]
        asked = [places[one.row.key] for one in present]
        return present, recommend.rank(facts.pool(), asked, recalled=near)

    def _stored(self, recalled: Sequence[Recalled], rankings: Sequence[Ranking]) -> dict[str, Row]:
        return {
            one.row.key: list_row(one.row.key, stored_list(one, ranking, self._facts))
            for one, ranking in zip(recalled, rankings, strict=True)
        }

    def _write(self, made: Sequence[Row], marks: Marks) -> None:
        desk = self._desk
        desk.store.upsert(shapes.RECOMMENDATIONS, made)
        desk.journal.done([mark for row in made for mark in marks[row.key]])
        desk.tally.lists += len(made)

    def _drop(self, left: Sequence[str], marks: Marks) -> None:
        """Drop the lists of songs that have left."""
        self._desk.store.delete(shapes.RECOMMENDATIONS, left)
        self._desk.journal.done([mark for song in left for mark in marks[song]])


def _told(recalled: Sequence[Recalled]) -> list[str]:
    """Return the songs that these lists may tell of, and those that ask."""
    found = {hit.key for one in recalled for hit in one.hits}
    return sorted(found | {one.row.key for one in recalled})


def _nearest_first(hit: Hit) -> tuple[float, str]:
    return -hit.score, hit.key
