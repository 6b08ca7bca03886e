"""Who may do what, tried on a real server with authorization and TLS: every call there is."""

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from pymilvus import DataType, MilvusClient

from cluster_sync import collections as shapes
from cluster_sync.access import RECOMMENDER, Access, Member, Token
from cluster_sync.keys import catalogue_id, inbox_name
from cluster_sync.lists import LEASES, TRAITS, WORK, bare_row
from core.errors import ClusterError, ClusterProblem
from core.types import LibraryId, ModelId
from core.vectors.accounts import Accounts
from core.vectors.milvus import MilvusStore, Row
from tests.cluster_sync.libraries import DIMENSION, MODEL, song_id, unit
from tests.milvus_server import SecureServer, secure_server  # noqa: F401 - a fixture

pytestmark = pytest.mark.server

MINE = LibraryId("6f9619ff-8b86-d011-b42d-00c04fc964ff")
THEIRS = LibraryId("0b9619ff-8b86-d011-b42d-00c04fc964aa")
READ_BY_ALL = (
    shapes.CATALOGUE, shapes.RECOMMENDATIONS, shapes.MODELS, shapes.GRAVES, shapes.REFUSALS,
)  # fmt: skip
SHARED = (*READ_BY_ALL, LEASES, TRAITS, WORK)


@dataclass
class Team:
    """A cluster that was set up, with two musicians; stores opened as each of them."""

    server: SecureServer
    root: MilvusStore
    mine: MilvusStore
    recommender: MilvusStore
    tokens: dict[str, Token]


@pytest.fixture(scope="module")
def team(request: pytest.FixtureRequest) -> Iterator[Team]:
    server: SecureServer = request.getfixturevalue("secure_server")
    root = server.open()
    access = Access(root)
    tokens = {RECOMMENDER: access.init(MODEL, dimension=DIMENSION)}
    tokens["ana"] = access.add_musician("ana", library_id=MINE)
    tokens["ben"] = access.add_musician("ben", library_id=THEIRS)
    mine, recommender = server.open(tokens["ana"].text), server.open(tokens[RECOMMENDER].text)
    yield Team(server, root, mine, recommender, tokens)
    for store in (mine, recommender, root):
        store.close()
    server.wipe()


def song(library: LibraryId, number: int) -> Row:
    key = catalogue_id(library, song_id(number))
    return shapes.tombstone(key, DIMENSION, changed_at=1.0)


def test_a_musician_writes_and_reads_its_own_inbox_and_reads_what_is_shared(team: Team) -> None:
    own = inbox_name(MINE)
    team.mine.upsert(own, [song(MINE, 1), song(MINE, 2)])
    assert team.mine.count(own) == 2
    assert len(team.mine.heads(own, ["digest"])) == 2
    team.mine.release(own)
    assert team.mine.count(own, where={"deleted": shapes.REMOVED}) == 2  # loaded again
    for name in READ_BY_ALL:
        team.mine.count(name)
    assert team.mine.search(shapes.CATALOGUE, unit(seed=1)[None], limit=3) == [[]]
    assert shapes.cluster_model(team.mine) == MODEL


def test_the_recommender_reads_inboxes_and_alone_writes_what_is_shared(team: Team) -> None:
    inbox = inbox_name(THEIRS)
    ben = team.server.open(team.tokens["ben"].text)
    ben.upsert(inbox, [song(THEIRS, 7)])
    ben.close()
    assert team.recommender.keys(inbox) == [song(THEIRS, 7).key]
    team.recommender.delete(inbox, [song(THEIRS, 7).key])
    assert team.recommender.count(inbox) == 0
    team.recommender.release(inbox)
    with pytest.raises(ClusterError) as caught:
        team.recommender.upsert(inbox, [song(THEIRS, 8)])
    assert caught.value.problem is ClusterProblem.FORBIDDEN
    team.recommender.upsert(LEASES, [bare_row("x", {"holder": "h", "expires_at": 1.0})])
    team.recommender.upsert(shapes.CATALOGUE, [song(THEIRS, 7)])
    team.recommender.delete(shapes.CATALOGUE, [song(THEIRS, 7).key])
    team.recommender.delete(LEASES, ["x"])


Call = Callable[[MilvusClient, str], Any]


def _record(client: MilvusClient, name: str) -> dict[str, Any]:
    """Return a row of the collection's own shape: only a right may be missing."""
    blank: dict[DataType, Any] = {
        DataType.VARCHAR: "k",
        DataType.INT64: 1,
        DataType.DOUBLE: 1.0,
        DataType.ARRAY: [1],
    }
    fields = client.describe_collection(name)["fields"]
    return {
        one["name"]: [1.0] * one["params"]["dim"]
        if one["type"] is DataType.FLOAT_VECTOR
        else blank[one["type"]]
        for one in fields
    }


def _index() -> Any:
    made = MilvusClient.prepare_index_params()
    made.add_index("vector", index_type="FLAT", metric_type="COSINE")
    return made


def _schema() -> Any:
    made = MilvusClient.create_schema()
    made.add_field("key", DataType.VARCHAR, is_primary=True, max_length=16)
    made.add_field("vector", DataType.FLOAT_VECTOR, dim=2)
    return made


WRITES: dict[str, Call] = {
    "insert": lambda c, n: c.insert(n, [_record(c, n)]),
    "upsert": lambda c, n: c.upsert(n, [_record(c, n)]),
    "delete ids": lambda c, n: c.delete(n, ids=["k"]),
    "delete filter": lambda c, n: c.delete(n, filter='key > "a"'),
    "drop": lambda c, n: c.drop_collection(n),
    "release": lambda c, n: c.release_collection(n),
    "load": lambda c, n: c.load_collection(n),
    "flush": lambda c, n: c.flush(n),
    "compact": lambda c, n: c.compact(n),
    "rename": lambda c, n: c.rename_collection(n, "stolen"),
    "create index": lambda c, n: c.create_index(n, _index()),
    "drop index": lambda c, n: c.drop_index(n, "vector"),
    "create partition": lambda c, n: c.create_partition(n, "p"),
    "drop partition": lambda c, n: c.drop_partition(n, "_default"),
    "load partition": lambda c, n: c.load_partitions(n, ["_default"]),
    "release partition": lambda c, n: c.release_partitions(n, ["_default"]),
    "create alias": lambda c, n: c.create_alias(n, "a"),
    "truncate by properties": lambda c, n: c.alter_collection_properties(n, {"mmap.enabled": "1"}),
}
READS: dict[str, Call] = {
    "query": lambda c, n: c.query(n, filter="", output_fields=["count(*)"]),
    "get": lambda c, n: c.get(n, ids=["k"]),
    "search": lambda c, n: c.search(n, [_record(c, n)["vector"]], limit=1),
    "query iterator": lambda c, n: c.query_iterator(n, filter='key > "a"').next(),
    "search iterator": lambda c, n: c.search_iterator(n, [_record(c, n)["vector"]], limit=1).next(),
    "partitions": lambda c, n: c.list_partitions(n),
    "load state": lambda c, n: c.get_load_state(n),
    "statistics": lambda c, n: c.get_collection_stats(n),
}
# What a server of this line tells every account, whatever its roles: names, shapes and how many
# rows there are. None of it is a row's content.
OPEN: dict[str, Call] = {
    "names": lambda c, _n: c.list_collections(),
    "exists": lambda c, n: c.has_collection(n),
    "shape": lambda c, n: c.describe_collection(n),
    "partition statistics": lambda c, n: c.get_partition_stats(n, "_default"),
}
# What none but an administrator does; the second argument is not used.
ELSEWHERE: dict[str, Call] = {
    "create collection": lambda c, _n: c.create_collection("mine_too", schema=_schema()),
    "quick create": lambda c, _n: c.create_collection("mine_too", dimension=2),
    "drop alias": lambda c, _n: c.drop_alias("a"),
    "create user": lambda c, _n: c.create_user("eve", "Password1"),
    "drop user": lambda c, _n: c.drop_user("ben"),
    "password of another": lambda c, _n: c.update_password("ben", "x", "Password2"),
    "list users": lambda c, _n: c.list_users(),
    "describe another": lambda c, _n: c.describe_user("ben"),
    "create role": lambda c, _n: c.create_role("kings"),
    "drop role": lambda c, _n: c.drop_role(RECOMMENDER),
    "list roles": lambda c, _n: c.list_roles(),
    "describe role": lambda c, _n: c.describe_role(RECOMMENDER),
    "become the recommender": lambda c, _n: c.grant_role("ana", RECOMMENDER),
    "become an administrator": lambda c, _n: c.grant_role("ana", "admin"),
    "revoke role": lambda c, _n: c.revoke_role("ben", RECOMMENDER),
    "grant": lambda c, _n: c.grant_privilege("public", "Global", "*", "*"),
    "revoke": lambda c, _n: c.revoke_privilege(RECOMMENDER, "Global", "CreateCollection", "*"),
    "create database": lambda c, _n: c.create_database("d"),
    "drop database": lambda c, _n: c.drop_database("default"),
    "list databases": lambda c, _n: c.list_databases(),
    "create resource group": lambda c, _n: c.create_resource_group("rg"),
    "list resource groups": lambda c, _n: c.list_resource_groups(),
}


def refused(client: MilvusClient, call: Call, name: str) -> bool:
    """Tell whether a call was refused for want of a right, and for no other reason."""
    try:
        call(client, name)
    except Exception as error:  # noqa: BLE001 - any kind is looked at below
        said = f"{error} {error.__cause__}".lower()
        return "permission deny" in said or "permission_denied" in said
    return False


MY_OWN = inbox_name(MINE)
LEFT_OUT = {
    # A musician's own inbox: what its role grants.
    *itertools.product(("insert", "upsert", "load", "release"), (MY_OWN,)),
    *itertools.product(("query", "get", "query iterator", "load state"), (MY_OWN,)),
    *itertools.product(("load partition", "release partition"), (MY_OWN,)),
    # What all musicians read.
    *itertools.product(
        ("query", "get", "search", "query iterator", "search iterator"), READ_BY_ALL
    ),
}
CREATES = ("create collection", "quick create")  # a pass makes what is missing
PLACES = (MY_OWN, inbox_name(THEIRS), *SHARED)


@pytest.mark.parametrize("verb", [*WRITES, *READS])
def test_a_musician_may_do_nothing_else(team: Team, verb: str) -> None:
    call = (WRITES | READS)[verb]
    client = team.mine.line.client
    places = [name for name in PLACES if (verb, name) not in LEFT_OUT]
    assert places
    assert [name for name in places if not refused(client, call, name)] == []


@pytest.mark.parametrize("verb", OPEN)
def test_what_everyone_is_told_has_no_rows_in_it(team: Team, verb: str) -> None:
    secret = song(THEIRS, 7)
    team.root.upsert(inbox_name(THEIRS), [secret])
    told = repr(OPEN[verb](team.mine.line.client, inbox_name(THEIRS)))
    assert secret.key not in told
    assert str(secret.values["digest"]) not in told


@pytest.mark.parametrize("verb", ELSEWHERE)
def test_a_musician_administers_nothing(team: Team, verb: str) -> None:
    assert refused(team.mine.line.client, ELSEWHERE[verb], "")


@pytest.mark.parametrize(
    "verb", [v for v in ELSEWHERE if v not in ("create collection", "quick create")]
)
def test_the_recommender_administers_nothing(team: Team, verb: str) -> None:
    assert refused(team.recommender.line.client, ELSEWHERE[verb], "")


def test_nobody_without_a_token(team: Team) -> None:
    with pytest.raises(ClusterError) as caught:
        MilvusStore(team.server.uri, ca_file=team.server.authority.ca_file)
    assert caught.value.problem is ClusterProblem.SIGN_IN


def test_a_revoked_musician_is_out_at_once_on_a_live_connection(team: Team) -> None:
    access = Access(team.root)
    token = access.add_musician("cleo", library_id=MINE)  # a second machine of the same library
    cleo = team.server.open(token.text)
    cleo.upsert(MY_OWN, [song(MINE, 3)])
    assert access.revoke("cleo")
    with pytest.raises(ClusterError) as caught:
        cleo.upsert(MY_OWN, [song(MINE, 4)])
    assert caught.value.problem is ClusterProblem.SIGN_IN
    cleo.close()
    team.mine.upsert(MY_OWN, [song(MINE, 4)])  # the other account of the library stays
    assert not access.revoke("cleo")
    assert not access.revoke("root")
    assert not access.revoke(RECOMMENDER)
    members = [Member("ana", MINE), Member("ben", THEIRS), Member(RECOMMENDER, None)]
    assert access.members() == members


def test_a_new_token_takes_the_place_of_the_old_one(team: Team) -> None:
    access = Access(team.root)
    old = access.add_musician("dora", library_id=THEIRS)
    new = access.add_musician("dora", library_id=THEIRS)
    with pytest.raises(ClusterError) as caught:
        team.server.open(old.text)
    assert caught.value.problem is ClusterProblem.SIGN_IN
    team.server.open(new.text).close()
    access.revoke("dora")


@pytest.mark.parametrize("name", ["", "root", RECOMMENDER, "a b", "1st", "x" * 33, "a;b", "é"])
def test_names_that_are_no_accounts(team: Team, name: str) -> None:
    with pytest.raises(ClusterError) as caught:
        Access(team.root).add_musician(name, library_id=MINE)
    assert caught.value.problem is ClusterProblem.REFUSED


def test_setting_up_again_changes_nothing_but_the_password(team: Team) -> None:
    before = Accounts(team.root).grants(RECOMMENDER)
    token = Access(team.root).init(MODEL, dimension=DIMENSION)
    assert Accounts(team.root).grants(RECOMMENDER) == before
    assert token.password != team.tokens[RECOMMENDER].password
    again = team.server.open(token.text)
    assert again.keys(inbox_name(MINE), prefix="none") == []
    again.close()


def test_a_cluster_of_another_model_is_not_set_up_again(team: Team) -> None:
    with pytest.raises(ClusterError) as caught:
        Access(team.root).init(ModelId("style-2-89abcdef"), dimension=DIMENSION)
    assert caught.value.problem is ClusterProblem.MODEL_MISMATCH


def test_a_token_is_not_shown_by_accident(team: Team) -> None:
    assert team.tokens["ana"].password not in repr(team.tokens["ana"])
    assert len(np.unique([token.password for token in team.tokens.values()])) == 3


def test_the_name_of_another_librarys_account_is_not_given_away(team: Team) -> None:
    access = Access(team.root)
    before = access.members()
    with pytest.raises(ClusterError, match="ben is another library's account") as caught:
        access.add_musician("ben", library_id=MINE)
    assert caught.value.problem is ClusterProblem.REFUSED
    assert access.members() == before
    ben = team.server.open(team.tokens["ben"].text)
    ben.count(inbox_name(THEIRS))  # the password is the one it was
    ben.close()
