"""Tokens and the system's keyring."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from keyring.backends.fail import Keyring as NoBackend

from cluster_sync.credentials import NO_KEYRING, Keyring, OneSync
from core.errors import CredentialError

# What a desktop has: a session bus, and an unlocked keyring behind it.
SESSION = """
printf 'pw\\n' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
exec "$0" -c '
from cluster_sync.credentials import Keyring
ring = Keyring()
assert ring.token("https://a") == ""
ring.remember("https://a", "user:one")
ring.remember("https://b", "user:two")
ring.remember("https://a", "user:three")
assert Keyring().token("https://a") == "user:three"
assert Keyring().token("https://b") == "user:two"
ring.remember("https://a", "")
ring.remember("https://never", "")
assert Keyring().token("https://a") == ""
print("kept")
'
"""


@pytest.mark.skipif(
    not shutil.which("dbus-run-session") or not shutil.which("gnome-keyring-daemon"),
    reason="needs dbus and gnome-keyring",
)
def test_a_real_keyring_keeps_tokens(tmp_path: Path) -> None:
    environment = os.environ | {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path)}
    environment.pop("DBUS_SESSION_BUS_ADDRESS", None)
    done = subprocess.run(
        ["dbus-run-session", "--", "sh", "-c", SESSION, sys.executable],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout.strip() == "kept", done.stderr
    held = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"user:two" not in held


def test_a_system_without_a_keyring_says_so() -> None:
    ring = Keyring(NoBackend())
    for verb in (lambda: ring.token("https://a"), lambda: ring.remember("https://a", "user:pw")):
        with pytest.raises(CredentialError) as caught:
            verb()
        assert caught.value.detail == NO_KEYRING
        assert "user:pw" not in repr(caught.value)


def test_a_token_for_one_run_is_not_shown() -> None:
    once = OneSync("user:secret")
    assert once.token("https://anywhere") == "user:secret"
    assert "secret" not in repr(once)
    once.remember("https://anywhere", "user:other")
    assert once.token("https://anywhere") == "user:other"
