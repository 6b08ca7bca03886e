"""The recommender as its container runs it: a program without the desktop's libraries."""

import errno
import gc
import io
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from cluster_sync.demo_server import free_ports
from cluster_sync.lists import LEASES, bare_row
from cluster_sync.recommender.__main__ import FAILED, main, shard_buckets
from cluster_sync.recommender.lease import MERGE
from cluster_sync.recommender.program import COLLECT_AFTER, Program, Stop, Work, collecting_seldom
from core.vectors.milvus import MilvusStore
from tests.cluster_sync.recommender.songs import MINE, refusals, send, song
from tests.milvus_server import empty_milvus_server  # noqa: F401 - a fixture

PROGRAM = [sys.executable, "-m", "cluster_sync.recommender"]
LONGEST_STOP_S = 10


def fill(uri: str, *, token: str = "") -> None:
    store = MilvusStore(uri, token=token)
    send(store, MINE, [song(MINE, number) for number in (1, 2, 3)])
    store.close()


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], capture_output=True, text=True, timeout=60, check=False
    )


def asked(port: int, path: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=5) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.fixture
def looping(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A program that makes passes over a folder, one after another, and its port."""
    uri, (port,) = str(tmp_path / "cluster.db"), free_ports(1)
    fill(uri)
    arguments = ["pass", "--uri", uri, "--every", "0.1", "--metrics-port", str(port)]
    with subprocess.Popen(
        [*PROGRAM, *arguments, "--log-format", "json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as program:
        yield program, port
        program.kill()


def test_a_loop_tells_what_it_does_and_ends_on_sigterm(
    looping: tuple[subprocess.Popen[str], int],
) -> None:
    program, port = looping
    assert program.stdout is not None
    assert program.stderr is not None
    passes = [json.loads(program.stdout.readline()) for _ in range(2)]
    assert [(one["merged"], one["lists"]) for one in passes] == [(3, 3), (0, 0)]
    assert asked(port, "/healthz")[0] == asked(port, "/readyz")[0] == 200
    assert asked(port, "/secret")[0] == 404
    text = asked(port, "/metrics")[1]
    for line in (
        "songkin_recommender_songs_merged_total 3.0",
        "songkin_recommender_lists_written_total 3.0",
        "songkin_recommender_incomplete_answers_total 0.0",
        "songkin_recommender_leader 1.0",
    ):
        assert line in text
    assert "songkin_recommender_pass_seconds_bucket" in text
    assert "songkin_recommender_last_success_timestamp_seconds 1" in text
    program.send_signal(signal.SIGTERM)
    asked_at = time.monotonic()
    assert program.wait(timeout=LONGEST_STOP_S) == 0
    assert time.monotonic() - asked_at < LONGEST_STOP_S
    logged = [json.loads(line) for line in program.stderr.read().splitlines()]
    assert logged
    assert {"time", "level", "message"} <= logged[0].keys()


def test_migrate_and_a_shard_of_a_folder(tmp_path: Path) -> None:
    uri = str(tmp_path / "cluster.db")
    fill(uri)
    assert "recommendations" in json.loads(run("migrate", "--uri", uri).stdout)["made"]
    assert json.loads(run("pass", "--uri", uri).stdout)["lists"] == 3
    parts = [
        json.loads(run("lists", "--uri", uri, "--shard", f"{i}/2", "--rebuild").stdout)["lists"]
        for i in range(2)
    ]
    assert sum(parts) == 3


@pytest.mark.server
def test_against_a_server(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    """The token comes from a file; an inbox is looked at when it changed; one leader at a time."""
    server = request.getfixturevalue("empty_milvus_server")
    bad = song(MINE, 9)
    fill(server.uri, token=server.token)
    store = MilvusStore(server.uri, token=server.token)
    send(store, MINE, [type(bad)(bad.key, bad.vector, {**bad.values, "title": "not digested"})])
    secret = tmp_path / "token"
    secret.write_text(server.token + "\n")
    asking = ("pass", "--uri", server.uri, "--token-file", str(secret), "--log-format", "json")
    done = run(*asking)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["merged"], told["refused"], told["lists"]) == (3, 1, 3)
    assert server.token.partition(":")[2] not in done.stdout + done.stderr
    assert list(refusals(store)) == [bad.key]
    for _ in range(2):  # a second look may be needed to be sure that nothing was missed
        told = json.loads(run(*asking).stdout)
    assert (told["merged"], told["refused"], told["lists"]) == (0, 0, 0)

    send(store, MINE, [song(MINE, 4)])
    store.upsert(LEASES, [bare_row(MERGE, {"holder": "another", "expires_at": 9e9})])
    done = run(*asking)
    assert done.returncode == 3, done.stderr
    store.delete(LEASES, [MERGE])
    done = run(*asking)
    assert (done.returncode, json.loads(done.stdout)["merged"]) == (0, 1)
    assert store.keys(LEASES) == []
    store.close()


def test_a_server_that_is_down_ends_it_with_one_line_and_no_token(tmp_path: Path) -> None:
    secret = tmp_path / "token"
    secret.write_text("root:secret\n")
    uri = f"http://127.0.0.1:{free_ports(1)[0]}"
    done = run("pass", "--uri", uri, "--token-file", str(secret), "--log-format", "json")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert json.loads(line)["problem"] == "unreachable"
    assert "secret" not in line
    assert run("pass", "--uri", uri, "--token-file", str(tmp_path / "none")).returncode == 1


@pytest.mark.parametrize(
    "wrong",
    [
        [],
        ["pass"],
        ["pass", "--uri", "x", "--every", "never"],
        ["pass", "--uri", "x", "--every", "-1"],
        ["lists", "--uri", "x", "--shard", "2/2"],
        ["lists", "--uri", "x", "--shard", "0/257"],
        ["lists", "--uri", "x", "--shard", "all"],
        ["lists", "--uri", "x", "--rebuild", "a:b"],
        ["drop", "--uri", "x"],
    ],
)
def test_a_wrong_command_line(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as told:
        main(wrong)
    assert told.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("count", [1, 3, 7, 256])
def test_shards_have_every_bucket_once(count: int) -> None:
    found = [bucket for i in range(count) for bucket in shard_buckets(f"{i}/{count}")]
    assert found == list(range(256))


def test_the_shard_may_come_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SONGKIN_SHARD", "5/4")
    with pytest.raises(SystemExit):
        main(["lists", "--uri", str(tmp_path / "cluster.db")])
    assert "SONGKIN_SHARD" in capsys.readouterr().err


def test_it_needs_none_of_the_desktops_libraries() -> None:
    heavy = ("torch", "av", "PySide6", "librosa", "demucs", "sounddevice", "chromaprint", "keyring")
    code = (
        "import sys, cluster_sync.recommender.__main__\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.usefixtures("expected_warnings")
def test_a_reader_that_left_is_no_trouble_of_the_port(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Left(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError(errno.EPIPE, "Broken pipe")

    monkeypatch.setattr("sys.stdout", Left())
    program = Program(str(tmp_path / "cluster.db"), token="", ca_file=None, stop=Stop())
    with pytest.raises(BrokenPipeError):
        program.run(Work("migrate"))
    assert "port" not in caplog.text
    with socket.create_server(("", 0)) as taken:
        assert program.run(Work("migrate"), port=taken.getsockname()[1]) == FAILED
    assert "port" in caplog.text


def test_the_collector_is_held_back_for_a_run_only() -> None:
    before = gc.get_threshold()
    with collecting_seldom():
        assert gc.get_threshold() == COLLECT_AFTER
    assert gc.get_threshold() == before
