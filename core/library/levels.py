"""How loud songs are, as far as it was asked."""

from core.library.database import Shelf
from core.library.songs import require_song
from core.types import Level, SongId


class LevelShelf(Shelf):
    """Keeps and tells how loud songs are."""

    def level(self, song_id: SongId) -> Level | None:
        """Return how loud a song is; None where nobody has asked."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT lufs, peak FROM level WHERE song_id = ?", (song_id,)
            ).fetchone()
        return Level(*row) if row else None

    def keep_level(self, song_id: SongId, level: Level) -> None:
        """Store how loud a song is."""
        with self.database.writing() as connection:
            require_song(connection, song_id)
            connection.execute(
                "INSERT OR REPLACE INTO level (song_id, lufs, peak) VALUES (?, ?, ?)",
                (song_id, level.lufs, level.peak),
            )
