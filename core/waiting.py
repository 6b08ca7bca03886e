"""Waiting for work that may hang without hanging with it, such as a call into a dead network."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

from core.errors import Cancelled
from core.progress import Progress

LOOK_S = 0.05  # how often a wish to stop is looked for; an answer is heard at once

Answer = TypeVar("Answer")


def awaited(
    work: Callable[[], Answer],
    progress: Progress,
    *,
    late: Callable[[Answer], None] | None = None,
) -> Answer:
    """Do work in a thread of its own and return its answer; ``Cancelled`` once a stop is asked for.

    Work that nobody waits for any more goes on to its end; ``late`` is then given its answer.
    """
    progress.check()
    answer: Future[Answer] = Future()
    # A daemon: a program that ends does not wait for a network that is dead.
    threading.Thread(target=_do, args=(work, answer), name="awaited", daemon=True).start()
    try:
        while not wait([answer], timeout=LOOK_S).done:
            progress.check()
    except Cancelled:
        if late is not None:
            answer.add_done_callback(lambda done: _hand_over(done, late))
        raise
    return answer.result()


def _do(work: Callable[[], Answer], answer: "Future[Answer]") -> None:
    try:
        answer.set_result(work())
    except BaseException as error:  # noqa: BLE001 - whoever waits for the answer raises it
        answer.set_exception(error)


def _hand_over(answer: "Future[Answer]", late: Callable[[Answer], None]) -> None:
    if answer.exception() is None:
        late(answer.result())
