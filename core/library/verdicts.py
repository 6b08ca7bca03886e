"""What pairs of songs are.

A pair is stored with the smaller id first, a row for each place where the one lies in the other;
it is given back with the song that was asked for as ``a``. Pairs of which the user says that they
are none (``core/library/decisions.py``) are kept, and not shown.
"""

import sqlite3
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from core.errors import BugError
from core.library.database import Shelf
from core.library.songs import has_song, require_song
from core.types import Confidence, Decision, Overlap, PairVerdict, SongId, Verdict

_STRENGTH = {verdict: place for place, verdict in enumerate(Verdict)}  # declared strongest first


def clear_verdicts(connection: sqlite3.Connection, song_id: SongId) -> None:
    """Drop what is known of a song's pairs; decisions stay."""
    connection.execute("DELETE FROM verdict WHERE a = ? OR b = ?", (song_id, song_id))


class VerdictShelf(Shelf):
    """Keeps verdicts."""

    def put_verdicts(
        self,
        song_id: SongId,
        verdicts: Sequence[PairVerdict],
        *,
        keeps_speeds: bool = False,
        anew: Collection[SongId] = (),
    ) -> None:
        """Replace what is known of a song's pairs.

        Of several verdicts on one pair those of the strongest class stay, each at its place. A
        pair whose other song has meanwhile left the library is left out. ``keeps_speeds`` keeps
        what is known at other speeds, where no more is proved now, but for pairs with songs that
        were judged ``anew``.
        """
        pairs = _checked(song_id, verdicts)
        with self.database.writing() as connection:
            require_song(connection, song_id)
            if keeps_speeds:
                known = [p for p in _known(connection, song_id) if p.overlap.speed != 1.0]
                pairs = _joined(pairs, [p for p in known if not {p.a, p.b} & set(anew)])
            clear_verdicts(connection, song_id)
            _insert(connection, pairs)

    def strengthen_verdicts(self, song_id: SongId, verdicts: Sequence[PairVerdict]) -> None:
        """Put verdicts in the place of weaker ones on the same pairs; all others stay."""
        pairs = _checked(song_id, verdicts)
        with self.database.writing() as connection:
            require_song(connection, song_id)
            pairs = _joined(_known(connection, song_id), pairs)
            clear_verdicts(connection, song_id)
            _insert(connection, pairs)

    def add_verdicts(self, song_id: SongId, verdicts: Sequence[PairVerdict]) -> None:
        """Add verdicts on those of a song's pairs of which nothing is known yet."""
        pairs = _strongest_of_pairs(_normal(verdict) for verdict in verdicts)
        with self.database.writing() as connection:
            require_song(connection, song_id)
            known = set(
                connection.execute(
                    "SELECT a, b FROM verdict WHERE a = ? OR b = ?", (song_id, song_id)
                )
            )
            _insert(connection, [pair for pair in pairs if (pair.a, pair.b) not in known])

    def verdicts(self, song_id: SongId | None = None) -> list[PairVerdict]:
        """Return the verdicts on a song's pairs, or on all; the strongest first.

        The song that is asked for is ``a`` in each. Pairs that the user says are none
        are left out.
        """
        with self.database.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM verdict WHERE (:song IS NULL OR a = :song OR b = :song)"
                " AND NOT EXISTS (SELECT 1 FROM decision d"
                " WHERE d.a = verdict.a AND d.b = verdict.b AND d.decision = :none)",
                {"song": song_id, "none": Decision.NOT_DUPLICATE.value},
            ).fetchall()
        found = [_pair(row) for row in rows]
        turned = [pair.turned if pair.b == song_id else pair for pair in found]
        return sorted(turned, key=lambda p: (_STRENGTH[p.verdict], -p.score, p.a, p.b))


def _checked(song_id: SongId, verdicts: Sequence[PairVerdict]) -> list[PairVerdict]:
    pairs = _strongest_of_pairs(_normal(verdict) for verdict in verdicts)
    if any(song_id not in (pair.a, pair.b) for pair in pairs):
        raise BugError(f"a verdict on a pair without song {song_id}")
    return pairs


def _known(connection: sqlite3.Connection, song_id: SongId) -> list[PairVerdict]:
    rows = connection.execute("SELECT * FROM verdict WHERE a = ? OR b = ?", (song_id, song_id))
    return [_pair(row) for row in rows]


def _insert(connection: sqlite3.Connection, pairs: Sequence[PairVerdict]) -> None:
    """Write the pairs of which the library still has both songs."""
    connection.executemany(
        "INSERT OR REPLACE INTO verdict VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            _row(pair)
            for pair in pairs
            if has_song(connection, pair.a) and has_song(connection, pair.b)
        ],
    )


def _joined(found: Sequence[PairVerdict], more: Sequence[PairVerdict]) -> list[PairVerdict]:
    """Return what is found, and of the rest what proves more of a pair than that does."""
    best = {(pair.a, pair.b): _STRENGTH[pair.verdict] for pair in found}
    stronger = [v for v in more if _STRENGTH[v.verdict] < best.get((v.a, v.b), len(_STRENGTH))]
    return _strongest_of_pairs([*found, *stronger])


def _strongest_of_pairs(verdicts: Iterable[PairVerdict]) -> list[PairVerdict]:
    found = sorted(verdicts, key=lambda v: (-_STRENGTH[v.verdict], v.score))
    strongest = {(v.a, v.b): v.verdict for v in found}
    return [v for v in found if v.verdict is strongest[v.a, v.b]]


def _normal(pair: PairVerdict) -> PairVerdict:
    if pair.a == pair.b:
        raise BugError(f"a verdict on song {pair.a} and itself")
    return pair if pair.a < pair.b else pair.turned


def _row(pair: PairVerdict) -> tuple[str | float, ...]:
    overlap = pair.overlap
    places = (overlap.a_start_s, overlap.b_start_s, overlap.duration_s, overlap.speed)
    return (pair.a, pair.b, pair.verdict.value, pair.score, *places, pair.confidence.value)


def _pair(row: tuple[Any, ...]) -> PairVerdict:
    a, b, verdict, score, *places, confidence = row
    return PairVerdict(
        SongId(a), SongId(b), Verdict(verdict), score, Overlap(*places), Confidence(confidence)
    )
