"""What hostile rows hold, one row of a table each: all are refused, with their reason."""

import base64
import json
import time
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from cluster_sync import collections as shapes
from cluster_sync.recommender import gate
from cluster_sync.recommender.gate import Gate, Known, read_entry
from cluster_sync.recommender.metrics import refusal_kind
from core.types import ModelId
from core.vectors.milvus import MilvusStore, Row
from tests.cluster_sync.libraries import song_id, unit
from tests.cluster_sync.recommender.songs import DIMENSION, MINE, THEIRS, key, song

GOOD = song(MINE, 1, title="a song", artist="somebody")
Change = Callable[[Row], Row]


def saying(**values: object) -> Change:
    """Change what a row says, with a digest that agrees."""

    def change(row: Row) -> Row:
        told = {**row.values, **values}
        told["digest"] = shapes.digest(row.key, told)  # type: ignore[arg-type] - hostile on purpose
        return Row(row.key, row.vector, told)  # type: ignore[arg-type] - as above

    return change


def told_vector(numbers: np.ndarray, *, searched: np.ndarray | None = None, **named: str) -> Change:
    """Change the vector that a row tells, and the one that is searched with it."""
    data = base64.b64encode(numbers.astype("<f4").tobytes()).decode()
    told = [
        named.get("space", "style"),
        named.get("stem", "mix"),
        str(GOOD.values["model_id"]),
        data,
    ]

    def change(row: Row) -> Row:
        changed = saying(vectors=json.dumps([told]))(row)
        return Row(row.key, searched if searched is not None else numbers, changed.values)

    return change


def long_codes(n: int) -> str:
    return base64.b64encode(np.arange(n, dtype="<u4").tobytes()).decode()


NOT_A_NUMBER = np.full(DIMENSION, np.nan, np.float32)
HOSTILE: dict[str, tuple[Change, str]] = {
    "another digest": (lambda r: Row(r.key, r.vector, {**r.values, "title": "x"}), "digest"),
    "a field is missing": (
        lambda r: Row(r.key, r.vector, {k: v for k, v in r.values.items() if k != "codes"}),
        gate.REFUSED_SHAPE,
    ),
    "another format": (saying(format=1), "format 1"),
    "a format to come": (saying(format=99), "format 99"),
    "not a number": (told_vector(NOT_A_NUMBER), "aren't finite"),
    "infinite": (told_vector(np.full(DIMENSION, np.inf, np.float32)), "aren't finite"),
    "too long a vector": (told_vector(2 * GOOD.vector), "not of length 1"),
    "no vector at all": (saying(vectors="[]"), "1 to 8 vectors"),
    "many vectors": (saying(vectors=json.dumps([["style", "mix", "m", ""]] * 9)), "1 to 8 vectors"),
    "vectors that nest without end": (saying(vectors="[" * 60_000), "can't be read"),
    "vectors that are no JSON": (saying(vectors="{"), "Expecting property name"),
    "a space that doesn't exist": (told_vector(GOOD.vector, space="taste"), "taste"),
    "the voice": (told_vector(GOOD.vector, stem="vocal"), "the first vector"),
    "searched by another": (
        told_vector(GOOD.vector, searched=unit(seed=9)),
        "the one that the row",
    ),
    "searched by a longer one": (
        told_vector(GOOD.vector, searched=unit(seed=9, dimension=32)),
        "numbers",
    ),
    "a dimension of its own": (told_vector(unit(seed=9, dimension=8)), "a vector of 8 numbers"),
    "codes that aren't base64": (saying(codes="*" * 40), "base64"),
    "half a code": (saying(codes=base64.b64encode(b"abc").decode()), "whole numbers"),
    "too many codes": (saying(codes=long_codes(12_001)), "more than 12000"),
    "windows that end early": (saying(backing_codes=long_codes(1)), "without its length"),
    "a duration of nothing": (saying(duration_s=0.0), "duration"),
    "a duration without end": (saying(duration_s=float("inf")), "duration"),
    "no duration": (saying(duration_s=float("nan")), "duration"),
    "a title of control characters": (saying(title="a\x1b[31m"), "title or artist"),
    "a title without end": (saying(title="x" * 600), "title or artist"),
    "an artist with a line": (saying(artist="a\nb"), "title or artist"),
    "a title that is a number": (saying(title=7), "not a text"),
    "a time to come": (saying(changed_at=time.time() + 1e6), gate.REFUSED_AHEAD),
    "no time": (saying(changed_at=float("nan")), "time of the last change"),
    "another model": (
        lambda _: song(MINE, 1, model=ModelId("style-2-89abcdef")),
        "vectors of style-2-89abcdef",
    ),
}


@pytest.fixture(scope="module")
def checking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gate]:
    store = MilvusStore(str(tmp_path_factory.mktemp("gate") / "cluster.db"))
    found = Gate(store)
    found.check(song(MINE, 100), known=None, grave_s=None)
    yield found
    store.close()


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_row_is_refused_with_its_reason(checking: Gate, what: str) -> None:
    change, reason = HOSTILE[what]
    with pytest.raises(ValueError, match=reason) as told:
        checking.check(change(GOOD), known=None, grave_s=None)
    assert len(str(told.value)) < 300
    assert refusal_kind(str(told.value)).isalpha()


def test_a_good_row_is_believed(checking: Gate) -> None:
    found = checking.check(GOOD, known=None, grave_s=None)
    assert (found.key, found.title, found.artist) == (GOOD.key, "a song", "somebody")


def test_what_is_older_than_what_is_known_or_buried_stays_out(checking: Gate) -> None:
    at = {"changed_at": 1000.0}
    row = Row(GOOD.key, GOOD.vector, {**GOOD.values, **at})
    checking.check(row, known=Known("x", 1000.0), grave_s=1000.0)
    with pytest.raises(ValueError, match=gate.REFUSED_OLDER):
        checking.check(row, known=Known("x", 1000.5), grave_s=None)
    with pytest.raises(ValueError, match=gate.REFUSED_GONE):
        checking.check(row, known=None, grave_s=1000.5)


@pytest.mark.parametrize(
    "hostile",
    [
        key(THEIRS, 1),  # somebody else's
        f"{MINE}:",
        f"{MINE}:x",
        f"{MINE}:{song_id(1)}.",
        f"{MINE}:{song_id(1).upper().replace('0', 'A')}",
        "",
        "x",
        f"{MINE}{song_id(1)}",
        f'{MINE}:" or key != "',
        f"{MINE}:" + "0" * 300,
    ],
)
def test_a_key_that_is_not_of_the_library_is_refused(hostile: str) -> None:
    with pytest.raises(ValueError, match=gate.REFUSED_KEY):
        read_entry(Row(hostile, GOOD.vector, {"digest": "d", "deleted": 0}), MINE)


def test_the_head_of_a_row_is_read() -> None:
    entry = read_entry(Row(GOOD.key, GOOD.vector, {"digest": "d", "deleted": 0}), MINE)
    assert (entry.key, entry.digest, entry.is_tombstone) == (GOOD.key, "d", False)
    assert read_entry(Row(GOOD.key, GOOD.vector, {"digest": "d", "deleted": 1}), MINE).is_tombstone
    with pytest.raises(ValueError, match=gate.REFUSED_SHAPE):
        read_entry(Row(GOOD.key, GOOD.vector, {}), MINE)
