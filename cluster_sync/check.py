"""What a song is to those of the production catalogue: recalled there by vector, judged here.

Nothing but the vector that is searched leaves this machine; fingerprints come here to be compared.
"""

import logging
from collections.abc import Iterator, Sequence

from cluster_sync import collections as shapes
from cluster_sync.evidence import codes_of, shared_vectors
from cluster_sync.keys import song_of
from cluster_sync.rows import read_codes, read_windows
from core.cluster_types import CatalogueVerdict
from core.duplicates import SongEvidence, judge
from core.library.store import Catalogue
from core.progress import Progress
from core.types import CatalogueId, Fingerprint, SongId, Stem, StemVectors, Verdict
from core.vectors.milvus import MilvusStore, Row

RECALL = 100  # songs: a copy is among the very nearest, a clip of a song a little further off
QUERY = SongId("here")
_FIELDS = ("codes", "backing_codes", "duration_s", "title", "artist")
log = logging.getLogger(__name__)
_STRENGTH = {verdict: place for place, verdict in enumerate(Verdict)}  # declared strongest first


def check_catalogue(
    store: MilvusStore,
    catalogue: Catalogue,
    *,
    fingerprints: Sequence[Fingerprint],
    vectors: Sequence[StemVectors],
    duration_s: float,
    progress: Progress,
) -> list[CatalogueVerdict]:
    """Return what is proved, the strongest first; songs of this library are left out."""
    query = SongEvidence(
        song_id=QUERY,
        sha256="",
        duration_s=duration_s,
        mix=codes_of(fingerprints, Stem.MIX),
        backing=tuple(one for one in fingerprints if one.stem is Stem.BACKING),
    )
    progress.report(0, 1, what="searching")
    rows = _without_own(catalogue, _recalled(store, vectors))
    found: list[CatalogueVerdict] = []
    for done, row in enumerate(rows):
        progress.report(done, len(rows), what="comparing")
        found += _judged(query, row)
    return sorted(found, key=lambda one: (_STRENGTH[one.verdict], -one.score, one.catalogue_id))


def _recalled(store: MilvusStore, vectors: Sequence[StemVectors]) -> list[Row]:
    travelling = shared_vectors(
        {(one.space, one.stem): (one.model_id, one.song) for one in vectors}
    )
    model = shapes.cluster_model(store)
    if not travelling or model is None or store.dimension(shapes.CATALOGUE) is None:
        return []
    shapes.check_model(store, travelling[0].model_id, model=model)
    (hits,) = store.search(shapes.CATALOGUE, travelling[0].vector[None], limit=RECALL)
    keys = [hit.key for hit in hits]
    return store.get(shapes.CATALOGUE, keys, _FIELDS, with_vectors=False)


def _without_own(catalogue: Catalogue, rows: Sequence[Row]) -> list[Row]:
    own = {row.key: song_of(row.key, catalogue.library_id) for row in rows}
    here = catalogue.songs_of([song_id for song_id in own.values() if song_id is not None])
    known = {song.song_id for song in here}
    return [row for row in rows if own[row.key] not in known]


def _judged(query: SongEvidence, row: Row) -> Iterator[CatalogueVerdict]:
    try:
        theirs = _evidence(row)
    except ValueError as error:  # one song of another version must not hide all others
        log.warning("a song of the catalogue can't be read: %s: %s", row.key, error)
        return
    found = judge(query, theirs)
    if found is not None:
        yield CatalogueVerdict(
            catalogue_id=CatalogueId(row.key),
            title=str(row.values["title"]),
            artist=str(row.values["artist"]),
            verdict=found.verdict,
            score=found.score,
            overlap=found.overlap,
            confidence=found.confidence,
        )


def _evidence(row: Row) -> SongEvidence:
    return SongEvidence(
        song_id=SongId(row.key),
        sha256=row.key,  # not known there, and no file's
        duration_s=float(row.values["duration_s"]),
        mix=read_codes(str(row.values["codes"])),
        backing=read_windows(str(row.values["backing_codes"])),
    )
