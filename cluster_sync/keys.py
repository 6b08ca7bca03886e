"""Names on the cluster: whose inbox a collection is, and whose song a key means. Pure.

A song's key is ``library:song``; both halves are UUIDs that Songkin gave.
"""

from uuid import UUID

from core.types import CatalogueId, LibraryId, SongId

INBOX_PREFIX = "inbox_"


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
