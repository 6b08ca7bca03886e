"""Check before release: is a file too close to something in the library? Nothing is stored."""

import os
from pathlib import Path

from core.answers import Answers, Question
from core.copy_types import CheckReport
from core.intake import Intake
from core.library.store import Catalogue
from core.progress import Progress
from core.types import Fingerprint, Neighbour, SongId, SpaceName, Stem

NEAREST = 10


class Checking:
    """Compares files with one library."""

    def __init__(self, catalogue: Catalogue, answers: Answers, intake: Intake) -> None:
        self._catalogue = catalogue
        self._answers = answers
        self._intake = intake

    def check(self, path: Path, *, progress: Progress) -> CheckReport:
        """Analyse a file as if it were added, and compare it; raise ``AudioFileError``."""
        # Not resolve(): a link is the user's own name for a file.
        path = Path(os.path.abspath(path))  # noqa: PTH100 - as said above
        question = self._intake.ask(path, whole=True, progress=progress)
        known = self._catalogue.by_path(path)
        own = known.song_id if known else None
        evidence = question.evidence
        pairs = self._answers.duplicates(question)
        return CheckReport(
            path=path,
            verdicts=tuple(pair for pair in pairs if own not in (pair.a, pair.b)),
            near=self._near(question, Stem.MIX, own=own),
            near_backing=self._near(question, Stem.BACKING, own=own),
            fingerprints=(Fingerprint(Stem.MIX, 0.0, evidence.mix), *evidence.backing),
            vectors=tuple(question.vectors.values()),
            duration_s=evidence.duration_s,
        )

    def _near(self, question: Question, stem: Stem, *, own: SongId | None) -> tuple[Neighbour, ...]:
        """Return the nearest songs; the file itself is none, where it is of the library."""
        found = self._answers.similar(question, SpaceName.STYLE, stem=stem, limit=NEAREST + 1)
        return tuple(near for near in found if near.song_id != own)[:NEAREST]
