"""What the recommender writes beside the catalogue: lists, how they came about, refusals, leases.

``recommendations`` has one list for each song. ``traits`` is what the recommender found out about a
song when it came. ``work`` is its journal: marks of what is still to do, and what it remembers of
inboxes. Musicians read lists and refusals; the rest is the recommender's own.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from cluster_sync.rows import MAX_TEXT_BYTES, Values
from core.cluster_types import ExplainedLine, Explanation
from core.recommend import Drop
from core.types import CatalogueId
from core.vectors.rows import CollectionSpec, FieldKind, FieldSpec, IndexKind, Row

RECOMMENDATIONS = "recommendations"
REFUSALS = "refusals"
LEASES = "leases"
TRAITS = "traits"
WORK = "work"

# Milvus 2.3 wants a vector in every collection; what lies here has none.
NO_VECTOR: tuple[float, float] = (1.0, 0.0)
MAX_EXPLAINED = 128  # songs that a list tells of, twice what recall finds at first
# Of a title or artist, in a list and among what was dropped. Names of nothing but quotes, two bytes
# each in JSON, then stay within Milvus' limit for one text too.
MAX_LISTED_NAME_BYTES = 160
MAX_DROPPED_NAME_BYTES = 72
MAX_REASON_BYTES = 512

_KEY_BYTES = 128
_LIST_FIELDS = (
    FieldSpec("digest", FieldKind.TEXT, 64),  # of the song's row when the list was made
    FieldSpec("stamp", FieldKind.TEXT, 64),  # of the list itself
    FieldSpec("reach", FieldKind.REAL),  # how near a song must be to be among the nearest
    FieldSpec("items", FieldKind.TEXT, MAX_TEXT_BYTES),
    FieldSpec("explanation", FieldKind.TEXT, MAX_TEXT_BYTES),
    FieldSpec("held", FieldKind.NUMBERS, MAX_EXPLAINED),  # whom the list tells of
)
LIST_FIELDS = tuple(one.name for one in _LIST_FIELDS)
EXPLANATION_FIELDS = ("items", "explanation")
_REFUSAL_FIELDS = (
    FieldSpec("reason", FieldKind.TEXT, MAX_REASON_BYTES),
    FieldSpec("at", FieldKind.REAL),
)
_LEASE_FIELDS = (
    FieldSpec("holder", FieldKind.TEXT, 200),
    FieldSpec("expires_at", FieldKind.REAL),  # Unix time
)
LEASE_FIELDS = tuple(one.name for one in _LEASE_FIELDS)
_TRAIT_FIELDS = (
    FieldSpec("sketch", FieldKind.TEXT, 8192),  # base64 of core/recordings.py's sketch
    FieldSpec("density", FieldKind.REAL),
    FieldSpec("recording", FieldKind.TEXT, _KEY_BYTES),  # equal for songs of one recording
    FieldSpec("parts", FieldKind.TEXT, 16_384),  # JSON: songs that share a part of it
)
_WORK_FIELDS = (FieldSpec("note", FieldKind.TEXT, MAX_TEXT_BYTES),)
# A dropped song's reason, in one letter.
_LETTERS = {
    Drop.QUERY_RECORDING: "q",
    Drop.SAME_RECORDING: "s",
    Drop.ARTIST: "a",
    Drop.LENGTH: "l",
}
_DROPS = {letter: drop for drop, letter in _LETTERS.items()}


@dataclass(frozen=True, slots=True)
class ListItem:
    """One line of a list on the cluster."""

    key: CatalogueId
    title: str
    artist: str
    score: float
    reason: str


@dataclass(frozen=True, slots=True)
class StoredList:
    """A list as it is stored; items and dropped are lines (``item_line``, ``dropped_line``).

    ``moved`` says of each item how far ranking moved it up; ``numbers`` are those of all songs that
    are told of (``key_number``).
    """

    digest: str
    items: Sequence[str]
    moved: Sequence[int]
    dropped: Sequence[str]
    recalled: int
    reach: float
    numbers: Sequence[int]


def bare_spec(name: str, fields: tuple[FieldSpec, ...]) -> CollectionSpec:
    """Return the shape of a collection that nobody searches, so that no graph is built of it."""
    return CollectionSpec(name, len(NO_VECTOR), fields, index=IndexKind.FLAT)


def lists_spec() -> CollectionSpec:
    """Return the shape of the collection of lists."""
    return bare_spec(RECOMMENDATIONS, _LIST_FIELDS)


def refusals_spec() -> CollectionSpec:
    """Return the shape of the collection of rows that were not believed."""
    return bare_spec(REFUSALS, _REFUSAL_FIELDS)


def leases_spec() -> CollectionSpec:
    """Return the shape of the collection that says who leads."""
    return bare_spec(LEASES, _LEASE_FIELDS)


def traits_spec() -> CollectionSpec:
    """Return the shape of the collection of what was found out about songs."""
    return bare_spec(TRAITS, _TRAIT_FIELDS)


def work_spec() -> CollectionSpec:
    """Return the shape of the journal."""
    return bare_spec(WORK, _WORK_FIELDS)


def bare_row(key: str, values: Values) -> Row:
    """Return a row of a collection that is not searched."""
    return Row(key, np.array(NO_VECTOR, np.float32), values)


def list_row(key: str, made: StoredList) -> Row:
    """Return a list as a row."""
    items = f"[{','.join(made.items)}]"
    values: Values = {
        "digest": made.digest,
        "stamp": hashlib.sha256(items.encode()).hexdigest(),
        "reach": made.reach,
        "items": items,
        "explanation": _explanation_text(made),
    }
    return Row(key, np.array(NO_VECTOR, np.float32), values, {"held": made.numbers})


def key_number(key: str) -> int:
    """Return a number for a key, by which lists are found that tell of it; int64."""
    told = hashlib.blake2b(key.encode(), digest_size=8).digest()
    return int.from_bytes(told, "big", signed=True)


def head_text(key: str, title: str, artist: str) -> str:
    """Return what a line begins with, as JSON without its bracket.

    A song stands in many lists: this is made once, and a line is put together of it.
    """
    return _json([key, title, artist])[1:-1]


def item_line(head: str, score: float, reason: str) -> str:
    """Return one line of a list, as JSON."""
    return f'[{head},{score!r},"{reason}"]'


def dropped_line(head: str, score: float, why: Drop, *, of: str) -> str:
    """Return what is kept of a song that was recalled and isn't in the list, as JSON.

    ``of`` is what it is a copy of, or empty.
    """
    return f'[{head},{score!r},"{_LETTERS[why]}","{of}"]'


def items_text(items: Sequence[ListItem]) -> str:
    """Return a list as a row's text."""
    return _json([[one.key, one.title, one.artist, one.score, one.reason] for one in items])


def read_items(text: str) -> tuple[ListItem, ...]:
    """Return a list out of a row's text; raise ``ValueError`` for anything else."""
    try:
        return tuple(
            ListItem(CatalogueId(str(k)), str(t), str(a), float(s), str(r))
            for k, t, a, s, r in json.loads(text)
        )
    except TypeError as error:
        raise ValueError("not a list of recommendations") from error


def read_explanation(values: Mapping[str, str | int | float]) -> Explanation:
    """Return how a list came about, out of a row's ``EXPLANATION_FIELDS``.

    Raises ``ValueError`` for what this can't read.
    """
    items = read_items(str(values["items"]))
    try:
        recalled, moved, dropped = json.loads(str(values["explanation"]))
        lines = (*_kept_lines(items, moved), *_dropped_lines(dropped))
        return Explanation(lines, int(recalled))
    except (TypeError, KeyError) as error:
        raise ValueError("not an explanation of a list") from error


def _explanation_text(made: StoredList) -> str:
    return f"[{made.recalled},{_json(list(made.moved))},[{','.join(made.dropped)}]]"


def _json(told: object) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _kept_lines(items: Sequence[ListItem], moved: Sequence[int]) -> Iterator[ExplainedLine]:
    for place, (item, by) in enumerate(zip(items, moved, strict=True), start=1):
        yield ExplainedLine(
            catalogue_id=item.key,
            title=item.title,
            artist=item.artist,
            score=item.score,
            kept_rank=place,
            dropped="",
            of=None,
            moved=int(by),
            reason=item.reason,
        )


def _dropped_lines(dropped: Sequence[Sequence[object]]) -> Iterator[ExplainedLine]:
    for key, title, artist, score, letter, of in dropped:
        yield ExplainedLine(
            catalogue_id=CatalogueId(str(key)),
            title=str(title),
            artist=str(artist),
            score=float(str(score)),
            kept_rank=None,
            dropped=_DROPS[str(letter)].value,
            of=CatalogueId(str(of)) if of else None,
            moved=0,
            reason="",
        )
