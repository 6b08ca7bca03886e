"""A library of invented songs: what the window asks of one, without sound or vectors."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from core.copy_types import (
    ActionKind,
    CheckReport,
    CopyFacts,
    CopyReason,
    DoneAction,
    DuplicateGroup,
)
from core.errors import AudioFileError, AudioProblem, WorldError
from core.progress import Progress
from core.song_map import SongMap
from core.stems import StemReport, names_for
from core.types import (
    AnalysisReport,
    AnalysisStep,
    Decision,
    Float32Array,
    Match,
    ModelId,
    Neighbour,
    Outcome,
    PairVerdict,
    Problem,
    Song,
    SongEvent,
    SongId,
    SpaceName,
    Stage,
    Stem,
    Verdict,
)
from tests.ui.fake_listening import FakeListening
from tests.ui.fake_shelf import FakeShelf
from tests.ui.fake_watching import FakeWatching
from tests.ui.fakes import overview, song
from ui.messages import sentence


@dataclass(slots=True)
class FakeDeed:
    """What was done, and its way back."""

    action: DoneAction
    take_back: Callable[[], None]


class FakeWorkbench:
    """The verbs of the library over invented songs; every song is near every other."""

    def __init__(self, *songs: Song) -> None:
        self.catalogue = FakeShelf()
        self.catalogue.songs = {song.song_id: song for song in songs}
        self.pairs: list[PairVerdict] = []
        self.decided: dict[frozenset[SongId], Decision] = {}
        self.trash: dict[SongId, Song] = {}
        self.tagged: list[tuple[SongId, tuple[SongId, ...]]] = []
        self.deeds: list[FakeDeed] = []
        self.made_groups: list[DuplicateGroup] | None = None
        self.checks: dict[Path, CheckReport] = {}
        self.may_check = threading.Event()  # the check waits for it
        self.may_check.set()
        self.heard: list[tuple[SongId, float]] = []
        self.failure: WorldError | None = None  # raised by the next verb that analyses
        self.may_finish = threading.Event()  # the separation waits for it
        self.may_finish.set()
        self.may_map = threading.Event()  # the map waits for it
        self.may_map.set()
        self.log: list[str] = []
        self.asked: list[tuple[SpaceName, Stem | None]] = []
        self.covers: dict[SongId, bytes] = {}
        self.listening = FakeListening()
        self.likeness: dict[Stem, dict[str, float]] = {}  # to any song, for ``by_stem``
        self.watching = FakeWatching(self)

    def warm_up(self) -> None:
        self.log.append("warm_up")

    def add(
        self,
        paths: Sequence[Path],
        *,
        quick: bool = False,
        progress: Progress,
        on_event: Callable[[SongEvent], None],
    ) -> list[AnalysisReport]:
        self._fail_if_told()
        self.log.append(f"add {len(paths)}")
        assert quick, "the window asks for first answers first"
        self.catalogue.queue = list(dict.fromkeys([*self.catalogue.queue, *paths]))
        for path in paths:
            on_event(SongEvent(path, None, AnalysisStep.WAITING))
        return [self._add(path, progress, on_event) for path in dict.fromkeys(paths)]

    def finish(
        self, *, progress: Progress, on_event: Callable[[SongEvent], None]
    ) -> list[AnalysisReport]:
        self._fail_if_told()
        self.log.append("finish")
        reports = []
        for unfinished in self.catalogue.unfinished():
            on_event(SongEvent(unfinished.path, unfinished.song_id, AnalysisStep.SEPARATING))
            while not self.may_finish.wait(0.002):
                progress.check()
            progress.check()
            ready = replace(unfinished, stage=Stage.READY)
            self.catalogue.songs[ready.song_id] = ready
            on_event(SongEvent(ready.path, ready.song_id, AnalysisStep.READY))
            reports.append(_report(ready.path, ready.song_id, Outcome.DONE))
        return reports

    def half_heard(self) -> list[Song]:
        return self.catalogue.half_heard()

    def fill_in(
        self, *, progress: Progress, on_event: Callable[[SongEvent], None]
    ) -> list[AnalysisReport]:
        self._fail_if_told()
        self.log.append("fill in")
        reports = []
        for old in self.catalogue.half_heard():
            progress.check()
            self.catalogue.old.remove(old.song_id)
            on_event(SongEvent(old.path, old.song_id, AnalysisStep.READY))
            reports.append(_report(old.path, old.song_id, Outcome.DONE))
        return reports

    def songs(self) -> list[Song]:
        return list(self.catalogue.songs.values())

    def problems(self) -> list[Problem]:
        return list(self.catalogue.problems.values())

    def similar(
        self,
        song_id: SongId,
        *,
        limit: int = 10,
        space: SpaceName = SpaceName.STYLE,
        stem: Stem | None = None,
        without_copies: bool = False,
    ) -> list[Neighbour]:
        self.catalogue.song(song_id)
        self.asked.append((space, stem))
        left_out = self._copies(song_id) if without_copies else set()
        others = [o for o in self.catalogue.songs if o != song_id and o not in left_out]
        return [
            Neighbour(
                other,
                0.97 - 0.03 * rank,
                Match(45.0 - 3 * rank, 72.0 + 11 * rank, 11.9),
                self._stem(song_id, other),
            )
            for rank, other in enumerate(others[:limit])
        ]

    def similar_to_all(
        self,
        liked: Sequence[SongId],
        disliked: Sequence[SongId] = (),
        *,
        limit: int,
        without_copies: bool = False,
    ) -> list[Neighbour]:
        """The songs as they came; the seeds take turns in being the nearest."""
        self._fail_if_told()
        self.log.append(f"more {' '.join(liked)} less {' '.join(disliked)}")
        stems = self._stem(*liked, *disliked)
        copies = {o for one in liked for o in self._copies(one)} if without_copies else set()
        without = {*liked, *disliked, *copies}
        others = [other for other in self.catalogue.songs if other not in without][:limit]
        return [
            Neighbour(
                other,
                0.9 - 0.1 * rank,
                Match(30.0 + rank, 60.0 + rank, 11.9),
                stems,
                liked[rank % len(liked)],
            )
            for rank, other in enumerate(others)
        ]

    def by_stem(
        self, song_id: SongId, *, limit: int, without_copies: bool = False
    ) -> dict[Stem, list[Neighbour]]:
        """As ``likeness`` says; where it says nothing, as ``similar`` by backing or by mix."""
        self.log.append("by stem")
        near = self.similar(song_id, limit=limit, without_copies=without_copies)
        if not self.likeness:
            return {stem: [n for n in near if n.stem is stem] for stem in Stem}
        return {
            stem: [replace(n, score=told[n.song_id], stem=stem) for n in near if n.song_id in told]
            for stem in Stem
            for told in [self.likeness.get(stem, {})]
        }

    def _copies(self, song_id: SongId) -> set[SongId]:
        copies = (Verdict.EXACT_FILE, Verdict.SAME_RECORDING)
        pairs = [p for p in self.duplicates(song_id) if p.verdict in copies]
        return {p.b if p.a == song_id else p.a for p in pairs}

    def _stem(self, *song_ids: SongId) -> Stem:
        """The backing where both songs' is known."""
        stages = {self.catalogue.song(song_id).stage for song_id in song_ids}
        return Stem.MIX if Stage.FIRST_ANSWER in stages else Stem.BACKING

    def versions(self, song_id: SongId, *, limit: int = 10) -> list[Neighbour]:
        return self.similar(song_id, limit=limit)[:2]

    def duplicates(self, song_id: SongId | None = None) -> list[PairVerdict]:
        kept = [p for p in self.pairs if self._decision(p.a, p.b) is not Decision.NOT_DUPLICATE]
        there = self.catalogue.songs.keys()
        kept = [p for p in kept if p.a in there and p.b in there]
        return [p for p in kept if song_id is None or song_id in (p.a, p.b)]

    def groups(self) -> list[DuplicateGroup]:
        """Every pair of copies is a group; a test that needs larger ones sets ``made_groups``."""
        if self.made_groups is not None:
            return self.made_groups
        copies = (Verdict.EXACT_FILE, Verdict.SAME_RECORDING)
        return [group((p.a, p.b), p) for p in self.duplicates() if p.verdict in copies]

    def keep(self, song_id: SongId, *, others: Sequence[SongId]) -> DoneAction:
        self._fail_if_told()
        assert song_id in self.catalogue.songs
        for other in others:
            self.trash[other] = self.catalogue.songs.pop(other)
        return self._did(ActionKind.TRASHED, others, lambda: self._put_back(others))

    def copy_tags(self, from_id: SongId, *, to: Sequence[SongId]) -> DoneAction:
        self._fail_if_told()
        self.tagged.append((from_id, tuple(to)))
        return self._did(ActionKind.TAGGED, to, self.tagged.clear)

    def decide(self, a: SongId, b: SongId, *, decision: Decision | None) -> DoneAction:
        ends = frozenset((a, b))
        before = self.decided.get(ends)
        self._set(ends, decision)
        return self._did(ActionKind.DECIDED, (a, b), lambda: self._set(ends, before))

    def remove(self, song_id: SongId) -> DoneAction:
        self.trash[song_id] = self.catalogue.songs.pop(song_id)
        return self._did(ActionKind.REMOVED, [song_id], lambda: self._put_back([song_id]))

    def song_map(self, *, is_anew: bool = False, progress: Progress) -> SongMap:
        """Songs in a row, each third in a group of its own."""
        self._fail_if_told()
        self.log.append("map anew" if is_anew else "map")
        progress.report(1, 4)
        while not self.may_map.wait(0.002):
            progress.check()
        ids = tuple(self.catalogue.songs)
        at = np.arange(len(ids), dtype=np.float32)
        return SongMap(
            ids,
            np.stack([at, -at], axis=1),
            np.arange(len(ids)) % 3,
            np.ones(len(ids), np.bool_),
            ModelId("style-9"),
            1,
        )

    def export_stems(self, songs, folder, *, sound_format, progress) -> list[StemReport]:
        self._fail_if_told()
        reports = []
        for number, one in enumerate(songs):
            progress.report(number, len(songs), what=one.path.name)
            files = names_for(one, folder, sound_format=sound_format)
            for path in (files.vocal, files.backing):
                path.touch()
            reports.append(StemReport(one, files, None))
        return reports

    def last_action(self) -> DoneAction | None:
        return self.deeds[-1].action if self.deeds else None

    def undo(self) -> DoneAction | None:
        self._fail_if_told()
        if not self.deeds:
            return None
        deed = self.deeds[-1]
        deed.take_back()  # where that fails, nothing was undone
        self.deeds.pop()
        return deed.action

    def give_up(self, action: DoneAction) -> bool:
        is_last = bool(self.deeds) and self.deeds[-1].action is action
        if is_last:
            self.deeds.pop()
        return is_last

    def check(self, path: Path, *, progress: Progress) -> CheckReport:
        self._fail_if_told()
        progress.report(1, 4, what="listening")
        while not self.may_check.wait(0.002):
            progress.check()
        progress.check()
        return self.checks[path]

    def _did(
        self, kind: ActionKind, songs: Sequence[SongId], take_back: Callable[[], None]
    ) -> DoneAction:
        self.deeds.append(FakeDeed(DoneAction(kind, tuple(songs), 0.0), take_back))
        return self.deeds[-1].action

    def _put_back(self, songs: Sequence[SongId]) -> None:
        for song_id in songs:
            self.catalogue.songs[song_id] = self.trash.pop(song_id)

    def _set(self, ends: frozenset[SongId], decision: Decision | None) -> None:
        self.decided.pop(ends, None)
        if decision:
            self.decided[ends] = decision

    def _decision(self, a: SongId, b: SongId) -> Decision | None:
        return self.decided.get(frozenset((a, b)))

    def listened(self, song_id: SongId, *, heard_s: float) -> None:
        self.heard.append((song_id, heard_s))

    def overview(self, song_id: SongId) -> Float32Array:
        return overview(self.catalogue.song(song_id).title)

    def cover(self, song_id: SongId) -> bytes | None:
        return self.covers.get(song_id)

    def _fail_if_told(self) -> None:
        if self.failure:
            failure, self.failure = self.failure, None
            raise failure

    def _add(
        self, path: Path, progress: Progress, on_event: Callable[[SongEvent], None]
    ) -> AnalysisReport:
        progress.check()
        on_event(SongEvent(path, None, AnalysisStep.READING))
        self.catalogue.queue = [waits for waits in self.catalogue.queue if waits != path]
        known = self.catalogue.songs.get(SongId(path.stem))
        if known and known.path == path:
            on_event(SongEvent(path, known.song_id, AnalysisStep.SKIPPED, "It is here already."))
            return _report(path, known.song_id, Outcome.SKIPPED)
        if "broken" in path.name:
            reason = sentence(AudioFileError(path, AudioProblem.DAMAGED))
            self.catalogue.problems[path] = Problem(path, reason, 0.0)
            on_event(SongEvent(path, None, AnalysisStep.FAILED, reason))
            return _report(path, None, Outcome.FAILED, reason)
        made = song(path.stem, stage=Stage.FIRST_ANSWER, added_at=1e9, path=path)
        self.catalogue.songs[made.song_id] = made
        on_event(SongEvent(path, made.song_id, AnalysisStep.FIRST_ANSWER))
        return _report(path, made.song_id, Outcome.DONE)


def _report(
    path: Path, song_id: SongId | None, outcome: Outcome, reason: str = ""
) -> AnalysisReport:
    return AnalysisReport(path, song_id, outcome, reason, None, 0.0, {})


def facts(song_id: str, *, bandwidth_hz: float | None = 16_000.0) -> CopyFacts:
    """Invent what is measured of a copy."""
    return CopyFacts(
        SongId(song_id),
        "mp3",
        192_000,
        44_100,
        2,
        240.0,
        bandwidth_hz=bandwidth_hz,
        clipped_share=0.0,
        is_transcode=False,
        n_tags=3,
        has_cover=False,
        size_bytes=1000,
    )


def group(songs: Sequence[str], *pairs: PairVerdict) -> DuplicateGroup:
    """Invent a group whose first song is the better copy."""
    ids = tuple(map(SongId, songs))
    reasons = (CopyReason.WIDER_BAND, CopyReason.MORE_TAGS)
    return DuplicateGroup(ids, tuple(pairs), ids[0], reasons, tuple(map(facts, songs)))
