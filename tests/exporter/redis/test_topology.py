"""Members of clusters and of sentinels' groups are read from replies as servers send them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from redis.exceptions import ResponseError

from exporter.errors import PollError
from exporter.redis.target import Address, RedisTarget
from exporter.redis.topology import Topology, TopologyQuery, topology_query

QUERIED = Address("seed", 7000)
NODES = (
    b"07c3 10.0.0.4:7004@17004,hostname4 slave e7d1 0 1426238317239 4 connected\n"
    b"67ed 10.0.0.2:7002@17002,hostname2 master - 0 1426238316232 2 connected 5461-10922\n"
    b"292f 10.0.0.3:7003@17003 master,fail - 0 1426238318243 3 disconnected 10923-16383\n"
    b"6ec2 :0@0 master,noaddr - 0 1426238316232 5 disconnected\n"
    b"824f :7000@17000 myself,master - 0 0 1 connected 0-5460\n"
    b"1111 fe80::1:7001@17001 master - 0 0 1 connected\n"
    b"half a line\n"
)
REPLICA = [b"name", b"x", b"ip", b"10.0.0.2", b"port", b"6380", b"flags", b"slave,s_down"]


def query_of(url: str, mode: Any, master: str | None = None) -> TopologyQuery:
    """Return the query of a target of this kind."""
    found = topology_query(RedisTarget(name="cache", url=url, mode=mode, sentinel_master=master))
    assert found
    return found


def test_a_single_server_is_asked_for_no_others() -> None:
    """Standalone targets are what their URL says."""
    assert topology_query(RedisTarget(name="cache", url="redis://h")) is None


def test_cluster_nodes_are_all_that_have_an_address() -> None:
    """Failed nodes are members, to be shown as down; one may not know its own address."""
    topology = query_of("redis://h", "cluster").read([NODES], QUERIED)
    assert [str(a) for a in topology.members] == [
        "10.0.0.2:7002",
        "10.0.0.3:7003",
        "10.0.0.4:7004",
        "[fe80::1]:7001",
        "seed:7000",
    ]


def test_with_tls_announced_host_names_are_used() -> None:
    """A certificate names a host, seldom an address."""
    topology = query_of("rediss://h", "cluster").read([NODES], QUERIED)
    assert Address("hostname2", 7002) in topology.members
    assert Address("10.0.0.3", 7003) in topology.members


def test_a_sentinel_names_primary_replicas_and_other_sentinels() -> None:
    """The primary is a member, and so is a replica that is down."""
    sentinel = [b"ip", b"10.0.0.9", b"port", b"26380"]
    replies = [[b"10.0.0.1", b"6379"], [REPLICA, b"odd", [b"ip"]], [sentinel]]
    topology = query_of("redis://h", "sentinel", "m").read(replies, QUERIED)
    assert topology == Topology(
        (Address("10.0.0.1", 6379), Address("10.0.0.2", 6380)), (Address("10.0.0.9", 26380),)
    )


@pytest.mark.parametrize(
    ("mode", "master", "replies", "fix"),
    [
        ("cluster", None, [ResponseError("cluster support disabled")], "use mode standalone"),
        ("cluster", None, [b""], "no node"),
        ("sentinel", "m", [None, ResponseError("No such master"), None], "check sentinel_master"),
        ("sentinel", "m", [ResponseError("unknown command"), None, None], "unknown command"),
    ],
)
def test_a_reply_without_members_says_what_to_check(
    mode: str, master: str | None, replies: list[Any], fix: str
) -> None:
    """The error names the key of the settings that is likely wrong."""
    with pytest.raises(PollError, match=fix):
        query_of("redis://h", mode, master).read(replies, QUERIED)


words = st.recursive(
    st.none() | st.integers() | st.binary(max_size=30), lambda inner: st.lists(inner, max_size=4)
)


@given(
    st.lists(words, min_size=3, max_size=3), st.sampled_from([("cluster", None), ("sentinel", "m")])
)
def test_no_reply_makes_the_reader_fail_otherwise(
    replies: list[Any], kind: tuple[str, str | None]
) -> None:
    """Whatever a server sends is members, or a PollError."""
    try:
        topology = query_of("redis://h", *kind).read(replies, QUERIED)
    except PollError:
        return
    assert all(0 < address.port < 65536 for address in topology.members)


@given(st.binary())
def test_any_cluster_nodes_text_is_read(text: bytes) -> None:
    """Bytes that are no text are read as far as they are."""
    lines = NODES + text
    members = query_of("rediss://h", "cluster").read([lines], QUERIED).members
    assert Address("seed", 7000) in members
