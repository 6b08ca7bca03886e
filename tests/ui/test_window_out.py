"""The ways out of the window: several rows as a list, files dragged, saved and shown."""

from pathlib import Path

import pytest
from PySide6.QtCore import QItemSelectionModel, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QFrame, QLabel, QPushButton

from core.playlists import ListFormat
from core.reports import ReportFormat
from tests.ui.rig import library, said, urls
from ui.models.songs import SongTableModel
from ui.presenters.library import Order
from ui.presenters.rows import Filter
from ui.widgets import song_files


@pytest.fixture
def asked(monkeypatch) -> list[QFileDialog]:
    """The dialogs that were opened."""
    opened: list[QFileDialog] = []
    monkeypatch.setattr(QFileDialog, "open", lambda self: opened.append(self))
    return opened


def pick(rig, *rows: int) -> None:
    model, selection = rig.table.model(), rig.table.selectionModel()
    rig.table.selectRow(rows[0])
    for row in rows[1:]:
        flag = QItemSelectionModel.SelectionFlag
        selection.select(model.index(row, 0), flag.Select | flag.Rows)
    rig.settle()


def test_several_chosen_rows_are_a_list(open_window) -> None:
    rig = open_window(library())
    pick(rig, 0, 2)
    songs = rig.window.presenter.songs
    assert [song.title for song in songs.songs] == [rig.titles()[0], rig.titles()[2]]
    assert rig.find(QFrame, "listBar").isVisible()
    pick(rig, 1)
    assert not songs.ids
    assert not rig.find(QFrame, "listBar").isVisible()


def test_the_list_outlives_songs_that_come_meanwhile(open_window) -> None:
    rig = open_window(library())
    pick(rig, 0, 2)
    presenter = rig.window.presenter
    titles = [song.title for song in presenter.songs.songs]
    rig.window.add([Path("/music/New one.mp3")])
    rig.settle()
    assert "New one" in rig.titles()
    assert [song.title for song in presenter.songs.songs] == titles
    presenter.songs.clear()


def test_several_rows_stay_chosen_when_the_table_is_sorted(open_window) -> None:
    rig = open_window(library())
    pick(rig, 0, 2)
    presenter = rig.window.presenter
    titles = [song.title for song in presenter.songs.songs]
    presenter.library.sort(Order.TITLE)
    chosen = {index.row() for index in rig.table.selectionModel().selectedRows()}
    assert {rig.titles()[row] for row in chosen} == set(titles)


def test_a_song_that_left_the_library_is_in_no_list(open_window) -> None:
    rig = open_window(library())
    pick(rig, 0, 2)
    presenter = rig.window.presenter
    gone = presenter.songs.songs[0]
    presenter.actions.remove(presenter.library.row(gone.path))
    rig.settle()
    assert gone.song_id not in presenter.songs.ids
    assert len(presenter.songs.ids) == 1


def test_chosen_rows_are_dragged_as_files_that_are_copied(open_window) -> None:
    rig = open_window(library())
    pick(rig, 0, 2)
    model = rig.table.model()
    assert isinstance(model, SongTableModel)
    data = model.mimeData(rig.table.selectionModel().selectedIndexes())
    rows = rig.window.presenter.library.rows
    assert data.urls() == [QUrl.fromLocalFile(str(rows[at].path)) for at in (0, 2)]
    assert model.supportedDragActions() == Qt.DropAction.CopyAction
    results = rig.neighbours.model()
    data = results.mimeData([results.index(0, 0)])
    shown = rig.window.presenter.page.shown_list.results[0]
    assert data.urls() == [QUrl.fromLocalFile(str(shown.path))]


def test_a_song_that_leaves_is_not_taken_for_a_new_one(open_window, monkeypatch) -> None:
    rig = open_window(library())
    data = urls([Path("/music/x.mp3")])
    event = QDragEnterEvent(
        QPointF(5, 5).toPoint(),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    monkeypatch.setattr(QDragEnterEvent, "source", lambda _self: rig.table)
    QApplication.sendEvent(rig.window, event)
    assert not rig.window._veil.isVisible()


@pytest.mark.parametrize("kind", ListFormat)
def test_the_list_is_saved_as_what_is_chosen(open_window, asked, tmp_path, kind) -> None:
    rig = open_window(library())
    pick(rig, 0, 1)
    rig.press(Qt.Key.Key_E)
    (dialog,) = asked
    path = tmp_path / f"Evening{kind.suffix}"
    path.write_text("older")  # the dialog has asked by then
    dialog.filesSelected.emit([str(path)])
    rig.settle()
    text = path.read_text("utf-8")
    assert all(title in text for title in rig.titles()[:2])
    assert rig.titles()[2] not in text
    assert said(rig) == f"2 songs saved in {path.name}."


def test_with_nothing_chosen_all_shown_songs_are_saved(open_window, asked, tmp_path) -> None:
    rig = open_window(library())
    rig.press(Qt.Key.Key_E)
    asked[0].filesSelected.emit([str(tmp_path / "all.txt")])
    rig.settle()
    assert len((tmp_path / "all.txt").read_text("utf-8").splitlines()) == 3


def test_the_open_songs_list_is_saved_with_its_scores(open_window, asked, tmp_path) -> None:
    rig = open_window(library())
    rig.press(Qt.Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    asked[0].filesSelected.emit([str(tmp_path / "near.csv")])
    rig.settle()
    text = (tmp_path / "near.csv").read_text("utf-8")
    for result in rig.window.presenter.page.shown_list.results:
        assert f"{result.title}," in text
        assert f",{result.figure}," in text


@pytest.mark.parametrize("kind", ReportFormat)
def test_the_duplicates_are_saved_as_a_report(open_window, asked, tmp_path, kind) -> None:
    rig = open_window(library())
    rig.window.presenter.show(Filter.DUPLICATES)
    rig.settle()
    rig.qtbot.mouseClick(rig.find(QPushButton, "reportButton"), Qt.MouseButton.LeftButton)
    asked[0].filesSelected.emit([str(tmp_path / f"report{kind.suffix}")])
    rig.settle()
    text = (tmp_path / f"report{kind.suffix}").read_text("utf-8").replace("\\", "")
    assert "Harbour Lights (karaoke).mp3" in text
    assert "same backing" in text
    assert said(rig) == f"The report is in report{kind.suffix}."


def test_a_folder_that_is_gone_is_told(open_window, asked, tmp_path) -> None:
    rig = open_window(library())
    rig.press(Qt.Key.Key_E)
    asked[0].filesSelected.emit([str(tmp_path / "gone" / "all.txt")])
    rig.settle()
    assert said(rig) == "The folder for all.txt is not there. Choose another folder."


def test_stems_go_where_the_user_says(open_window, asked, tmp_path) -> None:
    rig = open_window(library())
    rig.press(Qt.Key.Key_T)
    asked[0].filesSelected.emit([str(tmp_path)])
    rig.settle()
    title = rig.open_row().title
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {f"{title} (backing).flac", f"{title} (vocal).flac"}
    handle = rig.find(QLabel, "stemFiles")
    assert handle.isVisible()
    assert {path.name for path in handle.paths} == found


@pytest.mark.parametrize(
    ("platform", "asks"),
    [
        ("darwin", ("open", ["-R", "/music/a b.mp3"])),
        ("win32", ("explorer.exe", ["/select,", "/music/a b.mp3"])),
    ],
)
def test_a_file_is_shown_without_a_shell(monkeypatch, platform: str, asks) -> None:
    started: list[tuple[str, list[str]]] = []

    def start(program: str, arguments: list[str]) -> tuple[bool, int]:
        started.append((program, arguments))
        return True, 1

    monkeypatch.setattr(song_files.sys, "platform", platform)
    monkeypatch.setattr(song_files.QProcess, "startDetached", start)
    song_files.reveal(Path("/music/a b.mp3"))
    assert started == [asks]


def test_without_a_file_manager_the_folder_is_opened(monkeypatch, tmp_path) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(song_files, "_asked_file_manager", lambda _path: False)
    monkeypatch.setattr(song_files, "open_folder", opened.append)
    song_files.reveal(tmp_path / "a.mp3")
    assert opened == [tmp_path]


def test_the_key_shows_the_open_song(open_window, monkeypatch, tmp_path) -> None:
    rig = open_window(library())
    shown: list[Path] = []
    monkeypatch.setattr("ui.widgets.ways_out.reveal", shown.append)
    monkeypatch.setattr(Path, "exists", lambda _self: True)
    rig.press(Qt.Key.Key_R)
    assert shown == [rig.open_row().path]
