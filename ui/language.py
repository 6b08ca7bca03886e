"""The language of the words that the window shows: English as it stands here, or a catalogue.

A process speaks one language. Whoever opens the window chooses it before anything is said
(``ui.translation``); the command line never does, so it speaks English. Words that are made when
a module is loaded are only marked there, with ``N_``, and looked up when they are shown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from gettext import GNUTranslations, NullTranslations
from pathlib import Path
from typing import Final, TypeVar

FOLDER: Final = Path(__file__).parent / "locale"
DOMAIN: Final = "songkin"

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Tongue:
    """A language: its catalogue, and how it writes numbers."""

    catalogue: NullTranslations = field(default_factory=NullTranslations)
    point: str = "."
    group: str = ","


ENGLISH: Final = Tongue()
_spoken: list[Tongue] = [ENGLISH]  # gettext's own module keeps as much, and by environment


def catalogue_file(code: str, suffix: str = ".mo") -> Path:
    """Return where the catalogue of a language lies."""
    return FOLDER / code / "LC_MESSAGES" / f"{DOMAIN}{suffix}"


def read_catalogue(code: str) -> GNUTranslations:
    """Return the catalogue of a language."""
    with catalogue_file(code).open("rb") as file:
        return GNUTranslations(file)


def speak(tongue: Tongue) -> None:
    """Say everything in a language from now on; what was said already stays as it is."""
    _spoken[0] = tongue


def gettext(message: str) -> str:
    """Return a message in the language that is spoken."""
    # An empty message is the catalogue's own head.
    return _spoken[0].catalogue.gettext(message) if message else message


def ngettext(one: str, many: str, n: int) -> str:
    """Return the form of a message that a number of things takes."""
    return _spoken[0].catalogue.ngettext(one, many, n)


def N_(message: str) -> str:  # noqa: N802 - gettext's own name for it
    """Mark a message that is looked up when it is shown."""
    return message


def number(value: float, digits: int = 0) -> str:
    """Write a number with so many decimals, as the language does: 1,234.5 or 1.234,5."""
    return _as_written_here(f"{value:,.{digits}f}")


def short(value: float) -> str:
    """Write a number with no more decimals than it has: 48, or 44.1."""
    return _as_written_here(f"{value:g}")


def _as_written_here(plain: str) -> str:
    tongue = _spoken[0]
    return plain.translate({ord(","): tongue.group, ord("."): tongue.point})


class Words(Mapping[K, str]):
    """Words by what they stand for; each is looked up when it is shown."""

    def __init__(self, marked: Mapping[K, str]) -> None:
        self._marked = marked

    def __getitem__(self, key: K) -> str:
        return gettext(self._marked[key])

    def __iter__(self) -> Iterator[K]:
        return iter(self._marked)

    def __len__(self) -> int:
        return len(self._marked)

    @property
    def marked(self) -> tuple[str, ...]:
        """All the words as they stand in the code."""
        return tuple(self._marked.values())

    def in_english(self, key: K) -> str:
        """Return the words as they stand in the code."""
        return self._marked[key]
