"""Writes checkpoints in TensorFlow's format, small enough for one block a table."""

import struct


def varint(value):
    groups = []
    while value >= 0x80:
        groups.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*groups, value])


def field(number, value):
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    return varint(number << 3 | 2) + varint(len(value)) + value


def shared(one, other):
    count = 0
    while count < min(len(one), len(other)) and one[count] == other[count]:
        count += 1
    return count


def block(pairs):
    """Return the entries, keys without what they share with the one before, and one restart."""
    body, before = b"", b""
    for key, value in pairs:
        same = shared(before, key)
        body += varint(same) + varint(len(key) - same) + varint(len(value)) + key[same:] + value
        before = key
    return body + struct.pack("<II", 0, 1)


def table(pairs, *, compression=0):
    entries = block(pairs)
    handle = varint(0) + varint(len(entries))
    index = block([(pairs[-1][0], handle)])
    start = len(entries) + 5
    footer = varint(0) + varint(0) + varint(start) + varint(len(index))
    footer = footer.ljust(40, b"\0") + struct.pack("<Q", 0xDB4775248B80FB57)
    return entries + bytes([compression]) + b"crc." + index + b"\0crc." + footer


def write_bundle(folder, tensors, *, compression=0):
    """Write name -> array; return the index file. Its header says one shard, as TensorFlow's."""
    pairs, numbers = [(b"", field(1, 1))], b""
    for name in sorted(tensors):
        array = tensors[name]
        kind = {"float32": 1, "int64": 9}[str(array.dtype)]
        shape = b"".join(field(2, field(1, size)) for size in array.shape)
        data = array.tobytes()
        place = (field(4, len(numbers)) if numbers else b"") + field(5, len(data))
        crc = varint(6 << 3 | 5) + b"\1\2\3\4"
        pairs.append((name.encode(), field(1, kind) + field(2, shape) + place + crc))
        numbers += data
    folder.mkdir(parents=True, exist_ok=True)
    (folder / ".index").write_bytes(table(pairs, compression=compression))
    (folder / ".data-00000-of-00001").write_bytes(numbers)
    return folder / ".index"
