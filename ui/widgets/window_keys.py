"""The keys of the window: each with its words for the sheet, and what it does."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from core.types import Stem
from ui.language import gettext as _
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
    more: Callable[[], None]
    less: Callable[[], None]
    delete: Callable[[], None]
    leave: Callable[[], None]
    show_keys: Callable[[], None]
    show_settings: Callable[[], None]
    ways: WaysOut


def window_keys(presenter: WindowPresenter, doors: Doors) -> tuple[Key, ...]:
    """Return every key of the window."""
    return (*_listening(presenter, doors.step), *_doing(presenter, doors))


def _listening(presenter: WindowPresenter, step: Callable[[int], None]) -> tuple[Key, ...]:
    """Return what goes through the lists and is heard."""
    return (
        Key("Space", _("Play or pause"), presenter.play_or_pause),
        Key("J", _("Next or previous row"), partial(step, 1), shown_as="J  K"),
        Key("K", "", partial(step, -1)),
        Key("L", _("Play the result, or the other copy, at the match"), presenter.play_match),
        Key("A", _("Switch between A and B"), presenter.switch),
        Key("X", _("Hear the mix"), partial(presenter.transport.choose_stem, Stem.MIX)),
        Key("B", _("Hear the backing"), partial(presenter.transport.choose_stem, Stem.BACKING)),
        Key("V", _("Hear the voice"), partial(presenter.transport.choose_stem, Stem.VOCAL)),
        Key("G", _("Loop the match, or the song"), presenter.transport.toggle_loop),
        Key("]", _("Next or previous result"), partial(presenter.step_result, 1), "[  ]"),
        Key("[", "", partial(presenter.step_result, -1)),
        Key(
            "1",
            _("Neighbours, Versions, Duplicates, Recommended"),
            _turner(presenter, 0),
            _("1 to 4"),
        ),
        *(Key(str(at + 1), "", _turner(presenter, at)) for at in range(1, len(Tab))),
    )


def _doing(presenter: WindowPresenter, doors: Doors) -> tuple[Key, ...]:
    """Return what is added, searched for, shown, written and taken back."""
    return (
        Key("Ctrl+F", _("Search"), doors.search),
        Key("O", _("Add songs"), doors.add_songs),
        Key("Shift+O", _("Add a folder"), doors.add_folder),
        Key("Ctrl+V", _("Add the copied files"), doors.paste),
        Key("N", _("More like the chosen songs"), doors.more),
        Key("Shift+N", _("Less like the chosen songs, or no longer less"), doors.less),
        Key("D", _("Duplicates"), partial(presenter.show_copies, None)),
        Key("M", _("The map of the songs"), presenter.show_map),
        Key("C", _("Check a demo before release"), doors.choose_demo),
        Key("E", _("Save the list, the shown songs, or the report on duplicates"), doors.ways.save),
        Key("Shift+E", _("Save the open song's list"), doors.ways.save_results),
        Key(
            "T", _("Write voice and backing of the list or the open song"), doors.ways.export_stems
        ),
        Key("R", _("Show the file in its folder"), doors.ways.reveal),
        Key("S", _("Sync"), presenter.sync.press),
        Key("Shift+S", _("The Sync panel"), doors.panel),
        Key("Z", _("Undo"), presenter.notices.undo),
        Key("Ctrl+Z", "", presenter.notices.undo),
        Key("Del", _("Take the song out of the library, or a copy to the trash"), doors.delete),
        Key("Ctrl+,", _("Settings"), doors.show_settings),
        Key("Esc", _("Back to the library"), doors.leave),
        Key("/", _("Show these keys"), doors.show_keys),
    )


def _turner(presenter: WindowPresenter, index: int) -> Callable[[], None]:
    return partial(presenter.turn_tab, tuple(Tab)[index])
