"""Names of inboxes, and keys of songs."""

from cluster_sync import keys as shapes
from core.types import LibraryId
from tests.cluster_sync.libraries import song_id

LIBRARY = LibraryId("6f9619ff-8b86-d011-b42d-00c04fc964ff")
KEY = shapes.catalogue_id(LIBRARY, song_id(1))


def test_inboxes_and_owners() -> None:
    name = shapes.inbox_name(LIBRARY)
    assert shapes.inbox_owner(name) == LIBRARY
    for other in ("catalogue_style", "inbox_", "inbox_xyz", name.upper(), name + "0"):
        assert shapes.inbox_owner(other) is None
    assert shapes.song_of(KEY, LIBRARY) == song_id(1)
    assert shapes.song_of(KEY, LibraryId("another")) is None
    assert shapes.song_of(LIBRARY, LIBRARY) is None
