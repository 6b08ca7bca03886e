"""The user guide shows pictures that are there, and the keys that the window has."""

import re
from pathlib import Path

from tests.ui.conftest import OpenWindow
from tests.ui.rig import library

GUIDE = Path(__file__).parent.parent.parent / "docs" / "guide.md"


def test_the_guide_has_the_keys_of_the_window(open_window: OpenWindow) -> None:
    rows = re.findall(r"^\| `(.+?)` \| (.+?) \|$", GUIDE.read_text("utf-8"), re.MULTILINE)
    keys = [key for key in open_window(library()).window._keys if key.words]
    assert rows == [(key.shown_as or key.sequence, key.words) for key in keys]


def test_the_pictures_of_the_guide_are_there() -> None:
    pictures = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", GUIDE.read_text("utf-8"))
    assert len(pictures) >= 5
    assert [name for name in pictures if not (GUIDE.parent / name).is_file()] == []
