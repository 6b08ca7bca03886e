"""The command line's words about clusters: what can be asked, not what is done."""

import argparse
from pathlib import Path
from typing import TypeAlias

from app import cluster_verbs as verbs
from core.settings import ProfileName

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
PROFILES = [name.value for name in ProfileName]


def add_cluster(commands: Commands) -> None:
    """Add every verb that has to do with clusters."""
    _add_sync(commands)
    _add_sharing(commands)
    _add_lists(commands)
    _add_profile(commands)
    _add_accounts(commands)


def _add_sync(commands: Commands) -> None:
    sync = verb_of(commands, "sync", verbs.sync, does="send what changed, fetch the lists")
    cluster_options(sync)
    sync.add_argument("--titles", choices=["yes", "no"], help="whether titles and artists travel")
    sync.add_argument("--dry-run", action="store_true", help="say what would travel, send nothing")
    one_pass = verb_of(
        commands, "recommend-pass", verbs.recommend_pass, does="one recommender pass (cluster side)"
    )
    cluster_options(one_pass)


def _add_sharing(commands: Commands) -> None:
    for name, verb, does in (
        ("withdraw", verbs.withdraw, "take songs back from the cluster with the next sync"),
        ("share", verbs.share, "share songs again that were withdrawn"),
    ):
        command = verb_of(commands, name, verb, does=does)
        command.add_argument("song", nargs="*", metavar="SONG", help="a song id, or a file's path")
        command.add_argument("--all", action="store_true", help="the whole library")


def _add_lists(commands: Commands) -> None:
    listed = verb_of(commands, "recommendations", verbs.recommendations, does="the cluster's list")
    listed.add_argument("song", metavar="SONG", help="a song id, or a file's path")
    _count_option(listed)
    listed.add_argument(
        "--explain", action="store_true", help="ask the cluster how it came to the list"
    )
    cluster_options(listed)
    for_you = verb_of(commands, "for-you", verbs.for_you, does="songs by what was listened to")
    _count_option(for_you)


def _add_profile(commands: Commands) -> None:
    profile = commands.add_parser("profile", help="the clusters that you work with")
    deeds = profile.add_subparsers(required=True, metavar="list|set|use")
    verb_of(deeds, "list", verbs.list_profiles, does="list the profiles")
    made = verb_of(deeds, "set", verbs.set_profile, does="set a profile's cluster")
    made.add_argument("name", choices=PROFILES)
    made.add_argument("--uri", required=True, help="https://host:port of Milvus")
    made.add_argument("--ca-file", type=Path, help="the certificate authority to trust")
    made.add_argument(
        "--token-stdin", action="store_true", help="keep user:password of standard input"
    )
    used = verb_of(deeds, "use", verbs.use_profile, does="work with this profile from now on")
    used.add_argument("name", choices=PROFILES)


def _add_accounts(commands: Commands) -> None:
    cluster = commands.add_parser("cluster", help="set a cluster up, and say who may use it")
    deeds = cluster.add_subparsers(required=True, metavar="init|add-musician|revoke|list")
    init = verb_of(deeds, "init", verbs.init, does="make the collections and the recommender")
    added = verb_of(deeds, "add-musician", verbs.add_musician, does="make a musician's account")
    added.add_argument("name", metavar="NAME")
    added.add_argument(
        "--library-id", metavar="ID", required=True, help="whose inbox: `profile list` tells it"
    )
    revoked = verb_of(deeds, "revoke", verbs.revoke, does="drop an account at once")
    revoked.add_argument("name", metavar="NAME")
    listed = verb_of(deeds, "list", verbs.list_accounts, does="list who may use the cluster")
    init.add_argument(
        "--print",
        action="store_true",
        dest="is_printed",
        help="print the recommender's token once, instead of keeping it in the keyring",
    )
    for command in (init, added, revoked, listed):
        cluster_options(command)


def verb_of(
    commands: Commands, name: str, verb: verbs.Verb, *, does: str
) -> argparse.ArgumentParser:
    """Add a verb that can print JSON."""
    added = commands.add_parser(name, help=does)
    added.add_argument("--json", action="store_true", help="print JSON")
    added.set_defaults(verb=verb)
    return added


def cluster_options(command: argparse.ArgumentParser) -> None:
    """Add the ways to name a cluster."""
    where = command.add_mutually_exclusive_group()
    where.add_argument("--uri", help="https://host:port of Milvus")
    where.add_argument("--profile", choices=PROFILES, help="a cluster that was set with `profile`")
    command.add_argument(
        "--token-stdin", action="store_true", help="read user:password from standard input"
    )
    command.add_argument("--ca-file", type=Path, help="the certificate authority to trust")


def _count_option(command: argparse.ArgumentParser) -> None:
    command.add_argument("-k", type=count, default=10, help="how many (default: %(default)s)")


def count(text: str) -> int:
    """Return how many lines were asked for."""
    found = int(text)
    if not 1 <= found <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return found
