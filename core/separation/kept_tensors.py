"""Weights that are slow to decode, kept in the cache as they came out."""

import logging
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

log = logging.getLogger(__name__)


def kept_tensors(copy: Path, decode: Callable[[], dict[str, Tensor]]) -> dict[str, Tensor]:
    """Return the tensors in ``copy``; where it can't be read, ``decode`` them and make it anew.

    The name of a copy must change with what is decoded. A cache that can't be written to only makes
    the next start as slow as this one.
    """
    try:
        return load_file(copy)
    except (OSError, SafetensorError):
        tensors = decode()
        _keep(tensors, copy)
        return tensors


def _keep(tensors: dict[str, Tensor], copy: Path) -> None:
    partial = copy.with_name(f"{copy.name}.{os.getpid()}.part")
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        save_file(tensors, partial)
        partial.replace(copy)
    except (OSError, SafetensorError) as error:
        log.info("Decoded weights were not kept: %s", error)
        with suppress(OSError):
            partial.unlink()
