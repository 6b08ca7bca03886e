"""What tells one sound from another, whatever its file's tags: a hash of its packets."""

import hashlib
from pathlib import Path

from core.audio import decode
from core.progress import Progress
from core.types import AudioFacts


def packet_hash(facts: AudioFacts) -> "hashlib._Hash":
    """Return the hash that a file's packets go into: at another rate they are another sound."""
    return hashlib.sha256(f"{facts.codec} {facts.sample_rate_hz} {facts.channels} ".encode())


def stream_sha256(path: Path, *, progress: Progress) -> str:
    """Return the hash of a file's packets of sound; they are read, and not decoded.

    Raises ``AudioFileError``.
    """
    digest = packet_hash(decode.probe(path))
    for packet in decode.packets(path, progress=progress):
        digest.update(packet)
    return digest.hexdigest()
