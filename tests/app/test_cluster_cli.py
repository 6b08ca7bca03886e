"""The verbs about clusters, as the command line says them."""

import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends.fail import Keyring as NoKeyring

from app import cli
from app.wiring import ClusterAddress
from core.library.store import Catalogue
from core.vectors.milvus import MilvusStore
from tests.cluster_sync.libraries import add, near, song_id, unit
from tests.milvus_server import SecureServer, secure_server  # noqa: F401 - a fixture


class Ran:
    """What one call printed, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Run = Callable[..., Ran]


class Drawer(KeyringBackend):
    """A keyring that forgets when the test ends."""

    priority = 1.0

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[str, str] = {}

    def get_password(self, _service: str, username: str) -> str | None:
        return self.held.get(username)

    def set_password(self, _service: str, username: str, password: str) -> None:
        self.held[username] = password

    def delete_password(self, _service: str, username: str) -> None:
        del self.held[username]


@pytest.fixture
def ring() -> Iterator[Drawer]:
    before, drawer = keyring.get_keyring(), Drawer()
    keyring.set_keyring(drawer)
    yield drawer
    keyring.set_keyring(before)


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
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


@pytest.fixture
def library(tmp_path: Path) -> Path:
    """A library of songs that lie near each other."""
    catalogue = Catalogue(tmp_path / "library")
    for number in range(1, 6):
        add(catalogue, number, vector=near(unit(seed=0), seed=number), artist=f"artist {number}")
    catalogue.close()
    return tmp_path / "library"


def test_what_would_travel_is_said_and_nothing_is_sent(
    run: Run, library: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "cluster.db"
    told = run("sync", "--uri", folder, "--dry-run", "--json")
    assert told.code == 0
    assert (told.json["songs"], told.json["withdrawals"]) == (5, 0)
    assert "title" in told.json["fields"]
    assert not folder.exists()
    narrowed = run("sync", "--uri", folder, "--titles", "no", "--dry-run", "--json").json
    assert narrowed["shares_titles"] is False
    assert "title" not in narrowed["fields"]
    sent = run("sync", "--uri", folder, "--json")
    assert (sent.code, sent.json["pushed"], sent.json["refused"]) == (0, 5, [])
    assert "5 songs" in sent.err
    store = MilvusStore(str(folder))
    (inbox,) = store.names()
    assert {row.values["title"] for row in store.scan(inbox, ["title"])} == {""}
    store.close()


def test_songs_are_withdrawn_and_shared_again(run: Run, library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cluster.db"
    run("sync", "--uri", folder)
    assert run("withdraw", song_id(2), "--json").json["withdrawals"] == 1
    assert run("sync", "--json").json["deleted"] == 1  # the cluster is remembered
    assert run("withdraw", "--all", "--json").json["withdrawals"] == 4
    assert run("sync", "--json").json["deleted"] == 4
    assert run("share", "--all", "--json").json["songs"] == 5
    assert run("sync", "--json").json["pushed"] == 5


@pytest.mark.parametrize(
    "words",
    [
        ["withdraw"],
        ["share"],
        ["withdraw", "--all", "x"],
        ["cluster"],
        ["profile"],
        ["profile", "set", "prod"],
        ["profile", "use", "prod"],
        ["sync", "--uri", "a", "--profile", "dev"],
        ["sync", "--profile", "prod"],
        ["cluster", "list"],
        ["cluster", "add-musician", "fay", "--uri", "https://127.0.0.1:9"],
        ["cluster", "add-musician", "fay", "--uri", "https://127.0.0.1:9", "--library-id", "x"],
        ["recommend-pass"],
    ],
)
def test_wrong_usage_is_exit_2(run: Run, words: list[str]) -> None:
    ran = run(*words)
    assert (ran.code, ran.out) == (2, "")
    assert "usage" in ran.err


def test_profiles_are_kept_and_tokens_only_in_the_keyring(
    run: Run, ring: Drawer, tmp_path: Path
) -> None:
    ca_file = tmp_path / "ca.pem"
    prod = "https://milvus.example:19530"
    run("profile", "set", "dev", "--uri", tmp_path / "cluster.db")
    done = run(
        "profile", "set", "prod", "--uri", prod, "--ca-file", ca_file, "--token-stdin", "--json",
        stdin="ana:secret\n",
    )  # fmt: skip
    assert done.json["profile"] == "dev"
    assert run("profile", "use", "prod").code == 0
    told = run("profile", "list", "--json").json
    assert told["profile"] == "prod"
    assert told["profiles"]["prod"] == {"uri": prod, "ca_file": str(ca_file)}
    assert ring.held == {prod: "ana:secret"}
    for file in (tmp_path / "config").rglob("*"):
        assert not file.is_file() or "secret" not in file.read_text()
    assert "* prod" in run("profile", "list").out


@pytest.mark.parametrize("uri", ["http://milvus.example:19530", "folder.db"])
def test_the_production_profile_refuses_plain_text(run: Run, ring: Drawer, uri: str) -> None:
    refused = run("profile", "set", "prod", "--uri", uri, "--token-stdin", stdin="ana:secret\n")
    assert refused.code == 1
    assert "https://" in refused.err
    assert ring.held == {}
    assert run("profile", "list", "--json").json["profiles"] == {}


def test_a_production_profile_changed_by_hand_is_refused_too(
    run: Run, ring: Drawer, library: Path, tmp_path: Path
) -> None:
    run("profile", "set", "prod", "--uri", "https://127.0.0.1:9")
    (file,) = (tmp_path / "config").rglob("settings.json")
    file.write_text(file.read_text().replace("https", "http"))
    refused = run("sync")
    assert refused.code == 1
    assert "TLS" in refused.err


def test_a_sync_of_the_profile_in_use(run: Run, library: Path, tmp_path: Path) -> None:
    run("profile", "set", "dev", "--uri", tmp_path / "cluster.db")
    assert run("sync", "--json").json["pushed"] == 5
    assert run("sync", "--profile", "dev", "--json").json["pushed"] == 0


def test_what_only_asks_leaves_the_library_with_its_cluster(
    run: Run, library: Path, tmp_path: Path
) -> None:
    run("sync", "--uri", tmp_path / "cluster.db")
    other = ("--uri", tmp_path / "other.db")
    assert run("sync", *other, "--dry-run", "--json").json["songs"] == 5
    run("recommendations", song_id(1), "--explain", *other)
    assert run("sync", "--uri", "https://127.0.0.1:9").code == 1
    assert run("sync", "--dry-run", "--json").json["songs"] == 0
    assert run("sync", "--json").json["pushed"] == 0


def test_no_password_of_an_address_is_kept_or_told(run: Run, ring: Drawer, tmp_path: Path) -> None:
    refused = run("profile", "set", "dev", "--uri", "https://root:secret@127.0.0.1:9")
    assert refused.code == 1
    assert "127.0.0.1" in refused.err
    assert "secret" not in refused.err + refused.out
    assert run("profile", "list", "--json").json["profiles"] == {}
    assert "secret" not in repr(ClusterAddress("https://127.0.0.1:9", "ana:secret"))


def test_a_librarys_id_is_told_without_any_cluster(run: Run, library: Path) -> None:
    catalogue = Catalogue(library)
    assert run("profile", "list", "--json").json["library_id"] == catalogue.library_id
    assert f"This library's id: {catalogue.library_id}" in run("profile", "list").out
    catalogue.close()


def test_damaged_settings_are_told(run: Run, library: Path, tmp_path: Path) -> None:
    run("profile", "set", "dev", "--uri", tmp_path / "cluster.db")
    (file,) = (tmp_path / "config").rglob("settings.json")
    for text in ("{", "[]", '{"profiles": {"moon": {}}}', '{"profiles": {"dev": {}}}'):
        file.write_text(text)
        told = run("sync")
        assert (told.code, told.out) == (1, "")
        assert "settings.json" in told.err


def test_a_system_without_a_keyring_says_so(run: Run, library: Path) -> None:
    before = keyring.get_keyring()
    keyring.set_keyring(NoKeyring())
    try:
        told = run("profile", "set", "prod", "--uri", "https://127.0.0.1:9", "--token-stdin",
                   stdin="ana:secret\n")  # fmt: skip
        assert told.code == 1
        assert "keyring" in told.err
        assert "secret" not in told.err
    finally:
        keyring.set_keyring(before)


def test_both_lists_of_a_song_side_by_side(run: Run, library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cluster.db"
    run("sync", "--uri", folder)
    assert run("recommend-pass", "--uri", folder, "--json").json["merged"] == 5
    assert run("sync", "--json").json["pulled"] > 0
    told = run("recommendations", song_id(1), "--explain", "--json").json
    assert told["recalled"] == 4 == len(told["kept"]) + len(told["dropped"])
    assert told["sent"]["stem"] == "mix"
    assert told["sent"]["title"] == "Song 1"
    assert {line["kept_rank"] for line in told["kept"]} == {1, 2, 3, 4}
    assert set(told["kept"][0]) == {
        "catalogue_id", "title", "artist", "score", "kept_rank", "dropped", "of", "moved",
        "reason", "local_rank",
    }  # fmt: skip
    words = run("recommendations", song_id(1), "--explain").out
    assert "Kept:" in words
    assert "This machine's own list:" in words
    listed = run("recommendations", song_id(1), "--json").json
    assert [line["catalogue_id"] for line in listed["results"]] == [
        line["catalogue_id"] for line in told["kept"]
    ]


def test_what_was_listened_to_speaks_for_its_list(run: Run, library: Path, tmp_path: Path) -> None:
    folder = tmp_path / "cluster.db"
    run("sync", "--uri", folder)
    run("recommend-pass", "--uri", folder)
    run("sync")
    assert run("for-you", "--json").json == {"results": []}
    catalogue = Catalogue(library)
    catalogue.record_listen(song_id(1), heard_s=70.0)
    catalogue.close()
    results = run("for-you", "-k", 3, "--json").json["results"]
    assert len(results) == 3
    assert {line["because"] for line in results} == {song_id(1)}
    assert song_id(1) not in {line["song_id"] for line in results}
    assert "you heard Song 1" in run("for-you").out


@pytest.mark.server
def test_a_cluster_is_set_up_and_a_musician_syncs_and_is_revoked(
    run: Run, ring: Drawer, library: Path, request: pytest.FixtureRequest
) -> None:
    server: SecureServer = request.getfixturevalue("secure_server")
    where = ("--uri", server.uri, "--ca-file", server.authority.ca_file, "--token-stdin")
    root = f"{server.server.token}\n"
    made = run("cluster", "init", *where, "--print", "--json", stdin=root)
    assert made.code == 0
    assert made.json["token"].startswith("recommender:")
    own = run("profile", "list", "--json").json["library_id"]
    added = run("cluster", "add-musician", "fay", "--library-id", own, *where, "--json", stdin=root)
    assert added.json["library_id"] == own
    run(
        "profile", "set", "prod", "--uri", server.uri, "--ca-file", server.authority.ca_file,
        "--token-stdin", stdin=f"{added.json['token']}\n",
    )  # fmt: skip
    refused = run("sync", "--json")  # the songs of this test are of another model
    assert (refused.code, refused.out) == (1, "")
    assert "model" in refused.err
    listed = run("cluster", "list", *where, "--json", stdin=root).json["accounts"]
    assert "fay" in {one["user"] for one in listed}
    forbidden = run("cluster", "list", "--profile", "prod", "--token-stdin",
                    stdin=f"{added.json['token']}\n")  # fmt: skip
    assert forbidden.code == 1
    assert run("cluster", "revoke", "fay", *where, stdin=root).code == 0
    assert run("cluster", "revoke", "fay", *where, stdin=root).code == 1
    out = run("sync")
    assert out.code == 1
    assert "Sign in" in out.err
    server.wipe()
