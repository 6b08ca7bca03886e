"""Tags go from one real file to others and back; the sound of none is touched."""

import errno
import hashlib
import os
import shutil
from pathlib import Path

import mutagen
import mutagen.flac
import mutagen.id3
import mutagen.mp3
import pytest

from core import tagging
from core.audio import decode, stream
from core.audio.tag_sheet import Image, TagSheet, read_sheet, write_sheet
from core.audio.tags import Field, read_tags
from core.copy_types import ActionKind
from core.errors import LibraryError, TagError, TagProblem
from core.progress import Progress
from core.types import Outcome
from tests import sounds
from tests.benches import open_bench

IMAGE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8
OTHER_IMAGE = b"\xff\xd8\xff" + bytes(range(255, -1, -1)) * 4
GIVEN = TagSheet(
    {
        Field.TITLE: ("Ördög 音",),
        Field.ARTIST: ("Éva", "Béla"),
        Field.ALBUM: ("Näme",),
        Field.ALBUM_ARTIST: ("All",),
        Field.DATE: ("2003",),
        Field.TRACK: ("3/12",),
        Field.GENRE: ("Ambient",),
    },
    (Image(IMAGE, "image/png", description="front"),),
)
SUFFIXES = (".mp3", ".flac", ".ogg", ".opus", ".m4a", ".wma", ".wav", ".aiff")
SONG_S = 14.0


def packets(path):
    digest = hashlib.sha256()
    for _block in decode.blocks(path, progress=Progress(), heed=digest.update):
        pass
    return digest.digest()


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_every_kind_of_file_takes_a_sheet_and_gives_it_back(tmp_path, suffix):
    path = sounds.write(tmp_path / f"song{suffix}", sounds.noise(1, seconds=1.0))
    before, sound = read_sheet(path), packets(path)
    write_sheet(path, GIVEN)
    found = read_sheet(path)
    assert dict(found.texts) == dict(GIVEN.texts)
    assert [image.data for image in found.images] == [IMAGE]
    assert read_tags(path).cover == IMAGE
    assert read_tags(path).n_texts == len(Field)
    assert packets(path) == sound
    write_sheet(path, before)
    assert read_sheet(path) == before
    assert packets(path) == sound


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_file_without_tags_takes_a_sheet_too(tmp_path, suffix):
    path = sounds.write(tmp_path / f"song{suffix}", sounds.noise(1, seconds=1.0))
    mutagen.File(path).delete()
    sound = packets(path)
    assert not any(read_sheet(path).texts.values())
    write_sheet(path, GIVEN)
    found = read_sheet(path)
    assert dict(found.texts) == dict(GIVEN.texts)
    assert [image.data for image in found.images] == [IMAGE]
    assert packets(path) == sound


def test_a_bare_flac_gets_one_block_of_tags(tmp_path):
    """Two of them are against the format, and readers take the first, which was empty."""
    path = sounds.write(tmp_path / "song.flac", sounds.noise(1, seconds=1.0))
    mutagen.File(path).delete()
    write_sheet(path, GIVEN)
    codes = [block.code for block in mutagen.flac.FLAC(path).metadata_blocks]
    assert codes.count(mutagen.flac.VCFLACDict.code) == 1


def test_what_a_sheet_does_not_name_stays(tmp_path):
    path = sounds.write(tmp_path / "song.mp3", sounds.noise(1, seconds=1.0))
    file = mutagen.mp3.MP3(path)
    file.tags.add(mutagen.id3.TXXX(encoding=3, desc="mood", text=["calm"]))
    file.tags.add(mutagen.id3.TALB(encoding=3, text=["Album"]))
    file.save(v2_version=3)
    write_sheet(path, TagSheet({Field.TITLE: ("T",)}, None))
    file = mutagen.mp3.MP3(path)
    assert file.tags.version[:2] == (2, 3)
    assert str(file["TXXX:mood"]) == "calm"
    assert (str(file["TALB"]), str(file["TIT2"])) == ("Album", "T")


def test_what_holds_no_tags_is_told(tmp_path):
    path = sounds.write(tmp_path / "song.aac", sounds.noise(1, seconds=1.0))
    with pytest.raises(TagError) as caught:
        read_sheet(path)
    assert caught.value.problem is TagProblem.UNSUPPORTED


def test_a_sheet_survives_the_journal():
    assert tagging.from_json(tagging.to_json(GIVEN)) == GIVEN
    without = TagSheet(GIVEN.texts, None)
    assert tagging.from_json(tagging.to_json(without)) == without


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A library with a tagged song and two other copies of it."""
    folder = tmp_path_factory.mktemp("made")
    music = folder / "pristine"
    music.mkdir()
    samples = sounds.chords(1, seconds=SONG_S)
    write_sheet(sounds.write(music / "a.flac", samples), GIVEN)
    for name in ("b.mp3", "c.m4a"):
        sounds.write(music / name, samples)
    old = TagSheet({Field.TITLE: ("Old",)}, (Image(OTHER_IMAGE, "image/jpeg"),))
    write_sheet(music / "b.mp3", old)
    live = Path(shutil.copytree(music, folder / "music"))
    with open_bench(folder / "library") as bench:
        bench.add([live], quick=True, progress=Progress())
    return folder


@pytest.fixture
def music(made):
    shutil.rmtree(made / "music")
    return Path(shutil.copytree(made / "pristine", made / "music"))


@pytest.fixture
def bench(made, music, tmp_path):
    with open_bench(Path(shutil.copytree(made / "library", tmp_path / "library"))) as opened:
        yield opened


def ids(bench):
    return {song.path.name: song.song_id for song in bench.songs()}


def sheets(music):
    return {path.name: read_sheet(path) for path in music.iterdir()}


def test_tags_are_copied_and_taken_back(bench, music):
    named, before = ids(bench), sheets(music)
    songs = bench.songs()
    heard = {path: packets(path) for path in music.iterdir()}
    done = bench.copy_tags(named["a.flac"], to=[named["b.mp3"], named["c.m4a"]])
    assert (done.kind, done.songs) == (ActionKind.TAGGED, (named["b.mp3"], named["c.m4a"]))
    for name in ("b.mp3", "c.m4a"):
        assert read_tags(music / name) == read_tags(music / "a.flac")
        assert bench.catalogue.song(named[name]).title == "Ördög 音"
        assert bench.cover(named[name]) == IMAGE
    assert {path: packets(path) for path in music.iterdir()} == heard
    reports = bench.add([music], quick=True, progress=Progress())
    assert {report.outcome for report in reports} == {Outcome.SKIPPED}  # none counts as changed
    facts = {copy.song_id: copy for copy in bench.groups()[0].copies}
    assert facts[named["c.m4a"]].n_tags == len(Field)
    assert facts[named["c.m4a"]].has_cover

    assert bench.undo() == done
    assert sheets(music) == before
    assert {path: packets(path) for path in music.iterdir()} == heard
    assert [song.title for song in bench.songs()] == [song.title for song in songs]
    assert bench.cover(named["b.mp3"]) == OTHER_IMAGE
    assert bench.cover(named["c.m4a"]) is None
    reports = bench.add([music], quick=True, progress=Progress())
    assert {report.outcome for report in reports} == {Outcome.SKIPPED}


def test_the_sound_is_read_once_and_never_decoded(bench, music, monkeypatch):
    named, read = ids(bench), []
    real = stream.stream_sha256

    def heard(path, **options):
        read.append(path.name)
        return real(path, **options)

    def fail(*_args, **_options):
        raise AssertionError("it was decoded")

    monkeypatch.setattr(stream, "stream_sha256", heard)
    monkeypatch.setattr(decode, "_frames", fail)
    bench.copy_tags(named["a.flac"], to=[named["b.mp3"]])
    (part,) = read
    assert part.startswith(tagging.PART_PREFIX)


def refused(bench, source, *targets):
    with pytest.raises(TagError) as caught:
        bench.copy_tags(source, to=targets)
    return caught.value.problem


def test_what_can_t_be_written_leaves_every_file_as_it_was(bench, music, monkeypatch):
    named = ids(bench)
    before = {path: path.read_bytes() for path in music.iterdir()}
    both = (named["b.mp3"], named["c.m4a"])
    assert refused(bench, named["c.m4a"], named["b.mp3"]) is TagProblem.NOTHING

    real, calls = os.replace, []

    def fail_second(source, target, **options):
        calls.append(target)
        if len(calls) == 2:
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))
        real(source, target, **options)

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", fail_second)
        assert refused(bench, named["a.flac"], *both) is TagProblem.FORBIDDEN
    assert len(calls) == 3  # the first file got its old tags back
    assert read_sheet(music / "b.mp3") == read_sheet(music.parent / "pristine" / "b.mp3")
    assert (music / "c.m4a").read_bytes() == before[music / "c.m4a"]

    with monkeypatch.context() as patch:
        patch.setattr(stream, "stream_sha256", lambda path, **_options: path.name)
        assert refused(bench, named["a.flac"], *both) is TagProblem.SOUND_AT_RISK
    os.utime(music / "c.m4a", ns=(1, 1))
    assert refused(bench, named["a.flac"], *both) is TagProblem.CHANGED
    (music / "c.m4a").unlink()
    assert refused(bench, named["a.flac"], *both) is TagProblem.VANISHED
    assert sorted(path.name for path in music.iterdir()) == ["a.flac", "b.mp3"]
    assert bench.last_action() is None


def test_undo_leaves_alone_what_was_tagged_since(bench, music):
    named = ids(bench)
    bench.copy_tags(named["a.flac"], to=[named["b.mp3"], named["c.m4a"]])
    file = mutagen.mp3.MP3(music / "b.mp3")
    file["TIT2"].text = ["By hand, and longer than before" * 90]
    file.save()
    before = sheets(music)
    with pytest.raises(TagError) as caught:
        bench.undo()
    assert caught.value.problem is TagProblem.CHANGED
    assert sheets(music) == before


def test_a_crash_while_tags_are_written_is_settled_at_the_next_start(made, music, tmp_path):
    library = Path(shutil.copytree(made / "library", tmp_path / "library"))
    with open_bench(library) as bench:
        named = ids(bench)
        calls = []
        real = bench.catalogue.retag

        def die_at_the_second(*args, **options):
            calls.append(args)
            if len(calls) == 2:
                raise KeyboardInterrupt
            real(*args, **options)

        bench.catalogue.retag = die_at_the_second
        with pytest.raises(KeyboardInterrupt):
            bench.copy_tags(named["a.flac"], to=[named["b.mp3"], named["c.m4a"]])
    with open_bench(library) as again:
        reports = again.add([music], quick=True, progress=Progress())
        assert {report.outcome for report in reports} == {Outcome.SKIPPED}
        assert {song.title for song in again.songs()} == {"Ördög 音"}
        again.undo()
        assert str(mutagen.mp3.MP3(music / "b.mp3")["TIT2"]) == "Old"


@pytest.mark.parametrize("how", [KeyboardInterrupt, "disk"])
def test_an_undo_that_is_cut_short_can_be_done_again(made, music, tmp_path, how):
    library = Path(shutil.copytree(made / "library", tmp_path / "library"))
    with open_bench(library) as bench:
        named, before = ids(bench), sheets(music)
        bench.copy_tags(named["a.flac"], to=[named["b.mp3"], named["c.m4a"]])
        real, calls = bench.catalogue.retag, []

        def fail_at_the_first(*args, **options):
            calls.append(args)
            if len(calls) == 1:
                raise how if how != "disk" else bench.catalogue.database.damaged("away")
            real(*args, **options)

        bench.catalogue.retag = fail_at_the_first
        with pytest.raises(KeyboardInterrupt if how != "disk" else LibraryError):
            bench.undo()
    with open_bench(library) as again:
        assert again.catalogue.pending() == []
        assert again.undo().kind is ActionKind.TAGGED
        assert sheets(music) == before
        reports = again.add([music], quick=True, progress=Progress())
        assert {report.outcome for report in reports} == {Outcome.SKIPPED}


def test_a_crash_while_copies_are_prepared_leaves_none_of_them(made, music, tmp_path, monkeypatch):
    library = Path(shutil.copytree(made / "library", tmp_path / "library"))
    for verb in ("copy_tags", "undo"):
        with open_bench(library) as bench:
            named, before = ids(bench), sheets(music)

            def die(*_args, **_options):
                raise KeyboardInterrupt

            with monkeypatch.context() as patch:
                patch.setattr(tagging, "_check_sound", die)
                patch.setattr(Path, "unlink", lambda *_args, **_options: None)  # a real crash
                with pytest.raises(KeyboardInterrupt):
                    if verb == "undo":
                        bench.undo()
                    else:
                        bench.copy_tags(named["a.flac"], to=[named["b.mp3"], named["c.m4a"]])
            assert [path for path in music.iterdir() if path.name.startswith(tagging.PART_PREFIX)]
        with open_bench(library) as again:
            assert again.catalogue.pending() == []
            assert sheets(music) == before
            if verb == "copy_tags":
                assert again.last_action() is None
                again.copy_tags(named["a.flac"], to=[named["b.mp3"], named["c.m4a"]])
            else:
                assert again.undo().kind is ActionKind.TAGGED
    assert sheets(music) == sheets(music.parent / "pristine")


@pytest.mark.usefixtures("expected_warnings")
def test_one_file_that_is_away_leaves_the_others_settled(made, music, tmp_path):
    library = Path(shutil.copytree(made / "library", tmp_path / "library"))
    with open_bench(library) as bench:
        named = ids(bench)
        bench.copy_tags(named["a.flac"], to=[named["b.mp3"], named["c.m4a"]])
        bench.catalogue.reopen(bench.catalogue.last_done())
    away = (music / "b.mp3").rename(tmp_path / "b.mp3")
    with open_bench(library) as again:
        assert len(again.catalogue.pending()) == 1
    away.rename(music / "b.mp3")
    with open_bench(library) as again:
        assert again.catalogue.pending() == []
        assert again.last_action().kind is ActionKind.TAGGED


def test_a_name_as_long_as_the_disk_lets_it_be_is_no_hindrance(tmp_path):
    path = tmp_path / ("ö" * 125 + ".mp3")
    sounds.write(path, sounds.noise(1, seconds=1.0))
    with tagging.prepared(path, GIVEN, whole=True) as ready:
        tagging.put(ready)
    assert read_sheet(path).texts == GIVEN.texts
    assert list(tmp_path.iterdir()) == [path]
