"""Which language is spoken, and what of the process follows it."""

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import QCoreApplication, QLocale
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from core.settings import Language
from core.types import Verdict
from ui.language import N_, Words, gettext, ngettext, number, short
from ui.presenters.words import VERDICTS, size, songs
from ui.translation import spoken

OF_THE_SYSTEM = """
from PySide6.QtCore import QCoreApplication
from core.settings import Language
from ui.language import number
from ui.translation import spoken

application = QCoreApplication([])
with spoken(application, Language.SYSTEM) as language:
    print(language.value, number(0.5, 1))
"""


@pytest.mark.parametrize(
    ("machine", "said"),
    [
        ({"LANG": "de_DE.UTF-8"}, "de 0,5"),
        ({"LANG": "de_CH.UTF-8"}, "de 0.5"),
        ({"LANG": "fr_FR.UTF-8"}, "en 0.5"),
        ({"LANG": "fr_FR.UTF-8", "LANGUAGE": "fr:de"}, "de 0,5"),
        ({"LANG": "C"}, "en 0.5"),
    ],
)
def test_the_systems_language_is_spoken_where_it_is_known(
    machine: dict[str, str], said: str
) -> None:
    rest = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG"))}
    ran = subprocess.run(
        [sys.executable, "-c", OF_THE_SYSTEM],
        env=rest | machine,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.stdout.strip() == said, ran.stderr


def test_words_numbers_and_qt_follow_and_come_back(qapp: QApplication) -> None:
    before = QLocale()
    with spoken(qapp, Language.GERMAN):
        assert gettext("Cancel") == "Abbrechen"
        assert VERDICTS[Verdict.SAME_RECORDING] == "selbe Aufnahme"
        assert (songs(1), songs(1234)) == ("1 Song", "1.234 Songs")
        assert (number(0.5, 2), short(44.1), size(4_500_000)) == ("0,50", "44,1", "4,5 MB")
        assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Abbrechen"
        assert QKeySequence("Del").toString(QKeySequence.SequenceFormat.NativeText) == "Entf"
    assert gettext("Cancel") == "Cancel"
    assert (songs(1234), number(0.5, 2), size(4_500_000)) == ("1,234 songs", "0.50", "4.5 MB")
    assert QCoreApplication.translate("QPlatformTheme", "Cancel") == "Cancel"
    assert QLocale() == before


def test_english_is_chosen_whatever_the_system_speaks(qapp: QApplication) -> None:
    with spoken(qapp, Language.ENGLISH) as language:
        assert (language, gettext("Cancel"), number(1.5, 1)) == (Language.ENGLISH, "Cancel", "1.5")


def test_words_are_looked_up_when_they_are_shown(qapp: QApplication) -> None:
    made = Words({1: N_("Cancel"), 2: ""})
    with spoken(qapp, Language.GERMAN):
        assert dict(made) == {1: "Abbrechen", 2: ""}
        assert made.in_english(1) == "Cancel"
    assert dict(made) == {1: "Cancel", 2: ""}


def test_a_message_without_words_is_said_in_english(qapp: QApplication) -> None:
    with spoken(qapp, Language.GERMAN):
        assert gettext("never written") == "never written"
        assert ngettext("one of it", "many of it", 2) == "many of it"
