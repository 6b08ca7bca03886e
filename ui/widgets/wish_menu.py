"""The lines of the context menus that ask for more like some songs, and less like others."""

from collections.abc import Sequence

from PySide6.QtWidgets import QMenu

from core.types import Song
from ui.language import gettext as _
from ui.language import ngettext, number
from ui.presenters.answers import Result
from ui.presenters.wishes import LEAST_CHOSEN, Wishes


def add_for_songs(menu: QMenu, wishes: Wishes, songs: Sequence[Song]) -> None:
    """Add what can be asked of chosen songs: of one alone only what joins a question."""
    question, count = wishes.question, len(songs)
    if count >= LEAST_CHOSEN:
        said = ngettext("More like this {count}", "More like these {count}", count)
        more = menu.addAction(said.format(count=number(count)))
        more.triggered.connect(lambda: wishes.more(songs))
    elif question.is_asked and count:
        menu.addAction(_("More like this too")).triggered.connect(lambda: wishes.more(songs))
    if question.is_asked and count:
        several = ngettext("Less like this {count}", "Less like these {count}", count)
        said = several.format(count=number(count)) if count > 1 else _("Less like this")
        less = menu.addAction(said)
        less.setCheckable(True)
        less.setChecked(question.dislikes(songs))
        less.triggered.connect(lambda: wishes.less(songs))


def add_for_result(menu: QMenu, wishes: Wishes, result: Result) -> None:
    """Add what can be asked of a result, beside the open song or what is asked already."""
    menu.addAction(_("More like this too")).triggered.connect(lambda: wishes.more_like(result))
    menu.addAction(_("Less like this")).triggered.connect(lambda: wishes.less_like(result))
