"""What the device asks for: voices added up, under one volume. Pure."""

import numpy as np

from core.audio.ramp import Ramp
from core.audio.voice import Voice
from core.types import Float32Array

VOLUME_SAMPLES = 2_205  # 50 ms from silent to full: a slider that is dragged doesn't crackle
GATE_SAMPLES = 441  # 10 ms


class Mixer:
    """The voices that are heard, and how loud all of them are."""

    def __init__(self) -> None:
        self._voices: tuple[Voice, ...] = ()  # replaced, never changed: the device's thread reads
        self._volume = Ramp(1.0, samples=VOLUME_SAMPLES)
        self._gate = Ramp(1.0, samples=GATE_SAMPLES)

    @property
    def is_empty(self) -> bool:
        """Whether it has no voice."""
        return not self._voices

    @property
    def is_silent(self) -> bool:
        """Whether the gate is closed."""
        return self._gate.level == 0.0

    def add(self, voice: Voice) -> None:
        """Let a voice be heard."""
        self._voices = (*self._voices, voice)

    def remove(self, voice: Voice) -> None:
        """Forget a voice."""
        self._voices = tuple(other for other in self._voices if other is not voice)

    def set_volume(self, share: float) -> None:
        """Set how loud all is, a share in [0, 1] of a slider.

        An ear hears ratios: the cube of the share spreads 60 dB over the slider, as the volume
        controls of sound servers do.
        """
        self._volume.turn(min(max(share, 0.0), 1.0) ** 3)

    def close_gate(self) -> None:
        """Fade all out: the device is about to be changed."""
        self._gate.turn(0.0)

    def open_gate(self) -> None:
        """Fade all in again."""
        self._gate.turn(1.0)

    def render(self, out: Float32Array) -> None:
        """Write the next samples, float32 [n, 2]."""
        out.fill(0.0)
        voices = self._voices
        for voice in voices:
            voice.get_ready()
        for voice in voices:
            voice.render(out)
        levels = self._volume.take(len(out)) * self._gate.take(len(out))
        out *= levels[:, np.newaxis]
