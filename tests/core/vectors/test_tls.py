"""TLS: every way to get it wrong is refused before a token is sent, and told as what it is."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from core.errors import ClusterError, ClusterProblem
from core.vectors.milvus import MilvusStore
from tests.certificates import Authority, shown_by_a_listener
from tests.milvus_server import SecureServer, secure_server  # noqa: F401 - a fixture

SECRET = "hunter2-never-shown"
SERVER = pytest.mark.server


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority.made(tmp_path_factory.mktemp("authority"))


def problem_of(uri: str, *, ca_file: Path | None) -> ClusterProblem:
    with pytest.raises(ClusterError) as caught:
        MilvusStore(uri, token=f"root:{SECRET}", ca_file=ca_file)
    assert SECRET not in f"{caught.value!r} {caught.value}"
    return caught.value.problem


@SERVER
def test_the_right_certificate_lets_in(request: pytest.FixtureRequest) -> None:
    server: SecureServer = request.getfixturevalue("secure_server")
    store = server.open()
    assert store.names() == sorted(store.names())
    store.close()


@SERVER
def test_a_wrong_token_over_tls(request: pytest.FixtureRequest) -> None:
    server: SecureServer = request.getfixturevalue("secure_server")
    assert problem_of(server.uri, ca_file=server.authority.ca_file) is ClusterProblem.SIGN_IN


@SERVER
def test_a_certificate_of_an_unknown_authority(
    request: pytest.FixtureRequest, authority: Authority
) -> None:
    server: SecureServer = request.getfixturevalue("secure_server")
    assert problem_of(server.uri, ca_file=authority.ca_file) is ClusterProblem.UNKNOWN_CA
    assert problem_of(server.uri, ca_file=None) is ClusterProblem.UNKNOWN_CA


@SERVER
def test_a_certificate_of_another_host(request: pytest.FixtureRequest) -> None:
    server: SecureServer = request.getfixturevalue("secure_server")
    uri = server.uri.replace("localhost", "127.0.0.1")
    assert problem_of(uri, ca_file=server.authority.ca_file) is ClusterProblem.WRONG_HOST


@SERVER
def test_plain_text_to_a_server_of_tls(request: pytest.FixtureRequest) -> None:
    server: SecureServer = request.getfixturevalue("secure_server")
    uri = server.uri.replace("https://", "http://")
    assert problem_of(uri, ca_file=None) is ClusterProblem.NEEDS_TLS


@SERVER
def test_a_second_client_does_not_ride_on_the_first_ones_channel(
    request: pytest.FixtureRequest, authority: Authority
) -> None:
    server: SecureServer = request.getfixturevalue("secure_server")
    good = server.open()
    for ca_file in (authority.ca_file, None):
        with pytest.raises(ClusterError) as caught:
            MilvusStore(server.uri, token=server.server.token, ca_file=ca_file)
        assert caught.value.problem is ClusterProblem.UNKNOWN_CA
    good.close()


def test_an_expired_certificate(authority: Authority, tmp_path: Path) -> None:
    tls = authority.certificate(tmp_path, "localhost", expired=True)
    with shown_by_a_listener(tls) as port:
        uri = f"https://localhost:{port}"
        assert problem_of(uri, ca_file=authority.ca_file) is ClusterProblem.EXPIRED


def test_a_file_that_holds_no_authority(authority: Authority, tmp_path: Path) -> None:
    junk = tmp_path / "junk.pem"
    junk.write_text("no certificate")
    with shown_by_a_listener(authority.certificate(tmp_path, "localhost")) as port:
        assert problem_of(f"https://localhost:{port}", ca_file=junk) is ClusterProblem.CA_FILE


def test_nothing_is_told_on_stderr(authority: Authority, tmp_path: Path) -> None:
    script = (
        "import sys\nfrom core.errors import ClusterError\n"
        "from core.vectors.milvus import MilvusStore\n"
        "try:\n    MilvusStore(sys.argv[1], token='a:b')\n"
        "except ClusterError as error:\n    print(error.problem.value)\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "GRPC_VERBOSITY"}
    with shown_by_a_listener(authority.certificate(tmp_path, "localhost")) as port:
        done = subprocess.run(
            [sys.executable, "-c", script, f"https://localhost:{port}"],
            capture_output=True,
            text=True,
            env=environment,
            check=True,
        )
    assert (done.stdout, done.stderr) == ("unknown_ca\n", "")
