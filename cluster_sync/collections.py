"""The collections on the cluster: their names, their fields, and rows to and from songs.

``inbox_<library>`` holds what one library sends, ``catalogue_style`` the songs of all libraries,
``recommendations`` one list for each, ``models`` whose vectors the catalogue takes. A key is
``library:song``. What travels is a song's vectors, the fingerprint of its mix, its duration and, by
choice, title and artist. Never sound or a path.

A row's ``digest`` is over all that it says, so that both sides can compare without reading it all.
The vector that is searched also travels as text: an index may hand it back rounded.
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from core.types import CatalogueId, Codes, Float32Array, LibraryId, ModelId, SongId, SpaceName, Stem
from core.vectors.milvus import CollectionSpec, FieldKind, FieldSpec, MilvusStore, Row

FORMAT = 1
CATALOGUE = "catalogue_style"
RECOMMENDATIONS = "recommendations"
MODELS = "models"
STYLE_KEY = "style"
INBOX_PREFIX = "inbox_"

MAX_TEXT_BYTES = 65_535  # Milvus' limit for one text
MAX_NAME_BYTES = 512  # title or artist; longer ones are cut
MAX_MODEL_BYTES = 200
# 48,000 bytes, 64,000 as base64, under the limit of one text: the first 25 minutes of a song.
MAX_CODES = 12_000
MAX_DURATION_S = 24 * 3600.0
MAX_DIMENSION = 4096
MAX_VECTORS = 8
NORM_TOLERANCE = 1e-3

_CONTENT = (
    "format",
    "deleted",
    "model_id",
    "stem",
    "vectors",
    "codes",
    "duration_s",
    "title",
    "artist",
)
_SONG_FIELDS = (
    FieldSpec("format", FieldKind.INTEGER),
    FieldSpec("deleted", FieldKind.INTEGER),
    FieldSpec("model_id", FieldKind.TEXT, MAX_MODEL_BYTES),
    FieldSpec("stem", FieldKind.TEXT, 16),
    FieldSpec("vectors", FieldKind.TEXT, MAX_TEXT_BYTES),
    FieldSpec("codes", FieldKind.TEXT, MAX_TEXT_BYTES),
    FieldSpec("duration_s", FieldKind.REAL),
    FieldSpec("title", FieldKind.TEXT, MAX_NAME_BYTES),
    FieldSpec("artist", FieldKind.TEXT, MAX_NAME_BYTES),
    FieldSpec("digest", FieldKind.TEXT, 64),
)
SONG_FIELDS = tuple(one.name for one in _SONG_FIELDS)
_LIST_FIELDS = (
    FieldSpec("digest", FieldKind.TEXT, 64),  # of the song's row when the list was made
    FieldSpec("density", FieldKind.REAL),
    FieldSpec("stamp", FieldKind.TEXT, 64),  # of the list itself
    FieldSpec("items", FieldKind.TEXT, MAX_TEXT_BYTES),
)
_MODEL_FIELDS = (FieldSpec("model_id", FieldKind.TEXT, MAX_MODEL_BYTES),)
LIST_FIELDS = tuple(one.name for one in _LIST_FIELDS)
# Milvus 2.3 wants a vector in every collection; a list has none.
NO_VECTOR: tuple[float, float] = (1.0, 0.0)

Values = dict[str, str | int | float]

_VERSION = re.compile(r"^(?P<name>.+)-(?P<version>\d+)-[0-9a-f]+$")


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

    @property
    def searched(self) -> SharedVector:
        """The vector that is searched."""
        return self.vectors[0]


@dataclass(frozen=True, slots=True)
class ListItem:
    """One line of a list on the cluster."""

    key: CatalogueId
    title: str
    artist: str
    score: float
    reason: str


def inbox_name(library_id: LibraryId) -> str:
    """Return the name of a library's inbox."""
    return INBOX_PREFIX + UUID(library_id).hex


def inbox_owner(name: str) -> LibraryId | None:
    """Return whose inbox a collection is, or None where it is none."""
    try:
        owner = LibraryId(str(UUID(name.removeprefix(INBOX_PREFIX))))
    except ValueError:
        return None
    return owner if inbox_name(owner) == name else None


def inbox_spec(library_id: LibraryId, dimension: int) -> CollectionSpec:
    """Return the shape of a library's inbox."""
    return CollectionSpec(inbox_name(library_id), dimension, _SONG_FIELDS)


def catalogue_spec(dimension: int) -> CollectionSpec:
    """Return the shape of the catalogue."""
    return CollectionSpec(CATALOGUE, dimension, _SONG_FIELDS)


def models_spec() -> CollectionSpec:
    """Return the shape of the collection that says whose vectors the catalogue takes."""
    return CollectionSpec(MODELS, len(NO_VECTOR), _MODEL_FIELDS)


def model_row(model_id: ModelId) -> Row:
    """Return the row that says whose vectors the catalogue takes."""
    values: Values = {"model_id": base_model(model_id)}
    return Row(STYLE_KEY, np.array(NO_VECTOR, np.float32), values)


def cluster_model(store: MilvusStore) -> ModelId | None:
    """Return whose vectors the catalogue takes, or None where it holds none yet."""
    if store.dimension(MODELS) is None:
        return None
    rows = store.get(MODELS, [STYLE_KEY], ["model_id"], with_vectors=False)
    return ModelId(str(rows[0].values["model_id"])) if rows else None


def lists_spec() -> CollectionSpec:
    """Return the shape of the collection of lists."""
    return CollectionSpec(RECOMMENDATIONS, len(NO_VECTOR), _LIST_FIELDS)


def catalogue_id(library_id: LibraryId, song_id: SongId) -> CatalogueId:
    """Return a song's key on the cluster."""
    return CatalogueId(f"{library_id}:{song_id}")


def song_of(key: str, library_id: LibraryId) -> SongId | None:
    """Return which song of a library a key means, or None for another library's."""
    owner, _, song_id = key.partition(":")
    return SongId(song_id) if owner == library_id and song_id else None


def own_song(key: str) -> SongId:
    """Return the song's part of a key that is known to be of one's own library."""
    return SongId(key.partition(":")[2])


def base_model(model_id: str) -> ModelId:
    """Return the embedder's part of a model id: what stands after "+" names the separator."""
    return ModelId(model_id.partition("+")[0])


def older_side(ours: str, theirs: str) -> str:
    """Say which of two different models is the old one: "here", "there", or "unknown"."""
    mine, other = _VERSION.match(ours), _VERSION.match(theirs)
    if not mine or not other or mine["name"] != other["name"]:
        return "unknown"
    if int(mine["version"]) == int(other["version"]):
        return "unknown"
    return "here" if int(mine["version"]) < int(other["version"]) else "there"


def song_row(song: SharedSong) -> Row:
    """Return a song as a row; what is too long to travel is cut."""
    values: Values = {
        "format": FORMAT,
        "deleted": 0,
        "model_id": song.searched.model_id,
        "stem": song.searched.stem.value,
        "vectors": json.dumps([_vector_json(one) for one in song.vectors], separators=(",", ":")),
        "codes": _base64(song.codes[:MAX_CODES].astype("<u4")),
        "duration_s": song.duration_s,
        "title": cut(song.title),
        "artist": cut(song.artist),
    }
    values["digest"] = digest(song.key, values)
    return Row(song.key, song.searched.vector, values)


def tombstone(key: CatalogueId, dimension: int) -> Row:
    """Return the row that says that a song has left."""
    vector = np.zeros(dimension, np.float32)
    vector[0] = 1.0
    blank = {"model_id": "", "stem": "", "vectors": "", "codes": "", "title": "", "artist": ""}
    values: Values = {"format": FORMAT, "deleted": 1, "duration_s": 0.0, **blank}
    return Row(key, vector, {**values, "digest": digest(key, values)})


def digest(key: str, values: Mapping[str, str | int | float]) -> str:
    """Return the digest of all that a row says, in hexadecimal."""
    told = json.dumps([key, *(values[name] for name in _CONTENT)], ensure_ascii=True)
    return hashlib.sha256(told.encode()).hexdigest()


def read_song(row: Row) -> SharedSong:
    """Return the song that a row describes; raise ``ValueError`` with what is wrong with it."""
    values = row.values
    if values["format"] != FORMAT:
        raise ValueError(f"written in format {values['format']}, not {FORMAT}")
    if values["digest"] != digest(row.key, values):
        raise ValueError("the digest is not that of the row")
    song = SharedSong(
        key=CatalogueId(row.key),
        vectors=_read_vectors(_text(values, "vectors")),
        codes=read_codes(_text(values, "codes")),
        duration_s=_checked_duration(values["duration_s"]),
        title=_checked_name(_text(values, "title")),
        artist=_checked_name(_text(values, "artist")),
    )
    _check_searched(row, song.searched)
    return song


def read_codes(text: str) -> Codes:
    """Return fingerprint codes out of a row's text; raise ``ValueError`` for anything else."""
    codes = np.frombuffer(_bytes(text), "<u4").astype(np.uint32)
    if len(codes) > MAX_CODES:
        raise ValueError(f"more than {MAX_CODES} fingerprint codes")
    return codes


def checked_vector(vector: Float32Array) -> Float32Array:
    """Return a vector; raise ``ValueError`` where it isn't finite and of length 1."""
    if not np.isfinite(vector).all():
        raise ValueError("the vector has numbers that aren't finite")
    if abs(float(np.linalg.norm(vector)) - 1.0) > NORM_TOLERANCE:
        raise ValueError("the vector is not of length 1")
    return vector


def items_text(items: tuple[ListItem, ...]) -> str:
    """Return a list as a row's text."""
    lines = [[one.key, one.title, one.artist, round(one.score, 6), one.reason] for one in items]
    return json.dumps(lines, ensure_ascii=False, separators=(",", ":"))


def read_items(text: str) -> tuple[ListItem, ...]:
    """Return a list out of a row's text; raise ``ValueError`` for anything else."""
    try:
        return tuple(
            ListItem(CatalogueId(str(k)), str(t), str(a), float(s), str(r))
            for k, t, a, s, r in json.loads(text)
        )
    except TypeError as error:
        raise ValueError("not a list of recommendations") from error


def cut(text: str) -> str:
    """Return a title or artist without control characters, cut to what a field takes."""
    clean = "".join(char if char.isprintable() else " " for char in text).strip()
    return clean.encode()[:MAX_NAME_BYTES].decode(errors="ignore")


def _check_searched(row: Row, searched: SharedVector) -> None:
    told = (searched.model_id, searched.stem.value)
    if told != (row.values["model_id"], row.values["stem"]):
        raise ValueError("the first vector is not of the stem and model that the row names")
    if searched.space is not SpaceName.STYLE or searched.stem is Stem.VOCAL:
        raise ValueError("the vector that is searched is of neither mix nor backing, in style")
    if row.vector.shape != searched.vector.shape:
        raise ValueError(f"a vector of {len(searched.vector)} numbers, not {len(row.vector)}")
    if not np.allclose(row.vector, searched.vector, atol=NORM_TOLERANCE):
        raise ValueError("the vector is not the one that the row tells")


def _vector_json(one: SharedVector) -> list[str]:
    return [one.space.value, one.stem.value, one.model_id, _base64(one.vector.astype("<f4"))]


def _read_vectors(text: str) -> tuple[SharedVector, ...]:
    try:
        found = tuple(
            SharedVector(
                SpaceName(space),
                Stem(stem),
                ModelId(str(model)),
                checked_vector(_floats(str(data))),
            )
            for space, stem, model, data in json.loads(text)
        )
    except (TypeError, RecursionError) as error:
        raise ValueError("the vectors can't be read") from error
    if not 0 < len(found) <= MAX_VECTORS:
        raise ValueError(f"{len(found)} vectors")
    return found


def _floats(text: str) -> Float32Array:
    found = np.frombuffer(_bytes(text), "<f4").astype(np.float32)
    if not 0 < len(found) <= MAX_DIMENSION:
        raise ValueError(f"a vector of {len(found)} numbers")
    return found


def _base64(array: np.ndarray[tuple[int, ...], np.dtype[np.generic]]) -> str:
    return base64.b64encode(array.tobytes()).decode("ascii")


def _bytes(text: str) -> bytes:
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
    return value


def _checked_duration(value: str | int | float) -> float:
    if not isinstance(value, int | float) or not 0.0 < value <= MAX_DURATION_S:
        raise ValueError("the duration is not between 0 and 24 hours")
    return float(value)


def _checked_name(text: str) -> str:
    if cut(text) != text:
        raise ValueError("title or artist is too long, or has control characters")
    return text
