"""The command line's verbs that have to do with clusters: sync, sharing, lists, profiles, accounts.

A cluster is named by its address (with a token from standard input for this run), by a profile, or
not at all: then it is the profile in use, or the cluster that the library is signed in to. Tokens
of profiles lie in the system's keyring.
"""

import argparse
import sys
from collections.abc import Callable, Sequence

from app import cluster_output as shapes
from app import output, wiring
from app.verbs import OK, SOME_FAILED, stoppable
from cluster_sync.access import RECOMMENDER, Member
from cluster_sync.credentials import ADMIN, Keyring, keyring_place
from cluster_sync.sync import ClusterSync
from core.for_you import for_you as best_for_you
from core.library.store import Catalogue
from core.settings import Choices, Profile, ProfileName, Settings, SettingsFile, checked
from core.types import SongId

Verb = Callable[[argparse.Namespace, Settings], int]

WRONG_USAGE = 2
NO_CLUSTER = (
    "usage: name a cluster by --uri or --profile, or set a profile first "
    "(songkin profile set dev --uri https://host:19530)"
)
NO_SONG = "usage: name songs, or the whole library by --all"


def sync(args: argparse.Namespace, settings: Settings) -> int:
    """Send what changed to the cluster, and fetch the lists; or say what would travel."""
    with wiring.open_catalogue(settings) as catalogue, stoppable() as progress:
        port = port_of(args, catalogue)
        if port is None:
            return _wrong_usage(NO_CLUSTER)
        if args.titles is not None:
            port.share_titles(args.titles == "yes")
        outgoing = port.outgoing()
        if args.dry_run:
            _tell(args, shapes.outgoing_shape(outgoing), shapes.outgoing_words(outgoing))
            return OK
        output.say(shapes.outgoing_words(outgoing))
        report = port.sync(progress=progress)
        refused = port.refusals()
    shape = output.sync_shape(report) | {"refused": [shapes.refusal_shape(one) for one in refused]}
    _tell(args, shape, *shapes.sync_words(report, refused))
    return OK


def withdraw(args: argparse.Namespace, settings: Settings) -> int:
    """Take songs back from the cluster; it is told with the next sync."""
    return _change_sharing(args, settings, ClusterSync.withdraw)


def share(args: argparse.Namespace, settings: Settings) -> int:
    """Share songs again; the cluster is told with the next sync."""
    return _change_sharing(args, settings, ClusterSync.share)


def recommendations(args: argparse.Namespace, settings: Settings) -> int:
    """Print the list last pulled for a song, or how the cluster came to it."""
    with wiring.open_catalogue(settings) as catalogue:
        song = catalogue.find(args.song)
        if args.explain:
            return _explain(args, settings, catalogue=catalogue, song_id=song.song_id)
        found = catalogue.recommendations(song.song_id, limit=args.k)
        lines = [output.recommendation_shape(line, catalogue) for line in found]
    shape = {"query": output.song_shape(song), "results": lines}
    _tell(args, shape, *(shapes.recommendation_words(line) for line in found))
    return OK


def for_you(args: argparse.Namespace, settings: Settings) -> int:
    """Print what the cluster's lists hold for what was listened to."""
    with wiring.open_catalogue(settings) as catalogue:
        durations = {song.song_id: song.duration_s for song in catalogue.songs()}
        found = best_for_you(
            catalogue.listens(),
            durations,
            lists=lambda song_id: catalogue.recommendations(song_id, limit=1000),
            limit=args.k,
        )
        names = {one.because: output.named(catalogue.song(one.because)) for one in found}
    results = [shapes.for_you_shape(one) for one in found]
    words = [shapes.for_you_words(one, names[one.because]) for one in found]
    _tell(args, {"results": results}, *words)
    return OK


def recommend_pass(args: argparse.Namespace, settings: Settings) -> int:
    """Run one recommender pass on the cluster."""
    with wiring.open_catalogue(settings) as catalogue:
        cluster = _cluster(args, catalogue, account=RECOMMENDER)
    if cluster is None:
        return _wrong_usage(NO_CLUSTER)
    with stoppable() as progress:
        report = wiring.run_recommend_pass(cluster, progress=progress)
    _tell(args, output.pass_shape(report), *output.pass_words(report))
    return OK


def list_profiles(args: argparse.Namespace, settings: Settings) -> int:
    """List the profiles, the one in use marked; and tell this library's id, for administrators."""
    choices = SettingsFile().read()
    with wiring.open_catalogue(settings) as catalogue:
        library_id = catalogue.library_id
    shape = shapes.profiles_shape(choices) | {"library_id": library_id}
    _tell(args, shape, *shapes.profiles_words(choices), f"This library's id: {library_id}")
    return OK


def set_profile(args: argparse.Namespace, _settings: Settings) -> int:
    """Set a profile's cluster, and keep its token in the keyring."""
    ca_file = args.ca_file.resolve() if args.ca_file is not None else None
    profile = checked(Profile(ProfileName(args.name), args.uri, ca_file))
    token = _token_of_stdin(args)
    if token:
        Keyring().remember(profile.uri, token)
    return _choose(args, lambda choices: choices.with_profile(profile))


def use_profile(args: argparse.Namespace, _settings: Settings) -> int:
    """Work with another profile from now on."""
    name = ProfileName(args.name)
    if name not in SettingsFile().read().profiles:
        return _wrong_usage(f"usage: set the profile first (songkin profile set {name.value} ...)")
    return _choose(args, lambda choices: choices.using(name))


def init(args: argparse.Namespace, settings: Settings) -> int:
    """Make the cluster's collections, roles, and the recommender's account."""
    cluster = _admin(args, settings)
    if cluster is None:
        return _wrong_usage(NO_CLUSTER)
    if not args.is_printed:
        Keyring().token(cluster.uri)  # a system without a keyring says so before anything is made
    with wiring.open_access(cluster) as access:
        model_id, dimension = wiring.shipped_model()
        token = access.init(model_id, dimension=dimension)
    if args.is_printed:
        _tell(args, {"token": token.text}, token.text)
    else:
        Keyring().remember(keyring_place(cluster.uri, RECOMMENDER), token.text)
        _tell(args, {"token": None}, "The cluster is set up; the keyring holds its token.")
    return OK


def add_musician(args: argparse.Namespace, settings: Settings) -> int:
    """Make a musician's account and inbox; its token is printed this once."""
    cluster = _admin(args, settings)
    if cluster is None:
        return _wrong_usage(NO_CLUSTER)
    library_id = wiring.library_id(args.library_id)
    if library_id is None:
        return _wrong_usage("usage: a library's id is a UUID, as its `songkin profile list` tells")
    with wiring.open_access(cluster) as access:
        token = access.add_musician(args.name, library_id=library_id)
    _tell(args, {"token": token.text, "library_id": library_id}, token.text)
    return OK


def revoke(args: argparse.Namespace, settings: Settings) -> int:
    """Drop an account at once."""
    cluster = _admin(args, settings)
    if cluster is None:
        return _wrong_usage(NO_CLUSTER)
    with wiring.open_access(cluster) as access:
        was_there = access.revoke(args.name)
    words = f"{args.name} is out." if was_there else f"There is no musician {args.name}."
    _tell(args, {"revoked": was_there}, words)
    return OK if was_there else SOME_FAILED


def list_accounts(args: argparse.Namespace, settings: Settings) -> int:
    """List who may use the cluster."""
    cluster = _admin(args, settings)
    if cluster is None:
        return _wrong_usage(NO_CLUSTER)
    with wiring.open_access(cluster) as access:
        members = access.members()
    shape = [{"user": one.user, "library_id": one.library_id} for one in members]
    _tell(args, {"accounts": shape}, *map(_member_words, members))
    return OK


def _member_words(member: Member) -> str:
    what = f"writes the inbox of library {member.library_id}" if member.library_id else "recommends"
    return f"{member.user:<32}  {what}"


def _change_sharing(
    args: argparse.Namespace,
    settings: Settings,
    change: Callable[[ClusterSync, Sequence[SongId] | None], object],
) -> int:
    if bool(args.song) == args.all:
        return _wrong_usage(NO_SONG)
    with wiring.open_catalogue(settings) as catalogue:
        port = wiring.sync_port(catalogue)
        songs = None if args.all else [catalogue.find(one).song_id for one in args.song]
        change(port, songs)
        outgoing = port.outgoing()
    _tell(args, shapes.outgoing_shape(outgoing), shapes.outgoing_words(outgoing))
    return OK


def _explain(
    args: argparse.Namespace, settings: Settings, *, catalogue: Catalogue, song_id: SongId
) -> int:
    port = port_of(args, catalogue)
    if port is None:
        return _wrong_usage(NO_CLUSTER)
    told = wiring.explained(settings, port, song_id=song_id)
    _tell(args, shapes.explained_shape(told), *shapes.explained_words(told))
    return OK


def port_of(args: argparse.Namespace, catalogue: Catalogue) -> ClusterSync | None:
    """Return the way to the cluster that was named, or to the one the library is signed in to."""
    cluster = _cluster(args, catalogue)
    return None if cluster is None else wiring.sync_port(catalogue, cluster)


def _cluster(
    args: argparse.Namespace, catalogue: Catalogue, *, account: str = ""
) -> wiring.ClusterAddress | None:
    """Return the cluster that was named, or the one in use; None where there is none.

    Its token is standard input's, else what the keyring holds for the account.
    """
    choices = SettingsFile().read()
    name = ProfileName(args.profile) if args.profile else choices.current
    profile = choices.profiles.get(name) if name is not None and args.uri is None else None
    if profile is not None:
        checked(profile)
    signed_in = None if args.profile else wiring.signed_in_to(catalogue)
    uri = args.uri or (profile.uri if profile else signed_in)
    if uri is None:
        return None
    ca_file = args.ca_file or choices.ca_file_of(uri)
    return wiring.ClusterAddress(uri, _token(args, uri, account=account), ca_file=ca_file)


def _admin(args: argparse.Namespace, settings: Settings) -> wiring.ClusterAddress | None:
    with wiring.open_catalogue(settings) as catalogue:
        return _cluster(args, catalogue, account=ADMIN)


def _token(args: argparse.Namespace, uri: str, *, account: str) -> str:
    if args.token_stdin:
        return _token_of_stdin(args)
    needs_none = args.uri is not None or "://" not in uri
    return "" if needs_none else Keyring().token(keyring_place(uri, account))


def _token_of_stdin(args: argparse.Namespace) -> str:
    return sys.stdin.readline().rstrip("\r\n") if args.token_stdin else ""


def _choose(args: argparse.Namespace, choose: Callable[[Choices], Choices]) -> int:
    file = SettingsFile()
    choices = choose(file.read())
    file.write(choices)
    _tell(args, shapes.profiles_shape(choices), *shapes.profiles_words(choices))
    return OK


def _tell(args: argparse.Namespace, shape: output.Shape, *words: str) -> None:
    if args.json:
        output.emit(shape)
    else:
        output.put(*words)


def _wrong_usage(words: str) -> int:
    output.say(words)
    return WRONG_USAGE
