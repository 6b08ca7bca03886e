"""A network of its own for whatever starts a Milvus server, which listens on every interface."""

import os
import subprocess
import sys

MARK = "SONGKIN_ISOLATED"  # set in the process that has its own network already


def isolate() -> None:
    """Start this program again in a network namespace that has loopback only.

    Where that isn't allowed (it takes root), say so and go on in the machine's network.
    """
    if MARK in os.environ:
        return
    if subprocess.run(["unshare", "--net", "true"], check=False, capture_output=True).returncode:
        print("No network namespace here (that takes root): Milvus uses this machine's network.")
        return
    again = [sys.executable, *sys.orig_argv[1:]]
    script = 'ip link set lo up && exec "$@"'
    os.environ[MARK] = "1"
    os.execvp("unshare", ["unshare", "--net", "sh", "-c", script, "isolated", *again])
