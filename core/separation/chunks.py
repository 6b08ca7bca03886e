"""Long sounds in pieces that overlap and are faded into each other. Pure.

Sound is float32 [channels, n]. Memory holds a few pieces, however long the sound is.
"""

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from core.ports import SeparatedStems
from core.progress import Progress
from core.types import Float32Array


def in_chunks(
    blocks: Iterable[Float32Array],
    process: Callable[[Float32Array], Float32Array],
    *,
    chunk_samples: int,
    overlap_samples: int,
) -> Iterator[Float32Array]:
    """Process a sound in overlapping chunks; the pieces given back, joined, are as long as it.

    ``process`` takes [c, n] and returns [k, n], with any k. In an overlap one chunk is faded out
    while the next is faded in; both fades are straight and add up to one, as both chunks hold the
    same sound there.
    """
    fade_in = _fade_in(overlap_samples)
    tail: Float32Array | None = None  # what the chunk before said of this one's first samples
    for chunk, is_last in _overlapping(
        blocks, chunk_samples=chunk_samples, overlap_samples=overlap_samples
    ):
        result = process(chunk)
        if tail is not None:
            shared = tail * (1.0 - fade_in) + result[:, :overlap_samples] * fade_in
            result = np.concatenate([shared, result[:, overlap_samples:]], axis=1)
        if is_last:
            yield result
        else:
            yield result[:, :-overlap_samples]
            tail = result[:, -overlap_samples:]


def joined(
    parts: Iterable[SeparatedStems], *, total_samples: int, progress: Progress
) -> SeparatedStems:
    """Join parts of ``total_samples`` in all, reporting each."""
    vocal, backing = np.empty((2, 2, total_samples), np.float32)
    done = 0
    for part in parts:
        last = done + part.vocal.shape[1]
        vocal[:, done:last], backing[:, done:last] = part.vocal, part.backing
        done = last
        progress.report(done, total_samples)
    return SeparatedStems(vocal, backing)


def _fade_in(samples: int) -> Float32Array:
    """Return float32 [samples], rising from just over 0 to just under 1."""
    return ((np.arange(samples) + 0.5) / samples).astype(np.float32)


def _overlapping(
    blocks: Iterable[Float32Array], *, chunk_samples: int, overlap_samples: int
) -> Iterator[tuple[Float32Array, bool]]:
    """Cut a sound into chunks that share ``overlap_samples``; tell which is the last.

    All have ``chunk_samples``, but the last, which has more than the overlap, or is the only one.
    """
    if not 0 < overlap_samples <= chunk_samples // 2:
        raise ValueError("the overlap must be within one half of a chunk")
    step = chunk_samples - overlap_samples
    held: Float32Array | None = None
    for block in blocks:
        held = block if held is None else np.concatenate([held, block], axis=1)
        while held.shape[1] > chunk_samples:  # more than one: so this can't be the last
            yield held[:, :chunk_samples], False
            held = held[:, step:]
    if held is not None and held.shape[1]:
        yield held, True
