"""The real window, offscreen, over invented songs: what a musician does, and what is seen."""

import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QLabel,
    QLineEdit,
    QListView,
    QPushButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from core.errors import ClusterError, ClusterProblem
from core.types import SongId, Stage, SyncState, Verdict
from tests.ui.conftest import OpenWindow
from tests.ui.fakes import FakeSync, FakeWorkbench, pair, recommendation, song
from tests.ui.rig import WindowRig, urls
from ui.presenters.activity import Doing
from ui.presenters.answers import Tab
from ui.presenters.rows import Filter
from ui.theme import DARK, LIGHT
from ui.widgets.result_delegate import places
from ui.widgets.strip import StatusStrip

# The offscreen platform has no window manager to tell the size of a dialog to.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints")


def library() -> FakeWorkbench:
    made = FakeWorkbench(
        song("Harbour Lights", "Ines Moreau", added_at=3.0),
        song("Harbour Lights (karaoke)", added_at=4.0),
        song("Glass Orchard", "The Low Tides", added_at=2.0),
    )
    made.pairs = [
        pair("Harbour Lights", "Harbour Lights (karaoke)", Verdict.SAME_BACKING, score=0.83)
    ]
    return made


def said(rig: WindowRig) -> str:
    return rig.window.presenter.notices.notice.text


# Adding


def test_an_empty_window_says_what_to_do(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench())
    texts = [label.text() for label in rig.window.findChildren(QLabel) if label.isVisible()]
    assert "Drop songs or folders anywhere in this window." in texts


def test_dropped_files_become_rows_and_the_first_shows_its_neighbours(
    open_window: OpenWindow,
) -> None:
    rig = open_window(library())
    assert rig.drop([Path("/new/demo.wav"), Path("/new/broken.wav")])
    rig.settle()
    assert rig.titles()[:2] == ["demo", "broken.wav"]
    assert rig.steps()["demo"] == "ready"
    assert rig.steps()["broken.wav"] == "failed"
    assert rig.open_row().title == "demo"
    assert rig.neighbours.model().rowCount() == 3


@pytest.mark.parametrize("name", ["songTable", "songPage", "transport", "topBar", "searchBox"])
def test_files_can_be_dropped_on_every_part(open_window: OpenWindow, name: str) -> None:
    rig = open_window(FakeWorkbench())
    assert rig.drop([Path("/new/demo.wav")], rig.find(QWidget, name))
    rig.settle()
    assert rig.titles() == ["demo"]


def test_what_names_no_file_is_not_welcome(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench())
    words = QMimeData()
    words.setText("/new/demo.wav")
    assert not rig.drop_data(words)


def test_an_address_on_the_web_is_answered_in_words(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench())
    clipboard = QMimeData()
    clipboard.setUrls([QUrl("https://example.org/song.mp3")])
    QApplication.clipboard().setMimeData(clipboard)
    rig.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert said(rig).startswith("Only files and folders on this machine")


def test_copied_files_can_be_pasted(open_window: OpenWindow) -> None:
    rig = open_window(FakeWorkbench())
    QApplication.clipboard().setMimeData(urls([Path("/new/demo.wav")]))
    rig.press(Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    rig.settle()
    assert rig.titles() == ["demo"]


def test_a_first_answer_shows_at_once_and_the_backings_comes_by_itself(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    rig = open_window(library())
    rig.workbench.may_finish.clear()
    rig.drop([Path("/new/demo.wav")])
    results = rig.window.presenter.page.lists[Tab.NEIGHBOURS]
    qtbot.waitUntil(lambda: "First answer" in results.note)
    assert results.results[0].label == "mix · backing to come"
    rig.workbench.may_finish.set()
    qtbot.waitUntil(lambda: "by the backing" in results.note)
    rig.settle()


def test_stop_cancels_at_once_and_continue_goes_on(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.workbench.may_finish.clear()
    rig.drop([Path("/new/demo.wav")])
    qtbot.waitUntil(lambda: rig.steps().get("demo") == "separating")
    stop = rig.find(QPushButton, "stopButton")
    assert stop.isVisible()
    qtbot.mouseClick(stop, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rig.window.presenter.activity.doing is Doing.NOTHING)
    assert rig.steps()["demo"] == "first_answer"
    assert not stop.isVisible()
    rig.workbench.may_finish.set()
    offer = rig.find(QPushButton, "offerButton")
    assert offer.text() == "Continue"
    qtbot.mouseClick(offer, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: rig.steps()["demo"] == "ready")
    rig.settle()


# The library


def test_typing_searches_and_no_letter_of_it_is_a_shortcut(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    rig = open_window(library())
    rig.press(Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    search = rig.find(QLineEdit, "searchBox")
    assert search.hasFocus()
    qtbot.keyClicks(search, "glass o")
    assert search.text() == "glass o"
    assert rig.titles() == ["Glass Orchard"]
    assert not rig.window.findChildren(QDialog)
    rig.press(Qt.Key.Key_Escape)
    assert len(rig.titles()) == 3
    assert rig.table.hasFocus()


def test_filters_show_what_they_count(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    chip = rig.find(QPushButton, "duplicatesChip")
    assert chip.text() == "Duplicates 1"
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert rig.titles() == ["Harbour Lights (karaoke)"]
    assert chip.isChecked()


def test_the_problems_sentence_shows_the_file(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.drop([Path("/new/broken.wav")])
    rig.settle()
    notice = rig.find(QLabel, "noticeLabel")
    assert "broken.wav" in notice.toolTip()
    qtbot.mouseClick(rig.find(QPushButton, "offerButton"), Qt.MouseButton.LeftButton)
    assert rig.window.presenter.library.filter is Filter.PROBLEMS
    assert rig.titles() == ["broken.wav"]
    assert rig.find(QPushButton, "problemsChip").isChecked()


def test_a_click_on_a_header_sorts(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    header = rig.table.horizontalHeader()
    at = QPoint(20, header.height() // 2)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.titles()[0] == "Glass Orchard"
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.titles()[0] == "Harbour Lights (karaoke)"


def test_the_chosen_row_stays_chosen_while_rows_come(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.window.presenter.library.search("o")
    rig.window.presenter.library.search("")
    assert rig.open_row().title == "Glass Orchard"
    row = rig.table.currentIndex().row()
    assert rig.titles()[row] == "Glass Orchard"


def test_a_removed_song_can_come_back(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_Delete)
    rig.settle()
    assert "Glass Orchard" not in rig.titles()
    assert said(rig) == "Glass Orchard was taken out of the library. Its file is untouched."
    rig.press(Qt.Key.Key_Z)
    rig.settle()
    assert "Glass Orchard" in rig.titles()


def test_ten_thousand_songs_are_listed_searched_and_scrolled(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    songs = (song(f"Song {number:05}", added_at=number) for number in range(10_000))
    rig = open_window(FakeWorkbench(*songs))
    assert rig.table.model().rowCount() == 10_000
    assert not rig.table.viewport().findChildren(QWidget), "rows have no widgets of their own"
    rig.table.scrollToBottom()
    qtbot.keyClicks(rig.find(QLineEdit, "searchBox"), "0777")
    assert rig.titles() == [
        "Song 07779",
        *(f"Song 0777{n}" for n in range(8, -1, -1)),
        "Song 00777",
    ]
    rig.settle()


# The song page


def test_tabs_count_and_keys_turn_them(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Harbour Lights")
    names = {Qt.Key.Key_1: "neighbours", Qt.Key.Key_3: "duplicates", Qt.Key.Key_2: "versions"}
    for key, name in names.items():
        rig.press(key)
        assert rig.find(QListView, f"{name}List").isVisible()
    rig.press(Qt.Key.Key_3)
    assert rig.find(QListView, "duplicatesList").model().rowCount() == 1


def test_not_a_duplicate_is_remembered_and_can_be_taken_back(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    rig = open_window(library())
    rig.choose("Harbour Lights")
    rig.press(Qt.Key.Key_3)
    qtbot.mouseClick(rig.find(QPushButton, "notDuplicateButton"), Qt.MouseButton.LeftButton)
    rig.settle()
    assert len(rig.workbench.dismissed) == 1
    assert rig.find(QListView, "duplicatesList").model().rowCount() == 0
    assert rig.find(QPushButton, "duplicatesChip").text() == "Duplicates 0"
    rig.press(Qt.Key.Key_Z)
    rig.settle()
    assert rig.workbench.dismissed == set()
    assert rig.find(QListView, "duplicatesList").model().rowCount() == 1
    assert rig.find(QPushButton, "duplicatesChip").text() == "Duplicates 1"


def test_a_failed_file_is_shown_with_what_to_do(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.drop([Path("/new/broken.wav")])
    rig.settle()
    texts = [label.text() for label in rig.window.findChildren(QLabel) if label.isVisible()]
    assert "broken.wav is damaged or cut short. Export or copy it again." in texts


# Listening


def test_a_click_on_play_starts_the_result_at_the_match(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    view = rig.neighbours
    box = view.visualRect(view.model().index(1, 0))
    at = places(box).play.center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.player.plays == [("Harbour Lights (karaoke).mp3", 83.0)]


def test_a_click_on_a_b_switches_sides_at_the_match(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    view = rig.neighbours
    at = places(view.visualRect(view.model().index(0, 0))).switch.center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.player.plays[-1] == ("Harbour Lights.mp3", 72.0)
    rig.player.advance(2.0)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert rig.player.plays[-1] == ("Glass Orchard.mp3", 47.0)
    qtbot.mouseClick(rig.find(QPushButton, "abButton"), Qt.MouseButton.LeftButton)
    assert rig.player.plays[-1] == ("Harbour Lights.mp3", 74.0)


def test_the_keys_play_switch_and_step(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_L)
    assert rig.player.plays[-1] == ("Harbour Lights.mp3", 72.0)
    rig.press(Qt.Key.Key_A)
    assert rig.player.plays[-1] == ("Glass Orchard.mp3", 45.0)
    rig.press(Qt.Key.Key_BracketRight)
    rig.press(Qt.Key.Key_L)
    assert rig.player.plays[-1] == ("Harbour Lights (karaoke).mp3", 83.0)
    rig.press(Qt.Key.Key_Space)
    assert not rig.player.state.is_playing
    rig.press(Qt.Key.Key_Space)
    assert rig.player.state.is_playing


def test_space_plays_the_open_song_and_presses_a_focused_button(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_Space)
    assert rig.player.plays == [("Glass Orchard.mp3", 0.0)]
    chip = rig.find(QPushButton, "duplicatesChip")
    chip.setFocus()
    rig.press(Qt.Key.Key_Space)
    assert rig.window.presenter.library.filter is Filter.DUPLICATES
    assert rig.player.state.is_playing


def test_j_and_k_move_through_the_list_that_has_the_keyboard(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.table.setFocus()
    rig.press(Qt.Key.Key_J)
    assert rig.table.currentIndex().row() == 1
    rig.press(Qt.Key.Key_K)
    assert rig.table.currentIndex().row() == 0
    rig.settle()
    rig.neighbours.setFocus()
    rig.press(Qt.Key.Key_J)
    assert rig.neighbours.currentIndex().row() == 1
    assert rig.table.currentIndex().row() == 0


def test_what_was_heard_is_written_before_the_window_closes(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_Space)
    for _ in range(30):
        rig.player.advance(0.1)
        rig.window.presenter.transport.poll()
    rig.window.close()
    assert rig.workbench.heard == [("Glass Orchard", pytest.approx(3.0))]


def test_the_covers_of_files_are_shown(qtbot: QtBot, open_window: OpenWindow) -> None:
    workbench = library()
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.magenta)
    workbench.covers[SongId("Glass Orchard")] = _encoded(image)
    rig = open_window(workbench)
    row = rig.titles().index("Glass Orchard")
    box = rig.table.visualRect(rig.table.model().index(row, 0))
    at = box.topLeft() + QPoint(20, box.height() // 2)

    def is_shown() -> bool:
        shown = rig.table.viewport().grab().toImage().pixelColor(at)
        return bool(shown == image.pixelColor(0, 0))

    qtbot.waitUntil(is_shown)


def _encoded(image: QImage) -> bytes:
    data = QByteArray()
    buffer = QBuffer(data)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    return bytes(data.data())


# Sync


def test_sync_sends_and_the_recommendations_appear(qtbot: QtBot, open_window: OpenWindow) -> None:
    sync = FakeSync(waiting=2)
    rig = open_window(library(), sync)
    rig.choose("Glass Orchard")
    button = rig.find(QPushButton, "syncButton")
    assert button.text() == "Sync · 2 to send"
    sync.lists[SongId("Glass Orchard")] = [recommendation(1, "Far Signal")]
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    rig.settle()
    assert button.text() == "Sync"
    assert rig.find(QListView, "recommendedList").model().rowCount() == 1
    assert said(rig).startswith("Sent 2 songs.")


def test_without_a_cluster_the_dialog_signs_in_and_says_what_went_wrong(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    sync = FakeSync(SyncState.NOT_SET_UP, waiting=3)
    rig = open_window(library(), sync)
    rig.press(Qt.Key.Key_S)
    rig.find(QLineEdit, "addressField").setText("http://127.0.0.1:19530")
    rig.find(QLineEdit, "userField").setText("ines")
    password = rig.find(QLineEdit, "passwordField")
    assert password.echoMode() is QLineEdit.EchoMode.Password
    password.setText("wrong")
    sync.failure = ClusterError("http://127.0.0.1:19530", ClusterProblem.SIGN_IN)
    go = rig.find(QPushButton, "signInButton")
    qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    rig.settle()
    problem = rig.find(QLabel, "signInProblem")
    assert problem.text().startswith("127.0.0.1:19530 did not accept")
    dialog = rig.find(QDialog, "signInDialog")
    assert dialog.isVisible()
    sync.failure = None
    password.setText("right")
    qtbot.mouseClick(go, Qt.MouseButton.LeftButton)
    rig.settle()
    assert not dialog.isVisible()
    assert sync.signed_in == [("http://127.0.0.1:19530", "ines:right")]
    assert rig.find(QPushButton, "syncButton").text() == "Sync"


# The whole window


def test_every_control_has_a_name_for_screen_readers(open_window: OpenWindow) -> None:
    rig = open_window(library(), FakeSync(SyncState.NOT_SET_UP))
    rig.choose("Harbour Lights")
    rig.press(Qt.Key.Key_S)
    kinds = (QAbstractButton, QLineEdit, QListView)
    nameless = [
        control.objectName() or type(control).__name__
        for kind in kinds
        for control in rig.window.findChildren(kind)
        if control.isVisible()
        and not control.accessibleName()
        # Qt's own parts of a header or tab bar
        and not type(control).__name__.startswith("QT")
    ]
    assert nameless == []


def test_tab_visits_the_controls_in_reading_order(qtbot: QtBot, open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Harbour Lights")
    rig.press(Qt.Key.Key_L)
    rig.find(QLineEdit, "searchBox").setFocus()
    order = []
    for _ in range(30):
        focus = QApplication.focusWidget()
        assert focus is not None
        if focus.objectName():
            order.append(focus.objectName())
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    expected = ["searchBox", "allChip", "syncButton", "songTable", "neighboursList", "playButton"]
    assert [order.index(name) for name in expected] == sorted(map(order.index, expected))


def test_the_sheet_of_keys_opens_and_closes(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.press(Qt.Key.Key_Slash)
    sheet = rig.find(QDialog, "keySheet")
    texts = [label.text() for label in sheet.findChildren(QLabel)]
    assert "Play or pause" in texts
    sheet.accept()


@pytest.mark.parametrize("tokens", [DARK, LIGHT], ids=["dark", "light"])
def test_the_window_is_painted_in_both_schemes(open_window: OpenWindow, tokens: object) -> None:
    rig = open_window(library())
    rig.choose("Harbour Lights")
    rig.window.theme.use(tokens)  # type: ignore[arg-type]  # parametrized
    image = rig.window.grab().toImage()
    middle = QPoint(image.width() - 40, image.height() - 140)
    assert image.pixelColor(middle) == rig.window.theme.tokens.window


def test_closing_while_songs_are_added_and_synced_leaves_nothing(
    qtbot: QtBot, open_window: OpenWindow
) -> None:
    sync = FakeSync()
    workbench = library()
    workbench.catalogue.songs[SongId("slow")] = song("slow", stage=Stage.FIRST_ANSWER)
    workbench.may_finish.clear()
    sync.may_end.clear()
    rig = open_window(workbench, sync, settles=False)
    qtbot.waitUntil(lambda: "finish" in workbench.log)
    rig.press(Qt.Key.Key_S)
    qtbot.waitUntil(lambda: rig.window.presenter.sync.is_running)
    rig.window.close()
    assert rig.window.lanes.is_idle
    assert not [t for t in threading.enumerate() if t.name.startswith("songkin-")]


def test_enter_goes_on_to_the_page_and_plays_there(open_window: OpenWindow) -> None:
    rig = open_window(library())
    rig.choose("Glass Orchard")
    rig.press(Qt.Key.Key_Return)
    assert rig.neighbours.hasFocus()
    rig.press(Qt.Key.Key_Return)
    assert rig.player.plays == [("Harbour Lights.mp3", 72.0)]


def test_a_sentence_goes_by_itself_and_trouble_stays(open_window: OpenWindow) -> None:
    rig = open_window(library())
    strip = rig.find(StatusStrip, "statusStrip")
    rig.window.presenter.notices.say("Done.")
    assert strip.said == "Done."
    strip.read_out()
    assert strip.said == ""
    rig.window.presenter.notices.warn("The disk is full. Make room.")
    strip.read_out()
    assert strip.said == "The disk is full. Make room."
    rig.find(QPushButton, "offerButton").click()
    assert strip.said == ""
