"""The catalogues hold what the window says, no more and no less, and say it of the same things."""

import string

import pytest
from babel.messages.catalog import Catalog

from core.settings import Language
from tests import catalogues
from tests.catalogues import compiled, forms, languages, read

each_language = pytest.mark.parametrize("code", languages())


def ids(catalogue: Catalog) -> set[str]:
    return {forms(message.id)[0] for message in catalogue if message.id}


def fields(said: str) -> set[str]:
    return {name for _text, name, _spec, _turn in string.Formatter().parse(said) if name}


def test_every_language_that_can_be_chosen_has_a_catalogue() -> None:
    wished = {Language.SYSTEM, Language.ENGLISH}
    assert languages() == sorted(one.value for one in Language if one not in wished)


@each_language
def test_a_catalogue_has_every_message_of_the_code_and_no_other(code: str) -> None:
    """``./dev strings`` brings it up to date."""
    catalogue = read(code)
    assert ids(catalogue) == ids(catalogues.extracted())
    assert not catalogue.obsolete


@each_language
def test_every_message_has_words_that_someone_stands_for(code: str) -> None:
    catalogue = read(code)
    assert catalogues.without_words(catalogue) == []
    assert [message.id for message in catalogue if message.id and message.fuzzy] == []
    plural = {len(forms(one.string)) for one in catalogue if isinstance(one.id, tuple)}
    assert plural == {catalogue.num_plurals}


@each_language
def test_a_translation_names_the_same_things(code: str) -> None:
    wrong = {
        forms(message.id)[0]: said
        for message in read(code)
        for said in forms(message.string)
        if message.id and fields(said) != set().union(*map(fields, forms(message.id)))
    }
    assert wrong == {}


@each_language
def test_what_is_compiled_is_what_is_edited(code: str) -> None:
    def words(catalogue: Catalog) -> dict[tuple[str, ...], tuple[str, ...]]:
        return {forms(one.id): forms(one.string) for one in catalogue if one.id}

    assert words(compiled(code)) == words(read(code))
