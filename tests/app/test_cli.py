"""The command line: its contract, its exit codes, and what goes to which stream."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app import cli
from tests import sounds

SONG_S = 14.0


class Ran:
    """What one call printed, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Run the command line on one library; its log stays out of the user's folders."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(cli, "start_logging", lambda *_args, **_options: None)

    def call(*words: object, stdin: str = "") -> Ran:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        try:
            code = cli.main(["--library", str(tmp_path / "library"), *map(str, words)])
        except SystemExit as ended:  # argparse's way out
            code = int(ended.code or 0)
        said = capsys.readouterr()
        return Ran(code, said.out, said.err)

    return call


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("music")
    sounds.write(folder / "one.flac", sounds.chords(1, seconds=SONG_S))
    sounds.write(folder / "two.flac", sounds.chords(2, seconds=SONG_S))
    return folder


def test_add_prints_one_object_a_song(run: Run, music: Path) -> None:
    added = run("add", music, "--json")
    assert added.code == 0
    assert [line["outcome"] for line in added.lines] == ["done", "done"]
    for line in added.lines:
        assert set(line) >= {
            "path", "song_id", "outcome", "reason", "first_feedback_s", "total_s", "stage_s",
        }  # fmt: skip
        assert 0 < line["first_feedback_s"] < line["total_s"]
    again = run("add", music, "--json")
    assert again.code == 0
    assert [line["outcome"] for line in again.lines] == ["skipped", "skipped"]


def test_quick_then_finish(run: Run, music: Path) -> None:
    run("add", music, "--quick", "--json")
    assert {song["stage"] for song in run("songs", "--json").json} == {"first_answer"}
    finished = run("finish", "--json")
    assert [line["outcome"] for line in finished.lines] == ["done", "done"]
    assert {song["stage"] for song in run("songs", "--json").json} == {"ready"}
    assert run("finish", "--json").out == ""


def test_answers_have_the_promised_shape(run: Run, music: Path, tmp_path: Path) -> None:
    copy = sounds.write(tmp_path / "copy.mp3", sounds.chords(1, seconds=SONG_S))
    run("add", music, copy)
    songs = run("songs", "--json").json
    assert [song["title"] for song in songs] == ["one", "two", "copy"]
    known = {"song_id", "path", "title", "artist", "duration_s", "stage", "kind"}
    assert set(songs[0]) == known

    by_id = run("similar", songs[0]["song_id"], "-k", 2, "--json").json
    by_path = run("similar", music / "one.flac", "-k", 2, "--json").json
    assert by_id == by_path
    assert by_id["query"]["song_id"] == songs[0]["song_id"]
    assert by_id["results"][0]["song_id"] == songs[2]["song_id"]
    assert set(by_id["results"][0]) == {"song_id", "path", "title", "artist", "score", "match"}
    assert set(by_id["results"][0]["match"]) == {"query_s", "song_s", "duration_s"}

    pairs = run("duplicates", "--json").json["pairs"]
    assert [pair["verdict"] for pair in pairs] == ["same_recording"]
    assert {pairs[0]["a"]["path"], pairs[0]["b"]["path"]} == {str(music / "one.flac"), str(copy)}
    assert set(pairs[0]["overlap"]) == {"a_start_s", "b_start_s", "duration_s", "b_duration_s"}
    assert pairs[0]["confidence"] in ("sure", "likely")
    assert run("duplicates", music / "two.flac", "--json").json == {"pairs": []}

    for stem in ("backing", "mix", "vocal"):
        assert run("similar", songs[0]["song_id"], "--stem", stem, "--json").code == 0
    assert run("versions", songs[0]["song_id"], "--json").code == 0
    assert run("recommendations", songs[0]["song_id"], "--json").json["results"] == []


def test_noise_is_no_neighbour_of_music_and_is_told(run: Run, music: Path, tmp_path: Path) -> None:
    rain = sounds.write(tmp_path / "rain.flac", sounds.noise(3, seconds=SONG_S))
    run("add", music, rain, "--quick")
    kinds = {song["title"]: song["kind"] for song in run("songs", "--json").json}
    assert kinds == {"one": "music", "two": "music", "rain": "noise"}
    found = run("similar", music / "one.flac", "--stem", "mix", "--json").json["results"]
    assert [near["title"] for near in found] == ["two"]
    asked = run("similar", rain, "--stem", "mix")
    assert (asked.code, asked.out) == (0, "")
    assert asked.err == "This is noise: it is compared with other noise only.\n"


def test_a_foreign_file_is_asked_about_and_not_kept(run: Run, music: Path, tmp_path: Path) -> None:
    run("add", music)
    demo = sounds.write(tmp_path / "demo.mp3", sounds.chords(2, seconds=SONG_S))
    found = run("similar", demo, "--stem", "mix", "--json").json
    assert found["query"] == {"song_id": None, "path": str(demo)}
    assert found["results"][0]["title"] == "two"
    (pair,) = run("duplicates", demo, "--json").json["pairs"]
    assert pair["verdict"] == "same_recording"
    assert len(run("songs", "--json").json) == 2


def test_export(run: Run, music: Path, tmp_path: Path) -> None:
    run("add", music)
    target = tmp_path / "vectors.npz"
    assert run("export", "--vectors", target).code == 0
    with np.load(target) as arrays:
        assert {"song_ids", "paths", "style_mix", "style_backing", "work_mix"} <= set(arrays.files)
        assert arrays["style_mix"].shape[0] == len(arrays["song_ids"]) == 2
        assert np.linalg.norm(arrays["style_backing"], axis=1) == pytest.approx(1.0, abs=1e-5)


def test_some_song_failed_is_exit_1(run: Run, music: Path, tmp_path: Path) -> None:
    bad = tmp_path / 'not\nmusic \N{GUITAR}\'s "best".mp3'
    bad.write_bytes(b"%PDF-1.7 nothing to hear here" * 50)
    added = run("add", bad, music / "one.flac", "--json")
    assert added.code == 1
    assert [line["outcome"] for line in added.lines] == ["failed", "done"]
    assert added.lines[0]["path"] == str(bad)
    assert added.lines[0]["reason"].endswith(".")
    in_words = run("add", bad)
    assert len(in_words.out.splitlines()) == 1  # the name's newline is shown, not obeyed


def test_an_unknown_song_is_exit_1_in_words(run: Run) -> None:
    asked = run("similar", "no-such-song", "--json")
    assert asked.code == 1
    assert asked.out == ""
    assert "no-such-song" in asked.err
    assert "Traceback" not in asked.err


@pytest.mark.parametrize(
    "words",
    [
        [],
        ["add"],
        ["no-such-verb"],
        ["similar", "x", "--stem", "drums"],
        ["similar", "x", "-k", "0"],
        ["similar", "x", "-k", "many"],
        ["sync"],
    ],
)
def test_wrong_usage_is_exit_2(run: Run, words: list[str]) -> None:
    ran = run(*words)
    assert ran.code == 2
    assert ran.out == ""
    assert "usage" in ran.err


def test_a_server_that_is_down_is_exit_1_and_loses_nothing(run: Run, music: Path) -> None:
    run("add", music, "--quick")
    ran = run("sync", "--uri", "http://127.0.0.1:9", "--token-stdin", "--json", stdin="a:b\n")
    assert ran.code == 1
    assert ran.out == ""
    assert "127.0.0.1:9" in ran.err
    assert "a:b" not in ran.err
