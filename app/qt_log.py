"""Qt's own warnings, brought into the program's log."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}

logger = logging.getLogger(__name__)


@contextmanager
def qt_in_log() -> Iterator[None]:
    """Write down what Qt warns of, until the window is closed."""
    previous = qInstallMessageHandler(_hear)
    try:
        yield
    finally:
        qInstallMessageHandler(previous)


def _hear(kind: QtMsgType, _: QMessageLogContext, words: str | None) -> None:
    logger.log(LEVELS.get(kind, logging.WARNING), "Qt: %s", words)
