"""Reads the tensors of a TensorFlow checkpoint without TensorFlow.

A checkpoint is a pair of files. ``.index`` is a sorted table (the format of LevelDB: blocks of
entries whose keys share their beginnings, an index block, a footer) from tensor names to protocol
buffers that say type, shape and place; ``.data-00000-of-00001`` holds the numbers, little-endian.
Only what our peers' checkpoints use is read: one data file, blocks not compressed, float32.
"""

import struct
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from core.types import Float32Array

FOOTER_BYTES = 48
MAGIC = 0xDB4775248B80FB57
RAW = 0  # a block's type byte where it is not compressed
FLOAT = 1  # TensorFlow's number for float32
VARINT, FIXED64, BYTES, FIXED32 = 0, 1, 2, 5  # protocol buffers' wire types

Fields = dict[int, list[int | bytes]]


def varint(data: bytes, at: int) -> tuple[int, int]:
    """Return the number of seven-bit groups that begins at ``at``, and where it ends."""
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:
            return value, at


def fields(message: bytes) -> Fields:
    """Return the values of each field of a protocol buffer, undecoded."""
    found: Fields = {}
    at = 0
    while at < len(message):
        tag, at = varint(message, at)
        value, at = _value(message, at, wire=tag & 7)
        found.setdefault(tag >> 3, []).append(value)
    return found


def _value(message: bytes, at: int, *, wire: int) -> tuple[int | bytes, int]:
    if wire == VARINT:
        return varint(message, at)
    if wire == BYTES:
        size, at = varint(message, at)
    elif wire in (FIXED32, FIXED64):
        size = 4 if wire == FIXED32 else 8
    else:
        raise ValueError(f"no such wire type: {wire}")
    return message[at : at + size], at + size


def _block(table: bytes, handle: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the keys and values of the block that a handle (place and size) points at."""
    start, at = varint(handle, 0)
    size, _ = varint(handle, at)
    if table[start + size] != RAW:
        raise ValueError("a compressed table")
    block = table[start : start + size]
    (restarts,) = struct.unpack("<I", block[-4:])
    end, at, key = size - 4 * (restarts + 1), 0, b""
    while at < end:
        shared, at = varint(block, at)
        fresh, at = varint(block, at)
        length, at = varint(block, at)
        key = key[:shared] + block[at : at + fresh]
        at += fresh
        yield key, block[at : at + length]
        at += length


def entries(index: Path) -> Iterator[tuple[str, Fields]]:
    """Yield the name and the description of every tensor."""
    table = index.read_bytes()
    footer = table[-FOOTER_BYTES:]
    if struct.unpack("<Q", footer[-8:])[0] != MAGIC:
        raise ValueError(f"not a table: {index.name}")
    _, at = varint(footer, 0)
    _, at = varint(footer, at)
    for _, handle in _block(table, footer[at:]):
        for key, value in _block(table, handle):
            if key:  # the entry without a name is the header
                yield key.decode(), fields(value)


def read_tensors(index: Path) -> dict[str, Float32Array]:
    """Return the float32 tensors of a checkpoint, given its file ``[PREFIX].index``."""
    data = index.with_name(index.name.removesuffix("index") + "data-00000-of-00001")
    numbers = data.read_bytes()
    tensors = {}
    for name, entry in entries(index):
        if entry.get(1) == [FLOAT]:
            start, size = _number(entry, 4), _number(entry, 5)
            flat = np.frombuffer(numbers[start : start + size], dtype="<f4")
            tensors[name] = flat.astype(np.float32).reshape(_shape(entry))
    return tensors


def _number(entry: Fields, field: int) -> int:
    value = entry.get(field, [0])[0]  # zeros are not written
    if not isinstance(value, int):
        raise TypeError("a number was expected")
    return value


def _shape(entry: Fields) -> list[int]:
    """Return a tensor's shape: a message of messages with a size each."""
    (shape,) = entry.get(2, [b""])
    dimensions = fields(shape).get(2, []) if isinstance(shape, bytes) else []
    return [_number(fields(size), 1) for size in dimensions if isinstance(size, bytes)]
