"""The shared collections, made or brought to this version's shape; safe to run again and again.

Catalogue, traits, lists and journal are derived from the inboxes, and from each other. Where one of
them is missing or has another shape, all are made anew, empty, and the next pass fills them.
Milvus 2.3 can't add a field to a collection. When songs left, and whose vectors the catalogue
takes, nobody else knows: what holds these is never dropped.
"""

from concurrent.futures import ThreadPoolExecutor

from cluster_sync import collections as shapes
from cluster_sync.lists import (
    TRAITS,
    WORK,
    leases_spec,
    lists_spec,
    refusals_spec,
    traits_spec,
    work_spec,
)
from cluster_sync.recommender.canaries import (
    have_rows_of_their_own,
    read_canaries,
    write_canaries,
)
from cluster_sync.recommender.journal import Journal
from core.errors import ClusterError, ClusterProblem
from core.vectors.milvus import CollectionSpec, MilvusStore
from core.vectors.states import field_names

DERIVED = (shapes.CATALOGUE, TRAITS, shapes.RECOMMENDATIONS, WORK)
KEPT = (shapes.GRAVES, shapes.MODELS)
THREADS = 4  # making one takes a server three seconds, four take about as long


def migrate(store: MilvusStore) -> list[str]:
    """Make what is missing, and anew what has another shape; return the names of those.

    Raises ``ClusterError`` REFUSED where what can't be made again has another shape.
    """
    specs = _specs(store)
    existing = set(store.names())
    wrong = {one.name for one in specs if one.name in existing and not _fits(store, one)}
    if not wrong.isdisjoint(KEPT):
        names = " and ".join(sorted(wrong.intersection(KEPT)))
        detail = f"another version wrote {names}, and what it holds can't be made again"
        raise ClusterError(store.address, ClusterProblem.REFUSED, detail=detail)
    is_torn = shapes.CATALOGUE in existing and not existing.issuperset(DERIVED)
    is_older = WORK in existing and WORK not in wrong and have_rows_of_their_own(Journal(store))
    if is_torn or is_older or not wrong.isdisjoint(DERIVED):
        wrong |= existing.intersection(DERIVED)
    for name in sorted(wrong, key=_dropping_order):
        store.drop(name)
    missing = [one for one in specs if one.name not in existing or one.name in wrong]
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(store.ensure, [one for one in missing if one.name != shapes.CATALOGUE]))
    _note_canaries(store)
    for one in missing:
        if one.name == shapes.CATALOGUE:
            store.ensure(one)
    return [one.name for one in missing]


def _note_canaries(store: MilvusStore) -> None:
    """Note that there are none before there is a catalogue, so that it is never without the note.

    An answer in which it is missing is then known to be incomplete.
    """
    journal = Journal(store)
    if store.dimension(shapes.CATALOGUE) is None and read_canaries(journal) is None:
        write_canaries(journal, {})


def _specs(store: MilvusStore) -> list[CollectionSpec]:
    specs = [
        lists_spec(),
        traits_spec(),
        work_spec(),
        refusals_spec(),
        leases_spec(),
        shapes.models_spec(),
        shapes.graves_spec(),
    ]
    dimension = store.dimension(shapes.CATALOGUE)
    return specs if dimension is None else [*specs, shapes.catalogue_spec(dimension)]


def _fits(store: MilvusStore, spec: CollectionSpec) -> bool:
    return field_names(store, spec.name) == [one.name for one in spec.fields]


def _dropping_order(name: str) -> int:
    """Return 1 for the catalogue, which goes last: without the others it is known to be torn."""
    return 1 if name == shapes.CATALOGUE else 0
