"""The recommender as its container runs it: a program without the desktop's libraries."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from cluster_sync import collections as shapes
from cluster_sync.collections import SharedSong, SharedVector
from cluster_sync.demo_server import free_ports
from core.types import LibraryId, ModelId, SpaceName, Stem
from core.vectors.milvus import MilvusStore
from tests.cluster_sync.libraries import song_id, unit

LIBRARY = LibraryId("00000000-0000-0000-0000-00000000000a")
PROGRAM = [sys.executable, "-m", "cluster_sync.recommender"]


def fill(uri: str, *, token: str = "") -> None:
    store = MilvusStore(uri, token=token)
    store.ensure(shapes.inbox_spec(LIBRARY, 16))
    for number in (1, 2, 3):
        vector = SharedVector(SpaceName.STYLE, Stem.MIX, ModelId("style-1-0a"), unit(seed=number))
        key = shapes.catalogue_id(LIBRARY, song_id(number))
        row = shapes.song_row(SharedSong(key, (vector,), np.zeros(0, np.uint32), 60.0))
        store.upsert(shapes.inbox_name(LIBRARY), [row])
    store.close()


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PROGRAM, *arguments], input=stdin, capture_output=True, text=True, timeout=60, check=False
    )


def test_one_pass_of_a_folder(tmp_path: Path) -> None:
    uri = str(tmp_path / "cluster.db")
    fill(uri)
    done = run("--uri", uri)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["merged"], told["lists"], told["refused"]) == (3, 3, 0)


@pytest.mark.server
def test_the_token_comes_from_a_file(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    server = request.getfixturevalue("milvus_server")
    fill(server.uri, token=server.token)
    secret = tmp_path / "token"
    secret.write_text(server.token + "\n")
    done = run("--uri", server.uri, "--token-file", str(secret))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["merged"] == 3
    assert server.token.partition(":")[2] not in done.stdout + done.stderr
    store = MilvusStore(server.uri, token=server.token)
    for name in store.names():
        store.drop(name)
    store.close()


def test_a_server_that_is_down_ends_it_with_one_line_and_no_token() -> None:
    uri = f"http://127.0.0.1:{free_ports(1)[0]}"
    done = run("--uri", uri, "--token-stdin", stdin="root:secret\n")
    assert done.returncode == 1
    assert "unreachable" in done.stderr
    assert "secret" not in done.stderr
    assert "Traceback" not in done.stderr


def test_a_loop_ends_on_sigterm(tmp_path: Path) -> None:
    uri = str(tmp_path / "cluster.db")
    fill(uri)
    with subprocess.Popen(
        [*PROGRAM, "--uri", uri, "--loop-s", "0.1"], stdout=subprocess.PIPE, text=True
    ) as program:
        assert program.stdout is not None
        passes = [json.loads(program.stdout.readline()) for _ in range(2)]
        program.send_signal(signal.SIGTERM)
        assert program.wait(timeout=30) == 0
    assert [one["lists"] for one in passes] == [3, 0]


def test_it_needs_none_of_the_desktops_libraries() -> None:
    heavy = ("torch", "av", "PySide6", "librosa", "demucs", "sounddevice", "chromaprint", "keyring")
    code = (
        "import sys, cluster_sync.recommender.__main__\n"
        f"print([name for name in {heavy!r} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
