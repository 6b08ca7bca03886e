"""How fast songs go, and in which key they are; the songs' shelf reads it with their rows."""

import sqlite3
from typing import Any

from core.library.blobs import text
from core.types import Confidence, Key, MusicFacts, SongId, Tempo

MUSIC_COLUMNS = "bpm, bpm_confidence, tonic, is_minor, key_confidence, tag_bpm, tag_key"
_CONFIDENCES = {confidence.value: confidence for confidence in Confidence}


def write_music(connection: sqlite3.Connection, song_id: SongId, *, music: MusicFacts) -> None:
    """Store tempo and key in the place of what was known."""
    tempo, key = music.tempo, music.key
    connection.execute(
        # Only names from the constant above enter the text.
        f"INSERT OR REPLACE INTO music (song_id, {MUSIC_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
        (
            song_id,
            tempo.bpm if tempo else None,
            tempo.confidence.value if tempo else "",
            key.tonic if key else None,
            key is not None and key.is_minor,
            key.confidence.value if key else "",
            music.tag_bpm,
            text(music.tag_key),
        ),
    )


def music_facts(row: tuple[Any, ...]) -> MusicFacts:
    """Return what a row of the columns above says; all of it is NULL where a song has none."""
    bpm, bpm_confidence, tonic, is_minor, key_confidence, tag_bpm, tag_key = row
    return MusicFacts(
        None if bpm is None else Tempo(bpm, _CONFIDENCES[bpm_confidence]),
        None if tonic is None else Key(tonic, bool(is_minor), _CONFIDENCES[key_confidence]),
        tag_bpm,
        tag_key or "",
    )
