"""What the analysis found in a song: fingerprints, vectors, the overview, and the cover."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from core.errors import UnknownSongError
from core.library.blobs import code_blob, codes, float_blob, floats
from core.library.database import Shelf, in_pieces
from core.types import (
    Codes,
    Fingerprint,
    Float32Array,
    Grain,
    ModelId,
    SongId,
    SpaceName,
    Stem,
    StemVectors,
    Tonal,
)

_VECTOR_COLUMNS = "song_id, model_id, dimension, excerpt_s, song_vector, starts_s, excerpt_vectors"
_FLOAT_BYTES = 4
_CLASSES = 12  # of pitch, in a step of a tonal sequence
# Looked up many times a song: twenty times as quick as making an enum's member of its value.
_STEMS = {stem.value: stem for stem in Stem}
_KINDS = {(space.value, stem.value): (space, stem) for space in SpaceName for stem in Stem}


def write_fingerprints(
    connection: sqlite3.Connection, song_id: SongId, *, fingerprints: Sequence[Fingerprint]
) -> None:
    """Store fingerprints; those that the song already has of the same stems go."""
    stems = {(song_id, fingerprint.stem.value) for fingerprint in fingerprints}
    connection.executemany("DELETE FROM fingerprint WHERE song_id = ? AND stem = ?", stems)
    connection.executemany(
        "INSERT INTO fingerprint (song_id, stem, start_s, codes) VALUES (?, ?, ?, ?)",
        [(song_id, f.stem.value, f.start_s, code_blob(f.codes)) for f in fingerprints],
    )


def write_grain(connection: sqlite3.Connection, song_id: SongId, *, grain: Grain | None) -> None:
    """Store the fine grain of a song's mix in the place of what was known; None forgets it."""
    connection.execute("DELETE FROM grain WHERE song_id = ?", (song_id,))
    if grain is not None:
        connection.execute("INSERT INTO grain VALUES (?, ?)", (song_id, grain.tobytes()))


def write_tonal(connection: sqlite3.Connection, song_id: SongId, *, tonal: Tonal | None) -> None:
    """Store a song's tonal sequence in the place of what was known; None forgets it."""
    connection.execute("DELETE FROM tonal WHERE song_id = ?", (song_id,))
    if tonal is not None:
        connection.execute("INSERT INTO tonal VALUES (?, ?)", (song_id, tonal.tobytes()))


def write_vectors(
    connection: sqlite3.Connection, song_id: SongId, *, vectors: Sequence[StemVectors]
) -> None:
    """Store vectors; those that the song already has of the same space and stem go."""
    connection.executemany(
        "INSERT OR REPLACE INTO vectors (song_id, space, stem, model_id, dimension, excerpt_s,"
        " song_vector, starts_s, excerpt_vectors) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(song_id, *_vector_row(v)) for v in vectors],
    )


def clear_vectors(connection: sqlite3.Connection, song_id: SongId) -> None:
    """Drop a song's vectors."""
    connection.execute("DELETE FROM vectors WHERE song_id = ?", (song_id,))


def write_pictures(
    connection: sqlite3.Connection,
    song_id: SongId,
    *,
    cover: bytes | None,
    overview: Float32Array,
) -> None:
    """Store the cover, where there is one, and the overview."""
    write_cover(connection, song_id, cover=cover)
    connection.execute("INSERT INTO overview VALUES (?, ?)", (song_id, float_blob(overview)))


def write_cover(connection: sqlite3.Connection, song_id: SongId, *, cover: bytes | None) -> None:
    """Store another cover, or none."""
    connection.execute("DELETE FROM cover WHERE song_id = ?", (song_id,))
    if cover is not None:
        connection.execute("INSERT INTO cover VALUES (?, ?)", (song_id, cover))


def clear_evidence(connection: sqlite3.Connection, song_id: SongId) -> None:
    """Drop everything that the analysis found in a song."""
    for statement in (
        "DELETE FROM cover WHERE song_id = ?",
        "DELETE FROM overview WHERE song_id = ?",
        "DELETE FROM fingerprint WHERE song_id = ?",
        "DELETE FROM grain WHERE song_id = ?",
        "DELETE FROM tonal WHERE song_id = ?",
        "DELETE FROM music WHERE song_id = ?",
        "DELETE FROM level WHERE song_id = ?",
        "DELETE FROM sound_kind WHERE song_id = ?",
    ):
        connection.execute(statement, (song_id,))
    clear_vectors(connection, song_id)


class EvidenceShelf(Shelf):
    """Asks for what the analysis found."""

    def fingerprints(self, song_id: SongId, stem: Stem) -> tuple[Fingerprint, ...]:
        """Return a song's fingerprints of a stem, in the order of their start."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT start_s, codes FROM fingerprint WHERE song_id = ? AND stem = ?"
                " ORDER BY start_s",
                (song_id, stem.value),
            ).fetchall()
        return tuple(Fingerprint(stem, row[0], self._codes(row[1])) for row in rows)

    def fingerprints_of(
        self, song_ids: Sequence[SongId]
    ) -> Iterator[tuple[SongId, tuple[Fingerprint, ...]]]:
        """Yield the fingerprints of those of these songs that have some, all stems together."""
        for some, marks in in_pieces(song_ids):
            found: dict[SongId, list[Fingerprint]] = {}
            for song_id, stem, start_s, blob in self._rows(some, marks):
                fingerprint = Fingerprint(Stem(stem), start_s, self._codes(blob))
                found.setdefault(SongId(song_id), []).append(fingerprint)
            yield from ((song_id, tuple(several)) for song_id, several in found.items())

    def grain(self, song_id: SongId) -> Grain | None:
        """Return the fine grain of a song's mix; None where an older version has heard it."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT grains FROM grain WHERE song_id = ?", (song_id,)
            ).fetchone()
        return None if row is None else np.frombuffer(row[0], np.uint8)

    def tonal(self, song_id: SongId) -> Tonal | None:
        """Return a song's tonal sequence; None where it wasn't heard for one yet."""
        return self.tonals_of([song_id]).get(song_id)

    def tonals_of(self, song_ids: Sequence[SongId]) -> dict[SongId, Tonal]:
        """Return the tonal sequences of those of these songs that have one."""
        rows = self.database.of_songs("SELECT song_id, steps FROM tonal", song_ids)
        return {SongId(song_id): self._tonal(blob) for song_id, blob in rows}

    def vectors(self, song_id: SongId, space: SpaceName, stem: Stem) -> StemVectors | None:
        """Return a song's vectors of a stem in a space, or None where it has none."""
        return self.vectors_of([song_id], space, stem).get(song_id)

    def vectors_of(
        self, song_ids: Sequence[SongId], space: SpaceName, stem: Stem
    ) -> dict[SongId, StemVectors]:
        """Return the vectors of those of these songs that have some."""
        found: dict[SongId, StemVectors] = {}
        with self.database.reading() as connection:
            for some, marks in in_pieces(song_ids):
                rows = connection.execute(
                    # Only column names and question marks enter the text.
                    f"SELECT {_VECTOR_COLUMNS} FROM vectors"  # noqa: S608
                    f" WHERE space = ? AND stem = ? AND song_id IN ({marks})",
                    (space.value, stem.value, *some),
                )
                found |= {SongId(r[0]): self._stem_vectors(space, stem, r) for r in rows}
        return found

    def all_song_vectors(
        self, song_ids: Sequence[SongId]
    ) -> dict[SongId, dict[tuple[SpaceName, Stem], tuple[ModelId, Float32Array]]]:
        """Return every song vector, float32 [D], of these songs, with the model that made it."""
        found: dict[SongId, dict[tuple[SpaceName, Stem], tuple[ModelId, Float32Array]]] = {}
        for song_id, space, stem, model_id, dimension, blob in self.database.of_songs(
            "SELECT song_id, space, stem, model_id, dimension, song_vector FROM vectors", song_ids
        ):
            if len(blob) != _FLOAT_BYTES * dimension:
                raise self.database.damaged("a blob of floats: of another length than its vector")
            # Not copied, since many are read at once: the array can't be written to.
            vector = np.frombuffer(blob, "<f4")
            found.setdefault(song_id, {})[_KINDS[space, stem]] = model_id, vector
        return found

    def all_fingerprints(self, song_ids: Sequence[SongId]) -> dict[SongId, list[Fingerprint]]:
        """Return every fingerprint of these songs, in the order of their start."""
        found: dict[SongId, list[Fingerprint]] = {}
        for song_id, stem, start_s, blob in self.database.of_songs(
            "SELECT song_id, stem, start_s, codes FROM fingerprint", song_ids
        ):
            made = Fingerprint(_STEMS[stem], start_s, self._codes(blob))
            found.setdefault(song_id, []).append(made)
        for some in found.values():
            some.sort(key=lambda one: one.start_s)
        return found

    def song_vectors(
        self, space: SpaceName, stem: Stem, model_id: ModelId
    ) -> Iterator[tuple[SongId, Float32Array]]:
        """Yield the song vector, float32 [D], of every song that this model has embedded."""
        with self.database.reading() as connection:
            for song_id, dimension, blob in connection.execute(
                "SELECT song_id, dimension, song_vector FROM vectors"
                " WHERE space = ? AND stem = ? AND model_id = ?",
                (space.value, stem.value, model_id),
            ):
                yield SongId(song_id), self._floats(blob, (dimension,))

    def models_of(self, song_id: SongId) -> dict[tuple[SpaceName, Stem], ModelId]:
        """Return which model each of a song's vectors is of."""
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT space, stem, model_id FROM vectors WHERE song_id = ?", (song_id,)
            ).fetchall()
        return {_KINDS[space, stem]: ModelId(model_id) for space, stem, model_id in rows}

    def count_vectors(self, space: SpaceName, stem: Stem, model_id: ModelId) -> int:
        """Return how many songs this model has embedded."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT count(*) FROM vectors WHERE space = ? AND stem = ? AND model_id = ?",
                (space.value, stem.value, model_id),
            ).fetchone()
        return int(row[0])

    def cover(self, song_id: SongId) -> bytes | None:
        """Return a song's cover as it lay in its file, or None."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT image FROM cover WHERE song_id = ?", (song_id,)
            ).fetchone()
        return None if row is None else bytes(row[0])

    def overview(self, song_id: SongId) -> Float32Array:
        """Return a song's overview, float32 [n] in [0, 1]."""
        with self.database.reading() as connection:
            row = connection.execute(
                "SELECT levels FROM overview WHERE song_id = ?", (song_id,)
            ).fetchone()
        if row is None:
            raise UnknownSongError(song_id)
        return self._floats(row[0], (-1,))

    def _rows(self, song_ids: Sequence[SongId], marks: str) -> list[tuple[Any, ...]]:
        with self.database.reading() as connection:
            return connection.execute(
                # Only question marks enter the text.
                f"SELECT song_id, stem, start_s, codes FROM fingerprint"  # noqa: S608
                f" WHERE song_id IN ({marks}) ORDER BY song_id, stem, start_s",
                tuple(song_ids),
            ).fetchall()

    def _stem_vectors(self, space: SpaceName, stem: Stem, row: tuple[Any, ...]) -> StemVectors:
        _, model_id, dimension, excerpt_s, song_vector, starts_s, excerpt_vectors = row
        starts = self._floats(starts_s, (-1,))
        return StemVectors(
            space=space,
            stem=stem,
            model_id=ModelId(model_id),
            song=self._floats(song_vector, (dimension,)),
            excerpts=self._floats(excerpt_vectors, (len(starts), dimension)),
            starts_s=starts,
            excerpt_s=excerpt_s,
        )

    def _floats(self, blob: bytes, shape: tuple[int, ...]) -> Float32Array:
        try:
            return floats(blob, shape)
        except ValueError as error:
            raise self.database.damaged(f"a blob of floats: {error}") from error

    def _tonal(self, blob: bytes) -> Tonal:
        try:
            return np.frombuffer(blob, np.uint8).reshape(-1, _CLASSES)
        except ValueError as error:
            raise self.database.damaged(f"a tonal sequence: {error}") from error

    def _codes(self, blob: bytes) -> Codes:
        try:
            return codes(blob)
        except ValueError as error:
            raise self.database.damaged(f"a blob of codes: {error}") from error


def _vector_row(vectors: StemVectors) -> tuple[str | float | bytes, ...]:
    return (
        vectors.space.value,
        vectors.stem.value,
        vectors.model_id,
        len(vectors.song),
        vectors.excerpt_s,
        float_blob(vectors.song),
        float_blob(vectors.starts_s),
        float_blob(vectors.excerpts),
    )
