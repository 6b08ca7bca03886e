"""What of the catalogue travels: vectors, fingerprints, duration, maybe the name."""

from collections.abc import Mapping, Sequence

import numpy as np

from cluster_sync.keys import catalogue_id
from cluster_sync.models import is_comparable
from cluster_sync.rows import SharedSong, SharedVector
from core.library.ledger import Ledger
from core.library.store import Catalogue
from core.types import Codes, Fingerprint, Float32Array, ModelId, SongId, SpaceName, Stem

# What is said to travel, in words; the last two only by choice.
ALWAYS = ("vectors", "fingerprints", "duration", "names of the models", "time of the last change")
BY_CHOICE = ("title", "artist")
# The first one that a song has is searched on the cluster: the backing, or the mix while the song
# waits for its separation, or where its separator isn't compared there. A song without either
# (silence) is not shared.
_SEARCHED = ((SpaceName.STYLE, Stem.BACKING), (SpaceName.STYLE, Stem.MIX))
_OTHERS = (
    (SpaceName.STYLE, Stem.VOCAL),
    (SpaceName.WORK, Stem.MIX),
    (SpaceName.WORK, Stem.BACKING),
)
_ORDER = {kind: place for place, kind in enumerate((*_SEARCHED, *_OTHERS))}

Vectors = Mapping[tuple[SpaceName, Stem], tuple[ModelId, Float32Array]]


def shared_songs(
    catalogue: Catalogue, song_ids: Sequence[SongId], *, share_titles: bool
) -> list[SharedSong]:
    """Return those of these songs that can be shared, as the cluster will know them."""
    vectors = catalogue.all_song_vectors(song_ids)
    prints = catalogue.all_fingerprints(song_ids)
    found = []
    for label in Ledger(catalogue).labels(song_ids):
        travelling = shared_vectors(vectors.get(label.song_id, {}))
        if travelling:
            mine = prints.get(label.song_id, ())
            found.append(
                SharedSong(
                    key=catalogue_id(catalogue.library_id, label.song_id),
                    vectors=travelling,
                    codes=codes_of(mine, Stem.MIX),
                    duration_s=label.duration_s,
                    title=label.title if share_titles else "",
                    artist=label.artist if share_titles else "",
                    backing=tuple(one for one in mine if one.stem is Stem.BACKING),
                    changed_at=label.changed_at,
                )
            )
    return found


def shared_vectors(vectors: Vectors) -> tuple[SharedVector, ...]:
    """Return a song's vectors as they travel, the one that is searched first; maybe none."""
    kinds = sorted((kind for kind in vectors if kind in _ORDER), key=_ORDER.__getitem__)
    first = next((kind for kind in kinds[:2] if _is_searched(kind, vectors[kind][0])), None)
    if first is None:
        return ()
    if kinds[0] != first:  # a backing that isn't compared there
        kinds = [first, *(kind for kind in kinds if kind != first)]
    return tuple(SharedVector(*kind, *vectors[kind]) for kind in kinds)


def _is_searched(kind: tuple[SpaceName, Stem], model_id: ModelId) -> bool:
    return kind in _SEARCHED and is_comparable(model_id)


def codes_of(prints: Sequence[Fingerprint], stem: Stem) -> Codes:
    """Return the codes of a stem, part after part; maybe none."""
    parts = [one.codes for one in prints if one.stem is stem]
    if len(parts) == 1:
        return parts[0]
    return np.concatenate(parts) if parts else np.zeros(0, np.uint32)
