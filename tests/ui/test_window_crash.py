"""What the window says of a crash: a sentence, the report behind it, and a copy of that."""

import logging
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QPlainTextEdit, QPushButton

from app.__main__ import tell_of_crashes
from app.crash import LAST_WORDS, kept_in
from tests.ui.conftest import OpenWindow
from tests.ui.rig import WindowRig, library, said
from ui.theme import DARK, LIGHT, Tokens

LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def show_report(rig: WindowRig) -> str:
    offer = rig.find(QPushButton, "offerButton")
    assert offer.text() == "Show report"
    rig.qtbot.mouseClick(offer, LEFT)
    return rig.find(QPlainTextEdit, "reportText").toPlainText()


def test_a_crash_is_told_at_that_moment_and_can_be_copied(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    rig = open_window(library())
    with kept_in(tmp_path) as reports:
        tell_of_crashes(rig.window, reports)
        logging.getLogger("anywhere").error("a bug", exc_info=ValueError("My Demo.wav"))
        rig.qtbot.waitUntil(lambda: "went wrong inside" in said(rig))
    report = show_report(rig)
    assert "ValueError" in report
    assert "My Demo" not in report
    rig.qtbot.mouseClick(rig.find(QPushButton, "copyReport"), LEFT)
    assert QApplication.clipboard().text() == report


def test_the_run_before_is_told_of_at_the_next_start(
    open_window: OpenWindow, tmp_path: Path
) -> None:
    (tmp_path / LAST_WORDS).write_text("Fatal Python error: Segmentation fault\n", "utf-8")
    rig = open_window(library())
    with kept_in(tmp_path) as reports:
        tell_of_crashes(rig.window, reports)
    assert "the last time" in said(rig)
    assert "Segmentation fault" in show_report(rig)


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_a_report_lies_on_the_ground_of_its_scheme(open_window: OpenWindow, tokens: Tokens) -> None:
    rig = open_window(library())
    rig.window.theme.use(tokens)
    rig.window.presenter.notices.crashed("a sentence", "a report")
    show_report(rig)
    text = rig.find(QPlainTextEdit, "reportText")
    picture = text.grab().toImage()
    assert picture.pixelColor(picture.rect().center()) == tokens.surface
