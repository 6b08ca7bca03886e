"""Qt's warnings in the program's log."""

import pytest
from PySide6.QtCore import qWarning

from app.qt_log import qt_in_log


def test_a_warning_of_qt_is_in_the_log_until_the_window_is_closed(
    caplog: pytest.LogCaptureFixture, qtlog
) -> None:
    with qt_in_log():
        qWarning("a timer without an event loop")
    assert [record.getMessage() for record in caplog.records] == [
        "Qt: a timer without an event loop"
    ]
    caplog.clear()  # said on purpose
    with qtlog.disabled():
        qWarning("said to whoever listened before")
    assert caplog.records == []
