"""How a presenter, which knows no Qt, tells whoever draws it that something changed."""

from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Hook(Generic[T]):
    """Calls its listeners, in the order they came; used on the main thread only."""

    def __init__(self) -> None:
        self._listeners: list[Callable[[T], None]] = []

    def connect(self, listener: Callable[[T], None]) -> None:
        """Call ``listener`` from now on."""
        self._listeners.append(listener)

    def emit(self, value: T) -> None:
        """Tell every listener."""
        for listener in self._listeners:
            listener(value)
