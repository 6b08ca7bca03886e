"""One connection to Milvus: it knows what is loaded, and tells what goes wrong.

pymilvus carries no types, so that what goes through here has none either.
"""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from core.progress import Progress
from core.vectors.doors import ServerDoor
from core.vectors.faults import NOT_LOADED, milvus_code
from core.vectors.rows import checked_name
from core.waiting import awaited

if TYPE_CHECKING:
    from core.vectors.lite import LiteDoor

CALL_TIMEOUT_S = 60.0
LOAD_TIMEOUT_S = 120.0  # creating, indexing and loading: 3 s on an idle server
STRONG = "Strong"
OWN_WRITES = "Session"

Answer = TypeVar("Answer")
Foreign = tuple[type[BaseException], ...]


class Connection:
    """A client of pymilvus behind a door; ``foreign`` are the exceptions that it lets through."""

    def __init__(self, door: "LiteDoor | ServerDoor", client: Any, *, foreign: Foreign) -> None:  # noqa: ANN401 - as above
        self.door = door
        self.client = client
        self._foreign = foreign
        self._loaded: set[str] = set()
        self._progress: Progress | None = None

    def obey(self, progress: Progress) -> None:
        """Let every call from now on end with ``Cancelled`` once a stop is asked for.

        Milvus Lite runs in this process, where no call waits for a network.
        """
        if not self.door.is_lite:
            self._progress = progress

    def close(self) -> None:
        """Close the client, and the door behind it."""
        self.client.close()
        self.door.close()

    def load(self, name: str) -> None:
        """Bring a collection into the server's memory."""
        self.call(self.client.load_collection, checked_name(name), timeout=LOAD_TIMEOUT_S)
        self._loaded.add(name)

    def forget(self, name: str) -> None:
        """Take a collection as not loaded."""
        self._loaded.discard(name)

    def read(
        self,
        name: str,
        verb: Callable[..., Any],
        *,
        fresh: bool = True,
        **named: Any,  # noqa: ANN401 - as above
    ) -> Any:  # noqa: ANN401 - as above
        """Read from a collection; it is loaded where it is not, or where another released it."""
        level = STRONG if fresh else OWN_WRITES
        try:
            return self._ask(
                verb, checked_name(name), timeout=CALL_TIMEOUT_S, consistency_level=level, **named
            )
        except self._foreign as error:
            if milvus_code(error) != NOT_LOADED:
                raise self.door.error(error) from error
        self.load(name)
        return self.call(verb, name, consistency_level=level, **named)

    def write(self, verb: Callable[..., Any], *arguments: Any, **named: Any) -> None:  # noqa: ANN401 - as above
        """Call a verb that writes, when the door lets it."""
        with self.door.writing:
            self.call(verb, *arguments, **named)

    def call(
        self,
        verb: Callable[..., Answer],
        *arguments: Any,  # noqa: ANN401 - as above
        timeout: float = CALL_TIMEOUT_S,
        **named: Any,  # noqa: ANN401 - as above
    ) -> Answer:
        """Call pymilvus; a failure is told by the door."""
        try:
            return self._ask(verb, *arguments, timeout=timeout, **named)
        except self._foreign as error:
            raise self.door.error(error) from error

    def _ask(
        self,
        verb: Callable[..., Answer],
        *arguments: Any,  # noqa: ANN401 - as above
        **named: Any,  # noqa: ANN401 - as above
    ) -> Answer:
        if self._progress is None:
            return verb(*arguments, **named)
        return awaited(partial(verb, *arguments, **named), self._progress)
