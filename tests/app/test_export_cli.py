"""The ways out of the command line: lists, reports, stems."""

import json
from pathlib import Path

import pytest
import soundfile

from app import cli
from tests import sounds


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of two songs and a copy."""
    folder = tmp_path_factory.mktemp("place")
    music = folder / "music"
    music.mkdir()
    samples = sounds.chords(1, seconds=14.0)
    sounds.write(music / "one.flac", samples)
    sounds.write(music / "copy.mp3", samples)
    sounds.write(music / "two.flac", sounds.chords(2, seconds=14.0))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "start_logging", lambda *_args, **_options: None)
        assert cli.main(["--library", str(folder / "library"), "add", str(music), "--quick"]) == 0
    return folder


@pytest.fixture
def run(place: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    monkeypatch.setattr(cli, "start_logging", lambda *_args, **_options: None)

    def call(*words: object) -> tuple[int, str, str]:
        code = cli.main(["--library", str(place / "library"), *map(str, words)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_lists_of_the_whole_library(run, tmp_path: Path, place: Path) -> None:
    code, *_ = run(
        "export", "--playlist", tmp_path / "all.m3u8", "--csv", tmp_path / "all.csv",
        "--text", tmp_path / "all.txt",
    )  # fmt: skip
    assert code == 0
    assert {p.name for p in tmp_path.iterdir()} == {"all.m3u8", "all.csv", "all.txt"}
    named = [x for x in (tmp_path / "all.m3u8").read_text("utf-8").splitlines() if x[0] != "#"]
    found = {(tmp_path / name).resolve() for name in named}
    assert found == set((place / "music").iterdir())


def test_a_list_of_what_sounds_like_a_song(run, tmp_path: Path, place: Path) -> None:
    song = place / "music" / "one.flac"
    assert run("export", "--similar", song, "-k", "1", "--text", tmp_path / "near.txt")[0] == 0
    assert (tmp_path / "near.txt").read_text("utf-8").startswith("1. copy")


def test_a_file_is_replaced_only_where_that_is_asked_for(run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.txt"
    mine.write_text("mine")
    code, _, err = run("export", "--text", mine)
    assert (code, mine.read_text()) == (1, "mine")
    assert "mine.txt is there already" in err
    assert run("export", "--text", mine, "--overwrite")[0] == 0
    assert mine.read_text() != "mine"


@pytest.mark.parametrize("suffix", [".html", ".csv", ".md"])
def test_the_report_names_both_copies(run, tmp_path: Path, suffix: str) -> None:
    report = tmp_path / f"report{suffix}"
    assert run("export", "--duplicates", report)[0] == 0
    text = report.read_text("utf-8").replace("\\", "")
    assert "copy.mp3" in text
    assert "one.flac" in text
    assert "two.flac" not in text


@pytest.mark.parametrize("words", [(), ("--duplicates", "report.pdf")])
def test_wrong_usage_writes_nothing(run, words: tuple[str, ...]) -> None:
    assert run("export", *words)[0] == 2


def test_stems_are_whole_files(run, tmp_path: Path, place: Path) -> None:
    song = place / "music" / "two.flac"
    code, out, _ = run("stems", song, "--to", tmp_path / "out", "--format", "wav", "--json")
    told = json.loads(out)
    assert code == 0
    for stem in ("backing", "vocal"):
        path = Path(told[stem])
        assert path.name == f"two ({stem}).wav"
        assert soundfile.info(path).frames == 14 * 44_100
