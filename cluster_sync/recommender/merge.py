"""Inboxes into the catalogue.

An inbox is written by whoever holds its account, so every row of it is checked before it is
believed. Only rows whose digest differs from the catalogue's are read in full. A song leaves by a
tombstone, never by its absence: an answer that was cut short must not empty the catalogue.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from cluster_sync import collections as shapes
from core.errors import ClusterError, ClusterProblem
from core.progress import Progress
from core.types import CatalogueId, LibraryId
from core.vectors.milvus import MilvusStore, Row
from core.vectors.rows import is_key

MAX_SONGS = 200_000  # of one library: a bound on what one account can make the cluster hold
ROWS_A_STEP = 100  # at up to 100 kB a row

REFUSED_KEY = "the key is not of this library"
REFUSED_SHAPE = "the inbox has another shape"
REFUSED_COUNT = f"more than {MAX_SONGS} songs"


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of an inbox that was not believed, and why."""

    key: str
    reason: str


@dataclass(slots=True)
class Merge:
    """What a merge did; ``withdrawn`` are the tombstones that were obeyed, by inbox."""

    merged: int = 0
    refused: list[Refusal] = field(default_factory=list)
    withdrawn: dict[str, list[CatalogueId]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """The head of a row: enough to see whether it must be read."""

    key: CatalogueId
    digest: str
    is_tombstone: bool


class Gate:
    """Decides which rows are believed; the first one ever decides whose vectors are taken."""

    def __init__(self, store: MilvusStore, refused: list[Refusal]) -> None:
        self.store = store
        self._refused = refused
        self._model = shapes.cluster_model(store)
        self._dimension = store.dimension(shapes.CATALOGUE)

    def lets_in(self, row: Row) -> bool:
        """Check a row; note why where it is refused."""
        try:
            song = shapes.read_song(row)
            self._check_model(song.searched)
        except (ValueError, KeyError) as error:
            self._refused.append(Refusal(row.key, str(error)))
            return False
        return True

    def _check_model(self, searched: shapes.SharedVector) -> None:
        ours = shapes.base_model(searched.model_id)
        if self._model is None or self._dimension is None:
            self._found(searched)
        elif ours != self._model:
            raise ValueError(f"vectors of {ours}, where the catalogue holds those of {self._model}")
        elif len(searched.vector) != self._dimension:
            raise ValueError(f"a vector of {len(searched.vector)} numbers")

    def _found(self, searched: shapes.SharedVector) -> None:
        self._model = shapes.base_model(searched.model_id)
        self._dimension = len(searched.vector)
        self.store.ensure(shapes.catalogue_spec(self._dimension))
        self.store.ensure(shapes.models_spec())
        self.store.upsert(shapes.MODELS, [shapes.model_row(self._model)])


def merge_inboxes(store: MilvusStore, *, progress: Progress) -> Merge:
    """Bring the catalogue in step with all inboxes; an inbox is in memory only meanwhile."""
    result = Merge()
    gate = Gate(store, result.refused)
    inboxes = [(name, owner) for name in store.names() if (owner := shapes.inbox_owner(name))]
    for done, (name, owner) in enumerate(inboxes):
        progress.report(done, len(inboxes), what="merging")
        try:
            _merge_inbox(gate, name, owner=owner, result=result, progress=progress)
        except ClusterError as error:
            # One inbox of another shape, made by hand, must not stop those of all others.
            if error.problem is not ClusterProblem.REFUSED:
                raise
            result.refused.append(Refusal(name, REFUSED_SHAPE))
        store.release(name)
    if result.merged and store.dimension(shapes.CATALOGUE) is not None:
        store.flush(shapes.CATALOGUE)
    return result


def consume(store: MilvusStore, merge: Merge) -> None:
    """Drop the tombstones that were obeyed, once no list holds their songs any more.

    Their graves stay, so that another machine's older copy does not come back.
    """
    for name, keys in merge.withdrawn.items():
        rows = store.get(name, keys, shapes.GRAVE_FIELDS, with_vectors=False)
        # Some may have been shared again since they were read.
        still = [row for row in rows if row.values["deleted"] != shapes.LIVE]
        shapes.bury(store, still)
        store.delete(name, [row.key for row in still])


def _merge_inbox(
    gate: Gate, name: str, *, owner: LibraryId, result: Merge, progress: Progress
) -> None:
    store = gate.store
    entries = list(_entries(store, name, owner=owner, refused=result.refused))
    known = _known(store, owner)
    withdrawn = [one.key for one in entries if one.is_tombstone]
    if withdrawn:
        if store.dimension(shapes.CATALOGUE) is not None:
            store.delete(shapes.CATALOGUE, withdrawn)
        result.withdrawn[name] = withdrawn
    changed = [e.key for e in entries if not e.is_tombstone and known.get(e.key) != e.digest]
    for start in range(0, len(changed), ROWS_A_STEP):
        progress.check()
        rows = store.get(name, changed[start : start + ROWS_A_STEP], shapes.SONG_FIELDS)
        believed = [row for row in rows if gate.lets_in(row)]
        if believed:
            store.upsert(shapes.CATALOGUE, believed)
        result.merged += len(believed)


def _entries(
    store: MilvusStore, name: str, *, owner: LibraryId, refused: list[Refusal]
) -> Iterator[Entry]:
    n_own = 0
    for row in store.heads(name, ["digest", "deleted"]):
        key, values = row.key, row.values
        if (
            "digest" not in values or "deleted" not in values
        ):  # Milvus Lite leaves out, a server errs
            refused.append(Refusal(key, REFUSED_SHAPE))
        elif not is_key(key) or shapes.song_of(key, owner) is None:
            refused.append(Refusal(key, REFUSED_KEY))
        elif n_own == MAX_SONGS:
            refused.append(Refusal(key, REFUSED_COUNT))
        else:
            n_own += 1
            yield Entry(CatalogueId(key), str(values["digest"]), values["deleted"] != shapes.LIVE)


def _known(store: MilvusStore, owner: LibraryId) -> dict[str, str]:
    if store.dimension(shapes.CATALOGUE) is None:
        return {}
    rows = store.heads(shapes.CATALOGUE, ["digest"], prefix=f"{owner}:")
    return {row.key: str(row.values["digest"]) for row in rows}


def reasons(refused: Sequence[Refusal]) -> dict[str, int]:
    """Return how many rows were refused for each reason."""
    counted: dict[str, int] = {}
    for one in refused:
        counted[one.reason] = counted.get(one.reason, 0) + 1
    return counted
