"""A player on a sound server of its own, for the tests that listen to what arrives."""

from collections.abc import Iterator

import pytest

from core.audio.playback import Player
from tests.sound_server import SoundServer, sound_server, use


@pytest.fixture
def server(tmp_path_factory) -> Iterator[SoundServer]:
    with sound_server(tmp_path_factory.mktemp("sound")) as running, use(running):
        yield running


@pytest.fixture
def player(server) -> Iterator[Player]:
    player = Player()
    yield player
    player.close()
