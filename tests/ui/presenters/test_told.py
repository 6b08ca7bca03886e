"""What the core and the cluster say is said in the window's language, and nothing of it is lost."""

from collections.abc import Iterator

import pytest

from cluster_sync import evidence
from core.recommend import Drop, Why
from core.settings import Language
from ui.language import ENGLISH, Tongue, read_catalogue, speak
from ui.presenters import told


@pytest.fixture
def german() -> Iterator[None]:
    speak(Tongue(read_catalogue(Language.GERMAN.value), ",", "."))
    yield
    speak(ENGLISH)


def test_all_that_they_say_can_be_translated() -> None:
    assert set(told.REASONS) == {one.value for one in (*Why, *Drop)}
    assert set(told.FIELDS) == {*evidence.ALWAYS, *evidence.BY_CHOICE}


@pytest.mark.parametrize(
    "said",
    [
        "near in sound",
        "near in sound; 1 copy of it left out",
        "near in sound; 12 copies of it left out",
        "what only a newer cluster says",
        "",
    ],
)
def test_in_english_it_is_said_as_it_came(said: str) -> None:
    assert told.reason(said) == said


def test_in_german(german: None) -> None:
    assert told.reason("near in sound") == "im Klang nah"
    said = "moved up for variety; 2 copies of it left out"
    german_said = "für mehr Abwechslung nach oben gerückt; 2 Kopien davon ausgelassen"
    assert told.reason(said) == german_said
    assert told.reason("what only a newer cluster says") == "what only a newer cluster says"
    assert told.field("names of the models") == "Namen der Modelle"
    assert told.doing("comparing") == "Wird verglichen"


def test_what_is_not_safe_to_show_is_not_shown() -> None:
    assert "\n" not in told.reason("near\nin sound")
