"""The keys of the window: each with its words for the sheet, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from core.types import Stem
from ui.presenters.answers import Tab
from ui.presenters.window import WindowPresenter
from ui.widgets.keys import Key
from ui.widgets.ways_out import WaysOut


@dataclass(frozen=True, slots=True)
class Doors:
    """What only the window itself can do."""

    search: Callable[[], None]
    add_songs: Callable[[], None]
    add_folder: Callable[[], None]
    paste: Callable[[], None]
    choose_demo: Callable[[], None]
    panel: Callable[[], object]
    step: Callable[[int], None]
    delete: Callable[[], None]
    leave: Callable[[], None]
    show_keys: Callable[[], None]
    show_settings: Callable[[], None]
    ways: WaysOut


def window_keys(presenter: WindowPresenter, doors: Doors) -> tuple[Key, ...]:
    """Return every key of the window."""
    step = doors.step
    return (
        Key("Space", "Play or pause", presenter.play_or_pause),
        Key("J", "Next or previous row", partial(step, 1), shown_as="J  K"),
        Key("K", "", partial(step, -1)),
        Key("L", "Play the result, or the other copy, at the match", presenter.play_match),
        Key("A", "Switch between A and B", presenter.switch),
        Key("X", "Hear the mix", partial(presenter.transport.choose_stem, Stem.MIX)),
        Key("B", "Hear the backing", partial(presenter.transport.choose_stem, Stem.BACKING)),
        Key("V", "Hear the voice", partial(presenter.transport.choose_stem, Stem.VOCAL)),
        Key("G", "Loop the match, or the song", presenter.transport.toggle_loop),
        Key("]", "Next or previous result", partial(presenter.step_result, 1), "[  ]"),
        Key("[", "", partial(presenter.step_result, -1)),
        Key("1", "Neighbours, Versions, Duplicates, Recommended", _turner(presenter, 0), "1 to 4"),
        *(Key(str(at + 1), "", _turner(presenter, at)) for at in range(1, len(Tab))),
        Key("Ctrl+F", "Search", doors.search),
        Key("O", "Add songs", doors.add_songs),
        Key("Shift+O", "Add a folder", doors.add_folder),
        Key("Ctrl+V", "Add the copied files", doors.paste),
        Key("D", "Duplicates", partial(presenter.show_copies, None)),
        Key("M", "The map of the songs", presenter.show_map),
        Key("C", "Check a demo before release", doors.choose_demo),
        Key("E", "Save the list, the shown songs, or the report on duplicates", doors.ways.save),
        Key("Shift+E", "Save the open song's list", doors.ways.save_results),
        Key("T", "Write voice and backing of the list or the open song", doors.ways.export_stems),
        Key("R", "Show the file in its folder", doors.ways.reveal),
        Key("S", "Sync", presenter.sync.press),
        Key("Shift+S", "The Sync panel", doors.panel),
        Key("Z", "Undo", presenter.notices.undo),
        Key("Ctrl+Z", "", presenter.notices.undo),
        Key("Del", "Take the song out of the library, or a copy to the trash", doors.delete),
        Key("Ctrl+,", "Settings", doors.show_settings),
        Key("Esc", "Back to the library", doors.leave),
        Key("/", "Show these keys", doors.show_keys),
    )


def _turner(presenter: WindowPresenter, index: int) -> Callable[[], None]:
    return partial(presenter.turn_tab, tuple(Tab)[index])
