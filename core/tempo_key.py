"""How fast a song goes and in which key it is, with how sure that is. Pure.

Tempo: the rise of the log-mel energy is compared with itself at every lag, on both halves of the
sound. Key: what pitch classes a song holds is compared with the profiles of the 24 keys. Pitch
classes count from A, as the tonal sequence does. ``None`` is "can't tell".
"""

from itertools import product

import numpy as np
from numpy.typing import NDArray

from core.embedding.frontend import FRAMES_PER_S, SAMPLE_RATE_HZ, log_mel
from core.embedding.steps import N_CLASSES
from core.types import Confidence, Float32Array, Key, Tempo, Tonal

Floats = NDArray[np.float64]

HEARD_S = 90.0  # from the middle: as sure as the whole of a song, and cheaper
SHORTEST_S = 8.0  # some bars
SLOWEST_BPM, FASTEST_BPM = 40.0, 220.0
STEPS_AN_OCTAVE = 240  # of tempo: 0.3 percent each
BEATS_COMPARED = (1, 2, 4)  # what recurs after a beat recurs after a bar
BEATS_REFINED = (4, 8, 16)  # each finds the place that the next looks around
# People tap near 120 a minute, rarely an octave off: Ellis 2007, "Beat tracking by dynamic
# programming", with the width that librosa uses.
PREFERRED_BPM, PREFERENCE_OCTAVES = 120.0, 1.0
SMOOTH_S = 2.0  # slower changes of the onsets' strength are no rhythm
SAME_TEMPO = 0.04  # two tempi that differ by less are one (the usual tolerance of the field)
RIVALS = (0.5, 2.0, 2.0 / 3.0, 1.5, 3.0, 1.0 / 3.0)  # tempi that are easily taken for another
# Share of the best's score above which another tempo may be meant; with AHEAD chosen on the tuning
# split of benchmarks/tempo_key.py, so that nine of ten "sure" answers are right there.
CLEAREST_RIVAL = 0.7
STEADY, HEARD = 0.3, 0.1  # how alike a song is to itself a beat later: clearly, at all

# Krumhansl and Kessler 1982, "Tracing the dynamic changes in perceived tonal organization in a
# spatial representation of musical keys": how well each class fits, from the tonic on.
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)
FEWEST_STEPS = 16  # eight seconds
FLATTEST = 0.12  # spread of the classes over their mean, below which there is only noise
FITS, FITS_WELL = 0.5, 0.7  # correlation with the profile of the key
AHEAD = 0.12  # of the next key, by correlation


def tempo_of(mono: Float32Array) -> Tempo | None:
    """Return the tempo of sound, float32 [n] at 22.05 kHz, or None where there is no beat."""
    wanted = int(HEARD_S * SAMPLE_RATE_HZ)
    start = max(0, (len(mono) - wanted) // 2)
    heard = mono[start : start + wanted]
    if len(heard) < SHORTEST_S * SAMPLE_RATE_HZ:
        return None
    strength = onsets(log_mel(heard))
    if not strength.any():
        return None
    alike = _alike(strength)
    whole = _scores(alike)
    halves = [_scores(_alike(half)) for half in np.array_split(strength, 2)]
    best = int(np.argmax(whole * _preference()))
    bpm = float(_grid()[best])
    agreeing = sum(_is_near(bpm, float(_grid()[np.argmax(s * _preference())])) for s in halves)
    confidence = _tempo_confidence(whole, best, agreeing=agreeing)
    return None if confidence is None else Tempo(_refined(alike, bpm), confidence)


def key_of(tonal: Tonal) -> Key | None:
    """Return the key of a tonal sequence, uint8 [n, 12], or None where none stands out."""
    sounding = tonal[tonal.any(axis=1)].astype(np.float64)
    if len(sounding) < FEWEST_STEPS:
        return None
    classes = sounding.mean(axis=0)
    if classes.std() < FLATTEST * classes.mean():
        return None
    fits = _fits(classes)
    best, second = (int(place) for place in np.argsort(-fits)[:2])
    halves = (half.mean(axis=0) for half in np.array_split(sounding, 2))
    agreeing = sum(int(np.argmax(_fits(half))) == best for half in halves)
    confidence = _key_confidence(fits[best], fits[best] - fits[second], agreeing=agreeing)
    if confidence is None:
        return None
    return Key(best % N_CLASSES, best >= N_CLASSES, confidence)


def onsets(frames: Float32Array) -> Floats:
    """Return how much louder each frame of log-mel [N_MELS, T] is than the one before, [T - 1]."""
    rises = np.maximum(0.0, np.diff(frames, axis=1)).mean(axis=0).astype(np.float64)
    width = int(SMOOTH_S * FRAMES_PER_S)
    slow = np.convolve(rises, np.ones(width) / width, mode="same")
    sudden: Floats = np.maximum(0.0, rises - slow)
    return sudden


def _alike(strength: Floats) -> Floats:
    """Return how alike the onsets are to themselves, by the frames that lie between."""
    centred = strength - strength.mean()
    size = 2 ** int(np.ceil(np.log2(2 * len(centred))))
    alike = np.fft.irfft(np.abs(np.fft.rfft(centred, size)) ** 2)[: len(centred)]
    # What lies further apart overlaps less: each lag is weighed by what it compares.
    alike = alike / np.maximum(len(centred) - np.arange(len(centred)), 1) * len(centred)
    found: Floats = alike / max(alike[0], 1e-12)
    return found


def _scores(alike: Floats) -> Floats:
    """Return how alike the onsets are to themselves a beat, two and a bar later, per tempo."""
    lags = 60.0 * FRAMES_PER_S / _grid()
    places = np.arange(len(alike))
    combs = [np.interp(lags * beats, places, alike, right=0.0) for beats in BEATS_COMPARED]
    scores: Floats = np.maximum(0.0, np.mean(combs, axis=0))
    return scores


def _refined(alike: Floats, bpm: float) -> float:
    """Return the tempo more finely: over many beats a frame is a small part of the lag."""
    lag = 60.0 * FRAMES_PER_S / bpm
    for beats in BEATS_REFINED:
        reach = max(1, int(lag / 4))
        first = round(lag * beats) - reach
        near = alike[first : first + 2 * reach + 1]
        top = int(np.argmax(near)) if len(near) == 2 * reach + 1 else 0
        if not 0 < top < len(near) - 1:
            break
        left, middle, right = near[top - 1 : top + 2]
        bend = left - 2 * middle + right
        lag = (first + top + (0.5 * (left - right) / bend if bend else 0.0)) / beats
    return float(60.0 * FRAMES_PER_S / lag)


def _grid() -> Floats:
    octaves = np.log2(FASTEST_BPM / SLOWEST_BPM)
    return SLOWEST_BPM * 2.0 ** (np.arange(int(octaves * STEPS_AN_OCTAVE)) / STEPS_AN_OCTAVE)


def _preference() -> Floats:
    away = np.log2(_grid() / PREFERRED_BPM) / PREFERENCE_OCTAVES
    return np.exp(-0.5 * away**2)


def _is_near(a: float, b: float) -> bool:
    return abs(a / b - 1.0) <= SAME_TEMPO


def _tempo_confidence(scores: Floats, best: int, *, agreeing: int) -> Confidence | None:
    if scores[best] < HEARD or agreeing == 0:
        return None
    weighed = scores * _preference()
    rivals = np.interp(_grid()[best] * np.array(RIVALS), _grid(), weighed, left=0.0, right=0.0)
    is_clear = rivals.max() < CLEAREST_RIVAL * weighed[best]
    if agreeing == 2 and is_clear and scores[best] >= STEADY:
        return Confidence.SURE
    return Confidence.LIKELY if agreeing == 2 else Confidence.UNSURE


def _fits(classes: Floats) -> Floats:
    """Return the correlation with the 24 keys' profiles: majors from A on, then minors."""
    profiles = [np.roll(mode, tonic) for mode, tonic in product((MAJOR, MINOR), range(N_CLASSES))]
    found: Floats = np.corrcoef(np.vstack([classes, *profiles]))[0, 1:]
    return found


def _key_confidence(fit: float, ahead: float, *, agreeing: int) -> Confidence | None:
    if fit < FITS or agreeing == 0:
        return None
    if agreeing == 2 and ahead >= AHEAD and fit >= FITS_WELL:
        return Confidence.SURE
    return Confidence.LIKELY if agreeing == 2 else Confidence.UNSURE
