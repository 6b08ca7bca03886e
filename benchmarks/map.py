"""How long the map of a library takes to lay out, and how fluid it is to pan and hover.

Songs are invented: flocks of vectors as long as those of the style network. Frames are whole
repaints of the map's widget, drawn by the processor into a window that has no screen, while the
view is panned and zoomed; a window on a screen has no more to do. Writes ``results/map.md``.
"""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import numpy as np
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication

from core import map_layout
from core.progress import Progress
from core.song_map import SongMap
from core.types import AudioFacts, FileStamp, Float32Array, ModelId, Song, SongId, Stage
from ui.presenters.library import LibraryPresenter
from ui.presenters.map_colours import Colour
from ui.presenters.map_page import MapPresenter
from ui.presenters.notices import NoticePresenter
from ui.presenters.rows import Snapshot, song_row
from ui.presenters.song_list import SongListPresenter
from ui.presenters.verbs import Lane, Verb
from ui.theme import Theme
from ui.widgets.map_plot import MapPlot

RESULTS = Path(__file__).parent / "results" / "map.md"
SIZES = (1_000, 5_000, 20_000)
DIMENSION = 256
FLOCKS = 60
FRAMES = 200
WIDGET = (1_280, 800)
JUDGED = 2_000  # songs whose neighbours are compared
NEAREST = 10


def main() -> None:
    """Measure, and write the page."""
    rows = [_layout_row(size) for size in SIZES]
    frames = _frames(max(SIZES))
    text = _page(rows, frames)
    RESULTS.write_text(text, encoding="utf-8")
    print(text)


def flocks(count: int) -> Float32Array:
    """Return vectors of songs in flocks of unequal sizes, of length 1."""
    random = np.random.default_rng(7)
    weights = random.dirichlet(np.full(FLOCKS, 2.0))
    flock = random.choice(FLOCKS, count, p=weights)
    spread = np.exp(-np.arange(DIMENSION) / 6.0)  # as few directions as music has
    vectors = random.standard_normal((FLOCKS, DIMENSION))[flock] * spread
    vectors += 0.6 * random.standard_normal((count, DIMENSION)) * spread
    made: Float32Array = (vectors / np.linalg.norm(vectors, axis=1, keepdims=True)).astype("f4")
    return made


def _layout_row(size: int) -> tuple[str, ...]:
    vectors = flocks(size)
    began = time.perf_counter()
    places = map_layout.layout(vectors, progress=Progress())
    laid_s = time.perf_counter() - began
    began = time.perf_counter()
    map_layout.groups(vectors, 8, progress=Progress())
    grouped_s = time.perf_counter() - began
    began = time.perf_counter()
    map_layout.placed(vectors[:1], vectors, places, progress=Progress())
    placed_s = time.perf_counter() - began
    return (
        f"{size:,}",
        f"{laid_s:.1f}",
        f"{grouped_s:.2f}",
        f"{1000 * placed_s:.0f}",
        f"{100 * _kept(vectors, places):.0f} %",
        f"{100 * NEAREST / size:.1f} %",
    )


def _kept(vectors: Float32Array, places: Float32Array) -> float:
    """Return the share of songs' nearest that are among their nearest on the map."""
    some = np.random.default_rng(1).choice(len(vectors), min(JUDGED, len(vectors)), replace=False)
    there = np.argsort(-(vectors[some] @ vectors.T), axis=1)[:, 1 : NEAREST + 1]
    apart = ((places[some, None] - places[None]) ** 2).sum(axis=2)
    here = np.argsort(apart, axis=1)[:, 1 : NEAREST + 1]
    shares = [len(set(a) & set(b)) / NEAREST for a, b in zip(there, here, strict=True)]
    return float(np.mean(shares))


class InLine:
    """Lanes without threads: nothing runs beside what is measured."""

    def run(self, verb: Verb[Any], lane: Lane) -> Progress:  # noqa: ARG002 - lanes' own
        """Do the work at once."""
        progress = Progress()
        verb.on_success(verb.work(progress))
        verb.on_end()
        return progress

    def post(self, call: Callable[[], None]) -> None:
        """Call at once."""
        call()


def _plot(count: int) -> MapPlot:
    """Make the map's widget over invented songs."""
    vectors = flocks(count)
    random = np.random.default_rng(3)
    middles = random.normal(0.0, 25.0, (FLOCKS, 2))
    group = random.integers(0, FLOCKS, count)
    places = (middles[group] + random.normal(0.0, 4.0, (count, 2))).astype("f4")
    songs = [_song(number) for number in range(count)]
    found = SongMap(
        tuple(song.song_id for song in songs),
        places,
        map_layout.groups(vectors, 8, progress=Progress()),
        np.ones(count, np.bool_),
        ModelId("benchmark"),
        map_layout.RECIPE,
    )

    class Bench:
        def song_map(self, *, is_anew: bool, progress: Progress) -> SongMap:  # noqa: ARG002 - as asked
            return found

    bench: Any = Bench()  # all that the map asks of a workbench
    lanes = InLine()
    library = LibraryPresenter()
    library.load(Snapshot(tuple(map(song_row, songs)), ()))
    notices = NoticePresenter()
    listed = SongListPresenter(bench, notices=notices, lanes=lanes)
    transport: Any = None  # nothing plays here
    presenter = MapPresenter(bench, library, songs=listed, transport=transport, lanes=lanes)
    plot = MapPlot(presenter, Theme())
    plot.resize(*WIDGET)
    plot.show()
    presenter.want()
    return plot


def _song(number: int) -> Song:
    return Song(
        SongId(f"{number:06}"),
        Path(f"/music/folder {number % 40}/{number}.mp3"),
        FileStamp(1, 1, ""),
        AudioFacts("mp3", None, 44_100, 2, 240.0),
        f"Song {number}",
        "",
        "",
        240.0,
        Stage.READY,
        0.0,
    )


def _frames(count: int) -> list[tuple[str, Sequence[float]]]:
    """Return the times, in seconds, of what a hand on the map causes."""
    app = QApplication.instance() or QApplication([])
    plot = _plot(count)
    app.processEvents()
    presenter = plot._presenter
    view = plot.box.viewRect()
    size = plot.size()

    def pan(number: int) -> None:
        plot.box.translateBy(x=view.width() * (0.004 if number % 100 < 50 else -0.004), y=0)
        plot.viewport().repaint()

    def zoom(number: int) -> None:
        plot.zoom(0.98 if number % 100 < 50 else 1 / 0.98)
        plot.viewport().repaint()

    def hover(number: int) -> None:
        share = number / FRAMES
        plot.nearest(QPointF(share * size.width(), share * size.height()))

    def recolour(number: int) -> None:
        presenter.colour_by(Colour.FOLDER if number % 2 else Colour.GROUP)
        plot.viewport().repaint()

    def lasso(number: int) -> None:
        side = 20.0 + number % 5
        presenter.lasso([(-side, -side), (side, -side), (side, side), (-side, side)])
        plot.viewport().repaint()

    return [
        ("pan by one step, and repaint", _timed(pan, FRAMES)),
        ("zoom by one step, and repaint", _timed(zoom, FRAMES)),
        ("find the song under the pointer", _timed(hover, FRAMES)),
        ("list what a lasso holds, and repaint", _timed(lasso, FRAMES // 10)),
        ("colour by something else, and repaint", _timed(recolour, FRAMES // 10)),
    ]


def _timed(act: Callable[[int], None], times: int) -> list[float]:
    act(0)
    found = []
    for number in range(times):
        began = time.perf_counter()
        act(number)
        found.append(time.perf_counter() - began)
    return found


def _page(rows: Sequence[tuple[str, ...]], frames: Sequence[tuple[str, Sequence[float]]]) -> str:
    head = ("songs", "lay out, s", "group, s", "place one, ms", "nearest 10 kept", "by chance")
    lines = [
        "# The map of a library",
        "",
        f"Vectors of {DIMENSION} numbers in {FLOCKS} flocks, {os.cpu_count()} processor cores.",
        "`nearest 10 kept`: the share of a song's ten nearest that are among its ten nearest on "
        "the map.",
        "",
        f"| {' | '.join(head)} |",
        f"|{'---:|' * len(head)}",
        *(f"| {' | '.join(row)} |" for row in rows),
        "",
        f"## Under the hand: {max(SIZES):,} songs on {WIDGET[0]} by {WIDGET[1]} pixels",
        "",
        "| what | median, ms | 95 %, ms | slowest, ms |",
        "|---|---:|---:|---:|",
    ]
    for name, times in frames:
        ms = 1000 * np.array(times)
        lines.append(
            f"| {name} | {median(ms):.1f} | {np.quantile(ms, 0.95):.1f} | {ms.max():.1f} |"
        )
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    main()
