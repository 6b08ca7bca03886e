"""What songs hold: music, speech, noise or silence; the songs' shelf reads it with their rows."""

import sqlite3
from collections.abc import Sequence

from core.library.database import Shelf
from core.types import SongId, SoundKind

_KINDS = {kind.value: kind for kind in SoundKind}
# SQLite's limit on parameters is 32,766 since 3.32 and was 999 before; 500 costs nothing.


def write_kind(connection: sqlite3.Connection, song_id: SongId, *, kind: SoundKind | None) -> None:
    """Store what a song holds in the place of what was known; None forgets it."""
    connection.execute("DELETE FROM sound_kind WHERE song_id = ?", (song_id,))
    if kind is not None:
        connection.execute("INSERT INTO sound_kind VALUES (?, ?)", (song_id, kind.value))


def sound_kind(value: str | None) -> SoundKind:
    """Return what a row says; NULL where an older version has heard the song."""
    return SoundKind.UNCLEAR if value is None else _KINDS[value]


class KindShelf(Shelf):
    """Tells what songs hold."""

    def in_company(self, song_ids: Sequence[SongId], kind: SoundKind) -> list[SongId]:
        """Return those of these songs that are looked for among a kind, in their order."""
        rows = self.database.of_songs("SELECT song_id, kind FROM sound_kind", song_ids)
        found = {SongId(song_id): _KINDS[value] for song_id, value in rows}
        company = kind.company
        return [s for s in song_ids if found.get(s, SoundKind.UNCLEAR).company is company]
