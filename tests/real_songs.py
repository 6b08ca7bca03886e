"""Real songs from Debian's packages, which the test command fetches and caches."""

import os
from pathlib import Path

import pytest

PACKAGE = "extremetuxracer-data"


@pytest.fixture(scope="session")
def real_songs() -> list[Path]:
    """Seven songs of 20 seconds to 3 minutes; skipped where the music was not fetched."""
    music = os.environ.get("SONGKIN_MUSIC")
    if music is None:
        pytest.skip("SONGKIN_MUSIC names no folder of songs; ./dev test fetches them")
    songs = sorted(Path(music, PACKAGE).rglob("music/*.ogg"))
    assert len(songs) >= 7
    return songs
