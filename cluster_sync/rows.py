"""Songs to and from rows of the cluster; rows of others are checked before they are believed. Pure.

What travels is a song's vectors, the fingerprint of its mix and of its separated windows, its
duration, the time of its last change and, by choice, title and artist. Never sound or a path.

A row's ``digest`` is over all that it says of the song, so that both sides can compare without
reading it all. The vector that is searched also travels as text: an index may hand it back rounded.
Times are Unix time in seconds.
"""

import base64
import binascii
import hashlib
import json
import math
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from cluster_sync.models import is_comparable
from core.types import (
    CatalogueId,
    Codes,
    Fingerprint,
    Float32Array,
    ModelId,
    SpaceName,
    Stem,
)
from core.vectors.rows import FieldKind, FieldSpec, Row

FORMAT = 2

MAX_TEXT_BYTES = 65_535  # Milvus' limit for one text
MAX_NAME_BYTES = 512  # title or artist; longer ones are cut
MAX_MODEL_BYTES = 200
# 48,000 bytes, 64,000 as base64, under the limit of one text: the first 25 minutes of a song.
MAX_CODES = 12_000
# A window has about 100 codes, and a song three windows; more is room for other separators.
MAX_WINDOWS = 16
MAX_WINDOW_CODES = 1_000
MAX_DURATION_S = 24 * 3600.0
MAX_DIMENSION = 4096
MAX_VECTORS = 8
MAX_TIME = 2.0**40  # a bound only, some 34,000 years on; a clock that is wrong is not an attack
NORM_TOLERANCE = 1e-3

# What a row's "deleted" says. A song that was withdrawn comes back only when it is shared again;
# one that was removed comes back with any newer change.
LIVE, REMOVED, WITHDRAWN = 0, 1, 2

_CONTENT = (
    "format",
    "deleted",
    "model_id",
    "stem",
    "vectors",
    "codes",
    "backing_codes",
    "duration_s",
    "title",
    "artist",
)
SONG_FIELD_SPECS = (
    FieldSpec("format", FieldKind.INTEGER),
    FieldSpec("deleted", FieldKind.INTEGER),
    FieldSpec("changed_at", FieldKind.REAL),
    FieldSpec("model_id", FieldKind.TEXT, MAX_MODEL_BYTES),
    FieldSpec("stem", FieldKind.TEXT, 16),
    FieldSpec("vectors", FieldKind.TEXT, MAX_TEXT_BYTES),
    FieldSpec("codes", FieldKind.TEXT, MAX_TEXT_BYTES),
    FieldSpec("backing_codes", FieldKind.TEXT, MAX_TEXT_BYTES),
    FieldSpec("duration_s", FieldKind.REAL),
    FieldSpec("title", FieldKind.TEXT, MAX_NAME_BYTES),
    FieldSpec("artist", FieldKind.TEXT, MAX_NAME_BYTES),
    FieldSpec("digest", FieldKind.TEXT, 64),
)
SONG_FIELDS = tuple(one.name for one in SONG_FIELD_SPECS)

Values = dict[str, str | int | float]


@dataclass(frozen=True, slots=True)
class SharedVector:
    """A vector that travels, float32 [D] of length 1."""

    space: SpaceName
    stem: Stem
    model_id: ModelId
    vector: Float32Array


@dataclass(frozen=True, slots=True)
class SharedSong:
    """What the cluster knows of a song; the first of its vectors is the one that is searched."""

    key: CatalogueId
    vectors: tuple[SharedVector, ...]
    codes: Codes
    duration_s: float
    title: str = ""
    artist: str = ""
    backing: tuple[Fingerprint, ...] = ()  # of the separated windows
    changed_at: float = 0.0

    @property
    def searched(self) -> SharedVector:
        """The vector that is searched."""
        return self.vectors[0]


def song_row(song: SharedSong) -> Row:
    """Return a song as a row; what is too long to travel is cut."""
    values: Values = {
        "format": FORMAT,
        "deleted": LIVE,
        "changed_at": song.changed_at,
        "model_id": song.searched.model_id,
        "stem": song.searched.stem.value,
        "vectors": f"[{', '.join(map(_vector_json, song.vectors))}]",
        "codes": _base64(song.codes[:MAX_CODES].astype("<u4", copy=False).tobytes()),
        "backing_codes": _base64(_windows_bytes(song.backing)),
        "duration_s": song.duration_s,
        "title": cut(song.title),
        "artist": cut(song.artist),
    }
    values["digest"] = digest(song.key, values)
    return Row(song.key, song.searched.vector, values)


def tombstone(
    key: CatalogueId, dimension: int, *, changed_at: float = 0.0, deleted: int = REMOVED
) -> Row:
    """Return the row that says that a song has left, and when."""
    vector = np.zeros(dimension, np.float32)
    vector[0] = 1.0
    blank = dict.fromkeys(
        ("model_id", "stem", "vectors", "codes", "backing_codes", "title", "artist"), ""
    )
    values: Values = {"format": FORMAT, "deleted": deleted, "duration_s": 0.0, **blank}
    values["digest"] = digest(key, values)
    return Row(key, vector, {**values, "changed_at": changed_at})


def digest(key: str, values: Mapping[str, str | int | float]) -> str:
    """Return the digest of all that a row says of its song, in hexadecimal.

    Every part goes in with its length before it, so that no two rows spell the same.
    """
    parts = (key, *(str(values[name]) for name in _CONTENT))
    told = "".join([f"{len(part)}:{part}" for part in parts])
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


def read_song(row: Row) -> SharedSong:
    """Return the song that a row describes; raise ``ValueError`` with what is wrong with it."""
    values = row.values
    if values["format"] != FORMAT:
        raise ValueError(f"written in format {values['format']}, not {FORMAT}")
    if values["digest"] != digest(row.key, values):
        raise ValueError("the digest is not that of the row")
    duration_s = _checked_duration(values["duration_s"])
    song = SharedSong(
        key=CatalogueId(row.key),
        vectors=_read_vectors(_text(values, "vectors")),
        codes=read_codes(_text(values, "codes")),
        duration_s=duration_s,
        title=_checked_name(_text(values, "title")),
        artist=_checked_name(_text(values, "artist")),
        backing=read_windows(_text(values, "backing_codes"), duration_s=duration_s),
        changed_at=_checked_time(values["changed_at"]),
    )
    _check_searched(row, song.searched)
    return song


def read_codes(text: str) -> Codes:
    """Return fingerprint codes out of a row's text; raise ``ValueError`` for anything else."""
    codes = _words(text)
    if len(codes) > MAX_CODES:
        raise ValueError(f"more than {MAX_CODES} fingerprint codes")
    return codes


def read_windows(text: str, *, duration_s: float = MAX_DURATION_S) -> tuple[Fingerprint, ...]:
    """Return the fingerprints of separated windows out of a row's text, in the order of starts.

    Raises ``ValueError`` for anything else, and for a window outside the song.
    """
    found = tuple(_windows(_words(text)))
    starts = [one.start_s for one in found]
    if len(found) > MAX_WINDOWS:
        raise ValueError(f"more than {MAX_WINDOWS} separated windows")
    if not all(0.0 <= start <= duration_s for start in starts) or starts != sorted(starts):
        raise ValueError("separated windows that don't lie in the song, one after the other")
    return found


def checked_vector(vector: Float32Array) -> Float32Array:
    """Return a vector; raise ``ValueError`` where it isn't finite and of length 1."""
    if not np.isfinite(vector).all():
        raise ValueError("the vector has numbers that aren't finite")
    if abs(float(np.linalg.norm(vector)) - 1.0) > NORM_TOLERANCE:
        raise ValueError("the vector is not of length 1")
    return vector


def cut(text: str) -> str:
    """Return a title or artist without control characters, cut to what a field takes."""
    clean = text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
    return within(clean.strip(), MAX_NAME_BYTES).rstrip()


def within(text: str, limit: int) -> str:
    """Return a text, cut to so many bytes of UTF-8."""
    if 4 * len(text) <= limit:
        return text
    return text.encode()[:limit].decode(errors="ignore")


def _check_searched(row: Row, searched: SharedVector) -> None:
    told = (searched.model_id, searched.stem.value)
    if told != (row.values["model_id"], row.values["stem"]):
        raise ValueError("the first vector is not of the stem and model that the row names")
    if searched.space is not SpaceName.STYLE or searched.stem is Stem.VOCAL:
        raise ValueError("the vector that is searched is of neither mix nor backing, in style")
    if not is_comparable(searched.model_id):
        raise ValueError("the vector that is searched comes from a separator that isn't compared")
    if row.vector.shape != searched.vector.shape:
        raise ValueError(f"a vector of {len(searched.vector)} numbers, not {len(row.vector)}")
    if not np.allclose(row.vector, searched.vector, atol=NORM_TOLERANCE):
        raise ValueError("the vector is not the one that the row tells")


def _vector_json(one: SharedVector) -> str:
    """Return a vector as JSON; its numbers need no quoting, and are most of it."""
    head = json.dumps([one.space.value, one.stem.value, one.model_id])
    return f'{head[:-1]}, "{_base64(one.vector.astype("<f4", copy=False).tobytes())}"]'


def _read_vectors(text: str) -> tuple[SharedVector, ...]:
    try:
        listed = json.loads(text)
        if not isinstance(listed, list) or not 0 < len(listed) <= MAX_VECTORS:
            raise ValueError(f"not 1 to {MAX_VECTORS} vectors")
        found = tuple(_read_vector(*one) for one in listed)
    except (TypeError, RecursionError) as error:
        raise ValueError("the vectors can't be read") from error
    if len({(one.space, one.stem) for one in found}) < len(found):
        raise ValueError("two vectors of one stem in one space")
    return found


def _read_vector(space: object, stem: object, model: object, data: object) -> SharedVector:
    if not isinstance(model, str) or not isinstance(data, str):
        raise ValueError("a vector's model or numbers are not a text")
    if not model or len(model.encode()) > MAX_MODEL_BYTES or not model.isprintable():
        raise ValueError("a model's name is empty or too long, or has control characters")
    kind = SpaceName(space), Stem(stem)
    numbers = np.frombuffer(_bytes(data), "<f4").astype(np.float32)
    if not 0 < len(numbers) <= MAX_DIMENSION:
        raise ValueError(f"a vector of {len(numbers)} numbers")
    return SharedVector(*kind, ModelId(model), checked_vector(numbers))


def _windows_bytes(backing: tuple[Fingerprint, ...]) -> bytes:
    """Return windows as words: for each its start (float32), how many codes, and the codes."""
    parts: list[bytes] = []
    for one in sorted(backing, key=lambda f: f.start_s)[:MAX_WINDOWS]:
        codes = one.codes[:MAX_WINDOW_CODES]
        parts += [
            struct.pack("<fI", one.start_s, len(codes)),
            codes.astype("<u4", copy=False).tobytes(),
        ]
    return b"".join(parts)


def _windows(words: Codes) -> Iterator[Fingerprint]:
    place = 0
    while place < len(words):
        if place + 2 > len(words):
            raise ValueError("a separated window without its length")
        start_s, count = float(words[place].view(np.float32)), int(words[place + 1])
        place += 2
        if not 0 < count <= min(MAX_WINDOW_CODES, len(words) - place):
            raise ValueError(f"a separated window of {count} codes")
        yield Fingerprint(Stem.BACKING, start_s, words[place : place + count])
        place += count


def _base64(told: bytes) -> str:
    return base64.b64encode(told).decode("ascii")


def _words(text: str) -> Codes:
    return np.frombuffer(_bytes(text), "<u4").astype(np.uint32)


def _bytes(text: str) -> bytes:
    if len(text) > MAX_TEXT_BYTES:
        raise ValueError("a text that is too long")
    try:
        found = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError("text that is not base64") from error
    if len(found) % 4:
        raise ValueError("bytes that are not whole numbers")
    return found


def _text(values: Mapping[str, str | int | float], name: str) -> str:
    value = values[name]
    if not isinstance(value, str):
        raise ValueError(f"{name} is not a text")
    if len(value) > MAX_TEXT_BYTES:
        raise ValueError(f"{name} is too long")
    return value


def _checked_duration(value: str | int | float) -> float:
    if not isinstance(value, int | float) or not 0.0 < value <= MAX_DURATION_S:
        raise ValueError("the duration is not between 0 and 24 hours")
    return float(value)


def _checked_time(value: str | int | float) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value < MAX_TIME:
        raise ValueError("the time of the last change is none")
    return float(value)


def _checked_name(text: str) -> str:
    if cut(text) != text:
        raise ValueError("title or artist is too long, or has control characters")
    return text
