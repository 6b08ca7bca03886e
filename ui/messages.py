"""The one place where an error becomes a sentence: what happened, to which file, what to do now.

Short and plain, no blame. Names from the world (files, servers, devices) go through ``shown``,
so that a newline in a file name cannot break a table, a log line or a terminal.
"""

import unicodedata
from pathlib import Path
from typing import Final

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
from ui.language import N_, Words
from ui.language import gettext as _

AUDIO: Final = Words(
    {
        AudioProblem.EMPTY: N_("{name} is empty. Export or copy it again."),
        AudioProblem.NOT_AUDIO: N_(
            "{name} holds no sound that can be read. Choose the audio file itself."
        ),
        AudioProblem.DAMAGED: N_("{name} is damaged or cut short. Export or copy it again."),
        AudioProblem.PROTECTED: N_("{name} is copy-protected. Add a version without protection."),
        AudioProblem.TOO_SHORT: N_("{name} is too short to compare. Add the whole song."),
        AudioProblem.FORBIDDEN: N_("{name} may not be read. Allow reading it, then add it again."),
        AudioProblem.VANISHED: N_("{name} is no longer there. Put it back, then add it again."),
        AudioProblem.NOT_A_FILE: N_("{name} is not a file. Choose an audio file or a folder."),
        AudioProblem.UNREADABLE: N_(
            "{name} could not be read from its disk. Check the disk, then add it again."
        ),
    }
)

LIBRARY: Final = Words(
    {
        LibraryProblem.IN_USE: N_(
            "The library {name} is open in another program. Close it there, then try again."
        ),
        LibraryProblem.NEWER: N_(
            "The library {name} was made by a newer Songkin. Update Songkin to open it."
        ),
        LibraryProblem.DAMAGED: N_(
            "The library {name} is damaged. Restore it from a backup, or choose another folder."
        ),
        LibraryProblem.DISK_FULL: N_(
            "The disk that holds the library {name} is full. Make room, then try again."
        ),
        LibraryProblem.FORBIDDEN: N_(
            "The library {name} may not be opened or written. Allow it, or choose another folder."
        ),
        LibraryProblem.UNREADABLE: N_(
            "The library {name} could not be read from its disk. Check the disk, then try again."
        ),
    }
)

TRASH: Final = Words(
    {
        TrashProblem.VANISHED: N_(
            "{name} is no longer there, so nothing was moved. Put it back, or "
            "remove its song from the library."
        ),
        TrashProblem.CHANGED: N_(
            "{name} has changed since Songkin heard it, so nothing was moved. Add it "
            "again, then look at the copies again."
        ),
        TrashProblem.KEPT_VANISHED: N_(
            "{name}, the copy to keep, is not there, so no other copy was "
            "moved. Put it back, or keep another copy."
        ),
        TrashProblem.SAME_FILE: N_(
            "{name} is the very file that you keep, under another name, so nothing "
            "was moved. Remove its song from the library instead."
        ),
        TrashProblem.FORBIDDEN: N_(
            "{name} may not be moved, so everything stays as it was. Allow "
            "changing its folder, or choose another copy."
        ),
        TrashProblem.NO_TRASH: N_(
            "The disk that holds {name} has no trash, so nothing was moved. Move "
            "the file yourself, or copy it to another disk."
        ),
        TrashProblem.REFUSED: N_(
            "The system did not move {name}, so everything stays as it was. Try again."
        ),
        TrashProblem.OCCUPIED: N_(
            "Another file is in the place of {name}, so it stays in the trash. Move "
            "that file away, then undo again."
        ),
        TrashProblem.EMPTIED: N_(
            "{name} is no longer in the trash, so it can't come back. Restore it "
            "from a backup, then add it again."
        ),
        TrashProblem.AWAY: N_(
            "The disk whose trash holds {name} is not there. Connect it, then undo again."
        ),
        TrashProblem.BY_HAND: N_(
            "{name} is in the system's trash, and only you can take it out. Put it "
            "back from there, then undo again."
        ),
    }
)

TAGS: Final = Words(
    {
        TagProblem.UNSUPPORTED: N_(
            "Tags can't be written into {name}. Choose a copy of another kind."
        ),
        TagProblem.NOTHING: N_("{name} has no tags to copy. Choose another copy."),
        TagProblem.VANISHED: N_("{name} is no longer there. Put it back, then try again."),
        TagProblem.CHANGED: N_(
            "{name} has changed since Songkin heard it, so its tags were left alone. "
            "Add it again, then try again."
        ),
        TagProblem.FORBIDDEN: N_(
            "{name} may not be changed. Allow writing it and its folder, then try again."
        ),
        TagProblem.DISK_FULL: N_(
            "There is no room to write {name} again with its new tags. Make room, then try again."
        ),
        TagProblem.DAMAGED: N_(
            "The tags of {name} are damaged, so they were left alone. Repair them in a tag editor."
        ),
        TagProblem.SOUND_AT_RISK: N_(
            "Writing tags into {name} would change its sound, so it was left "
            "alone. Use a tag editor."
        ),
    }
)

WRITING: Final = Words(
    {
        WriteProblem.OCCUPIED: N_(
            "A file called {name} is there already, so nothing was written. Choose another name."
        ),
        WriteProblem.NO_FOLDER: N_("The folder for {name} is not there. Choose another folder."),
        WriteProblem.FORBIDDEN: N_(
            "{name} may not be written there. Allow it, or choose another folder."
        ),
        WriteProblem.DISK_FULL: N_(
            "There is no room for {name} on its disk. Make room, then try again."
        ),
        WriteProblem.UNWRITABLE: N_("{name} could not be written. Check the disk, then try again."),
    }
)

WEIGHTS: Final = Words(
    {
        WeightsProblem.MISSING: N_(
            "The model {name} is not on this machine. Install or fetch it, then try again."
        ),
        WeightsProblem.WRONG_CHECKSUM: N_(
            "The model {name} is not the one Songkin expects. Fetch it again."
        ),
        WeightsProblem.UNREADABLE: N_("The model {name} could not be read. Fetch it again."),
    }
)

CLUSTER: Final = Words(
    {
        ClusterProblem.UNREACHABLE: N_(
            "Nothing answers at {name}. Check the address and the network; your songs stay queued."
        ),
        ClusterProblem.NOT_MILVUS: N_(
            "What answers at {name} is not a Milvus cluster. Check the address and the port."
        ),
        ClusterProblem.SIGN_IN: N_("{name} did not accept this user and password. Sign in again."),
        ClusterProblem.FORBIDDEN: N_(
            "{name} does not let this account do that. Ask its administrator for access."
        ),
        ClusterProblem.UNTRUSTED: N_(
            "The connection to {name} is not safe, so nothing was sent. Check "
            "the address and the certificate."
        ),
        ClusterProblem.UNKNOWN_CA: N_(
            "The certificate of {name} is signed by nobody this computer "
            "trusts, so nothing was sent. Name the file of its certificate authority (--ca-file)."
        ),
        ClusterProblem.EXPIRED: N_(
            "The certificate of {name} has expired or is not valid yet, so nothing "
            "was sent. Check this computer's clock, or ask its administrator for a new certificate."
        ),
        ClusterProblem.WRONG_HOST: N_(
            "The certificate of {name} belongs to another host, so nothing was "
            "sent. Check the address."
        ),
        ClusterProblem.NEEDS_TLS: N_("{name} speaks TLS only. Use the address with https://."),
        ClusterProblem.PLAIN_TEXT: N_(
            "The production cluster is met over TLS only, so nothing was sent "
            "to {name}. Use an address with https://."
        ),
        ClusterProblem.CA_FILE: N_(
            "The certificate authority's file for {name} can't be read. Check its "
            "path; it must be a PEM file."
        ),
        ClusterProblem.TIMEOUT: N_(
            "{name} took too long to answer. Your songs stay queued; try again later."
        ),
        ClusterProblem.MODEL_MISMATCH: N_(
            "{name} works with another model version, so the songs were "
            "not sent. Update the older side."
        ),
        ClusterProblem.INCOMPLETE: N_(
            "{name} answers with less than it holds, as it does for a while "
            "after one of its machines came back. Try again in a minute."
        ),
        ClusterProblem.LED: N_(
            "Another recommender is at work on {name}. Try again when it is done."
        ),
        ClusterProblem.COUNT_MISMATCH: N_(
            "{name} still holds other songs than this library after "
            "sending everything. Sync again, and tell its administrator if that stays so."
        ),
        ClusterProblem.REFUSED: N_("{name} said no. Your songs stay queued; try again later."),
    }
)

OTHERS: Final = Words(
    {
        UnknownSongError: N_(
            "No song of the library is called {name}. Add it first, or check the name."
        ),
        CredentialError: N_(
            "The system's keyring could not be used, so the password was not kept. "
            "Unlock or install a keyring, then sign in again."
        ),
        SettingsError: N_(
            "The settings file {name} can't be used. Correct it or delete it, then try again."
        ),
        SoundError: N_(
            "{name} can't play right now. Choose or plug in another sound device, then try again."
        ),
        WorldError: N_("Something outside Songkin got in the way. Try again."),
    }
)
CRASH: Final = N_(
    "Something went wrong inside Songkin. Your library is as it was; "
    "a note for the developers is in the log."
)

CONTROL_PICTURES: Final = 0x2400  # Unicode's visible marks for the control characters 0 to 31
DELETE_PICTURE: Final = "\u2421"
REPLACEMENT: Final = "\ufffd"
LINE_SEPARATORS: Final = frozenset({"Zl", "Zp"})
# Format characters (Cf) can turn the reading direction; surrogates (Cs) are bytes of a file name
# that are no text, and can't be encoded for a terminal.
UNSHOWABLE: Final = frozenset({"Cc", "Cf", "Cs"})
JOINERS: Final = frozenset({"\u200c", "\u200d"})  # harmless, and part of many emoji and scripts


def sentence(error: WorldError) -> str:
    """Say what happened, to which file or server, and what to do now."""
    detail, (words, name) = _detail(error), _about(error)
    said = _(words).format(name=name)
    if not detail:
        return said
    return _("{sentence} It says: {detail}.").format(sentence=said, detail=detail)


def noted(error: WorldError) -> str:
    """Say the same in English, for what is kept: a library may be opened in any language."""
    words, name = _about(error)
    return words.format(name=name)


def retold(note: str) -> str:
    """Say what was kept of an error in the window's language."""
    for words in (*AUDIO.marked, *LIBRARY.marked, *WEIGHTS.marked):
        before, after = words.split("{name}")
        if note.startswith(before) and note.endswith(after):
            name = note[len(before) : len(note) - len(after)]
            return _(words).format(name=name)
    return note


def _about(error: WorldError) -> tuple[str, str]:
    """Return the words for an error, in English, and the name that belongs into them."""
    match error:
        case AudioFileError():
            return AUDIO.in_english(error.problem), file_name(error.path)
        case LibraryError():
            return LIBRARY.in_english(error.problem), shown(str(error.path))
        case TrashError():
            return TRASH.in_english(error.problem), file_name(error.path)
        case TagError():
            return TAGS.in_english(error.problem), file_name(error.path)
        case WriteError():
            return WRITING.in_english(error.problem), file_name(error.path)
        case WeightsError():
            return WEIGHTS.in_english(error.problem), shown(error.model)
        case ClusterError():
            return CLUSTER.in_english(error.problem), server_name(error.uri)
        case UnknownSongError():
            return OTHERS.in_english(UnknownSongError), shown(error.asked)
        case SettingsError():
            return OTHERS.in_english(SettingsError), shown(str(error.path))
        case SoundError():
            return OTHERS.in_english(SoundError), shown(error.device) or _("The sound device")
        case CredentialError():
            return OTHERS.in_english(CredentialError), ""
        case _:
            return OTHERS.in_english(WorldError), ""


def _detail(error: WorldError) -> str:
    """Return the server's own words where only they say what to do."""
    if not isinstance(error, ClusterError):
        return ""
    told = {ClusterProblem.REFUSED, ClusterProblem.MODEL_MISMATCH}
    return shown(error.detail).strip(" .") if error.problem in told else ""


def file_name(path: Path) -> str:
    """Return the last part of a path, safe to show."""
    return shown(path.name or str(path))


def server_name(uri: str) -> str:
    """Return an address without its scheme, and without the user and password it may carry."""
    return shown(uri.rpartition("://")[2].rpartition("@")[2]) or _("The cluster")


def shown(text: str) -> str:
    """Return text with every character that isn't safe to show replaced by a visible mark."""
    return text if text.isprintable() else "".join(map(_visible, text))


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in LINE_SEPARATORS:
        return chr(CONTROL_PICTURES + ord("\n"))
    if category not in UNSHOWABLE or character in JOINERS:
        return character
    if character == "\x7f":
        return DELETE_PICTURE
    is_c0 = ord(character) < 0x20  # only these have pictures of their own
    return chr(CONTROL_PICTURES + ord(character)) if is_c0 else REPLACEMENT
