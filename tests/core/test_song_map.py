"""The map of a library: made once, kept, and steady while songs come and go."""

import numpy as np
import pytest

from core.errors import Cancelled
from core.progress import Progress
from core.song_map import FILE_NAME, SongMaps, read_map
from core.types import ModelId, Song, SongId, SpaceName, Stem
from core.vectors.spaces import Space
from tests.core.test_map_layout import flocks

MIX, BACKING = ModelId("style-9"), ModelId("style-9+middle-1")
SPACES = {
    (SpaceName.STYLE, stem): Space(SpaceName.STYLE, stem, model, 64)
    for stem, model in ((Stem.MIX, MIX), (Stem.BACKING, BACKING))
}


class Songs:
    """The vectors of invented songs, as the catalogue tells them."""

    def __init__(self, n: int, *, separated: int) -> None:
        self.vectors, self.flock = flocks(4, size=n // 4)
        self.n, self.separated = n, separated

    def song_vectors(self, space: SpaceName, stem: Stem, model_id: ModelId):
        assert space is SpaceName.STYLE
        assert model_id == {Stem.MIX: MIX, Stem.BACKING: BACKING}[stem]
        turned = self.vectors[:, ::-1] if stem is Stem.BACKING else self.vectors
        count = self.n if stem is Stem.MIX else self.separated
        # In an order that says nothing, as the catalogue's is.
        return ((SongId(f"{at:04}"), turned[at]) for at in reversed(range(count)))

    def songs(self) -> list[Song]:
        class Named:
            def __init__(self, at: int) -> None:
                self.song_id = SongId(f"{at:04}")

        return [Named(at) for at in range(self.n)]


@pytest.fixture
def songs() -> Songs:
    return Songs(80, separated=80)


def ask(songs: Songs, folder, **options):
    return SongMaps(songs, SPACES, folder=folder).current(progress=Progress(), **options)


def at(found) -> dict[SongId, tuple[float, float]]:
    return {i: tuple(p) for i, p in zip(found.song_ids, found.places.tolist(), strict=True)}


def test_every_song_has_a_place_and_it_is_kept(songs: Songs, tmp_path) -> None:
    found = ask(songs, tmp_path)
    assert sorted(found.song_ids) == [f"{at:04}" for at in range(80)]
    assert (found.model_id, bool(found.laid.all())) == (BACKING, True)
    kept = read_map(tmp_path / FILE_NAME)
    assert kept is not None
    assert at(kept) == at(found)
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_a_new_song_moves_no_other(songs: Songs, tmp_path) -> None:
    songs.n = songs.separated = 70
    before = at(ask(songs, tmp_path))
    songs.n = songs.separated = 80
    after = ask(songs, tmp_path)
    assert len(after.song_ids) == 80
    assert {song_id: at(after)[song_id] for song_id in before} == before
    assert int(after.laid.sum()) == 70
    assert at(ask(songs, tmp_path)) == at(after)


def test_a_song_that_left_is_gone_and_the_others_stay(songs: Songs, tmp_path) -> None:
    before = at(ask(songs, tmp_path))
    songs.n = songs.separated = 60
    after = at(ask(songs, tmp_path))
    assert after == {song_id: before[song_id] for song_id in list(after)}
    assert len(after) == 60


def test_songs_without_a_backing_are_placed_by_their_mix(songs: Songs, tmp_path) -> None:
    songs.separated = 50
    songs.vectors = songs.vectors[np.random.default_rng(0).permutation(80)]
    found = ask(songs, tmp_path)
    assert found.model_id == BACKING
    assert (len(found.song_ids), int(found.laid.sum())) == (80, 50)


def test_where_few_have_a_backing_all_lie_by_their_mix(songs: Songs, tmp_path) -> None:
    songs.separated = 10
    found = ask(songs, tmp_path)
    assert (found.model_id, len(found.song_ids), bool(found.laid.all())) == (MIX, 80, True)


def test_a_library_that_doubled_is_laid_out_anew(songs: Songs, tmp_path) -> None:
    songs.n = songs.separated = 30
    ask(songs, tmp_path)
    songs.n = songs.separated = 80
    assert bool(ask(songs, tmp_path).laid.all())


def test_another_model_makes_another_map(songs: Songs, tmp_path) -> None:
    songs.separated = 10
    ask(songs, tmp_path)
    songs.separated = 80
    assert ask(songs, tmp_path).model_id == BACKING


def test_asked_anew_it_is_laid_out_anew(songs: Songs, tmp_path) -> None:
    songs.n = songs.separated = 70
    ask(songs, tmp_path)
    songs.n = songs.separated = 80
    assert bool(ask(songs, tmp_path, is_anew=True).laid.all())


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half a file", b"\x00" * 400])
def test_a_damaged_file_is_made_again(songs: Songs, tmp_path, damage: bytes) -> None:
    good = at(ask(songs, tmp_path))
    (tmp_path / FILE_NAME).write_bytes(damage)
    assert at(ask(songs, tmp_path)) == good


def test_a_folder_that_refuses_costs_only_the_next_start(songs: Songs, tmp_path) -> None:
    assert len(ask(songs, tmp_path / "gone").song_ids) == 80


def test_an_empty_library_has_an_empty_map(tmp_path) -> None:
    songs = Songs(4, separated=0)
    songs.n = 0
    assert ask(songs, tmp_path).song_ids == ()


def test_a_stop_keeps_nothing(songs: Songs, tmp_path) -> None:
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        SongMaps(songs, SPACES, folder=tmp_path).current(progress=progress)
    assert list(tmp_path.iterdir()) == []


def test_a_real_library_has_a_map_of_all_its_songs(bench) -> None:
    found = bench.song_map(progress=Progress())
    assert set(found.song_ids) == {song.song_id for song in bench.songs()}
    folder = bench.catalogue.database.path.parent
    assert read_map(folder / FILE_NAME) is not None
