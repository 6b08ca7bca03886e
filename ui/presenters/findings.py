"""What a check before release found, put into words.

Every function here asks the library or the cluster and runs in a lane. "Nothing was recognised" is
never said as "different".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from core.cluster_types import CatalogueVerdict, SyncState
from core.copy_types import CheckReport
from core.ports import SyncPort
from core.progress import Progress
from core.types import Confidence, Neighbour, PairVerdict, SongId, Verdict
from ui.language import N_, Words, ngettext, number
from ui.language import gettext as _
from ui.messages import shown
from ui.presenters import evidence
from ui.presenters.answers import (
    ALIKE,
    NO_WAVE,
    UNLIKE,
    UNTITLED,
    Result,
    near_result,
    overview_of,
    proved,
    song_of,
)
from ui.presenters.ports import WorkbenchPort
from ui.presenters.results import ListState
from ui.presenters.words import NO_ARTIST, STEMS

CANT_TELL: Final = N_(
    "Can't tell: nothing was recognised. A strong change of speed or pitch can hide a copy."
)
EMPTY_LIBRARY: Final = N_("There is nothing in the library to compare with yet.")
NOT_ASKED: Final = N_("No cluster is set up. Once you have signed in, its catalogue can be asked.")


OFFER: Final = N_(
    "Asking {cluster} sends one vector of this demo there, and nothing else. Its sound stays here."
)

NOT_CHECKED: Final = N_("Not asked, since the demo could not be checked here.")
STOPPED: Final = N_("Not asked to the end: you stopped.")


class Where(Enum):
    """Whose songs are looked through."""

    HERE = "here"
    CATALOGUE = "catalogue"


WHERE: Final = Words(
    {
        Where.HERE: N_("In your library"),
        Where.CATALOGUE: N_("In the production catalogue"),
    }
)


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found in one place; ``headline`` says what it comes to."""

    state: ListState
    headline: str = ""
    results: tuple[Result, ...] = ()
    is_close: bool = False
    sent_to: str = ""  # the cluster that was asked, also where it gave no answer


@dataclass(frozen=True, slots=True)
class Answered:
    """The library's answer, and whether the catalogue of ``cluster`` can be asked next."""

    here: Findings
    offer: Findings
    cluster: str


def answered(workbench: WorkbenchPort, sync: SyncPort, report: CheckReport) -> Answered:
    """Put into words what the library holds, and offer to ask the catalogue."""
    cluster = shown(sync.cluster_name) if sync.state is not SyncState.NOT_SET_UP else ""
    return Answered(here(workbench, report), offer(cluster), cluster)


def offer(cluster: str) -> Findings:
    """Offer to ask the catalogue of a cluster, or say what to do where its name is empty."""
    if cluster:
        return Findings(ListState.TO_COME, _(OFFER).format(cluster=cluster))
    return Findings(ListState.EMPTY, _(NOT_ASKED))


def here(workbench: WorkbenchPort, report: CheckReport) -> Findings:
    """Put into words what the library holds: proofs first, then what is near."""
    proofs = [line for pair in report.verdicts if (line := _proof(workbench, pair))]
    proved_ids = {line.song_id for line in proofs}
    near = [
        line
        for found in nearest(report)
        if found.song_id not in proved_ids and (line := _near(workbench, found))
    ]
    results = (*proofs, *near)
    if not results:
        return Findings(ListState.EMPTY, _(EMPTY_LIBRARY))
    headline = _headline([(pair.verdict, pair.confidence) for pair in report.verdicts])
    return Findings(ListState.FULL, headline, results, is_close=bool(proofs))


def nearest(report: CheckReport) -> list[Neighbour]:
    """Return every song that is near once, by the stem that is nearer; nearest first."""
    best: dict[SongId, Neighbour] = {}
    for found in (*report.near, *report.near_backing):
        known = best.get(found.song_id)
        if known is None or found.score > known.score:
            best[found.song_id] = found
    return sorted(best.values(), key=lambda found: -found.score)


def catalogue(sync: SyncPort, report: CheckReport, *, progress: Progress) -> Findings:
    """Ask the production catalogue; only a vector leaves this machine."""
    found = sync.check(
        fingerprints=report.fingerprints,
        vectors=report.vectors,
        duration_s=report.duration_s,
        progress=progress,
    )
    headline = _headline([(line.verdict, line.confidence) for line in found])
    cluster = shown(sync.cluster_name)
    if not found:
        return Findings(ListState.EMPTY, headline, sent_to=cluster)
    results = tuple(map(_elsewhere, found))
    return Findings(ListState.FULL, headline, results, is_close=True, sent_to=cluster)


def _headline(found: Sequence[tuple[Verdict, Confidence]]) -> str:
    """Count what was proved, strongest first."""
    if not found:
        return _(CANT_TELL)
    parts = [
        _close(verdict, count).format(count=number(count))
        for verdict in Verdict
        if (count := sum(one is verdict for one, _sure in found))
    ]
    is_unsure = all(confidence is Confidence.UNSURE for _verdict, confidence in found)
    if is_unsure:
        said = _("Perhaps close: {what}. Listen before you release.")
    else:
        said = _("Close: {what}. Listen before you release.")
    return said.format(what=", ".join(parts))


def _close(verdict: Verdict, count: int) -> str:
    match verdict:
        case Verdict.EXACT_FILE:
            return ngettext(
                "the same file as {count} song", "the same file as {count} songs", count
            )
        case Verdict.SAME_RECORDING:
            return ngettext(
                "the same recording as {count} song", "the same recording as {count} songs", count
            )
        case Verdict.EXCERPT:
            return ngettext(
                "sound shared with {count} song", "sound shared with {count} songs", count
            )
        case Verdict.SAME_BACKING:
            return ngettext(
                "the same backing as {count} song", "the same backing as {count} songs", count
            )
        case Verdict.VERSION:
            return ngettext(
                "the same composition as {count} song",
                "the same composition as {count} songs",
                count,
            )


def _proof(workbench: WorkbenchPort, pair: PairVerdict) -> Result | None:
    """Return the line of a song that the demo was proved close to; the demo is song a."""
    song = song_of(workbench, pair.b)
    if song is None:
        return None
    return proved(song, evidence.of_pair(pair, pair.a), overview=overview_of(workbench, song))


def _near(workbench: WorkbenchPort, near: Neighbour) -> Result | None:
    song = song_of(workbench, near.song_id)
    if song is None:
        return None
    return near_result(
        near,
        song,
        label=_("near, by {stem}").format(stem=STEMS[near.stem]),
        measure=_(ALIKE) if near.score > 0 else _(UNLIKE),
        overview=overview_of(workbench, song),
    )


def _elsewhere(found: CatalogueVerdict) -> Result:
    said = evidence.of_catalogue(found)
    return Result(
        None,
        None,
        shown(found.title) or _(UNTITLED),
        shown(found.artist) or NO_ARTIST,
        share=said.share,
        figure=said.figure,
        measure=said.measure,
        label=evidence.label(said),
        why=evidence.where(said),
        match=said.match,
        duration_s=0.0,
        overview=NO_WAVE,
        verdict=found.verdict,
        pace=said.pace,
    )
