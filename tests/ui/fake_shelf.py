"""The catalogue of invented songs: what the window reads without an index."""

from pathlib import Path

from core.errors import UnknownSongError
from core.types import Problem, Song, SongId, Stage


class FakeShelf:
    """The catalogue of invented songs."""

    def __init__(self) -> None:
        self.songs: dict[SongId, Song] = {}
        self.queue: list[Path] = []
        self.backings: set[SongId] = set()
        self.old: list[SongId] = []  # heard by an older version, the last added first
        self.problems: dict[Path, Problem] = {}

    def song(self, song_id: SongId) -> Song:
        if song_id not in self.songs:
            raise UnknownSongError(song_id)
        return self.songs[song_id]

    def queued(self) -> list[Path]:
        return list(self.queue)

    def unfinished(self) -> list[Song]:
        return [song for song in self.songs.values() if song.stage is Stage.FIRST_ANSWER]

    def half_heard(self) -> list[Song]:
        return [self.songs[song_id] for song_id in self.old if song_id in self.songs]

    def clear_problem(self, path: Path) -> None:
        self.problems.pop(path, None)
