from collections.abc import Iterator
from pathlib import Path

import pytest

from core.library.store import Catalogue


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    opened = Catalogue(tmp_path / "library")
    yield opened
    opened.close()
