"""Arrays, paths and words as they lie in the catalogue. Pure.

Arrays are little-endian blobs, paths ``os.fsencode`` bytes, words valid UTF-8.

``floats`` and ``codes`` raise ``ValueError`` for a blob that can't be what was stored.
"""

import os
from pathlib import Path

import numpy as np

from core.types import Codes, Float32Array


def path_blob(path: Path) -> bytes:
    """Return a path's bytes, those that the system knows it by."""
    return os.fsencode(path)


def to_path(blob: bytes) -> Path:
    """Return the path that ``path_blob`` stored."""
    return Path(os.fsdecode(blob))


def text(words: str) -> str:
    """Return words that UTF-8 can hold: what can't be text becomes the replacement character.

    A title taken from a file's name may hold half characters, as ``os.fsdecode`` makes them.
    """
    return words.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def float_blob(values: Float32Array) -> bytes:
    """Return float32 of any shape as little-endian bytes, row by row."""
    return np.ascontiguousarray(values, dtype="<f4").tobytes()


def code_blob(codes: Codes) -> bytes:
    """Return uint32 [n] as little-endian bytes."""
    return np.ascontiguousarray(codes, dtype="<u4").tobytes()


def floats(blob: bytes, shape: tuple[int, ...] = (-1,)) -> Float32Array:
    """Return the float32 array of this shape (one side may be -1) that ``float_blob`` stored."""
    return np.frombuffer(blob, dtype="<f4").reshape(shape).astype(np.float32)


def codes(blob: bytes) -> Codes:
    """Return the uint32 array that ``code_blob`` stored."""
    return np.frombuffer(blob, dtype="<u4").astype(np.uint32)
