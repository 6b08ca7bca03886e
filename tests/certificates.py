"""Certificates for servers of the tests, by an authority of their own."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

from cluster_sync.demo_server import ServerTls


@dataclass(frozen=True)
class Authority:
    """A certificate authority, and the file that says to trust it."""

    ca: trustme.CA
    ca_file: Path

    @classmethod
    def made(cls, folder: Path, name: str = "ca") -> "Authority":
        ca = trustme.CA()
        file = folder / f"{name}.pem"
        ca.cert_pem.write_to_path(str(file))
        return cls(ca, file)

    def certificate(self, folder: Path, *hosts: str, expired: bool = False) -> ServerTls:
        """Write a certificate for these hosts, and its key."""
        yesterday = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
        limit = {"not_after": yesterday} if expired else {}
        made = self.ca.issue_cert(*hosts, **limit)
        chain, key = folder / f"{hosts[0]}.pem", folder / f"{hosts[0]}.key"
        chain.write_bytes(b"".join(one.bytes() for one in made.cert_chain_pems))
        made.private_key_pem.write_to_path(str(key))
        return ServerTls(chain, key, self.ca_file)


@contextmanager
def shown_by_a_listener(tls: ServerTls) -> Iterator[int]:
    """Listen on a port of this machine and show a certificate; who trusts it is hung up on."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tls.certificate, tls.key)
    context.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                caller, _ = listener.accept()
            except OSError:  # closed: the test is over
                return
            with caller:
                _greet(context, caller)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _greet(context: ssl.SSLContext, caller: socket.socket) -> None:
    caller.settimeout(5.0)
    try:
        context.wrap_socket(caller, server_side=True).close()
    except OSError:  # the caller did not like what it saw
        return
