"""The window's language, chosen before the first widget is made: our words, Qt's, and numbers."""

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from core.settings import Language
from ui.language import ENGLISH, Tongue, read_catalogue, speak


@contextmanager
def spoken(application: QCoreApplication, language: Language) -> Iterator[Language]:
    """Speak a language while the context lasts, and English after it; tell which one it is."""
    chosen, before = _chosen(language), QLocale()
    locale = _locale(chosen)
    translator = QTranslator()
    folder = QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)
    if translator.load(locale, "qtbase", "_", folder):  # Qt's own buttons, dialogs and keys
        application.installTranslator(translator)
    QLocale.setDefault(locale)
    speak(_tongue(chosen, locale))
    try:
        yield chosen
    finally:
        speak(ENGLISH)
        QLocale.setDefault(before)
        application.removeTranslator(translator)


def _chosen(language: Language) -> Language:
    """Return the language, or for the system's the first one that both know; else English."""
    if language is not Language.SYSTEM:
        return language
    wanted = (name.partition("-")[0] for name in QLocale.system().uiLanguages())
    known = {one.value: one for one in Language if one is not Language.SYSTEM}
    return next((known[code] for code in wanted if code in known), Language.ENGLISH)


def _locale(language: Language) -> QLocale:
    """Return the system's own way to write where it speaks the language: Swiss German, say."""
    system, plain = QLocale.system(), QLocale(language.value)
    return system if system.language() == plain.language() else plain


def _tongue(language: Language, locale: QLocale) -> Tongue:
    if language is Language.ENGLISH:
        return ENGLISH
    return Tongue(
        read_catalogue(language.value), point=locale.decimalPoint(), group=locale.groupSeparator()
    )
