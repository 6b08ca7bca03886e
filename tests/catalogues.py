"""The catalogues of the window's words: brought up to date with the code, and compiled.

``./dev strings`` runs it; with a code (``./dev strings fr``) it begins the catalogue of another
language. Where a message stands in the code is not kept: it would change with every edit.
"""

import sys
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from babel import Locale
from babel.messages import extract, mofile, pofile
from babel.messages.catalog import Catalog

from ui.language import FOLDER, catalogue_file

ROOT = Path(__file__).parent.parent
PACKAGES = ("app", "ui")
KEYWORDS = extract.DEFAULT_KEYWORDS | {"N_": None}
HEAD = "# The words of Songkin's window. ./dev strings brings this file up to date."
AUTHORS = "The authors of Songkin"
WIDTH = 96


def extracted() -> Catalog:
    """Return every message of the code."""
    found = Catalog(project="Songkin", charset="utf-8")
    for package in PACKAGES:
        told = extract.extract_from_dir(ROOT / package, [("**.py", "python")], keywords=KEYWORDS)
        for _file, _line, message, comments, context in told:
            found.add(message, auto_comments=comments, context=context)
    return found


def read(code: str) -> Catalog:
    """Return a language's catalogue as it is edited."""
    with catalogue_file(code, ".po").open("rb") as file:
        return pofile.read_po(file, locale=code)


def compiled(code: str) -> Catalog:
    """Return a language's catalogue as the window reads it."""
    with catalogue_file(code).open("rb") as file:
        return mofile.read_mo(file)


def languages() -> list[str]:
    """Return the codes of the languages that have a catalogue."""
    return sorted(folder.name for folder in FOLDER.iterdir() if folder.is_dir())


def forms(said: str | tuple[str, ...] | list[str]) -> tuple[str, ...]:
    """Return a message's forms: one, or one for each number of things."""
    return (said,) if isinstance(said, str) else tuple(said)


def without_words(catalogue: Catalog) -> list[str]:
    """Return the messages that are not translated."""
    return [forms(one.id)[0] for one in catalogue if one.id and not all(forms(one.string))]


def begin(code: str) -> None:
    """Begin the catalogue of a language."""
    made = Catalog(
        Locale.parse(code),
        project="Songkin",
        version=version("songkin"),
        msgid_bugs_address=AUTHORS,
        last_translator=AUTHORS,
        language_team=AUTHORS,
        revision_date=datetime.now(UTC),
        header_comment=HEAD,
        fuzzy=False,
    )
    catalogue_file(code).parent.mkdir(parents=True)
    write(code, made)


def update(code: str) -> None:
    """Bring a catalogue up to date: new messages come without words, unused ones go."""
    catalogue = read(code)
    catalogue.update(extracted(), no_fuzzy_matching=True, update_creation_date=False)
    catalogue.obsolete.clear()
    write(code, catalogue)


def write(code: str, catalogue: Catalog) -> None:
    """Write a catalogue, as it is edited and as it is read."""
    for message in catalogue:
        message.flags.discard("python-format")  # "{percent} % faster" is taken for one
    with catalogue_file(code, ".po").open("wb") as file:
        pofile.write_po(file, catalogue, width=WIDTH, no_location=True, sort_output=True)
    with catalogue_file(code).open("wb") as file:
        mofile.write_mo(file, catalogue)


def main() -> None:
    """Begin the catalogues that are asked for, then bring all up to date."""
    for code in sys.argv[1:]:
        begin(code)
    for code in languages():
        update(code)
        place = catalogue_file(code, ".po").relative_to(ROOT)
        print(f"{place}: {len(without_words(read(code)))} without words")


if __name__ == "__main__":
    main()
