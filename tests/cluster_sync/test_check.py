"""A song held against those of everyone: recalled by vector, judged here."""

import numpy as np
import pytest

from cluster_sync import collections as shapes
from cluster_sync.rows import SharedSong, SharedVector, song_row
from core.cluster_types import CatalogueVerdict
from core.errors import ClusterError, ClusterProblem
from core.library.store import Catalogue
from core.progress import Progress
from core.types import (
    Fingerprint,
    LibraryId,
    ModelId,
    SpaceName,
    Stem,
    Verdict,
)
from core.vectors.milvus import MilvusStore, Row
from tests.cluster_sync.libraries import (
    DIMENSION,
    MODEL,
    SEPARATED,
    Cluster,
    add,
    codes,
    encoded_again,
    near,
    song_id,
    stem_vectors,
    sync_of,
    unit,
)

pytestmark = pytest.mark.parametrize("cluster", ["lite"], indirect=True)
OTHER = LibraryId("0b9619ff-8b86-d011-b42d-00c04fc964aa")
CENTRE = unit(seed=0)


def entry(number: int, *, library: LibraryId = OTHER, backing: tuple[Fingerprint, ...] = ()) -> Row:
    vector = near(CENTRE, seed=number)
    return song_row(
        SharedSong(
            key=shapes.catalogue_id(library, song_id(number)),
            vectors=(SharedVector(SpaceName.STYLE, Stem.BACKING, SEPARATED, vector),),
            codes=codes(seed=number),
            duration_s=74.0,
            title=f"Theirs {number}",
            artist="Somebody",
            backing=backing,
        )
    )


def fill(cluster: Cluster, rows: list[Row], *, model: ModelId = MODEL) -> None:
    store = cluster.open()
    for spec in (shapes.models_spec(), shapes.catalogue_spec(DIMENSION)):
        store.ensure(spec)
    store.upsert(shapes.MODELS, [shapes.model_row(model)])
    store.upsert(shapes.CATALOGUE, rows)
    store.close()


def windows(seed: int) -> tuple[Fingerprint, ...]:
    starts = (10.0, 30.0, 50.0)
    return tuple(
        Fingerprint(Stem.BACKING, s, codes(seed=seed + i, length=95)) for i, s in enumerate(starts)
    )


def check(
    catalogue: Catalogue, cluster: Cluster, *, prints: list[Fingerprint], model: ModelId = MODEL
) -> list[CatalogueVerdict]:
    found = sync_of(catalogue, cluster).check(
        fingerprints=prints,
        vectors=[stem_vectors(Stem.MIX, CENTRE, model=model)],
        duration_s=74.0,
        progress=Progress(),
    )
    return list(found)


def mix(seed: int) -> Fingerprint:
    return Fingerprint(Stem.MIX, 0.0, encoded_again(codes(seed=seed), seed=5))


def test_another_encoding_of_someones_song_is_found(cluster: Cluster, mine: Catalogue) -> None:
    fill(cluster, [entry(number) for number in range(1, 30)])
    (found,) = check(mine, cluster, prints=[mix(7)])
    assert found.verdict is Verdict.SAME_RECORDING
    assert found.catalogue_id == shapes.catalogue_id(OTHER, song_id(7))
    assert (found.title, found.artist) == ("Theirs 7", "Somebody")
    assert found.score > 0.9
    assert check(mine, cluster, prints=[mix(999)]) == []


def test_a_clip_of_someones_song_is_found(cluster: Cluster, mine: Catalogue) -> None:
    fill(cluster, [entry(number) for number in range(1, 5)])
    clip = Fingerprint(Stem.MIX, 0.0, codes(seed=3)[200:360])
    (found,) = check(mine, cluster, prints=[clip])
    assert found.verdict is Verdict.EXCERPT
    assert found.overlap.b_start_s == pytest.approx(200 * 0.1238, abs=1.0)


def test_the_same_backing_is_judged_by_the_separated_windows(
    cluster: Cluster, mine: Catalogue
) -> None:
    fill(cluster, [entry(1, backing=windows(500)), entry(2, backing=windows(600))])
    (found,) = check(mine, cluster, prints=[mix(999), *windows(600)])
    assert found.verdict is Verdict.SAME_BACKING
    assert found.catalogue_id == shapes.catalogue_id(OTHER, song_id(2))


def test_songs_of_this_library_are_left_out(cluster: Cluster, mine: Catalogue) -> None:
    add(mine, 7)
    fill(cluster, [entry(7, library=mine.library_id), entry(8, library=mine.library_id)])
    assert check(mine, cluster, prints=[mix(7)]) == []
    (other_machines,) = check(mine, cluster, prints=[mix(8)])
    assert other_machines.verdict is Verdict.SAME_RECORDING


def test_nothing_but_the_vector_leaves(
    cluster: Cluster, mine: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(cluster, [entry(1)])
    asked: list[np.ndarray] = []
    search = MilvusStore.search

    def heard(store: MilvusStore, name: str, queries: np.ndarray, **named: object) -> object:
        asked.append(queries)
        return search(store, name, queries, **named)  # type: ignore[arg-type] - handed on

    def written(*_: object) -> None:
        raise AssertionError("a check writes nothing")

    monkeypatch.setattr(MilvusStore, "search", heard)
    monkeypatch.setattr(MilvusStore, "upsert", written)
    check(mine, cluster, prints=[mix(1)])
    assert len(asked) == 1
    np.testing.assert_array_equal(asked[0], CENTRE[np.newaxis])


def test_an_empty_cluster_knows_nothing(cluster: Cluster, mine: Catalogue) -> None:
    assert check(mine, cluster, prints=[mix(1)]) == []


def test_another_model_is_not_compared(cluster: Cluster, mine: Catalogue) -> None:
    fill(cluster, [entry(1)])
    with pytest.raises(ClusterError) as caught:
        check(mine, cluster, prints=[mix(1)], model=ModelId("style-2-89abcdef"))
    assert caught.value.problem is ClusterProblem.MODEL_MISMATCH


@pytest.mark.usefixtures("expected_warnings")
def test_a_song_that_cannot_be_read_hides_no_other(
    cluster: Cluster, mine: Catalogue, caplog: pytest.LogCaptureFixture
) -> None:
    good, bad = entry(7), entry(8)
    fill(cluster, [good, Row(bad.key, bad.vector, {**bad.values, "codes": "*"})])
    (found,) = check(mine, cluster, prints=[mix(7)])
    assert found.catalogue_id == good.key
    assert bad.key in caplog.text
