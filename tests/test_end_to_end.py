"""The whole chain through the command line: real songs, Milvus Lite, a real Milvus server.

Each step is a process of its own, as a user runs it. Two musicians, one cluster.
"""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import soundfile

from cluster_sync.demo_server import DemoServer
from core.audio import decode
from core.progress import Progress

pytestmark = [pytest.mark.server, pytest.mark.music]


@dataclass(frozen=True, slots=True)
class Ran:
    """How one process ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True, slots=True)
class Musician:
    """One library, driven by processes."""

    library: Path

    def run(self, *words: object, stdin: str = "") -> Ran:
        command = [sys.executable, "-m", "app.cli", "--library", self.library, *words]
        ran = subprocess.run(
            [str(word) for word in command],
            input=stdin, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert "Traceback" not in ran.stderr, ran.stderr
        return Ran(ran.returncode, ran.stdout, ran.stderr)

    def sync(self, server: DemoServer) -> Any:
        ran = self.run("sync", "--uri", server.uri, "--token-stdin", "--json", stdin=server.token)
        assert ran.code == 0, ran.err
        assert server.token not in ran.out + ran.err
        return ran.json


def _variant(
    source: Path, target: Path, *, start_s: float = 0.0, length_s: float | None = None
) -> Path:
    sound = decode.read(source, start_s=start_s, duration_s=length_s, progress=Progress())
    soundfile.write(target, sound.T, decode.SAMPLE_RATE_HZ)
    return target


def test_the_whole_chain(
    real_songs: list[Path], empty_milvus_server: DemoServer, tmp_path: Path
) -> None:
    folder = tmp_path / "first's songs"
    folder.mkdir()
    for song in real_songs[:4]:
        (folder / song.name).symlink_to(song)
    clip = folder / "clip \N{MUSICAL NOTE}.flac"
    _variant(real_songs[1], clip, start_s=30.0, length_s=20.0)
    broken = folder / "broken.mp3"
    broken.write_bytes(b"not a song at all " * 100)

    first = Musician(tmp_path / "first")
    added = first.run("add", folder, "--json")
    assert added.code == 1
    outcomes = {Path(line["path"]).name: line["outcome"] for line in added.lines}
    assert outcomes.pop("broken.mp3") == "failed"
    assert set(outcomes.values()) == {"done"}
    assert len(outcomes) == 5
    again = first.run("add", folder, "--json")
    assert [line["outcome"] for line in again.lines].count("skipped") == 5

    songs = {Path(song["path"]).name: song for song in first.run("songs", "--json").json}
    assert {song["stage"] for song in songs.values()} == {"ready"}
    asked = songs[real_songs[0].name]["song_id"]
    near = first.run("similar", asked, "--json").json["results"]
    assert len(near) == 4
    assert [r["score"] for r in near] == sorted((r["score"] for r in near), reverse=True)
    pairs = first.run("duplicates", "--json").json["pairs"]
    assert [pair["verdict"] for pair in pairs] == ["excerpt"]
    assert {Path(pairs[0][side]["path"]).name for side in "ab"} == {clip.name, real_songs[1].name}
    starts = pairs[0]["overlap"]
    assert abs(starts["a_start_s"] - starts["b_start_s"]) == pytest.approx(30.0, abs=0.5)

    second = Musician(tmp_path / "second")
    lent = _variant(real_songs[0], tmp_path / "lent.mp3")
    assert second.run("add", lent, *real_songs[4:7]).code == 0

    with ThreadPoolExecutor() as both:  # at the same time, as musicians do
        synced = both.map(lambda one: one.sync(empty_milvus_server)["pushed"], (first, second))
    assert list(synced) == [5, 4]
    passed = first.run(
        "recommend-pass", "--uri", empty_milvus_server.uri, "--token-stdin", "--json",
        stdin=empty_milvus_server.token,
    )  # fmt: skip
    assert passed.code == 0, passed.err
    assert passed.json["merged"] == 9
    synced = first.sync(empty_milvus_server)
    assert (synced["pushed"], synced["state"]) == (0, "in_step")
    assert synced["pulled"] > 0

    listed = first.run("recommendations", asked, "--json").json["results"]
    theirs = {line["title"] for line in listed if line["song_id"] is None}
    assert theirs, "nothing of the other musician's came back"
    assert "lent" not in theirs  # the same recording as the song that is asked about
    assert asked not in {line["song_id"] for line in listed}
    titles = [line["title"] for line in listed]
    assert not {"clip \N{MUSICAL NOTE}", songs[real_songs[1].name]["title"]} <= set(titles)
    assert all(line["reason"] for line in listed)

    demo = _variant(real_songs[5], tmp_path / "demo.flac", start_s=20.0, length_s=40.0)
    checked = first.run(
        "check", demo, "--cluster", "--uri", empty_milvus_server.uri, "--token-stdin", "--json",
        stdin=empty_milvus_server.token,
    )  # fmt: skip
    assert checked.code == 0, checked.err
    assert checked.json["verdicts"] == []  # nothing of the first musician's
    (close,) = checked.json["catalogue"]
    assert (close["verdict"], close["title"]) == ("excerpt", real_songs[5].stem)
    assert close["overlap"]["b_start_s"] - close["overlap"]["a_start_s"] == pytest.approx(
        20.0, abs=0.5
    )
    assert first.run("songs", "--json").json == list(songs.values())


def test_trouble_with_the_cluster_is_said_and_loses_nothing(
    real_songs: list[Path], milvus_server: DemoServer, tmp_path: Path
) -> None:
    musician = Musician(tmp_path / "library")
    musician.run("add", "--quick", real_songs[0])
    for uri, token in (
        ("http://127.0.0.1:9", "root:x"),  # nobody listens
        (milvus_server.uri, "root:wrong"),
        (milvus_server.uri, ""),
    ):
        ran = musician.run("sync", "--uri", uri, "--token-stdin", "--json", stdin=token)
        assert ran.code == 1
        assert ran.out == ""
        assert ran.err.strip().endswith(".")
        assert not token or token not in ran.err
    assert musician.sync(milvus_server)["pushed"] == 1
