"""What the user lets travel, and the way back from a word on it."""

from pathlib import Path

import pytest

from core.library.changes import Outbox
from core.library.ledger import Ledger
from core.library.store import Catalogue
from core.types import SongId
from tests.core.library.records import make_record, make_song


@pytest.fixture
def songs(catalogue: Catalogue) -> list[SongId]:
    made = [make_song(Path(f"/{number}.mp3"), added_at=float(number)) for number in range(3)]
    for song in made:
        catalogue.put(make_record(song))
    return [song.song_id for song in made]


def settle(catalogue: Catalogue) -> None:
    """Send everything that waits."""
    Ledger(catalogue).note(seqs=[change.seq for change in Outbox(catalogue).pending()])


def waiting(catalogue: Catalogue) -> set[SongId]:
    return {change.song_id for change in Outbox(catalogue).pending()}


def test_undoing_a_word_on_the_library_keeps_the_songs_taken_back_before_it(
    catalogue: Catalogue, songs: list[SongId]
) -> None:
    ledger = Ledger(catalogue)
    ledger.share(songs[:1], is_shared=False)
    before = ledger.share_all(is_shared=False)
    settle(catalogue)
    ledger.restore_sharing(before)
    assert ledger.all_songs(is_shared=False) == songs[:1]
    assert ledger.shares_all()
    assert waiting(catalogue) == set(songs[1:])


def test_undoing_keeps_what_another_machine_took_back_meanwhile(
    catalogue: Catalogue, songs: list[SongId]
) -> None:
    ledger = Ledger(catalogue)
    before = ledger.share_all(is_shared=False)
    ledger.hold_back(songs[2:])
    ledger.restore_sharing(before)
    assert ledger.all_songs(is_shared=False) == songs[2:]


@pytest.mark.parametrize("is_shared", [True, False], ids=["shared", "not shared"])
def test_undoing_a_word_on_one_song_leaves_the_rest_alone(
    catalogue: Catalogue, songs: list[SongId], *, is_shared: bool
) -> None:
    ledger = Ledger(catalogue)
    ledger.share_all(is_shared=is_shared)
    ledger.share(songs[:1], is_shared=not is_shared)
    before = ledger.share(songs[1:2], is_shared=not is_shared)
    settle(catalogue)
    ledger.restore_sharing(before)
    assert ledger.all_songs(is_shared=not is_shared) == songs[:1]
    assert waiting(catalogue) == {songs[1]}
