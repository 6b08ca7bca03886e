"""The report on copies in words: the sets of the Duplicates screen, for a file."""

from collections.abc import Sequence
from itertools import combinations

from core.reports import ReportCopy, ReportSet, ReportWords
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.presenters.copy_sets import CopySet
from ui.presenters.words import DOT, clock


def report_sets(sets: Sequence[CopySet]) -> list[ReportSet]:
    """Put every set into words."""
    return [
        ReportSet(
            title=found.title,
            label=found.label,
            why=found.why,
            copies=tuple(
                ReportCopy(
                    line.title,
                    line.artist,
                    line.path,
                    coding=DOT.join(filter(None, line.coding)),
                    sound=DOT.join(filter(None, line.sound)),
                    carries=DOT.join(filter(None, line.carried)),
                    is_better=line.is_best,
                )
                for line in found.lines
            ),
            evidence=tuple(_evidence(found)),
        )
        for found in sets
    ]


def report_words(sets: Sequence[CopySet]) -> ReportWords:
    """Return the words of the page itself."""
    groups = sum(found.is_group for found in sets)
    pairs = len(sets) - groups
    groups_said = ngettext("{count} group of copies", "{count} groups of copies", groups)
    pairs_said = ngettext("{count} related pair", "{count} related pairs", pairs)
    return ReportWords(
        title=_("Duplicates in this library"),
        summary=_("{groups}, {pairs}. Nothing was moved or deleted.").format(
            groups=groups_said.format(count=number(groups)),
            pairs=pairs_said.format(count=number(pairs)),
        ),
        better=_("Better copy:"),
        copy_head=(_("File"), _("Format"), _("Sound"), _("Carries")),
    )


def _evidence(found: CopySet) -> list[str]:
    """Say what proves each pair of the set."""
    said = []
    files = found.files
    for a, b in combinations([song.song_id for song in found.songs], 2):
        proof = found.proof(a, b)
        if proof is None:
            continue
        over = _("over {length}").format(length=clock(proof.match.duration_s))
        parts = (f"{files[a]} / {files[b]}", proof.label, proof.score, over, proof.speed)
        said.append(DOT.join(filter(None, parts)))
    return said
