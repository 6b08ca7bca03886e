"""The answers about one song, put into words: what the four lists of its page show.

Every function here asks the library or the cluster and runs in a lane.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Final

import numpy as np

from core.cluster_types import Recommendation, SyncState
from core.errors import UnknownSongError
from core.ports import SyncPort
from core.types import (
    Float32Array,
    Match,
    Neighbour,
    PairVerdict,
    Song,
    SongId,
    Stage,
    Stem,
    Verdict,
)
from ui.language import N_, Words, number
from ui.language import gettext as _
from ui.messages import shown
from ui.presenters import evidence, told
from ui.presenters.evidence import HARMONY
from ui.presenters.music_words import differences
from ui.presenters.ports import WorkbenchPort
from ui.presenters.words import NO_ARTIST, OTHER_KINDS, STEMS, clock, either

NEIGHBOURS_LIMIT = 24  # three screens of results: more than anyone auditions for one song
RECOMMENDED_LIMIT = 50
NO_WAVE: Float32Array = np.zeros(0, np.float32)
ALIKE = N_("alike in sound")
UNLIKE = N_("not alike")  # at right angles to each other, or beyond
RANKED = N_("rank score")
UNTITLED = N_("A song of another library")


class Tab(Enum):
    """The lists of a song's page."""

    NEIGHBOURS = "neighbours"
    VERSIONS = "versions"
    DUPLICATES = "duplicates"
    RECOMMENDED = "recommended"


TAB_NAMES: Final = Words(
    {
        Tab.NEIGHBOURS: N_("Neighbours"),
        Tab.VERSIONS: N_("Versions"),
        Tab.DUPLICATES: N_("Duplicates"),
        Tab.RECOMMENDED: N_("Recommended"),
    }
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A song and its waveform, float32 [n] in [0, 1]; empty until it is known."""

    song: Song
    overview: Float32Array


@dataclass(frozen=True, slots=True)
class Result:
    """One line of a list.

    ``share`` in [0, 1] is the length of the bar; ``figure`` is the score and ``measure`` what it
    measures; ``match`` is None where no moment is known; ``pace`` is how many of its seconds go
    by in one second of the open song; ``seed`` is the song that the match is with where that isn't
    the open one.
    """

    song_id: SongId | None
    path: Path | None  # None where the song is not in this library
    title: str
    artist: str
    share: float
    figure: str
    measure: str
    label: str
    why: str
    match: Match | None
    duration_s: float
    overview: Float32Array  # float32 [n] in [0, 1]; empty where unknown
    verdict: Verdict | None = None
    pace: float = 1.0
    seed: Drawn | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A list and what its figures mean; ``note`` says what to do where the list is empty."""

    results: tuple[Result, ...]
    note: str


Ask = Callable[[Song], Answer]


def neighbours(workbench: WorkbenchPort, song: Song, *, without_copies: bool = False) -> Answer:
    """Return the songs that sound alike, by the backing where both are known."""
    found = workbench.similar(song.song_id, limit=NEIGHBOURS_LIMIT, without_copies=without_copies)
    results = _neighbour_results(workbench, found, about=song, measure=_(ALIKE))
    stems = list(dict.fromkeys(near.stem for near in found))
    return Answer(results, neighbours_note(results, stems, about=song))


def neighbours_note(results: Sequence[Result], stems: Sequence[Stem], *, about: Song) -> str:
    """Say what the figures of the neighbours mean."""
    if about.kind in OTHER_KINDS:
        return OTHER_KINDS[about.kind]
    if not results:
        return _("Nothing to compare with yet. Add more songs.")
    if about.stage is Stage.FIRST_ANSWER:
        return _("First answer, by the whole mix. The backing's is to come.")
    said = _("Alike in sound, by the {stems}: 1.00 is the same sound.")
    return said.format(stems=either([STEMS[stem] for stem in stems]))


def versions(workbench: WorkbenchPort, song: Song) -> Answer:
    """Return songs that may be the same composition."""
    found = workbench.versions(song.song_id)
    results = _neighbour_results(workbench, found, about=song, measure=_(HARMONY))
    if not results:
        return Answer((), _("No other version of this song was found here."))
    return Answer(results, _("Alike in harmony, whatever key or tempo: 1.00 is the same harmony."))


def duplicates(workbench: WorkbenchPort, song: Song) -> Answer:
    """Return the songs that hold the same sound, with the evidence."""
    pairs = workbench.duplicates(song.song_id)
    results = tuple(
        result for pair in pairs if (result := _duplicate(workbench, song.song_id, pair))
    )
    if not results:
        return Answer((), _("No duplicate was found. Speed changes can hide one."))
    return Answer(results, _("Proven by sound: how many bits of the two fingerprints agree."))


def recommended(workbench: WorkbenchPort, sync: SyncPort, song: Song) -> Answer:
    """Return the list that the cluster sent for a song."""
    listed = sync.recommendations(song.song_id, limit=RECOMMENDED_LIMIT)
    if listed:
        results = tuple(_recommended(workbench, line) for line in listed)
        return Answer(
            results,
            _("Computed on {cluster}, best first.").format(cluster=shown(sync.cluster_name)),
        )
    if sync.state is SyncState.NOT_SET_UP:
        return Answer((), _("Sync sends what this song sounds like, and brings back what fits."))
    return Answer((), _("Nothing came back for this song yet. Sync to ask again."))


def _neighbour_results(
    workbench: WorkbenchPort, found: Iterable[Neighbour], *, about: Song, measure: str
) -> tuple[Result, ...]:
    songs = ((near, song_of(workbench, near.song_id)) for near in found)
    return tuple(
        near_result(
            near,
            song,
            label=near_label(near, about, song),
            differs=differences(song, about),
            measure=measure,
            overview=overview_of(workbench, song),
        )
        for near, song in songs
        if song
    )


def near_label(near: Neighbour, about: Song, song: Song) -> str:
    """Say which stem was compared, and whether a better answer is to come."""
    waits = Stage.FIRST_ANSWER in (about.stage, song.stage)
    if waits:
        return _("{stem} · backing to come").format(stem=STEMS[near.stem])
    return STEMS[near.stem]


def near_result(
    near: Neighbour,
    song: Song,
    *,
    label: str,
    measure: str,
    overview: Float32Array,
    moments: str = "",
    differs: tuple[str, ...] = (),
    seed: Drawn | None = None,
) -> Result:
    """Return the line of a song that is near; ``moments`` are told as of the open song."""
    match = near.match
    theirs, yours = clock(match.song_s), clock(match.query_s)
    told_here = _("their {theirs} ↔ your {yours}").format(theirs=theirs, yours=yours)
    return Result(
        song.song_id,
        song.path,
        shown(song.title),
        shown(song.artist) or NO_ARTIST,
        share=min(1.0, max(0.0, near.score)),
        figure=number(near.score, 2),
        measure=measure if near.score > 0 else _(UNLIKE),
        label=label,
        why="\n".join((moments or told_here, *differs)),
        match=match,
        duration_s=song.duration_s,
        overview=overview,
        seed=seed,
    )


def _duplicate(workbench: WorkbenchPort, song_id: SongId, pair: PairVerdict) -> Result | None:
    song = song_of(workbench, pair.b if pair.a == song_id else pair.a)
    if song is None:
        return None
    return proved(song, evidence.of_pair(pair, song_id), overview=overview_of(workbench, song))


def proved(song: Song, found: evidence.Evidence, *, overview: Float32Array) -> Result:
    """Return the line of a song that holds the same sound."""
    return Result(
        song.song_id,
        song.path,
        shown(song.title),
        shown(song.artist) or NO_ARTIST,
        share=found.share,
        figure=found.figure,
        measure=found.measure,
        label=evidence.label(found),
        why=evidence.where(found),
        match=found.match,
        duration_s=song.duration_s,
        overview=overview,
        verdict=found.verdict,
        pace=found.pace,
    )


def _recommended(workbench: WorkbenchPort, line: Recommendation) -> Result:
    song = song_of(workbench, line.song_id) if line.song_id else None
    title = song.title if song else line.title
    artist = song.artist if song else line.artist
    return Result(
        song.song_id if song else None,
        song.path if song else None,
        shown(title) or _(UNTITLED),
        shown(artist) or NO_ARTIST,
        share=min(1.0, max(0.0, line.score)),
        figure=number(line.score, 2),
        measure=_(RANKED),
        label=_("in your library") if song else _("elsewhere"),
        why=told.reason(line.reason),
        match=None,
        duration_s=song.duration_s if song else 0.0,
        overview=overview_of(workbench, song) if song else NO_WAVE,
    )


def song_of(workbench: WorkbenchPort, song_id: SongId) -> Song | None:
    """Return a song, or None where it was removed since it was found."""
    try:
        return workbench.catalogue.song(song_id)
    except UnknownSongError:
        return None


def overview_of(workbench: WorkbenchPort, song: Song) -> Float32Array:
    """Return a song's peaks, or none where it was removed since it was found."""
    try:
        return workbench.overview(song.song_id)
    except UnknownSongError:
        return NO_WAVE
