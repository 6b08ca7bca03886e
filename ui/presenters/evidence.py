"""How the proof of a pair is said: class, how sure, what the score measures, where, how fast.

"You" and "your" are the song that is asked about, "their" the other one.
"""

from dataclasses import dataclass
from typing import Final

from core.cluster_types import CatalogueVerdict
from core.types import Match, Overlap, PairVerdict, SongId, Verdict
from ui.language import N_, Words, number
from ui.language import gettext as _
from ui.presenters.words import CONFIDENCES, DOT, VERDICTS, clock

BITS: Final = N_("of fingerprint bits agree")
HARMONY: Final = N_("alike in harmony")
MEASURES: Final = Words(
    {
        Verdict.EXACT_FILE: N_("of the sound's bytes agree"),
        Verdict.SAME_RECORDING: N_(BITS),
        Verdict.EXCERPT: N_(BITS),
        Verdict.SAME_BACKING: N_("of backing bits agree"),
        Verdict.VERSION: N_(HARMONY),
    }
)
# A speed that is nearer to 1 than this is the same speed, as finely as codes are aligned.
SPEED_GRAIN: Final = 0.0005


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of a pair, in words; ``pace`` is their seconds in one second of yours."""

    verdict: Verdict
    label: str
    confidence: str
    share: float  # of 1: the length of the score's bar
    figure: str
    measure: str
    yours: str  # from when to when
    theirs: str
    speed: str  # empty where both are as fast
    match: Match
    pace: float

    @property
    def score(self) -> str:
        """The score with what it measures."""
        return f"{self.figure} {self.measure}"


def of_pair(pair: PairVerdict, asked: SongId) -> Evidence:
    """Say what is known of a pair, seen from one of its songs."""
    seen = pair if pair.a == asked else pair.turned
    return _say(seen, seen.overlap)


def of_catalogue(found: CatalogueVerdict) -> Evidence:
    """Say what is known of a song here and one of the production catalogue."""
    return _say(found, found.overlap)


def _say(found: PairVerdict | CatalogueVerdict, over: Overlap) -> Evidence:
    verdict = found.verdict
    return Evidence(
        verdict,
        VERDICTS[verdict],
        CONFIDENCES[found.confidence],
        share=min(1.0, max(0.0, found.score)),
        figure=_figure(verdict, found.score),
        measure=MEASURES[verdict],
        yours=span(over.a_start_s, over.duration_s),
        theirs=span(over.b_start_s, over.b_duration_s),
        speed=_speed(over.speed),
        match=Match(over.a_start_s, over.b_start_s, over.duration_s),
        pace=over.speed,
    )


def label(evidence: Evidence) -> str:
    """Say the class and how sure it is."""
    return f"{evidence.label}{DOT}{evidence.confidence}"


def where(found: Evidence) -> str:
    """Say where both songs hold the same sound, and which is faster."""
    theirs = _("their {place}").format(place=found.theirs)
    yours = _("your {place}").format(place=found.yours)
    return "\n".join(filter(None, (theirs, yours, found.speed)))


def span(start_s: float, length_s: float) -> str:
    """Say from when to when a place lasts."""
    return _("{start} to {end}").format(start=clock(start_s), end=clock(start_s + length_s))


def _figure(verdict: Verdict, score: float) -> str:
    if verdict is Verdict.EXACT_FILE:
        return "100 %"
    return number(score, 2) if verdict is Verdict.VERSION else f"{number(100 * score, 1)} %"


def _speed(speed: float) -> str:
    """Say how much faster or slower yours is."""
    faster, slower = _("yours is {percent} % faster"), _("yours is {percent} % slower")
    return _than(speed, faster, slower)


def speed_of_a(speed: float) -> str:
    """Say how much faster or slower side A is."""
    return _than(speed, _("A is {percent} % faster"), _("A is {percent} % slower"))


def _than(speed: float, faster: str, slower: str) -> str:
    if abs(speed - 1.0) < SPEED_GRAIN:
        return ""
    percent = number(100 * abs(speed - 1.0), 1)
    return (faster if speed > 1.0 else slower).format(percent=percent)
