"""A real Milvus server on this machine: the demo cluster, and the tests' server.

The binary comes from the PyPI package ``milvus`` (Linux x86-64; a server of the line 2.3). That
server listens on every interface whatever it is told, so it runs with authorization on and with a
random root password that lives in this process only. Its data live as long as its folder.
"""

import importlib.util
import os
import secrets
import shutil
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self

import platformdirs

from core.errors import ClusterError, ClusterProblem
from core.vectors.milvus import change_password

if TYPE_CHECKING:
    from milvus import MilvusServerConfig

HOST = "127.0.0.1"
TLS_HOST = "localhost"  # the name that certificates are checked for
ONE_SIDED = 1  # tlsMode: the server shows a certificate, its clients have tokens
FACTORY_PASSWORD = "Milvus"  # noqa: S105 - what every Milvus server starts with; changed at once
# Healthy after 2 to 3 s on two idle cores, 7 to 9 s after a kill; a busy machine takes longer.
START_TIMEOUT_S = 120.0
# Seconds until a killed server's registration lapses; the template's 30 make a restart wait 40 s.
SESSION_TTL_S = 5
POLL_S = 0.1
NEEDED_PORTS = (
    "proxy_port", "proxy_internal_port", "root_coord_port", "query_coord_port", "query_node_port",
    "index_coord_port", "index_node_port", "data_coord_port", "data_node_port",
)  # fmt: skip


def is_available() -> bool:
    """Tell whether the package ``milvus`` with its server is installed here."""
    return importlib.util.find_spec("milvus") is not None


@dataclass(frozen=True, slots=True)
class ServerTls:
    """What a server needs for TLS: its certificate (PEM, with its chain), its key, and who signed.

    The certificate must name ``localhost``.
    """

    certificate: Path
    key: Path
    ca_file: Path


class DemoServer:
    """One Milvus server with authorization on, in a folder of its own."""

    def __init__(
        self,
        folder: Path,
        *,
        cache: Path | None = None,
        tls: ServerTls | None = None,
        settings: Mapping[str, int] | None = None,
    ) -> None:
        """Take ``settings`` in place of the server's own: keys of milvus.yaml, with dots."""
        self._folder = folder
        self._settings = settings or {}
        self._tls = tls
        self._cache = cache or platformdirs.user_cache_path("songkin") / "milvus-2.3.5"
        self._ports: Mapping[str, int] = {}
        self._password = ""
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def uri(self) -> str:
        """The address clients connect to; known once started."""
        if self._tls is not None:
            return f"https://{TLS_HOST}:{self._ports['proxy_port']}"
        return f"http://{HOST}:{self._ports['proxy_port']}"

    @property
    def token(self) -> str:
        """The root account's "user:password"."""
        return f"root:{self._password}"

    @property
    def log_file(self) -> Path:
        """Where the server's own output goes."""
        return self._folder / "server.log"

    def start(self) -> None:
        """Start the server, or start it again on the same data; return once it answers.

        Raises ``ClusterError`` where it ends or stays silent; its output is in ``log_file``.
        """
        if self._process is not None:
            return
        if not self._ports:
            self._prepare()
        self._process = self._launch()
        self._wait_until_healthy()
        if not self._password:
            self._password = self._own_password()

    def stop(self) -> None:
        """End the server; what it acknowledged is on disk.

        By SIGKILL: this server's answer to SIGTERM takes more than a minute.
        """
        if self._process is None:
            return
        self._process.send_signal(signal.SIGKILL)
        self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _prepare(self) -> None:
        unpack(self._cache)
        (self._folder / "configs").mkdir(parents=True, exist_ok=True)
        ports = free_ports(len(NEEDED_PORTS) + 3)
        names = (*NEEDED_PORTS, "metrics", "etcd_client", "etcd_peer")
        self._ports = dict(zip(names, ports, strict=True))
        config = _configuration(self._folder, self._ports, tls=self._tls)
        for name, value in self._settings.items():
            config.set(name, value)
        config.resolve()
        _write_etcd_configuration(self._folder, self._ports)

    def _launch(self) -> subprocess.Popen[bytes]:
        binaries = self._cache / "bin"
        environment = os.environ | {
            "LD_LIBRARY_PATH": str(binaries),
            "MILVUSCONF": str(self._folder / "configs"),
            "DEPLOY_MODE": "STANDALONE",
            "METRICS_PORT": str(self._ports["metrics"]),
            "MILVUS_RUN_DIR": str(self._folder / "run"),
            "ETCD_CONFIG_PATH": str(self._folder / "configs" / "etcd.yaml"),
        }
        with self.log_file.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - our own unpacked binary, fixed arguments
                [binaries / "milvus", "run", "standalone"],
                cwd=self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def _wait_until_healthy(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not _is_healthy(self._ports["metrics"]):
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > deadline:
                self.stop()
                detail = f"the demo server did not start; see {self.log_file}"
                raise ClusterError(self.uri, ClusterProblem.UNREACHABLE, detail=detail)
            time.sleep(POLL_S)

    def _own_password(self) -> str:
        password = secrets.token_urlsafe(24)
        ca_file = self._tls.ca_file if self._tls is not None else None
        change_password(self.uri, "root", old=FACTORY_PASSWORD, new=password, ca_file=ca_file)
        return password


def unpack(cache: Path) -> None:
    """Unpack the package's binaries to ``cache``/bin, once (250 MB)."""
    if (cache / "bin" / "milvus").is_file():
        return
    from milvus import _initialize_data_files  # the package exists on Linux x86-64 only

    cache.parent.mkdir(parents=True, exist_ok=True)
    half = cache.with_name(f"{cache.name}.{secrets.token_hex(4)}")
    _initialize_data_files(str(half))
    try:
        half.rename(cache)
    except OSError:  # another process was quicker
        shutil.rmtree(half)


def free_ports(count: int) -> list[int]:
    """Return ports that nobody listens on right now."""
    held = [socket.socket() for _ in range(count)]
    try:
        for one in held:
            one.bind((HOST, 0))
        return [one.getsockname()[1] for one in held]
    finally:
        for one in held:
            one.close()


def _configuration(
    folder: Path, ports: Mapping[str, int], *, tls: ServerTls | None
) -> "MilvusServerConfig":
    from milvus import MilvusServerConfig  # the package exists on Linux x86-64 only

    chosen = {name: ports[name] for name in NEEDED_PORTS} | {"etcd_port": ports["etcd_client"]}
    config = MilvusServerConfig(data_dir=str(folder), **chosen)
    config.set("authorization_enabled", True)
    config.set("common.session.ttl", SESSION_TTL_S)
    config.set("proxy.http.enabled", "false")
    if tls is not None:
        config.set("tls_mode", ONE_SIDED)
        config.set("server_pem_path", str(tls.certificate))
        config.set("server_key_path", str(tls.key))
        config.set("ca_pem_path", str(tls.ca_file))
    return config


def _write_etcd_configuration(folder: Path, ports: Mapping[str, int]) -> None:
    urls = {role: f"http://{HOST}:{ports[role]}" for role in ("etcd_client", "etcd_peer")}
    (folder / "configs" / "etcd.yaml").write_text(
        f"listen-client-urls: {urls['etcd_client']}\n"
        f"advertise-client-urls: {urls['etcd_client']}\n"
        f"listen-peer-urls: {urls['etcd_peer']}\n"
        f"initial-advertise-peer-urls: {urls['etcd_peer']}\n"
        f"initial-cluster: default={urls['etcd_peer']}\n",
        encoding="utf-8",
    )


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2.0) as answer:
            return b"OK" in answer.read()
    except (OSError, urllib.error.URLError):
        return False
