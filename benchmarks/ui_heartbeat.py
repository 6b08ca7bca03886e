"""How long the event loop of the window is blocked: a timer that should beat, and when it did.

A beat that was due while the loop was blocked counts as one that waited, each of them: what is
told is how long input waits that comes at any moment, not how often the loop came round.
"""

import faulthandler
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from PySide6.QtCore import QObject, Qt, QTimer

BEAT_S: Final = 0.005
LATE_S: Final = 0.050  # the bar: three frames of a 60 Hz screen, when an eye begins to notice
SAMPLE_AFTER_S: Final = 0.040


@dataclass(frozen=True, slots=True)
class Waits:
    """How long input waited, in milliseconds, and what was measured."""

    p50_ms: float
    p99_ms: float
    p999_ms: float
    most_ms: float
    late: int  # times that the loop was blocked for longer than the bar
    seconds: float


class Heartbeat(QObject):
    """Beats in the event loop of the thread that made it, from ``start`` to ``stop``.

    With ``stacks``, where every thread is while a beat is late is written there. The watch that
    writes it is a thread of C: it sees who holds the interpreter while nobody else can.
    """

    def __init__(self, *, stacks: TextIO | None = None) -> None:
        super().__init__()
        self._stacks = stacks
        self._late_s: list[float] = []
        self._began = self._last = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(1_000 * BEAT_S))
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        """Begin to measure, anew."""
        self._late_s.clear()
        self._began = self._last = time.perf_counter()
        self._timer.start()

    def stop(self) -> Waits:
        """Return what was measured."""
        self._timer.stop()
        if self._stacks:
            faulthandler.cancel_dump_traceback_later()
        return waits(self._late_s, seconds=time.perf_counter() - self._began)

    def _beat(self) -> None:
        now = time.perf_counter()
        self._late_s.append(max(0.0, now - self._last - BEAT_S))
        self._last = now
        if self._stacks:
            if self._late_s[-1] > LATE_S:
                self._stacks.write(f"== late {self._late_s[-1]:.3f} s\n")
                self._stacks.flush()
            faulthandler.dump_traceback_later(SAMPLE_AFTER_S, file=self._stacks)


def waits(late_s: Sequence[float], *, seconds: float) -> Waits:
    """Return the figures of beats that came so late."""
    waited = sorted(wait for late in late_s for wait in _each_wait(late))
    return Waits(
        p50_ms=_at(waited, 0.5),
        p99_ms=_at(waited, 0.99),
        p999_ms=_at(waited, 0.999),
        most_ms=_at(waited, 1.0),
        late=sum(late > LATE_S for late in late_s),
        seconds=seconds,
    )


def culprits(stacks: Path, *, most: int = 12) -> list[tuple[str, int]]:
    """Return where threads were while beats were late, the most frequent first."""
    seen: Counter[str] = Counter()
    for dump in stacks.read_text("utf-8", errors="replace").split("Timeout (")[1:]:
        for stack in dump.split("\n\n"):
            lines = [line.strip() for line in stack.splitlines() if line.startswith("  File ")]
            if lines:
                seen[" < ".join(_place(line) for line in lines[:3])] += 1
    return seen.most_common(most)


def _place(line: str) -> str:
    path, _, rest = line.removeprefix('File "').partition('", line ')
    return f"{Path(path).parent.name}/{Path(path).name}:{rest.replace(' in ', ' ')}"


def _each_wait(late_s: float) -> list[float]:
    """Return how long each beat waited that was due while one came late."""
    return [late_s - BEAT_S * missed for missed in range(1 + int(late_s / BEAT_S))]


def _at(waited: Sequence[float], share: float) -> float:
    return 1_000 * waited[max(0, math.ceil(share * len(waited)) - 1)] if waited else 0.0
