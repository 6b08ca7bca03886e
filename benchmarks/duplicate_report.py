"""The page that is kept, and the list of what was missed."""

import os
import platform
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.duplicate_comparison import Comparison, PeerRow, Times
from benchmarks.duplicate_cost import Cost
from benchmarks.duplicate_pairs import CLAIMS, CONFIRMED_FROM, Strangers
from benchmarks.duplicate_score import (
    Found,
    Judgement,
    Relation,
    Share,
    Tally,
    precision,
    recall,
)
from benchmarks.duplicate_scores import Kind
from benchmarks.variants import Group
from core.types import PairVerdict, Verdict

UNALTERED = (Group.CODEC, Group.LEVEL, Group.EQ, Group.MASTERING, Group.TRIM)
FALSE_BACKINGS_BAR = 0.01


@dataclass(frozen=True, slots=True)
class ToldPair:
    """Two files of the library that are not made from one song, and the verdict on them."""

    a: Path
    b: Path
    verdict: PairVerdict
    likeness: float  # of their waveforms where the verdict says that they are one

    @property
    def is_confirmed(self) -> bool:
        """Whether the waveforms themselves say that both hold one recording."""
        return self.likeness >= CONFIRMED_FROM


@dataclass(frozen=True, slots=True)
class PairFigures:
    """All pairs of different files that were judged."""

    n_songs: int
    told: Sequence[ToldPair]
    kinds: Mapping[Path, Kind]
    twins: Relation
    pair_ms: float = 0.0
    n_backed: int = 0  # pairs of which both have had their voice taken off
    n_related: int = 0  # pairs of a song and itself with a voice: no different songs
    sped: Strangers | None = None

    @property
    def n_pairs(self) -> int:
        """How many pairs of different songs there are."""
        return self.n_songs * (self.n_songs - 1) // 2 - self.n_related

    def wrong(self, verdicts: Collection[Verdict]) -> list[ToldPair]:
        """Return the pairs with these verdicts that nothing confirms."""
        told = [pair for pair in self.told if pair.verdict.verdict in verdicts]
        return [pair for pair in told if not pair.is_confirmed]


@dataclass(frozen=True, slots=True)
class Figures:
    """All that the page tells."""

    judged: Tally
    split: str  # whose songs the variants are made of
    pairs: PairFigures
    comparison: Comparison
    times: Times
    costs: Sequence[Cost]
    songs: Mapping[str, int]
    library_songs: int
    took_s: float


@dataclass(frozen=True, slots=True)
class _Bar:
    name: str
    groups: Collection[Group]
    verdict: Verdict
    least: float


_BARS = (
    _Bar("codec, level, equaliser, mastering, trim", UNALTERED, Verdict.SAME_RECORDING, 0.995),
    _Bar("speed up to ±4 %", (Group.SPEED,), Verdict.SAME_RECORDING, 0.95),
    _Bar("clip of 20 s", (Group.CLIP_20,), Verdict.EXCERPT, 0.99),
    _Bar("clip of 10 s", (Group.CLIP_10,), Verdict.EXCERPT, 0.95),
    _Bar("same backing, other voice or none", (Group.VOICE,), Verdict.SAME_BACKING, 0.85),
)


def page(figures: Figures) -> str:
    """Return the page in Markdown."""
    return (
        "\n\n".join(
            (
                "# Duplicates",
                _preface(figures),
                "## Against the bars",
                _bars(figures),
                "## What was found",
                "*In the library*: the right verdict was given on asking the whole library. *Pair"
                " alone*: it is given when the two are put before it; what lies between the two"
                " columns was not proposed. *In place*: of those found, the overlap begins within a"
                " second of where the sound was taken from (a loop may repeat it elsewhere).",
                _groups(figures.judged),
                "By recipe, all that was not always found:",
                _recipes(figures.judged.found),
                "## What each verdict was worth",
                "All verdicts that the library gave on the variants. *Other class*: the two are"
                " related, but not so; *twin*: two files of the corpus hold the same recording."
                " Most of the first kind are copies of a song beside the song under a voice: until"
                " the voice is taken off, that can pass for the same recording.",
                _verdicts(figures.judged),
                "## Different songs",
                *_different(figures.pairs),
                "## Beside others",
                *_beside(figures),
                "## Cost",
                "Deciding for one new song: what `Answers.duplicates` takes, medians over questions"
                " that were analysed before, in libraries of made-up songs of real codes.",
                _costs(figures.costs),
            )
        )
        + "\n"
    )


def _preface(figures: Figures) -> str:
    songs = figures.songs
    n_real = sum(count for split, count in songs.items() if split != "made")
    return (
        f"Made by `./dev bench duplicates` in {figures.took_s / 60:.0f} minutes on"
        f" {os.cpu_count()} cores ({platform.machine()}); songs, variants and analyses that an"
        " earlier run had left were taken from its cache. The library that is asked holds"
        f" {figures.library_songs:,} songs: {n_real} real ones,"
        f" {songs['made']} made ones that are hard to tell apart, songs with a voice laid over"
        f" them, and made-up ones to fill it. Variants are made of the {figures.split} packages; no"
        " threshold was tuned on the judging ones. Intervals are 95 % (Wilson); variants of one"
        " song are not independent, so the true ones are wider."
    )


def _bars(figures: Figures) -> str:
    found = figures.judged.found
    rows = []
    for bar in _BARS:
        share = recall(found, bar.groups)
        met = "met" if share.hits >= bar.least * share.of else "**missed**"
        label = f"`{bar.verdict.value}` recall: {bar.name}"
        rows.append(
            (label, f"{share.hits} of {share.of}", str(share), f"{100 * bar.least:g} %", met)
        )
    pairs = figures.pairs
    wrong = len(pairs.wrong(CLAIMS))
    rows.append(
        (
            "wrong `exact_file`, `same_recording`, `excerpt`",
            f"{wrong} of {pairs.n_pairs:,} pairs",
            str(Share(wrong, pairs.n_pairs)),
            "0",
            "met" if wrong == 0 else "**missed**",
        )
    )
    backings = _false_backings(figures)
    is_met = backings.hits <= FALSE_BACKINGS_BAR * backings.of
    rows.append(
        (
            "wrong `same_backing` among those given to variants",
            f"{backings.hits} of {backings.of}",
            str(backings),
            "at most 1 %",
            "met" if is_met else "**missed**",
        )
    )
    return table(("what", "count", "share (95 %)", "bar", ""), rows)


def _false_backings(figures: Figures) -> Share:
    counts = figures.judged.verdicts
    own = {j: counts[Verdict.SAME_BACKING, j] for j in Judgement}
    return Share(own[Judgement.WRONG], sum(own.values()) - own[Judgement.TWIN])


def _groups(tally: Tally) -> str:
    rows = []
    for group in Group:
        own = [one for one in tally.found if one.trial.group is group]
        if not own:
            continue
        share, placed = recall(own, (group,)), [one for one in own if one.is_found]
        is_placed = any(one.expected.later_s is not None for one in own)
        rows.append(
            (
                group.value,
                f"`{own[0].expected.verdict.value}`",
                f"{share.hits} of {share.of}",
                str(share),
                f"{sum(one.is_proved for one in own)} of {len(own)}",
                f"{sum(one.is_placed for one in placed)} of {len(placed)}" if is_placed else "",
                _others(own),
            )
        )
    head = ("variant", "right verdict", "in the library", "recall (95 %)", "pair alone")
    return table((*head, "in place", "else"), rows)


def _others(found: Sequence[Found]) -> str:
    """Return what was said instead of the right verdict."""
    said = Counter(
        "can't tell" if one.in_library is None else one.in_library.verdict.value
        for one in found
        if not one.is_found
    )
    return ", ".join(f"{count} {what}" for what, count in said.most_common())


def _recipes(found: Sequence[Found]) -> str:
    rows = []
    for recipe in dict.fromkeys(one.trial.recipe for one in found):
        own = [one for one in found if one.trial.recipe == recipe]
        hits = sum(one.is_found for one in own)
        if hits < len(own):
            rows.append((recipe, f"{hits} of {len(own)}", _others(own)))
    return table(("recipe", "found", "else"), rows)


def _verdicts(tally: Tally) -> str:
    rows = []
    for verdict in Verdict:
        counts = [tally.verdicts[verdict, judgement] for judgement in Judgement]
        if sum(counts):
            cells = (str(count) for count in counts)
            rows.append((f"`{verdict.value}`", *cells, str(precision(tally, verdict))))
    head = ("verdict", *(judgement.value for judgement in Judgement))
    return table((*head, "precision (95 %)"), rows)


def _different(pairs: PairFigures) -> tuple[str, ...]:
    wrong = pairs.wrong(CLAIMS)
    upper = Share(len(wrong), pairs.n_pairs).interval[1]
    kinds = Counter(_kinds(pairs, pair) for pair in wrong)
    said = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
    backings = pairs.wrong((Verdict.SAME_BACKING,))
    told = (
        f"All {pairs.n_pairs:,} pairs of {pairs.n_songs:,} files were judged,"
        f" {pairs.pair_ms:.2f} ms a pair. {_confirmed(pairs)} got one of the three verdicts and"
        f" are the same recording by their waveforms (which correlate above {CONFIRMED_FROM} at"
        f" the place named): two encodings, mixes or speeds in one game. {len(wrong)} got one and"
        f" are not ({said or 'none'}; 95 %: at most {1e6 * upper:.1f} in a million, were pairs"
        f" independent). {len(backings)} pairs got `same_backing`,"
        f" of {pairs.n_backed:,} whose backings are known."
    )
    rows = [
        (
            f"`{pair.verdict.verdict.value}`",
            f"{pair.verdict.score:.3f}",
            f"{pair.verdict.overlap.duration_s:.0f} s",
            f"{pair.likeness:.2f}",
            pair.a.name,
            pair.b.name,
        )
        for pair in sorted(pairs.told, key=lambda pair: (pair.is_confirmed, -pair.verdict.score))
        if pair.verdict.verdict in (*CLAIMS, Verdict.SAME_BACKING)
    ]
    return (
        told,
        _at_speeds(pairs),
        table(("verdict", "score", "over", "waveforms", "song", "and"), rows),
    )


def _at_speeds(pairs: PairFigures) -> str:
    if pairs.sped is None:
        return ""
    claims = [f"{a.name} and {b.name} ({_evidence(v)})" for a, b, v in pairs.sped.claims]
    return (
        f"At other speeds and keys, {pairs.sped.n_pairs:,} pairs of a variant and a song that is"
        f" not in it were judged: {len(claims)} got one of the three verdicts"
        f"{': ' if claims else ''}{'; '.join(claims)}."
    )


def _confirmed(pairs: PairFigures) -> int:
    return sum(pair.is_confirmed for pair in pairs.told if pair.verdict.verdict in CLAIMS)


def _kinds(pairs: PairFigures, pair: ToldPair) -> str:
    kinds = sorted({pairs.kinds[p].value if p in pairs.kinds else "real" for p in (pair.a, pair.b)})
    return " and ".join(kinds)


def _beside(figures: Figures) -> tuple[str, ...]:
    comparison = figures.comparison
    asked = set(comparison.trials)
    own = [one for one in figures.judged.found if one.trial.path in asked]
    groups = [g for g in Group if any(one.trial.group is g for one in own)]
    rows = [_own_row(figures, own, groups)]
    times = (figures.times.acoustid_s, figures.times.audfprint_s)
    rows += [_peer_row(row, groups, ask_s=s) for row, s in zip(comparison.rows, times, strict=True)]
    head = ("method", *(group.value for group in groups), "wrong", "s a question")
    no_dejavu = comparison.no_dejavu
    told = (
        f"The same {len(asked)} questions. Songkin is asked in its library, and must give the right"
        f" verdict; the others have {comparison.library_songs} songs, and need only name the song."
        f" Times are medians over {figures.times.questions} questions put to all in turn:"
        " Songkin listens, looks in its library and decides, before any separation; `acoustid`"
        " compares pairs, so its time is that of listening and of comparing with each song."
        " `audfprint` answers with one song at most, which is wrong where it is another."
        f" `PyDejavu` 0.1.3 from PyPI can't be imported: `{no_dejavu}`."
    )
    return told, table(head, rows)


def _own_row(figures: Figures, own: Sequence[Found], groups: Sequence[Group]) -> tuple[str, ...]:
    shares = (recall(own, (group,)) for group in groups)
    wrong = sum(figures.judged.verdicts[verdict, Judgement.WRONG] for verdict in CLAIMS)
    n_trials = len({one.trial.path for one in figures.judged.found})
    return (
        "**Songkin**",
        *(f"{share.hits}/{share.of}" for share in shares),
        f"{wrong} of {n_trials} questions",
        f"{figures.times.songkin_s:.2f}",
    )


def _peer_row(row: PeerRow, groups: Sequence[Group], *, ask_s: float) -> tuple[str, ...]:
    shares = (row.found[group] for group in groups)
    cells = (f"{share.hits}/{share.of}" for share in shares)
    wrong = f"{row.wrong.hits} of {row.wrong.of} {row.wrong_of}"
    return (row.name, *cells, wrong, f"{ask_s:.2f}")


def _costs(costs: Sequence[Cost]) -> str:
    rows = [
        (
            f"{cost.songs:,}",
            f"{1e3 * cost.decide_s:.0f} ms",
            f"{1e3 * cost.slowest_s:.0f} ms",
            f"{cost.start_s:.1f} s",
            f"{cost.peak_mb:.0f} MB",
            f"{cost.on_disk_mb:.0f} MB",
        )
        for cost in costs
    ]
    return table(("songs", "one song", "slowest", "start-up", "memory, peak", "on disk"), rows)


def misses(tally: Tally, pairs: PairFigures) -> str:
    """Return what was missed on the tuning songs, and what was wrong anywhere."""
    lines = ["# Missed", ""]
    for one in tally.found:
        if not one.is_found:
            lines.append(f"- {one.trial.path} | {one.expected.file} | {_said(one)}")
    lines += ["", "# Wrong verdicts on variants", ""]
    for trial, file, verdict in tally.wrong:
        lines.append(f"- {trial.path} | {file} | {_evidence(verdict)}")
    lines += ["", "# Different songs with a verdict", ""]
    for a, b, verdict in pairs.sped.claims if pairs.sped else ():
        lines.append(f"- {a} | {b} | {_evidence(verdict)} | at another speed")
    for pair in pairs.told:
        lines.append(
            f"- {pair.a} | {pair.b} | {_evidence(pair.verdict)} | waveforms {pair.likeness:.2f}"
        )
    return "\n".join(lines) + "\n"


def _said(one: Found) -> str:
    in_library = "nothing" if one.in_library is None else _evidence(one.in_library)
    alone = "nothing" if one.of_pair is None else _evidence(one.of_pair)
    return f"expected {one.expected.verdict.value} | library: {in_library} | pair alone: {alone}"


def _evidence(verdict: PairVerdict) -> str:
    place = verdict.overlap
    return (
        f"{verdict.verdict.value} {verdict.score:.3f} over {place.duration_s:.1f} s at"
        f" {place.a_start_s:.1f} / {place.b_start_s:.1f} s, speed {place.speed:.3f}"
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(
        "| " + " | ".join(cell.replace("|", "/") for cell in line) + " |" for line in lines
    )
