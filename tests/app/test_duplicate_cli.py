"""Copies by the command line, with a real trash.

``program`` runs the program as a user does, a process a call; ``run`` calls it in this process,
which spares the seconds in which torch loads.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mutagen.mp3
import pytest

from app import cli
from core import trash
from tests import sounds
from tests.trash_can import trashed, use_trash

pytestmark = pytest.mark.skipif(not trash.IS_OPEN, reason="its trash can't be looked into")
ROOT = Path(__file__).parents[2]
SONG_S = 14.0


@dataclass(frozen=True, slots=True)
class Ran:
    """How one process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library with a song, a copy of it and another song."""
    folder = tmp_path_factory.mktemp("made")
    music = folder / "pristine"
    music.mkdir()
    sounds.write(music / "song.flac", sounds.chords(1, seconds=SONG_S))
    sounds.write(music / "copy.mp3", sounds.chords(1, seconds=SONG_S))
    sounds.write(music / "other.flac", sounds.chords(2, seconds=SONG_S))
    shutil.copytree(music, folder / "music")
    ran = _program(folder, folder / "library", "add", folder / "music")
    assert ran.code == 0, ran.err
    return folder


def _program(home: Path, library: Path, *words: object) -> Ran:
    places = {"XDG_DATA_HOME": home / "data", "XDG_STATE_HOME": home, "XDG_CONFIG_HOME": home}
    ran = subprocess.run(
        [sys.executable, "-m", "app.cli", "--library", str(library), *map(str, words)],
        env=os.environ | {name: str(place) for name, place in places.items()},
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    assert "Traceback" not in ran.stderr, ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


@pytest.fixture
def music(made: Path) -> Path:
    shutil.rmtree(made / "music")
    return Path(shutil.copytree(made / "pristine", made / "music"))


@pytest.fixture
def program(made: Path, music: Path, tmp_path: Path) -> Run:
    shutil.copytree(made / "library", tmp_path / "library")
    return lambda *words: _program(tmp_path, tmp_path / "library", *words)


@pytest.fixture
def run(
    made: Path,
    music: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    shutil.copytree(made / "library", tmp_path / "library")
    use_trash(monkeypatch, tmp_path / "data")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr(cli, "start_logging", lambda *_args, **_options: None)

    def call(*words: object) -> Ran:
        try:
            code = cli.main(["--library", str(tmp_path / "library"), *map(str, words)])
        except SystemExit as ended:  # argparse's way out
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return call


def test_groups_keep_and_undo(program: Run, music: Path, tmp_path: Path) -> None:
    (group,) = program("duplicates", "--groups", "--json").json["groups"]
    assert set(group) == {"best", "reasons", "copies", "pairs"}
    by_path = {Path(copy["path"]).name: copy for copy in group["copies"]}
    assert by_path.keys() == {"song.flac", "copy.mp3"}
    assert group["best"] == by_path["song.flac"]["song_id"]
    assert group["reasons"][0] == "lossless"
    assert [pair["verdict"] for pair in group["pairs"]] == ["same_recording"]
    assert group["pairs"][0]["confidence"] in ("sure", "likely")
    in_words = program("duplicates", music / "copy.mp3", "--groups")
    assert "lossless" in in_words.out
    assert in_words.out.index("song.flac") < in_words.out.index("copy.mp3")

    kept = program("keep", music / "song.flac", "--json")
    assert kept.code == 0, kept.err
    assert kept.json["action"]["kind"] == "trashed"
    assert kept.json["action"]["songs"] == [by_path["copy.mp3"]["song_id"]]
    assert trashed(tmp_path / "data" / "Trash") == ["copy.mp3"]
    assert not (music / "copy.mp3").exists()
    assert program("duplicates", "--groups", "--json").json == {"groups": []}

    undone = program("undo", "--json")
    assert undone.json == kept.json
    assert (music / "copy.mp3").read_bytes() == (music.parent / "pristine/copy.mp3").read_bytes()
    assert len(program("songs", "--json").json) == 3


def test_what_can_t_be_undone_is_given_up(program: Run, music: Path, tmp_path: Path) -> None:
    assert program("decide", music / "song.flac", music / "other.flac", "same-song").code == 0
    kept = program("keep", music / "song.flac", music / "copy.mp3", "--json")
    (music / "copy.mp3").write_bytes(b"something else")
    assert program("undo").code == 1
    assert "1 song" in program("undo", "--give-up").out
    assert trashed(tmp_path / "data" / "Trash") == ["copy.mp3"]
    assert program("undo", "--json").json["action"]["kind"] == "decided"
    assert kept.json["action"]["kind"] == "trashed"
    assert program("undo", "--give-up", "--json").json == {"action": None}


def test_decisions(run: Run, music: Path) -> None:
    song, copy, other = (music / name for name in ("song.flac", "copy.mp3", "other.flac"))
    assert run("decide", song, copy, "not-duplicate", "--json").json["action"]["kind"] == "decided"
    assert run("duplicates", "--json").json == {"pairs": []}
    assert run("decide", song, other, "same-song").code == 0
    (group,) = run("duplicates", "--groups", "--json").json["groups"]
    assert {Path(one["path"]).name for one in group["copies"]} == {"song.flac", "other.flac"}
    near = run("similar", song, "--no-copies", "--json").json["results"]
    assert [Path(one["path"]).name for one in near] == ["copy.mp3"]
    assert run("decide", song, copy, "forget").code == 0
    assert len(run("duplicates", "--json").json["pairs"]) == 1


def test_tags_go_from_one_copy_to_another_and_back(run: Run, music: Path) -> None:
    file = mutagen.File(music / "other.flac")
    file["title"], file["artist"] = "Ördög", "Éva"
    file.save()
    run("add", music / "other.flac", "--quick")
    tagged = run("copy-tags", music / "other.flac", music / "copy.mp3", "--json")
    assert tagged.json["action"]["kind"] == "tagged", tagged.err
    assert str(mutagen.mp3.MP3(music / "copy.mp3")["TIT2"]) == "Ördög"
    assert {song["title"] for song in run("songs", "--json").json} == {"song", "Ördög"}
    assert run("undo").code == 0
    assert "TIT2" not in (mutagen.mp3.MP3(music / "copy.mp3").tags or {})


def test_a_check_says_what_is_close_and_keeps_nothing(
    program: Run, music: Path, tmp_path: Path
) -> None:
    demo = sounds.write(
        tmp_path / "demo.mp3", sounds.chords(2, seconds=SONG_S)[:, : 11 * sounds.RATE_HZ]
    )
    before = {path: path.stat().st_mtime_ns for path in music.iterdir()}
    checked = program("check", demo, "--json")
    assert checked.code == 0, checked.err
    found = checked.json
    assert set(found) == {"path", "duration_s", "verdicts", "near", "near_backing", "catalogue"}
    assert found["catalogue"] is None
    (pair,) = found["verdicts"]
    assert Path(pair["b"]["path"]).name == "other.flac"
    assert pair["a"]["path"] == str(demo)
    assert pair["verdict"] in ("excerpt", "same_recording")
    assert set(pair["overlap"]) == {"a_start_s", "b_start_s", "duration_s", "b_duration_s"}
    assert {Path(one["path"]).name for one in found["near"]} >= {"other.flac"}
    assert len(program("songs", "--json").json) == 3
    assert {path: path.stat().st_mtime_ns for path in music.iterdir()} == before
    assert program("undo", "--json").json == {"action": None}


def test_what_can_t_be_done_is_told_in_words(run: Run, music: Path, tmp_path: Path) -> None:
    gone = run("check", tmp_path / "gone.mp3")
    assert (gone.code, gone.out) == (1, "")
    assert "gone.mp3" in gone.err
    alone = run("keep", music / "other.flac")
    assert alone.code == 1
    assert "other.flac has no copies" in alone.err
    assert run("keep", music / "song.flac", music / "song.flac").code == 2
    assert run("copy-tags", music / "song.flac", music / "song.flac").code == 2
    assert run("decide", music / "song.flac", music / "song.flac", "forget").code == 2
    assert run("decide", music / "song.flac", music / "copy.mp3", "perhaps").code == 2
    assert run("check", music / "song.flac", "--cluster").code == 2  # none is set up
    os.utime(music / "copy.mp3", ns=(1, 1))
    changed = run("keep", music / "song.flac", music / "copy.mp3", "--json")
    assert (changed.code, changed.out) == (1, "")
    assert "copy.mp3 has changed" in changed.err
    assert (music / "copy.mp3").exists()


def test_a_cluster_that_is_down_costs_the_check_and_nothing_else(run: Run, music: Path) -> None:
    ran = run("check", music / "song.flac", "--cluster", "--uri", "http://127.0.0.1:9")
    assert (ran.code, ran.out) == (1, "")
    assert "127.0.0.1:9" in ran.err


@pytest.mark.parametrize("words", [["songs"], ["duplicates", "--help"], ["profile", "list"]])
def test_what_needs_no_model_loads_none(words: list[str], tmp_path: Path) -> None:
    script = (
        "import sys; from app import cli\n"
        "try: cli.main(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "loaded = {'torch', 'av', 'PySide6', 'librosa'} & set(sys.modules)\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)"
    )
    places = {name: str(tmp_path) for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME")}
    subprocess.run(
        [sys.executable, "-c", script, "--library", str(tmp_path / "library"), *words],
        env=os.environ | places, check=True, cwd=ROOT, capture_output=True,
    )  # fmt: skip
