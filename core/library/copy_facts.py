"""What was measured of songs to compare copies by."""

import sqlite3

from core.library.database import Shelf
from core.types import CopyMeasures, SongId, SoundQuality

_COLUMNS = "song_id, bandwidth_hz, cutoff_hz, clipped_share, peak, n_tags"


def write_measures(
    connection: sqlite3.Connection, song_id: SongId, *, measures: CopyMeasures | None
) -> None:
    """Store what was measured of a song in the place of what was known; None forgets it."""
    connection.execute("DELETE FROM copy_facts WHERE song_id = ?", (song_id,))
    if measures is None:
        return
    q = measures.quality
    connection.execute(
        # Only names from the constant above enter the text.
        f"INSERT INTO copy_facts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608
        (song_id, q.bandwidth_hz, q.cutoff_hz, q.clipped_share, q.peak, measures.n_tags),
    )


def count_tags(connection: sqlite3.Connection, song_id: SongId, *, n_tags: int) -> None:
    """Note how many texts a song's file says of itself by now."""
    connection.execute("UPDATE copy_facts SET n_tags = ? WHERE song_id = ?", (n_tags, song_id))


class MeasureShelf(Shelf):
    """Asks for what copies are compared by."""

    def measures(self) -> dict[SongId, CopyMeasures]:
        """Return what was measured of every song."""
        return self._measures("")

    def measures_of(self, song_id: SongId) -> CopyMeasures | None:
        """Return what was measured of a song; None where an older version has heard it."""
        return self._measures("WHERE song_id = ?", song_id).get(song_id)

    def _measures(self, clause: str, *values: str) -> dict[SongId, CopyMeasures]:
        with self.database.reading() as connection:
            # The clause is one of the literals above; every value is a parameter.
            rows = connection.execute(
                f"SELECT {_COLUMNS} FROM copy_facts {clause}",  # noqa: S608
                values,
            ).fetchall()
        return {SongId(row[0]): CopyMeasures(SoundQuality(*row[1:5]), row[5]) for row in rows}

    def with_cover(self) -> frozenset[SongId]:
        """Return the songs whose file carries a cover."""
        with self.database.reading() as connection:
            return frozenset(
                SongId(row[0]) for row in connection.execute("SELECT song_id FROM cover")
            )
