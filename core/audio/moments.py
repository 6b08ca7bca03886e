"""Moments of files that are played: where one meets another, and what is played again. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Meeting:
    """A moment of one file and the same moment of another, and how fast the other goes by.

    ``pace`` is the other's seconds in one second of the first.
    """

    here_s: float = 0.0
    there_s: float = 0.0
    pace: float = 1.0

    def there(self, position_s: float) -> float:
        """Return the other's moment; its start where that would lie before it."""
        return max(0.0, self.there_s + (position_s - self.here_s) * self.pace)


@dataclass(frozen=True, slots=True)
class Loop:
    """A stretch of a file that is played again and again; to its end where ``end_s`` is None."""

    start_s: float = 0.0
    end_s: float | None = None


SAME_MOMENT = Meeting()
