"""The whole job on real songs: what ``./dev run`` shows.

Two musicians add songs, each to a library of their own. Both sync to one Milvus cluster, started
here and stopped at the end; the recommender computes item-to-item lists over both, and the first
musician's window shows them. Everything is real: the songs (freely licensed, from Debian's
packages), the analysis, the server.
"""

import argparse
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import soundfile

from app import wiring
from app.output import clock, named, neighbour_words, pair_words, put, report_words
from app.wiring import ClusterAddress
from cluster_sync import demo_server
from core.audio import decode
from core.audio.playback import Player
from core.progress import Progress
from core.settings import Settings, default_places
from core.types import AnalysisReport, Neighbour, Song
from core.workbench import Workbench
from ui.messages import sentence

FIRST_MUSICIAN = "singularity-music"
SECOND_MUSICIAN = "extremetuxracer-data"
# As the packages' copyright files say.
LICENCES = {
    FIRST_MUSICIAN: "Max McCracken, Creative Commons Attribution-ShareAlike 3.0",
    SECOND_MUSICIAN: "the Extreme Tux Racer team, GNU GPL 2 or later",
}
SHORTEST_BYTES = 250_000  # leaves out the games' jingles
CLIP_START_S, CLIP_S = 60.0, 20.0
DEMO_S = 40.0
FASTER = 1.02  # a little faster, as old tapes and DJ decks play
LISTEN_S = 4.0
LIST_LINES = 5
LITE_NOTE = "A second Milvus Lite store stands in for the cluster: no server for this system."


def main() -> None:
    """Show the whole job."""
    arguments = argparse.ArgumentParser(description="The whole job on real songs.")
    arguments.add_argument("--music", type=Path, required=True, help="unpacked Debian packages")
    arguments.add_argument("--picture", type=Path, help="take the window's picture and close it")
    arguments.add_argument("--pictures", type=Path, help="take a picture of every screen")
    arguments.add_argument("--no-window", action="store_true", help="end before the window")
    args = arguments.parse_args()
    folder = default_places().cache / "demo"
    _say_licences(args.music)
    with _cluster(folder) as cluster:
        first = Settings(places=default_places(folder / "first"))
        second = Settings(places=default_places(folder / "second"))
        songs, others = (
            songs_of(args.music / FIRST_MUSICIAN),
            songs_of(args.music / SECOND_MUSICIAN),
        )
        copies = _make_copies(songs, folder / "copies")
        _second_musician(second, [*others, copies[0]], cluster)
        more = _make_more_copies(songs, folder / "copies") if args.pictures else ()
        _first_musician(first, [*songs, *copies[1:], *more], cluster)
        if args.pictures:
            _pictures(first, cluster, folder=args.pictures, demo=_make_demo(songs, folder))
        elif not args.no_window:
            _window(first, cluster, picture=args.picture)


def songs_of(package: Path) -> list[Path]:
    """Return the songs of an unpacked package, by name."""
    found = (path for path in package.rglob("*.ogg") if path.stat().st_size >= SHORTEST_BYTES)
    return sorted(path for path in found if "music" in path.parts)


def _second_musician(settings: Settings, songs: Sequence[Path], cluster: ClusterAddress) -> None:
    _headline("Another musician adds songs, and syncs")
    with wiring.open_workbench(settings) as bench:
        bench.warm_up()
        _add(bench, songs)
        _sync(bench, cluster)
    _recommender_pass(cluster)


def _first_musician(settings: Settings, songs: Sequence[Path], cluster: ClusterAddress) -> None:
    with wiring.open_workbench(settings) as bench:
        _headline("You add songs: first answer in about a second, then the backing's")
        bench.warm_up()
        _add(bench, songs)
        asked = bench.songs()[0]
        _headline(f"What sounds like {named(asked)}? (by its backing)")
        neighbours = bench.similar(asked.song_id, limit=LIST_LINES)
        for rank, near in enumerate(neighbours, start=1):
            put(f"{rank:>3}  {neighbour_words(near, bench.catalogue.song(near.song_id))}")
        _headline("Which songs are copies?")
        paths = {song.song_id: str(song.path) for song in bench.songs()}
        for pair in bench.duplicates():
            put(*pair_words(pair, paths))
        _play(bench, neighbours[0])
        _headline(f"Sync with the cluster at {cluster.uri}")
        if cluster.note:
            put(cluster.note)
        _sync(bench, cluster)
        _recommender_pass(cluster)
        _sync(bench, cluster)
        _recommended(bench, asked)


def _add(bench: Workbench, songs: Sequence[Path]) -> None:
    def tell(report: AnalysisReport) -> None:
        first_s = report.first_feedback_s
        when = f"first answer after {first_s:.1f} s; " if first_s is not None else ""
        put(when + report_words(report, lambda song_id: named(bench.catalogue.song(song_id))))

    bench.add(songs, progress=Progress(), on_report=tell)


def _play(bench: Workbench, near: Neighbour) -> None:
    """Play the nearest song from the moment where it matches."""
    song = bench.catalogue.song(near.song_id)
    _headline(f"Play {named(song)} at the match, {clock(near.match.song_s)}")
    player = Player()
    try:
        player.play(song.path, start_s=near.match.song_s)
        time.sleep(LISTEN_S)
        state = player.state
    finally:
        player.close()
    if state.problem is not None:
        put(sentence(state.problem))
        return
    put(f"Played from {clock(near.match.song_s)} to {clock(state.position_s)}.")
    bench.listened(song.song_id, heard_s=state.position_s - near.match.song_s)


def _sync(bench: Workbench, cluster: ClusterAddress) -> None:
    report = wiring.sync_port(bench.catalogue, cluster).sync(progress=Progress())
    put(
        f"{report.pushed} songs sent (vectors and fingerprints, never sound), "
        f"{report.deleted} withdrawn, {report.pulled} recommendations came back."
    )


def _recommender_pass(cluster: ClusterAddress) -> None:
    report = wiring.run_recommend_pass(cluster, progress=Progress())
    put(f"The recommender merged {report.merged} songs and wrote {report.lists} lists.")


def _recommended(bench: Workbench, asked: Song) -> None:
    _headline(f"What belongs beside {named(asked)}, over both musicians' songs?")
    for line in bench.catalogue.recommendations(asked.song_id, limit=LIST_LINES):
        whose = "yours" if line.song_id is not None else "another musician's"
        put(f"{line.rank:>3}  {line.score:.3f}  {line.title} ({whose}): {line.reason}")


def _window(settings: Settings, cluster: ClusterAddress, *, picture: Path | None) -> None:
    from app.__main__ import run_window  # Qt is loaded only where a window is asked for

    _headline("The window")
    run_window(settings, cluster=cluster, picture=picture)
    if picture is not None:
        put(f"There is no screen here; the window's picture is in {picture}.")


def _pictures(settings: Settings, cluster: ClusterAddress, *, folder: Path, demo: Path) -> None:
    from app.__main__ import run_window  # Qt is loaded only where a window is asked for
    from app.picture import every_screen

    _headline("The pictures")
    run_window(settings, cluster=cluster, shots=every_screen(folder, demo))
    put(f"They are in {folder}.")


@contextmanager
def _cluster(folder: Path) -> Iterator[ClusterAddress]:
    """Start the demo's cluster on empty data, and stop it at the end."""
    data = folder / "cluster"
    shutil.rmtree(data, ignore_errors=True)
    if not demo_server.is_available():
        data.mkdir(parents=True)
        yield ClusterAddress(str(data / "cluster.db"), "", note=LITE_NOTE)
        return
    with demo_server.DemoServer(data) as server:
        yield ClusterAddress(server.uri, server.token)


def _make_copies(songs: Sequence[Path], folder: Path) -> tuple[Path, Path, Path]:
    """Make what a real library has too: the same song as mp3 (twice), and a clip of another."""
    folder.mkdir(parents=True, exist_ok=True)
    lent, own, clip = (folder / name for name in ("lent.mp3", "my copy.mp3", "clip.mp3"))
    for source, target, start_s, length_s in (
        (songs[0], lent, 0.0, None),
        (songs[1], own, 0.0, None),
        (songs[2], clip, CLIP_START_S, CLIP_S),
    ):
        if not target.exists():
            sound = decode.read(source, start_s=start_s, duration_s=length_s, progress=Progress())
            soundfile.write(target, sound.T, decode.SAMPLE_RATE_HZ, format="MP3")
    return lent, own, clip


def _make_more_copies(songs: Sequence[Path], folder: Path) -> tuple[Path, Path]:
    """Make what the Duplicates screen is for: a copy that was lossy before, and a faster one."""
    transcode, faster = folder / "from the web.flac", folder / "faster.wav"
    for source, target, rate_hz in (
        (folder / "my copy.mp3", transcode, decode.SAMPLE_RATE_HZ),
        (songs[3], faster, round(FASTER * decode.SAMPLE_RATE_HZ)),
    ):
        if not target.exists():
            sound = decode.read(source, progress=Progress())
            soundfile.write(target, sound.T, rate_hz)
    return transcode, faster


def _make_demo(songs: Sequence[Path], folder: Path) -> Path:
    """Make an unreleased song that borrows from one of the library."""
    demo = folder / "unreleased demo.wav"
    if not demo.exists():
        sound = decode.read(songs[4], start_s=CLIP_START_S, duration_s=DEMO_S, progress=Progress())
        soundfile.write(demo, sound.T, decode.SAMPLE_RATE_HZ)
    return demo


def _say_licences(music: Path) -> None:
    put("The songs, from Debian's packages, and their licences:")
    for package, licence in LICENCES.items():
        put(f"  {package}: {licence} ({music / package / 'usr/share/doc' / package / 'copyright'})")


def _headline(text: str) -> None:
    put("", f"== {text}")


if __name__ == "__main__":
    main()
