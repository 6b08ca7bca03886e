"""Rows to and from songs; rows of others are not believed."""

import base64
import dataclasses
import json

import numpy as np
import pytest

from cluster_sync import collections, keys
from cluster_sync import rows as shapes
from cluster_sync.rows import SharedSong, SharedVector
from core.types import Fingerprint, LibraryId, ModelId, SpaceName, Stem
from core.vectors.milvus import Row
from tests.cluster_sync.libraries import MODEL, SEPARATED, codes, song_id, unit

LIBRARY = LibraryId("6f9619ff-8b86-d011-b42d-00c04fc964ff")
KEY = keys.catalogue_id(LIBRARY, song_id(1))
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
    backing=(
        Fingerprint(Stem.BACKING, 3.5, codes(seed=5, length=95)),
        Fingerprint(Stem.BACKING, 40.25, codes(seed=6, length=94)),
    ),
    changed_at=1_700_000_000.125,
)


def same(a: SharedSong, b: SharedSong) -> bool:
    vectors = zip(a.vectors, b.vectors, strict=True)
    return (
        (a.key, a.duration_s, a.title, a.artist) == (b.key, b.duration_s, b.title, b.artist)
        and a.changed_at == b.changed_at
        and np.array_equal(a.codes, b.codes)
        and [(x.stem, x.start_s) for x in a.backing] == [(x.stem, x.start_s) for x in b.backing]
        and all(map(lambda x, y: np.array_equal(x.codes, y.codes), a.backing, b.backing))
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
    for spec in collections.inbox_spec(LIBRARY, 16).fields:
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
        {"backing": SONG.backing[:1]},
        {"key": keys.catalogue_id(LIBRARY, song_id(2))},
    ]
    for change in changes:
        other = dataclasses.replace(SONG, **change)  # type: ignore[arg-type] - of the right kinds
        assert shapes.song_row(other).values["digest"] != base


def test_the_time_of_the_change_is_not_part_of_what_a_song_is() -> None:
    later = shapes.song_row(dataclasses.replace(SONG, changed_at=1_800_000_000.0))
    assert later.values["digest"] == shapes.song_row(SONG).values["digest"]


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


def words(*numbers: int) -> str:
    return base64.b64encode(np.array(numbers, "<u4").tobytes()).decode()


def float_bits(number: float) -> int:
    return int(np.float32(number).view(np.uint32))


def told_of(separator: str) -> str:
    one = dataclasses.replace(SONG.vectors[0], model_id=ModelId(f"{MODEL}+{separator}"))
    return str(shapes.song_row(dataclasses.replace(SONG, vectors=(one,))).values["vectors"])


TWICE = ["style", "mix", "m", words(float_bits(1.0))]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (forged(format=1), "format"),
        (forged(codes="###"), "base64"),
        (forged(codes="AAA="), "whole numbers"),
        (forged(duration_s=-1.0), "duration"),
        (forged(duration_s=float("nan")), "duration"),
        (forged(title="two\nlines"), "title"),
        (forged(artist="x" * 600), "artist"),
        (forged(vectors="nonsense"), "Expecting value"),
        (forged(vectors="{}"), "1 to 8 vectors"),
        (forged(vectors="[]"), "1 to 8 vectors"),
        (forged(vectors="7"), "1 to 8 vectors"),
        (forged(vectors="[[1]]"), "can't be read"),
        (forged(vectors="[" * 60_000), "can't be read"),
        (forged(vectors=vectors_text(["style", "drums", "m", "AAAA"])), "drums"),
        (forged(vectors=vectors_text(*[["style", "mix", "m", "AAAA"]] * 9)), "1 to 8 vectors"),
        (forged(vectors=told(NAN), vector=NAN), "finite"),
        (forged(vectors=told(LONG), vector=LONG), "length 1"),
        (forged(vector=unit(seed=77)), "not the one"),
        (forged(vector=unit(seed=77, dimension=8)), "numbers"),
        (forged(model_id="style-9-ffffffff"), "model"),
        (forged(stem="vocal"), "stem"),
        (forged(vectors=vectors_text(["style", "mix", 7, "AAAA"])), "not a text"),
        (forged(vectors=vectors_text(["style", "mix", "m\n", "AAAA"])), "control characters"),
        (forged(vectors=vectors_text(["style", "mix", "m" * 201, "AAAA"])), "too long"),
        (forged(vectors=vectors_text(["style", "mix", "m", ""])), "0 numbers"),
        (forged(vectors=vectors_text(*[TWICE, TWICE])), "two vectors of one stem"),
        (forged(vectors="1" * 60_000), "Exceeds the limit|1 to 8"),
        (forged(vectors="x" * 70_000), "too long"),
        (forged(codes="A" * 65_536), "too long"),
        (forged(duration_s="long"), "duration"),
        (forged(title=7), "not a text"),
        (forged(title="right\u202eleft"), "control characters"),
        (forged(changed_at=float("nan")), "time"),
        (forged(changed_at=-1.0), "time"),
        (forged(changed_at=1e300), "time"),
        (forged(backing_codes="AAAA" * 3), "whole numbers|codes|length"),
        (forged(backing_codes=words(0, 5, 1)), "window of 5 codes"),
        (forged(backing_codes=words(0, 2**31, 1)), "codes"),
        (forged(backing_codes=words(0)), "without its length"),
        (forged(backing_codes=words(float_bits(75.0), 1, 9)), "don't lie in the song"),
        (forged(backing_codes=words(float_bits(float("nan")), 1, 9)), "don't lie in the song"),
        (forged(backing_codes=words(*[0, 1, 9] * 17)), "more than 16"),
        (forged(vectors=told_of("demucs-1-00"), model_id=f"{MODEL}+demucs-1-00"), "separator"),
    ],
)
def test_a_forged_row_is_refused_with_its_reason(row: Row, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        shapes.read_song(row)


def test_a_row_whose_digest_is_not_its_own_is_refused() -> None:
    row = shapes.song_row(SONG)
    with pytest.raises(ValueError, match="digest"):
        shapes.read_song(Row(row.key, row.vector, {**row.values, "title": "other"}))
