"""Every error that the world can cause has a sentence: plain, ended, and naming its file."""

import json
from enum import Enum
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.errors import (
    AudioFileError,
    AudioProblem,
    ClusterError,
    ClusterProblem,
    CredentialError,
    LibraryError,
    LibraryProblem,
    SettingsError,
    SoundError,
    TagError,
    TagProblem,
    TrashError,
    TrashProblem,
    UnknownSongError,
    WeightsError,
    WeightsProblem,
    WorldError,
    WriteError,
    WriteProblem,
)
from ui.language import ENGLISH, Tongue, read_catalogue, speak
from ui.messages import file_name, noted, retold, sentence, server_name, shown

NAME = "Glass Orchard.mp3"
PATH = Path("/music/old disk") / NAME
URI = "https://milvus.example:19530"


def every_error() -> list[WorldError]:
    return [
        *(AudioFileError(PATH, problem) for problem in AudioProblem),
        *(LibraryError(PATH, problem) for problem in LibraryProblem),
        *(TrashError(PATH, problem) for problem in TrashProblem),
        *(TagError(PATH, problem) for problem in TagProblem),
        *(WriteError(PATH, problem) for problem in WriteProblem),
        *(WeightsError(NAME, problem) for problem in WeightsProblem),
        *(ClusterError(URI, problem) for problem in ClusterProblem),
        SettingsError(Path("settings.json")),
        UnknownSongError(NAME),
        SoundError(NAME),
        CredentialError(),
        WorldError(),
    ]


def names_of(error: WorldError) -> list[str]:
    if isinstance(error, ClusterError):
        return ["milvus.example:19530"]
    named = (AudioFileError, LibraryError, TagError, TrashError, WeightsError, WriteError)
    return [NAME] if isinstance(error, named) else []


def every_class(root: type[WorldError]) -> set[type[WorldError]]:
    return {root}.union(*(every_class(kind) for kind in root.__subclasses__()))


def test_the_list_above_knows_every_class() -> None:
    ours = {kind for kind in every_class(WorldError) if kind.__module__ == "core.errors"}
    assert ours == {type(error) for error in every_error()}


@pytest.mark.parametrize("error", every_error(), ids=repr)
def test_a_sentence_is_plain_ended_and_names_its_file(error: WorldError) -> None:
    said = sentence(error)
    assert said.endswith(".")
    assert "!" not in said
    assert "{" not in said
    assert "  " not in said
    for name in names_of(error):
        assert name in said


@pytest.mark.parametrize("error", every_error(), ids=repr)
def test_a_sentence_says_what_to_do_now(error: WorldError) -> None:
    assert sentence(error).count(". ") + sentence(error).count("; ") >= 1


@pytest.mark.parametrize("kind", [AudioProblem, LibraryProblem, WeightsProblem, ClusterProblem])
def test_every_reason_has_words_of_its_own(kind: type[Enum]) -> None:
    said = [sentence(e) for e in every_error() if isinstance(getattr(e, "problem", None), kind)]
    assert len(set(said)) == len(kind)


def test_unprintable_characters_of_a_file_name_are_made_visible() -> None:
    path = Path("a\nb\tc\x7f\u202egnp.exe\u2028\udcff.mp3")
    assert file_name(path) == "a␊b␉c␡�gnp.exe␊�.mp3"


def test_accents_emoji_quotes_and_braces_stay_as_they_are() -> None:
    name = "Ünder 'the' \"{bridge}\" 👩‍🎤.flac"
    assert name in sentence(AudioFileError(Path(name), AudioProblem.EMPTY))


@given(st.text(alphabet=st.characters(), max_size=40))
def test_what_is_shown_can_be_written_anywhere(text: str) -> None:
    said = shown(text)
    assert len(said) == len(text)
    assert said.encode("utf-8").decode("utf-8") == said
    assert len(said.splitlines()) <= 1
    assert json.loads(json.dumps(said)) == said


def test_an_address_never_shows_the_password_in_it() -> None:
    error = ClusterError("http://ines:secret@host:19530", ClusterProblem.SIGN_IN)
    assert "secret" not in sentence(error)
    assert server_name(error.uri) == "host:19530"


def test_the_clusters_own_words_are_added_where_they_say_what_to_do() -> None:
    detail = "this library has style-1, the cluster style-2."
    said = sentence(ClusterError(URI, ClusterProblem.MODEL_MISMATCH, detail=detail))
    assert said.endswith("It says: this library has style-1, the cluster style-2.")


def test_technical_detail_of_a_file_is_left_to_the_log() -> None:
    error = AudioFileError(PATH, AudioProblem.DAMAGED, detail="[Errno 1094995529] Invalid data")
    assert "Errno" not in sentence(error)


def _every_kind_that_is_kept() -> list[WorldError]:
    path = Path("a {name} of\nits own.mp3")
    return [
        *(AudioFileError(path, problem) for problem in AudioProblem),
        *(LibraryError(path, problem) for problem in LibraryProblem),
        *(WeightsError("Demucs", problem) for problem in WeightsProblem),
    ]


@pytest.mark.parametrize("error", _every_kind_that_is_kept(), ids=repr)
def test_what_was_kept_in_english_is_said_in_any_language(error: WorldError) -> None:
    assert retold(noted(error)) == noted(error) == sentence(error)
    speak(Tongue(read_catalogue("de"), ",", "."))
    try:
        assert retold(noted(error)) == sentence(error) != noted(error)
    finally:
        speak(ENGLISH)


def test_a_note_that_nobody_knows_stays_as_it_is() -> None:
    assert retold("It was taken out of the library.") == "It was taken out of the library."
