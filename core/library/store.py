"""The catalogue: the truth about one library, in one SQLite file in its folder.

``Catalogue`` is the one object that others use. Its verbs lie on shelves, one file each (songs,
evidence, verdicts, waiting, memory); here are those that write to several shelves at once. Every
verb is one transaction, and may be called from any thread.
"""

from collections.abc import Sequence
from pathlib import Path

from core.library.changes import ChangeKind, queue_change
from core.library.copy_facts import MeasureShelf, count_tags, write_measures
from core.library.database import BUSY_TIMEOUT_S, Database, folder_error
from core.library.decisions import DecisionShelf
from core.library.evidence import (
    EvidenceShelf,
    clear_evidence,
    clear_vectors,
    write_cover,
    write_fingerprints,
    write_grain,
    write_pictures,
    write_tonal,
    write_vectors,
)
from core.library.journal import JournalShelf
from core.library.kinds import KindShelf, write_kind
from core.library.levels import LevelShelf
from core.library.memory import MemoryShelf
from core.library.music import write_music
from core.library.songs import SongShelf, rename_song, require_song, write_song, write_stream
from core.library.verdicts import VerdictShelf, clear_verdicts
from core.library.waiting import WaitingShelf, forget_file
from core.types import (
    CopyMeasures,
    FileStamp,
    Fingerprint,
    Grain,
    LibraryId,
    MusicFacts,
    SongId,
    SongRecord,
    SoundKind,
    Stage,
    StemVectors,
    Tags,
    Tonal,
)

FILE_NAME = "catalogue.sqlite3"
NOT_TOLD = MusicFacts()


class Catalogue(
    SongShelf,
    EvidenceShelf,
    VerdictShelf,
    WaitingShelf,
    MemoryShelf,
    MeasureShelf,
    DecisionShelf,
    JournalShelf,
    LevelShelf,
    KindShelf,
):
    """One library's catalogue, opened or created; raises ``LibraryError`` from every verb."""

    def __init__(self, folder: Path, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> None:
        _make_folder(folder)
        super().__init__(Database(folder / FILE_NAME, busy_timeout_s=busy_timeout_s))
        with self.database.reading() as connection:
            row = connection.execute("SELECT library_id FROM library").fetchone()
        self.library_id = LibraryId(row[0])

    def close(self) -> None:
        """Close the file; the catalogue can't be used any more."""
        self.database.close()

    def put(self, record: SongRecord) -> None:
        """Store a song, or replace all that is known of the song with its id.

        It is queued for the cluster, and its file no longer waits or counts as failed. Listens
        and decisions stay; verdicts go, since they were proved on the old sound.
        """
        song = record.song
        with self.database.writing() as connection:
            write_song(connection, song)
            clear_evidence(connection, song.song_id)
            clear_verdicts(connection, song.song_id)
            write_pictures(connection, song.song_id, cover=record.cover, overview=record.overview)
            write_fingerprints(connection, song.song_id, fingerprints=record.fingerprints)
            write_grain(connection, song.song_id, grain=record.grain)
            write_tonal(connection, song.song_id, tonal=record.tonal)
            write_vectors(connection, song.song_id, vectors=record.vectors)
            write_measures(connection, song.song_id, measures=record.measures)
            write_kind(connection, song.song_id, kind=record.kind)
            if record.music is not None:
                write_music(connection, song.song_id, music=record.music)
            queue_change(connection, song.song_id, kind=ChangeKind.UPSERT)
            forget_file(connection, song.path)

    def complete(
        self,
        song_id: SongId,
        *,
        fingerprints: Sequence[Fingerprint],
        vectors: Sequence[StemVectors],
        tonal: Tonal | None = None,
        music: MusicFacts = NOT_TOLD,
    ) -> None:
        """Add what the separation found, and mark the song as ready."""
        with self.database.writing() as connection:
            require_song(connection, song_id)
            write_fingerprints(connection, song_id, fingerprints=fingerprints)
            write_vectors(connection, song_id, vectors=vectors)
            write_tonal(connection, song_id, tonal=tonal)
            write_music(connection, song_id, music=music)
            connection.execute(
                "UPDATE song SET stage = ? WHERE song_id = ?", (Stage.READY.value, song_id)
            )
            queue_change(connection, song_id, kind=ChangeKind.UPSERT)

    def fill_in(
        self,
        song_id: SongId,
        *,
        grain: Grain,
        measures: CopyMeasures,
        stream_sha256: str,
        kind: SoundKind,
        tonal: Tonal | None = None,
        vectors: Sequence[StemVectors] = (),
        fingerprints: Sequence[Fingerprint] = (),
        music: MusicFacts = NOT_TOLD,
        forgets_vectors: bool = False,
    ) -> None:
        """Add to a song what an older version did not hear; only vectors travel to the cluster.

        With ``forgets_vectors`` it is left with these vectors and no others.
        """
        with self.database.writing() as connection:
            require_song(connection, song_id)
            write_grain(connection, song_id, grain=grain)
            write_measures(connection, song_id, measures=measures)
            write_stream(connection, song_id, stream_sha256=stream_sha256)
            write_kind(connection, song_id, kind=kind)
            write_tonal(connection, song_id, tonal=tonal)
            write_music(connection, song_id, music=music)
            if forgets_vectors:
                clear_vectors(connection, song_id)
            write_vectors(connection, song_id, vectors=vectors)
            write_fingerprints(connection, song_id, fingerprints=fingerprints)
            if vectors:
                queue_change(connection, song_id, kind=ChangeKind.UPSERT)

    def retag(self, song_id: SongId, tags: Tags, *, stamp: FileStamp) -> None:
        """Note that a song's file has other tags, and is no other sound for that."""
        with self.database.writing() as connection:
            require_song(connection, song_id)
            rename_song(connection, song_id, tags=tags, stamp=stamp)
            write_cover(connection, song_id, cover=tags.cover)
            count_tags(connection, song_id, n_tags=tags.n_texts)
            queue_change(connection, song_id, kind=ChangeKind.UPSERT)

    def remove(self, song_id: SongId) -> None:
        """Forget a song, and queue its removal for the cluster; its file stays where it is."""
        with self.database.writing() as connection:
            require_song(connection, song_id)
            connection.execute("DELETE FROM song WHERE song_id = ?", (song_id,))
            queue_change(connection, song_id, kind=ChangeKind.DELETE)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise folder_error(folder, error) from error
