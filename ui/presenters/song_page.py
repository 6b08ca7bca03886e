"""The page of one song: its facts, its waveform, its four lists, and the match drawn on it."""

from dataclasses import dataclass

from core.types import AnalysisStep, Float32Array, Match, Song, SongId
from ui.language import gettext as _
from ui.presenters.answers import NO_WAVE, Drawn, Result, Tab
from ui.presenters.evidence import span
from ui.presenters.hook import Hook
from ui.presenters.music_words import chips
from ui.presenters.ports import WorkbenchPort
from ui.presenters.results import ResultsPresenter
from ui.presenters.rows import SongRow
from ui.presenters.seeds import names_of
from ui.presenters.verbs import Lane, Lanes, Verb
from ui.presenters.words import BETWEEN, KINDS, STEPS, clock, file_facts


@dataclass(frozen=True, slots=True)
class MatchMark:
    """The place that is marked on the waveform, and its words."""

    match: Match
    words: str


class SongPagePresenter:
    """Opens songs: ``changed`` when facts or waveform did, ``turned`` when the tab or match did."""

    def __init__(
        self,
        workbench: WorkbenchPort,
        lists: dict[Tab, ResultsPresenter],
        *,
        lanes: Lanes,
    ) -> None:
        self.changed: Hook[None] = Hook()
        self.turned: Hook[None] = Hook()
        self.lists = lists
        self._workbench = workbench
        self._lanes = lanes
        self._row: SongRow | None = None
        self._overview = NO_WAVE
        self._tab = Tab.NEIGHBOURS
        for shown_list in lists.values():
            shown_list.chosen.connect(self.turned.emit)

    @property
    def row(self) -> SongRow | None:
        """The row that is open."""
        return self._row

    @property
    def song(self) -> Song | None:
        """The song that is open, where the row has one."""
        return self._row.song if self._row else None

    @property
    def overview(self) -> Float32Array:
        """The waveform, float32 [n] in [0, 1]; empty until it is known."""
        return self._overview

    @property
    def drawn(self) -> Drawn | None:
        """The song whose wave is shown: the open one, or the one that the chosen result is near."""
        result = self.shown_list.current
        if result and result.seed:
            return result.seed
        return Drawn(self.song, self._overview) if self.song else None

    @property
    def tab(self) -> Tab:
        """The list that is shown."""
        return self._tab

    @property
    def shown_list(self) -> ResultsPresenter:
        """The list that is shown."""
        return self.lists[self._tab]

    @property
    def facts(self) -> tuple[str, ...]:
        """What is known of the song, in short words."""
        if self._row is None:
            return ()
        if self._row.song is None:
            return (STEPS[self._row.step],)
        song = self._row.song
        album = (song.album,) if song.album else ()
        kind = (KINDS[song.kind],) if song.kind in KINDS else ()
        heard = (*kind, *chips(song.music))
        return (
            clock(song.duration_s),
            *heard,
            file_facts(song.facts),
            STEPS[self._row.step],
            *album,
        )

    @property
    def mark(self) -> MatchMark | None:
        """The match of the chosen line, as a place of the open song."""
        result = self.shown_list.current
        if result is None or result.match is None:
            return None
        if result.verdict:
            where = span(result.match.query_s, result.match.duration_s)
            words = _("Shaded: same sound as {title}, {where}")
            return MatchMark(result.match, words.format(title=result.title, where=where))
        moment = clock(result.match.query_s)
        if result.seed:
            words = _("{seed}. Shaded: match with {title}, {moment}")
            (seed,) = names_of([result.seed.song])
            return MatchMark(
                result.match, words.format(seed=seed, title=result.title, moment=moment)
            )
        words = _("Shaded: match with {title}, {moment}")
        return MatchMark(result.match, words.format(title=result.title, moment=moment))

    def open(self, row: SongRow | None) -> None:
        """Show another row; the answers come from the lanes."""
        if row and self._row and row.path == self._row.path:
            self.update(row)
            return
        self._row, self._overview = row, NO_WAVE
        self._open_lists()
        self.changed.emit(None)

    def update(self, row: SongRow) -> None:
        """Take in that the open row has come further."""
        if self._row is None or row.path != self._row.path or row == self._row:
            return
        was, self._row = self._row, row
        if was.song is None:
            self._open_lists()
        elif row.song and row.song.stage is not was.song.stage:
            self.refresh()
        self.changed.emit(None)

    def refresh(self) -> None:
        """Ask again for the lists of the open song."""
        for shown_list in self.lists.values():
            shown_list.refresh(self.song)

    def turn(self, tab: Tab) -> None:
        """Show another list."""
        self._tab = tab
        self.turned.emit(None)

    def _open_lists(self) -> None:
        failed = self._row is not None and self._row.step is AnalysisStep.FAILED
        for shown_list in self.lists.values():
            shown_list.open(self.song, to_come=self._row is not None and not failed)
        if self.song:
            self._ask_overview(self.song.song_id)

    def _ask_overview(self, song_id: SongId) -> None:
        def take(overview: Float32Array) -> None:
            if self.song and self.song.song_id == song_id:
                self._overview = overview
                self.changed.emit(None)

        verb = Verb(lambda _: self._workbench.overview(song_id), on_success=take)
        self._lanes.run(verb, Lane.COMPUTE)


def describe(rank: int, result: Result) -> str:
    """Say a line in one breath, for screen readers and tool tips."""
    score = f"{result.figure} {result.measure}"
    parts = [f"{rank}. {result.title}, {result.artist}", score, result.label]
    parts.append(result.why.replace("\n", BETWEEN))
    return ". ".join(part for part in parts if part) + "."
