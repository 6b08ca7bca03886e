"""What of the catalogue travels: vectors, the mix's fingerprint, duration, maybe the name."""

from collections.abc import Sequence

import numpy as np

from cluster_sync.collections import SharedSong, SharedVector, catalogue_id
from core.library.store import Catalogue
from core.types import Codes, SongId, SpaceName, Stem, StemVectors

# The first one that a song has is searched on the cluster: the backing, or the mix while the song
# waits for its separation. A song without either (silence) is not shared.
_SEARCHED = ((SpaceName.STYLE, Stem.BACKING), (SpaceName.STYLE, Stem.MIX))
_OTHERS = (
    (SpaceName.STYLE, Stem.VOCAL),
    (SpaceName.WORK, Stem.MIX),
    (SpaceName.WORK, Stem.BACKING),
)


def shared_songs(
    catalogue: Catalogue, song_ids: Sequence[SongId], *, share_titles: bool
) -> list[SharedSong]:
    """Return those of these songs that can be shared, as the cluster will know them."""
    found = {kind: catalogue.vectors_of(song_ids, *kind) for kind in (*_SEARCHED, *_OTHERS)}
    shared = []
    for song_id in song_ids:
        vectors = [_shared(of[song_id]) for of in found.values() if song_id in of]
        if vectors and vectors[0].space is SpaceName.STYLE and vectors[0].stem is not Stem.VOCAL:
            song = catalogue.song(song_id)
            shared.append(
                SharedSong(
                    key=catalogue_id(catalogue.library_id, song_id),
                    vectors=tuple(vectors),
                    codes=_mix_codes(catalogue, song_id),
                    duration_s=song.duration_s,
                    title=song.title if share_titles else "",
                    artist=song.artist if share_titles else "",
                )
            )
    return shared


def _shared(found: StemVectors) -> SharedVector:
    return SharedVector(found.space, found.stem, found.model_id, found.song)


def _mix_codes(catalogue: Catalogue, song_id: SongId) -> Codes:
    parts = [one.codes for one in catalogue.fingerprints(song_id, Stem.MIX)]
    return np.concatenate(parts) if parts else np.zeros(0, np.uint32)
