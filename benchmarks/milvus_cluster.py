"""A real distributed Milvus on this machine: every role a process of its own, killed by its id.

The roles come from the server in the PyPI package ``milvus``. etcd is Debian's; the message queue
is the mock cluster inside librdkafka (``benchmarks/mock_queue.py``), in a process of its own and in
memory only, so that it must never be restarted; what is stored lies in one shared folder. Proxies
ask for TLS and a password. Milvus listens on every interface whatever it is told: use it in a
network namespace (``benchmarks/isolated.py``).
"""

import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import Self

import platformdirs
import trustme

from cluster_sync.demo_server import FACTORY_PASSWORD, HOST, SESSION_TTL_S, free_ports, unpack
from core.vectors.milvus import change_password

# All roles are healthy after 2 to 9 s on two idle cores.
START_TIMEOUT_S = 120.0
POLL_S = 0.05
STOP_TIMEOUT_S = 10.0
FLUSH_BYTES = 1 << 20
FLUSH_S = 5
# The kernel ends a part whose starter was killed; the process id stays that of the command.
WITH_ITS_PARENT = ("setpriv", "--pdeathsig", "KILL", "--")
QUERY_NODES = ("querynode-1", "querynode-2", "querynode-3")
COORDINATORS = "coordinators"
DATA_NODE = "datanode"
INDEX_NODE = "indexnode"
PROXY = "proxy"
ROLES = (COORDINATORS, DATA_NODE, INDEX_NODE, *QUERY_NODES, PROXY)
_COMMANDS = {
    COORDINATORS: (
        "mixture", "-rootcoord=true", "-querycoord=true", "-datacoord=true", "-indexcoord=true",
    ),
    DATA_NODE: ("datanode",),
    INDEX_NODE: ("indexnode",),
    PROXY: ("proxy",),
    **dict.fromkeys(QUERY_NODES, ("querynode",)),
}  # fmt: skip
_PORTS = ("rootCoord", "queryCoord", "dataCoord", "dataNode", "indexNode", "proxy", "internal")


@dataclass(frozen=True, slots=True)
class Death:
    """A process that ended without being asked to."""

    role: str
    log_file: Path


class MilvusCluster:
    """Coordinators, data node, index node, three query nodes and a proxy, in one folder."""

    def __init__(self, folder: Path, *, query_nodes: Sequence[str] = QUERY_NODES) -> None:
        self._folder = folder
        self._query_nodes = tuple(query_nodes)
        self._binaries = platformdirs.user_cache_path("songkin") / "milvus-2.3.5" / "bin"
        ports = free_ports(len(_PORTS) + len(QUERY_NODES) + len(ROLES) + 2)
        names = (*_PORTS, *QUERY_NODES, *(f"{role}-metrics" for role in ROLES), "etcd", "peer")
        self._ports = dict(zip(names, ports, strict=True))
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        self._password = ""
        self._queue = ""

    @property
    def uri(self) -> str:
        """The proxy's address."""
        return f"https://localhost:{self._ports['proxy']}"

    @property
    def token(self) -> str:
        """The root account's "user:password"."""
        return f"root:{self._password}"

    @property
    def ca_file(self) -> Path:
        """The certificate authority that signed the proxy's certificate."""
        return self._folder / "ca.pem"

    @property
    def roles(self) -> tuple[str, ...]:
        """The roles that this cluster has."""
        return tuple(r for r in ROLES if r not in QUERY_NODES or r in self._query_nodes)

    def start(self) -> None:
        """Start everything; return once every role is healthy and the password is our own."""
        unpack(self._binaries.parent)
        self._folder.mkdir(parents=True, exist_ok=True)
        self._make_certificates()
        self._start_etcd()
        self._start_queue()
        for role in self.roles:
            self.bring_back(role)
        for role in self.roles:
            self.wait_for(role)
        self._password = secrets.token_urlsafe(24)
        change_password(
            self.uri, "root", old=FACTORY_PASSWORD, new=self._password, ca_file=self.ca_file
        )

    def stop(self) -> None:
        """End every process: the servers first, then what they stand on."""
        for name in (*reversed(self.roles), "queue", "etcd"):
            self.kill(name)

    def kill(self, name: str) -> None:
        """End a process at once, as a power cut does; nothing happens where it is not running."""
        process = self._processes.pop(name, None)
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait(STOP_TIMEOUT_S)

    def bring_back(self, role: str) -> None:
        """Start a role on what it has on disk; ``wait_for`` says when it is healthy."""
        home = self._folder / role
        configs = home / "configs"
        configs.mkdir(parents=True, exist_ok=True)
        # JSON is YAML; what is left out has the server's own default.
        text = json.dumps(self._configuration(role), indent=1)
        (configs / "milvus.yaml").write_text(text, "utf-8")
        shutil.copy(str(files("milvus") / "data" / "glog.conf"), configs)
        environment = os.environ | {
            "LD_LIBRARY_PATH": str(self._binaries),
            "MILVUSCONF": str(configs),
            "DEPLOY_MODE": "DISTRIBUTED",
            "METRICS_PORT": str(self._ports[f"{role}-metrics"]),
            "MILVUS_RUN_DIR": str(home / "run"),
        }
        self._launch(
            role, [self._binaries / "milvus", "run", *_COMMANDS[role]], environment=environment
        )

    def wait_for(self, role: str) -> None:
        """Return once a role is healthy; raises ``RuntimeError`` where it ends or stays silent."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while not _is_healthy(self._ports[f"{role}-metrics"]):
            ended = self._processes[role].poll() is not None
            if ended or time.monotonic() > deadline:
                raise RuntimeError(f"{role} did not start; see {self.log_file(role)}")
            time.sleep(POLL_S)

    def deaths(self) -> list[Death]:
        """Return which processes ended by themselves."""
        ended = [name for name, process in self._processes.items() if process.poll() is not None]
        return [Death(name, self.log_file(name)) for name in ended]

    def log_file(self, name: str) -> Path:
        """Where a process's own output goes."""
        return self._folder / f"{name}.log"

    def __enter__(self) -> Self:
        try:
            self.start()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _make_certificates(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.ca_file))
        issued = authority.issue_cert("localhost", HOST)
        issued.private_key_pem.write_to_path(str(self._folder / "server.key"))
        chain = b"".join(pem.bytes() for pem in issued.cert_chain_pems)
        (self._folder / "server.pem").write_bytes(chain)

    def _start_etcd(self) -> None:
        client, peer = (f"http://{HOST}:{self._ports[name]}" for name in ("etcd", "peer"))
        self._launch(
            "etcd",
            [
                os.environ.get("SONGKIN_ETCD", "etcd"),
                *("--data-dir", self._folder / "etcd"),
                *("--listen-client-urls", client, "--advertise-client-urls", client),
                *("--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer),
                *("--initial-cluster", f"default={peer}"),
            ],
        )  # fmt: skip

    def _start_queue(self) -> None:
        process = self._launch(
            "queue", [sys.executable, "-m", "benchmarks.mock_queue"], stdout=subprocess.PIPE
        )
        assert process.stdout is not None
        port = process.stdout.readline().decode().strip()
        if not port:
            raise RuntimeError(f"the queue did not start; see {self.log_file('queue')}")
        self._queue = f"{HOST}:{port}"

    def _launch(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        environment: Mapping[str, str] | None = None,
        stdout: int | None = None,
    ) -> subprocess.Popen[bytes]:
        with self.log_file(name).open("ab") as log:
            self._processes[name] = subprocess.Popen(
                [*WITH_ITS_PARENT, *command],
                cwd=Path.cwd() if name == "queue" else self._folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log if stdout is None else stdout,
                stderr=log,
            )
        return self._processes[name]

    def _access(self) -> dict[str, object]:
        return {
            "common": {
                "storageType": "local",
                "session": {"ttl": SESSION_TTL_S},
                "security": {"authorizationEnabled": True, "tlsMode": 1},
            },
            "tls": {
                "serverPemPath": str(self._folder / "server.pem"),
                "serverKeyPath": str(self._folder / "server.key"),
                "caPemPath": str(self.ca_file),
            },
        }

    def _configuration(self, role: str) -> dict[str, object]:
        ports = self._ports
        node = ports[role] if role in QUERY_NODES else 0
        at_home = {"ip": HOST}
        return {
            "etcd": {"endpoints": f"{HOST}:{ports['etcd']}", "use": {"embed": False}},
            "localStorage": {"path": str(self._folder / "stored")},
            "mq": {"type": "kafka"},
            "pulsar": None,
            "kafka": {"brokerList": self._queue, "securityProtocol": "PLAINTEXT"},
            **self._access(),
            # A call to a node that is gone is tried elsewhere after two attempts, not ten.
            "grpc": {"client": {"maxMaxAttempts": 2}},
            "log": {"level": "info", "stdout": True},
            "rootCoord": {**at_home, "port": ports["rootCoord"]},
            "queryCoord": {**at_home, "port": ports["queryCoord"]},
            "dataCoord": {**at_home, "port": ports["dataCoord"]},
            "indexCoord": {**at_home, "address": f"{HOST}:{ports['dataCoord']}"},
            # What is written reaches storage soon: the queue keeps the newest 5 MB only.
            "dataNode": {
                **at_home,
                "port": ports["dataNode"],
                "segment": {"insertBufSize": FLUSH_BYTES, "syncPeriod": FLUSH_S},
            },
            "indexNode": {**at_home, "port": ports["indexNode"]},
            "queryNode": {**at_home, "port": node},
            "proxy": {
                **at_home,
                "port": ports["proxy"],
                "internalPort": ports["internal"],
                "http": {"enabled": False},
            },
        }


def _is_healthy(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2.0) as answer:
            return b"OK" in answer.read()
    except (OSError, urllib.error.URLError):
        return False
