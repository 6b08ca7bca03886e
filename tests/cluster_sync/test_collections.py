"""Rows to and from songs; rows of others are not believed."""

import dataclasses
import json

import numpy as np
import pytest

from cluster_sync import collections as shapes
from cluster_sync.collections import ListItem, SharedSong, SharedVector
from core.types import CatalogueId, LibraryId, ModelId, SpaceName, Stem
from core.vectors.milvus import Row
from tests.cluster_sync.libraries import MODEL, SEPARATED, codes, song_id, unit

LIBRARY = LibraryId("6f9619ff-8b86-d011-b42d-00c04fc964ff")
KEY = shapes.catalogue_id(LIBRARY, song_id(1))
SONG = SharedSong(
    key=KEY,
    vectors=(
        SharedVector(SpaceName.STYLE, Stem.BACKING, SEPARATED, unit(seed=1)),
        SharedVector(SpaceName.STYLE, Stem.MIX, MODEL, unit(seed=2)),
        SharedVector(SpaceName.WORK, Stem.MIX, ModelId("work-1"), unit(seed=3, dimension=24)),
    ),
    codes=codes(seed=1),
    duration_s=74.25,
    title='Ágætis "byrjun"',
    artist="音楽",
)


def same(a: SharedSong, b: SharedSong) -> bool:
    vectors = zip(a.vectors, b.vectors, strict=True)
    return (
        (a.key, a.duration_s, a.title, a.artist) == (b.key, b.duration_s, b.title, b.artist)
        and np.array_equal(a.codes, b.codes)
        and all((x.space, x.stem, x.model_id) == (y.space, y.stem, y.model_id) for x, y in vectors)
        and all(map(lambda x, y: np.array_equal(x.vector, y.vector), a.vectors, b.vectors))
    )


def test_a_song_comes_back_from_its_row() -> None:
    row = shapes.song_row(SONG)
    assert same(shapes.read_song(row), SONG)
    assert set(row.values) == set(shapes.SONG_FIELDS)


def test_a_row_fits_the_fields_however_long_the_song_is() -> None:
    long = dataclasses.replace(
        SONG,
        codes=codes(seed=1, length=60_000),
        title="é" * 2000,
        artist="two\nlines\0",
    )
    row = shapes.song_row(long)
    for spec in shapes.inbox_spec(LIBRARY, 16).fields:
        value = row.values[spec.name]
        assert not isinstance(value, str) or len(value.encode()) <= spec.max_length
    read = shapes.read_song(row)
    assert len(read.codes) == shapes.MAX_CODES
    assert read.artist == "two lines"


def test_a_digest_tells_any_change() -> None:
    base = shapes.song_row(SONG).values["digest"]
    assert base == shapes.song_row(SONG).values["digest"]
    changes: list[dict[str, object]] = [
        {"title": "other"},
        {"duration_s": 74.26},
        {"codes": SONG.codes[:-1]},
        {"vectors": SONG.vectors[:2]},
        {"key": shapes.catalogue_id(LIBRARY, song_id(2))},
    ]
    for change in changes:
        other = dataclasses.replace(SONG, **change)  # type: ignore[arg-type] - of the right kinds
        assert shapes.song_row(other).values["digest"] != base


def forged(*, vector: np.ndarray | None = None, **values: object) -> Row:
    """Return a row whose digest is right and whose content is not."""
    row = shapes.song_row(SONG)
    told = {**row.values, **values}
    told["digest"] = shapes.digest(row.key, told)  # type: ignore[arg-type] - forged
    used = row.vector if vector is None else vector
    return Row(row.key, used, told)  # type: ignore[arg-type] - forged


def vectors_text(*vectors: object) -> str:
    return json.dumps(list(vectors))


NAN = shapes.song_row(SONG).vector.copy()
NAN[3] = np.nan
LONG = (shapes.song_row(SONG).vector * np.float32(1.5)).astype(np.float32)


def told(vector: np.ndarray) -> str:
    one = SharedVector(SpaceName.STYLE, Stem.BACKING, SEPARATED, vector)
    return shapes.song_row(dataclasses.replace(SONG, vectors=(one,))).values["vectors"]  # type: ignore[return-value] - a text


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (forged(format=2), "format"),
        (forged(codes="###"), "base64"),
        (forged(codes="AAA="), "whole numbers"),
        (forged(duration_s=-1.0), "duration"),
        (forged(duration_s=float("nan")), "duration"),
        (forged(title="two\nlines"), "title"),
        (forged(artist="x" * 600), "artist"),
        (forged(vectors="nonsense"), "Expecting value"),
        (forged(vectors="{}"), "0 vectors"),
        (forged(vectors="[[1]]"), "values to unpack"),
        (forged(vectors="[" * 60_000), "can't be read"),
        (forged(vectors=vectors_text(["style", "drums", "m", "AAAA"])), "drums"),
        (forged(vectors=vectors_text(*[["style", "mix", "m", "AAAA"]] * 9)), "bytes|length"),
        (forged(vectors=told(NAN), vector=NAN), "finite"),
        (forged(vectors=told(LONG), vector=LONG), "length 1"),
        (forged(vector=unit(seed=77)), "not the one"),
        (forged(vector=unit(seed=77, dimension=8)), "numbers"),
        (forged(model_id="style-9-ffffffff"), "model"),
        (forged(stem="vocal"), "stem"),
    ],
)
def test_a_forged_row_is_refused_with_its_reason(row: Row, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        shapes.read_song(row)


def test_a_row_whose_digest_is_not_its_own_is_refused() -> None:
    row = shapes.song_row(SONG)
    with pytest.raises(ValueError, match="digest"):
        shapes.read_song(Row(row.key, row.vector, {**row.values, "title": "other"}))


def test_inboxes_and_owners() -> None:
    name = shapes.inbox_name(LIBRARY)
    assert shapes.inbox_owner(name) == LIBRARY
    for other in ("catalogue_style", "inbox_", "inbox_xyz", name.upper(), name + "0"):
        assert shapes.inbox_owner(other) is None
    assert shapes.song_of(KEY, LIBRARY) == song_id(1)
    assert shapes.song_of(KEY, LibraryId("another")) is None
    assert shapes.song_of(LIBRARY, LIBRARY) is None


@pytest.mark.parametrize(
    ("ours", "theirs", "old"),
    [
        ("style-1-0a", "style-2-0b", "here"),
        ("style-10-0a", "style-9-0b", "there"),
        ("style-1-0a", "style-1-0b", "unknown"),
        ("style-1-0a", "mood-2-0b", "unknown"),
        ("untrained", "style-2-0b", "unknown"),
    ],
)
def test_which_side_is_old(ours: str, theirs: str, old: str) -> None:
    assert shapes.older_side(ours, theirs) == old


def test_lists_come_back() -> None:
    items = (
        ListItem(CatalogueId("l:1"), 'a "title"', "音楽", 0.75, "near in sound"),
        ListItem(CatalogueId("l:2"), "", "", -0.5, ""),
    )
    assert shapes.read_items(shapes.items_text(items)) == items
    for broken in ("", "1", "[1]", '[["a"]]', '[["a","b","c","x","e"]]'):
        with pytest.raises(ValueError):
            shapes.read_items(broken)
