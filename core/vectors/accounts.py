"""Accounts and roles of a Milvus server, and what a role may do.

Every verb may be asked again: what is already so stays so. Grants are by collection and privilege,
as servers of the line 2.3 take them and later ones still do.
"""

from collections.abc import Iterable
from typing import Any

from core.vectors.milvus import MilvusStore

COLLECTION = "Collection"  # Milvus' name for the kind of thing a privilege is about
EVERYTHING = "Global"


class Accounts:
    """The accounts of the server that a store talks to; raises ``ClusterError``."""

    def __init__(self, store: MilvusStore) -> None:
        self._line = store.line
        self._client = store.line.client

    def users(self) -> dict[str, tuple[str, ...]]:
        """Return every account with its roles."""
        return {name: self.roles_of(name) for name in self._line.call(self._client.list_users)}

    def roles_of(self, user: str) -> tuple[str, ...]:
        """Return an account's roles; none where there is no such account."""
        told: dict[str, Any] = self._line.call(self._client.describe_user, user)
        return tuple(sorted(told.get("roles", ())))

    def put_user(self, user: str, password: str, *, role: str) -> None:
        """Make an account with a role, or give one that exists this password and role."""
        if user in self._line.call(self._client.list_users):
            self._line.call(self._client.drop_user, user)
        self._line.call(self._client.create_user, user, password)
        self._line.call(self._client.grant_role, user, role)

    def drop_user(self, user: str) -> bool:
        """Drop an account; tell whether there was one. Connections that it has end at once."""
        if user not in self._line.call(self._client.list_users):
            return False
        self._line.call(self._client.drop_user, user)
        return True

    def roles(self) -> list[str]:
        """Return all roles."""
        return sorted(self._line.call(self._client.list_roles))

    def put_role(self, role: str) -> None:
        """Make a role that may do nothing yet, where it is missing."""
        if role not in self.roles():
            self._line.call(self._client.create_role, role)

    def drop_role(self, role: str) -> None:
        """Take back all that a role may do, and drop it."""
        if role not in self.roles():
            return
        for kind, thing, privilege in self.grants(role):
            self._revoke(role, kind, thing=thing, privilege=privilege)
        self._line.call(self._client.drop_role, role)

    def grants(self, role: str) -> set[tuple[str, str, str]]:
        """Return what a role may do: kinds of thing, names, privileges."""
        told = self._line.call(self._client.describe_role, role)
        return {
            (one["object_type"], one["object_name"], one["privilege"])
            for one in told.get("privileges", ())
        }

    def set_grants(self, role: str, wanted: Iterable[tuple[str, str, str]]) -> None:
        """Let a role do exactly what is wanted, and nothing else."""
        has, must = self.grants(role), set(wanted)
        for kind, thing, privilege in sorted(has - must):
            self._revoke(role, kind, thing=thing, privilege=privilege)
        for kind, thing, privilege in sorted(must - has):
            self._grant(role, kind, thing=thing, privilege=privilege)

    def add_grants(self, role: str, wanted: Iterable[tuple[str, str, str]]) -> None:
        """Let a role do this too."""
        for kind, thing, privilege in sorted(set(wanted) - self.grants(role)):
            self._grant(role, kind, thing=thing, privilege=privilege)

    def _grant(self, role: str, kind: str, *, thing: str, privilege: str) -> None:
        self._line.call(
            self._client.grant_privilege,
            role_name=role,
            object_type=kind,
            privilege=privilege,
            object_name=thing,
        )

    def _revoke(self, role: str, kind: str, *, thing: str, privilege: str) -> None:
        self._line.call(
            self._client.revoke_privilege,
            role_name=role,
            object_type=kind,
            privilege=privilege,
            object_name=thing,
        )
