"""Who may do what on the cluster: accounts, roles, and the rights of each.

A musician's role writes its own library's inbox and reads what is shared; the recommender's writes
what is shared, reads every inbox, and drops tombstones there. Nobody else has any right but those
that Milvus gives everyone (names and shapes of collections: they are not secret). An administrator
makes the collections, so that nobody needs the right to.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

from cluster_sync import collections as shapes
from cluster_sync.keys import inbox_name, inbox_owner
from cluster_sync.lists import TRAITS, WORK
from cluster_sync.recommender.migrate import migrate
from core.errors import ClusterError, ClusterProblem
from core.types import LibraryId, ModelId
from core.vectors.accounts import COLLECTION, EVERYTHING, Accounts
from core.vectors.milvus import MilvusStore

RECOMMENDER = "recommender"  # the account, and its role
ROLE_PREFIX = "musician_"
PASSWORD_BYTES = 24
NAME = re.compile(r"[A-Za-z][0-9A-Za-z_]{0,31}")  # what Milvus takes as an account
RESERVED = ("root", RECOMMENDER)

# Load and Release: an inbox is in the cluster's memory only while it is merged or compared.
# No Delete: a song leaves by a tombstone.
INBOX_WRITES = ("Insert", "Upsert", "Query", "Load", "Release")
READS = ("Query", "Search")
MUSICIAN_READS = (
    shapes.CATALOGUE,
    shapes.RECOMMENDATIONS,
    shapes.MODELS,
    shapes.GRAVES,
    shapes.REFUSALS,
)
RECOMMENDER_INBOX = ("Query", "Load", "Release", "Delete", "Flush", "GetStatistics")
RECOMMENDER_OWNS = (*MUSICIAN_READS, shapes.LEASES, TRAITS, WORK)
OWNS = (
    "Insert",
    "Upsert",
    "Delete",
    "Query",
    "Search",
    "Load",
    "Release",
    "CreateIndex",
    "IndexDetail",
    "Flush",
    "GetStatistics",
)

Right = tuple[str, str, str]  # kind of thing, its name, the privilege


@dataclass(frozen=True, slots=True)
class Token:
    """An account's name and its new password; shown once, never in a log."""

    user: str
    password: str

    @property
    def text(self) -> str:
        """The token as a client gives it."""
        return f"{self.user}:{self.password}"

    def __repr__(self) -> str:
        return f"Token({self.user!r}, ...)"


@dataclass(frozen=True, slots=True)
class Member:
    """An account that may use the cluster; ``library_id`` is whose inbox a musician writes."""

    user: str
    library_id: LibraryId | None


class Access:
    """What an administrator does with accounts; raises ``ClusterError``."""

    def __init__(self, store: MilvusStore) -> None:
        self._store = store
        self._accounts = Accounts(store)

    def init(self, model_id: ModelId, *, dimension: int) -> Token:
        """Make the shared collections and the recommender's account; safe to run again.

        The recommender gets a new password each time. A cluster that holds vectors of another
        embedder is refused.
        """
        model = shapes.cluster_model(self._store)
        shapes.check_model(self._store, model_id, model=model)  # before anything is made anew
        migrate(self._store)
        self._store.ensure(shapes.catalogue_spec(dimension))
        if model is None:
            self._store.upsert(shapes.MODELS, [shapes.model_row(model_id)])
        inboxes = [name for name in self._store.names() if inbox_owner(name) is not None]
        self._accounts.put_role(RECOMMENDER)
        self._accounts.set_grants(RECOMMENDER, recommender_rights(inboxes))
        token = Token(RECOMMENDER, secrets.token_urlsafe(PASSWORD_BYTES))
        self._accounts.put_user(token.user, token.password, role=RECOMMENDER)
        return token

    def add_musician(self, name: str, *, library_id: LibraryId) -> Token:
        """Make an account for a musician, and the library's inbox; a new password if it exists."""
        self._check_name(name)
        dimension = self._store.dimension(shapes.CATALOGUE)
        if dimension is None or RECOMMENDER not in self._accounts.roles():
            raise self._refused("the cluster is not set up yet: run songkin cluster init first")
        inbox, role = inbox_name(library_id), musician_role(library_id)
        self._check_free(name, role)
        self._store.ensure(shapes.inbox_spec(library_id, dimension))
        self._accounts.add_grants(RECOMMENDER, rights(inbox, RECOMMENDER_INBOX))
        self._accounts.put_role(role)
        self._accounts.set_grants(role, musician_rights(library_id))
        token = Token(name, secrets.token_urlsafe(PASSWORD_BYTES))
        self._accounts.put_user(token.user, token.password, role=role)
        return token

    def revoke(self, name: str) -> bool:
        """Drop an account at once, and its role with the last one; tell whether there was one.

        The inbox stays: withdraw the songs first where they shall leave.
        """
        roles = self._accounts.roles_of(name) if name in self._accounts.users() else ()
        if name in RESERVED or not roles:
            return False
        self._accounts.drop_user(name)
        still_used = {role for of in self._accounts.users().values() for role in of}
        for role in roles:
            if role.startswith(ROLE_PREFIX) and role not in still_used:
                self._accounts.drop_role(role)
        return True

    def members(self) -> list[Member]:
        """Return the recommender and every musician, by name."""
        return sorted(
            (
                Member(user, owner_of(role))
                for user, roles in self._accounts.users().items()
                for role in roles
                if role == RECOMMENDER or owner_of(role) is not None
            ),
            key=lambda one: one.user,
        )

    def _check_name(self, name: str) -> None:
        if not NAME.fullmatch(name) or name in RESERVED:
            raise self._refused(
                "an account's name is up to 32 letters, digits and underscores, and not "
                + " or ".join(RESERVED)
            )

    def _check_free(self, name: str, role: str) -> None:
        """Refuse a name that another library's account has: its musician would lose it unheard."""
        has = self._accounts.roles_of(name) if name in self._accounts.users() else ()
        if any(one != role for one in has):
            raise self._refused(f"{name} is another library's account: revoke it first")

    def _refused(self, detail: str) -> ClusterError:
        return ClusterError(self._store.address, ClusterProblem.REFUSED, detail=detail)


def musician_role(library_id: LibraryId) -> str:
    """Return the role of those who may write a library's inbox."""
    return inbox_name(library_id).replace(shapes.INBOX_PREFIX, ROLE_PREFIX)


def owner_of(role: str) -> LibraryId | None:
    """Return whose inbox a role may write, or None where it is no musician's."""
    if not role.startswith(ROLE_PREFIX):
        return None
    return inbox_owner(role.replace(ROLE_PREFIX, shapes.INBOX_PREFIX, 1))


def musician_rights(library_id: LibraryId) -> set[Right]:
    """Return all that a musician may do."""
    shared = {right for name in MUSICIAN_READS for right in rights(name, READS)}
    return shared | rights(inbox_name(library_id), INBOX_WRITES)


def recommender_rights(inboxes: Iterable[str]) -> set[Right]:
    """Return all that the recommender may do."""
    owned = {right for name in RECOMMENDER_OWNS for right in rights(name, OWNS)}
    read = {right for name in inboxes for right in rights(name, RECOMMENDER_INBOX)}
    return owned | read | {(EVERYTHING, "*", "CreateCollection")}


def rights(name: str, privileges: Iterable[str]) -> set[Right]:
    """Return privileges on one collection."""
    return {(COLLECTION, name, privilege) for privilege in privileges}
