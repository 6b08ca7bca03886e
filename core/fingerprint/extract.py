"""Chromaprint codes from decoded samples: the one door to libchromaprint.

Chromaprint looks at mono sound at 11,025 Hz. Resampling to that with soxr first took a third of
the time that its own resampler takes from 44.1 kHz stereo, and the codes are as near to
``fpcalc``'s (0.1 % of bits differ either way).
"""

from collections.abc import Callable
from types import ModuleType
from typing import TypeVar

import numpy as np
import soxr

from core.errors import BugError, WeightsError, WeightsProblem
from core.types import Codes, Fingerprint, Float32Array, Stem

INPUT_RATE_HZ = 44_100
CHROMAPRINT_RATE_HZ = 11_025

# Chromaprint 1.5, src/fingerprinter_configuration.cpp (algorithm TEST2, its default): frames of
# 4,096 samples, each a third of that (in whole samples) after the one before it.
_FRAME_SAMPLES = 4_096
_HOP_SAMPLES = 1_365
# A code is computed from this many frames: classifiers up to 16 wide, over chroma that is
# smoothed by a filter of 5.
_FRAMES_A_CODE = 16 + 5 - 1

CODE_PERIOD_S = _HOP_SAMPLES / CHROMAPRINT_RATE_HZ  # 0.124 s from a code to the next
# How much sound a code is computed from: code i describes what lies from i * CODE_PERIOD_S to
# i * CODE_PERIOD_S + CODE_SPAN_S, and shorter sounds have no code at all.
CODE_SPAN_S = ((_FRAMES_A_CODE - 1) * _HOP_SAMPLES + _FRAME_SAMPLES) / CHROMAPRINT_RATE_HZ


_Answer = TypeVar("_Answer")


class FingerprintExtractor:
    """Makes the codes of one song from its blocks; used once, by one thread."""

    def __init__(self) -> None:
        self._chromaprint = _load_chromaprint()
        self._resampler = soxr.ResampleStream(
            INPUT_RATE_HZ, CHROMAPRINT_RATE_HZ, 1, dtype="float32", quality="HQ"
        )
        self._fingerprinter = self._chromaprint.Fingerprinter()
        self._ask(self._fingerprinter.start, CHROMAPRINT_RATE_HZ, 1)

    def feed(self, block: Float32Array) -> None:
        """Take the next samples, float32 [2, n] at 44.1 kHz in [-1, 1]."""
        self._push(block.mean(axis=0), is_last=False)

    def finish(self) -> Codes:
        """Return the codes, uint32 [n]; none for less sound than ``CODE_SPAN_S``."""
        self._push(np.zeros(0, np.float32), is_last=True)
        packed = self._ask(self._fingerprinter.finish)
        codes, _ = self._ask(self._chromaprint.decode_fingerprint, packed)
        return np.array(codes, dtype=np.uint32)

    def _push(self, mono: Float32Array, *, is_last: bool) -> None:
        resampled = self._resampler.resample_chunk(mono, last=is_last)
        # Filters overshoot, and decoders too: what lies outside [-1, 1] is clipped.
        pcm = np.rint(np.clip(resampled, -1.0, 1.0) * 32_767.0).astype(np.int16)
        self._ask(self._fingerprinter.feed, pcm.tobytes())

    def _ask(self, verb: Callable[..., _Answer], *arguments: object) -> _Answer:
        try:
            return verb(*arguments)
        except self._chromaprint.FingerprintError as error:
            # Chromaprint refuses only what it was never promised: a wrong rate, a wrong order.
            raise BugError(f"Chromaprint refused {verb.__name__}") from error


def fingerprint(samples: Float32Array, *, stem: Stem, start_s: float) -> Fingerprint:
    """Return the fingerprint of float32 [2, n] at 44.1 kHz that begins at ``start_s``."""
    extractor = FingerprintExtractor()
    extractor.feed(samples)
    return Fingerprint(stem=stem, start_s=start_s, codes=extractor.finish())


def _load_chromaprint() -> ModuleType:
    # The binding looks for the system's library when it is imported. Late, so that a machine
    # without it gets a sentence, and not a program that doesn't start.
    try:
        import chromaprint
    except ImportError as error:
        raise WeightsError("libchromaprint", WeightsProblem.MISSING, detail=str(error)) from error
    binding: ModuleType = chromaprint
    return binding
