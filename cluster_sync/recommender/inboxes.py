"""Which inboxes must be looked at, told without loading them; and what was refused of each.

A server counts the rows of sealed segments, and tells which collections have others. An inbox is
passed over where all is sealed, and count and segments are those of the last look, which was
believed to be complete: it saw at least as many changes as rows were added since the look before.
"""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from cluster_sync import collections as shapes
from cluster_sync.lists import MAX_REASON_BYTES, REFUSALS, bare_row
from cluster_sync.recommender.desk import Desk
from cluster_sync.recommender.tally import Refusal
from cluster_sync.rows import within
from core.types import LibraryId
from core.vectors.milvus import MilvusStore
from core.vectors.rows import chunks, is_key
from core.vectors.states import CollectionState, collection_state, unsealed

MAX_REPORTED = 1000  # refusals of one library that are reported back
NAMES_A_CALL = 256
INBOX_NOTES = "inbox"


@dataclass(frozen=True, slots=True)
class Inbox:
    """An inbox that must be looked at, and how it was at the last look."""

    name: str
    owner: LibraryId
    before: CollectionState | None
    is_second_look: bool = False


def changed_inboxes(desk: Desk, notes: Mapping[str, str]) -> list[Inbox]:
    """Return the inboxes that must be looked at, by the ``notes`` of earlier looks."""
    return list(_changed(desk, notes))


def _changed(desk: Desk, notes: Mapping[str, str]) -> Iterator[Inbox]:
    names = [name for name in desk.store.names() if shapes.inbox_owner(name)]
    written: set[str] = set()
    for some in chunks(names, NAMES_A_CALL):
        written |= unsealed(desk.store, some)
    states = desk.ahead(lambda name: collection_state(desk.store, name), names)
    for name, now in zip(names, states, strict=True):
        owner = shapes.inbox_owner(name)
        before, is_sure = _read_note(notes.get(name))
        is_same = now is not None and now == before
        is_quiet = is_same and is_sure and name not in written
        if owner is not None and not is_quiet:
            yield Inbox(name, owner, before, is_second_look=is_same and name not in written)


def note_look(desk: Desk, inbox: Inbox, *, now: CollectionState | None, n_changes: int) -> None:
    """Remember that an inbox was looked at, and whether the look can have missed anything.

    ``now`` is its state before the look.
    """
    if now is None:
        return
    before = inbox.before or CollectionState(0, frozenset())
    was_all_seen = n_changes >= now.rows - before.rows
    is_sure = inbox.is_second_look or (was_all_seen and before.segments <= now.segments)
    text = json.dumps([now.rows, sorted(now.segments), is_sure])
    desk.journal.write_notes(INBOX_NOTES, {inbox.name: text})


def report_refusals(store: MilvusStore, owner: LibraryId, refused: Sequence[Refusal]) -> None:
    """Let a library read what was refused of it; what is mended is taken away."""
    wanted = {
        _reported_key(owner, one.key): within(one.reason, MAX_REASON_BYTES)
        for one in refused[:MAX_REPORTED]
    }
    held = {
        row.key: row.values["reason"]
        for row in store.heads(REFUSALS, ["reason"], prefix=f"{owner}:")
    }
    new = {key: reason for key, reason in wanted.items() if held.get(key) != reason}
    store.upsert(
        REFUSALS, [bare_row(key, {"reason": r, "at": time.time()}) for key, r in new.items()]
    )
    store.delete(REFUSALS, [key for key in held if key not in wanted])


def _read_note(text: str | None) -> tuple[CollectionState | None, bool]:
    if text is None:
        return None, False
    rows, segments, is_sure = json.loads(text)
    return CollectionState(int(rows), frozenset(segments)), bool(is_sure)


def _reported_key(owner: LibraryId, key: str) -> str:
    """Return under which key a refusal is reported: the song's, or a number for a foreign key.

    A key that no row may have is foreign too: it could mean anything in a filter.
    """
    is_own = is_key(key) and shapes.song_of(key, owner) is not None
    if is_own and len(key) <= len(owner) * 2 + 1:
        return key
    return f"{owner}:{hashlib.sha256(key.encode()).hexdigest()[:16]}"
