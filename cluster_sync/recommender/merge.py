"""Inboxes into the catalogue.

Only rows whose digest differs from the catalogue's are read in full, and only what the gate
believes is written. A song leaves by a tombstone, never by its absence: an answer that was cut
short must not empty the catalogue. Every song is marked in the journal before its row is written.
An inbox is in the cluster's memory only while it is looked at.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from cluster_sync import collections as shapes
from cluster_sync.recommender.desk import Desk
from cluster_sync.recommender.gate import (
    MAX_SONGS,
    REFUSED_COUNT,
    REFUSED_SHAPE,
    Entry,
    Gate,
    Known,
    read_entry,
)
from cluster_sync.recommender.inboxes import Inbox, note_look, report_refusals
from cluster_sync.recommender.journal import Mark
from cluster_sync.recommender.lease import Lease
from cluster_sync.recommender.paging import pages
from cluster_sync.recommender.tally import Refusal
from cluster_sync.recommender.traits import Traits, new_traits, without_kin, write_traits
from core.errors import ClusterError, LibraryError
from core.vectors.alone import AFTER
from core.vectors.milvus import Row
from core.vectors.rows import chunks
from core.vectors.states import (
    CollectionState,
    collection_state,
    field_names,
    wait_until_sealed,
)

ROWS_A_STEP = 128  # 2 MB of songs of usual length, 20 MB of the longest

HEAD_FIELDS = ("digest", "deleted")


@dataclass(slots=True)
class Look:
    """What one look at an inbox has found so far; ``known`` is what the catalogue holds there.

    ``fits`` tells whether the inbox has the shape that this version reads.
    """

    inbox: Inbox
    state: CollectionState | None
    fits: bool = True
    known: Mapping[str, Known] = field(default_factory=dict)
    refused: list[Refusal] = field(default_factory=list)
    n_songs: int = 0
    n_changes: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """Rows of an inbox in full, and when some of them left (Unix time)."""

    rows: Sequence[Row]
    graves: Mapping[str, float]


def load_inboxes(desk: Desk, inboxes: Sequence[Inbox]) -> Iterator[Future[Look]]:
    """Return looks at these inboxes; the first are being loaded already."""
    return desk.begun(partial(_load, desk), inboxes)


def release_inboxes(desk: Desk) -> None:
    """Let the inboxes leave the cluster's memory that were loaded and not merged."""
    with suppress(ClusterError, LibraryError):  # what ended the pass is told, not this
        for name in sorted(desk.loaded):
            desk.store.release(name)


def merge_inboxes(desk: Desk, looks: Iterable[Future[Look]], *, lease: Lease) -> list[Future[None]]:
    """Bring the catalogue in step with these inboxes; return their releases, still under way."""
    gate = Gate(desk.store)
    releases: list[Future[None]] = []
    for loading in looks:
        desk.step(lease)
        look = desk.wait(loading, lease)
        _look(desk, look, gate=gate, lease=lease)
        releases.append(desk.pool.submit(_release, desk, look.inbox.name))
    return releases


def _release(desk: Desk, name: str) -> None:
    desk.store.release(name)
    desk.loaded.discard(name)


def _load(desk: Desk, inbox: Inbox) -> Look:
    """Load an inbox while others are merged: it takes seconds, most of them waiting.

    One of another shape, made by hand, is not even loaded. Without a state it is looked at again
    by the next pass, which may be that of another version.
    """
    if field_names(desk.store, inbox.name) != list(shapes.SONG_FIELDS):
        return Look(inbox, None, fits=False)
    # At most AHEAD + 1 of these run at once, each with a second thread: fewer than there are.
    sealing = desk.pool.submit(wait_until_sealed, desk.store, inbox.name)
    desk.loaded.add(inbox.name)
    with suppress(ClusterError):  # the look will tell
        desk.store.load(inbox.name)
    sealing.result()
    return Look(inbox, collection_state(desk.store, inbox.name))


def _look(desk: Desk, look: Look, *, gate: Gate, lease: Lease) -> None:
    """Merge an inbox and note that; what the cluster refuses ends the pass, and nothing is noted.

    It says the same words for a full disk, for want of memory and for too many calls.
    """
    inbox = look.inbox
    if look.fits:
        _merge(desk, look, gate=gate, lease=lease)
    else:
        look.refused.append(Refusal(inbox.name, REFUSED_SHAPE))
    desk.tally.refuse(look.refused)
    report_refusals(desk.store, inbox.owner, look.refused)
    note_look(desk, inbox, now=look.state, n_changes=look.n_changes)


def _merge(desk: Desk, look: Look, *, gate: Gate, lease: Lease) -> None:
    for _, _, rows in pages(desk.store, look.inbox.name, fields=HEAD_FIELDS):
        desk.step(lease)
        entries = _entries(rows, look)
        _take_out(desk, look, [one.key for one in entries if one.is_tombstone])
        known = _known(desk, gate, keys=[one.key for one in entries]) if entries else {}
        look.known = known
        changed = [
            one.key
            for one in entries
            if not one.is_tombstone
            and (one.key not in known or known[one.key].digest != one.digest)
        ]
        look.n_changes += len(changed)
        merged: list[str] = []
        for read in desk.ahead(partial(_read, desk, look), chunks(changed, ROWS_A_STEP)):
            desk.step(lease)
            merged += _take_in(desk, look, read, gate=gate)
        desk.reader.draw_canaries(merged)


def _entries(rows: Sequence[Row], look: Look) -> list[Entry]:
    found = []
    for row in rows:
        try:
            entry = read_entry(row, look.inbox.owner)
        except ValueError as error:
            look.refused.append(Refusal(row.key, str(error)))
            continue
        look.n_songs += 1
        if look.n_songs > MAX_SONGS:
            look.refused.append(Refusal(row.key, REFUSED_COUNT))
        else:
            found.append(entry)
    return found


def _known(desk: Desk, gate: Gate, *, keys: Sequence[str]) -> dict[str, Known]:
    """Return what the catalogue holds between these keys: they are of one library, as it is."""
    if gate.dimension is None:
        return {}
    fields = ("digest", "changed_at")
    low, high = min(keys), max(keys) + AFTER
    return {
        row.key: Known(str(row.values["digest"]), float(row.values["changed_at"]))
        for _, _, rows in pages(desk.store, shapes.CATALOGUE, fields=fields, low=low, high=high)
        for row in rows
    }


def _read(desk: Desk, look: Look, keys: Sequence[str]) -> Read:
    """Read rows in full; where an answer that needs not be fresh lacks some, another is asked."""
    store, name = desk.store, look.inbox.name
    rows = store.get(name, keys, shapes.SONG_FIELDS, fresh=False)
    if len(rows) < len(keys):
        rows = store.get(name, keys, shapes.SONG_FIELDS)
    strangers = [key for key in keys if key not in look.known]
    graves = store.get(shapes.GRAVES, strangers, ["changed_at"], with_vectors=False, fresh=False)
    return Read(rows, {row.key: float(row.values["changed_at"]) for row in graves})


def _take_in(desk: Desk, look: Look, read: Read, *, gate: Gate) -> list[str]:
    """Write the rows that are believed; return the keys of those that are new."""
    believed: list[Row] = []
    traits: dict[str, Traits] = {}
    for row in read.rows:
        known, grave_s = look.known.get(row.key), read.graves.get(row.key)
        try:
            song = gate.check(row, known=known, grave_s=grave_s)
        except ValueError as error:
            look.refused.append(Refusal(row.key, str(error)))
            continue
        believed.append(row)
        traits[row.key] = new_traits(str(row.values["digest"]), song.codes)
    if not believed:
        return []
    keys = [row.key for row in believed]
    desk.journal.mark(Mark.NEW, keys)
    changed = [key for key in keys if key in look.known]
    write_traits(desk.store, {**(without_kin(desk.store, changed) if changed else {}), **traits})
    desk.store.upsert(shapes.CATALOGUE, believed)
    desk.store.delete(shapes.GRAVES, [key for key in keys if key in read.graves])
    desk.tally.merged += len(believed)
    return [key for key in keys if key not in look.known]


def _take_out(desk: Desk, look: Look, keys: Sequence[str]) -> None:
    """Obey tombstones: their songs leave the catalogue, and are remembered as gone."""
    if not keys:
        return
    store, name = desk.store, look.inbox.name
    rows = store.get(name, keys, shapes.GRAVE_FIELDS, with_vectors=False)
    # Some may have been shared again since they were seen.
    gone = [row for row in rows if row.values["deleted"] != shapes.LIVE]
    leaving = [row.key for row in gone]
    desk.journal.mark(Mark.GONE, leaving)
    desk.reader.free_canaries(set(leaving))
    if store.dimension(shapes.CATALOGUE) is not None:
        store.delete(shapes.CATALOGUE, leaving)
    shapes.bury(store, gone)
    store.delete(name, leaving)
    look.n_changes += len(leaving)
    desk.tally.removed += len(leaving)
