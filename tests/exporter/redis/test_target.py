"""Targets are refused with the key that is wrong, and never with what is secret."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.errors import SettingsError
from exporter.redis.target import Address, RedisTarget

WRONG: list[tuple[dict[str, Any], str]] = [
    ({"url": "redis://:canary@h:1"}, "use username and password_file"),
    ({"url": "redis://user@h:1"}, "use username and password_file"),
    ({"url": "http://h"}, "unknown scheme, use redis://"),
    ({"url": "h:6379"}, "unknown scheme"),
    ({"url": "redis://h:6379/2"}, "ends in a path, leave it out"),
    ({"url": "redis://h:6379?db=1"}, "has options"),
    ({"url": "redis://"}, "use redis://host:port"),
    ({"url": "redis://h:99999"}, "use redis://host:port"),
    ({"url": "redis://h:0"}, "use redis://host:port"),
    ({"url": "redis://h:x"}, "use redis://host:port"),
    ({"url": "redis://[::1"}, "use redis://"),
    ({"url": "redis://a:1,b:2"}, "names several hosts"),
    ({"url": "unix://"}, "names no socket"),
    ({"url": "unix:///s", "mode": "cluster"}, "needs mode standalone"),
    ({"url": "redis://h", "mode": "ring"}, "mode: unknown"),
    ({"url": "redis://h", "mode": "sentinel"}, "sentinel_master: goes with mode sentinel"),
    ({"url": "redis://h", "sentinel_master": "m"}, "sentinel_master: goes with mode sentinel"),
    ({"url": "redis://h", "ca_file": Path("ca")}, "need a rediss:// url"),
    ({"url": "redis://h", "insecure_skip_verify": True}, "need a rediss:// url"),
    ({"url": "rediss://h", "cert_file": Path("c")}, "name both or none"),
    ({"url": "redis://h", "timeout": 0.0}, "timeout: must be above 0"),
    ({"url": "redis://h", "interval": float("nan")}, "interval: must be above 0"),
]


@pytest.mark.parametrize(("given_", "fix"), WRONG, ids=str)
def test_what_cannot_be_meant_is_refused_with_its_mend(given_: dict[str, Any], fix: str) -> None:
    """Each mistake names the target, the key, and what to write."""
    with pytest.raises(SettingsError) as raised:
        RedisTarget(name="cache", **given_)
    assert str(raised.value).startswith("redis target 'cache': ")
    assert fix in str(raised.value)
    assert "canary" not in str(raised.value)


@given(
    prefix=st.text(max_size=20), suffix=st.text(max_size=20), scheme=st.sampled_from(["redis", ""])
)
def test_a_url_with_a_password_is_never_repeated(prefix: str, suffix: str, scheme: str) -> None:
    """Whatever stands around it, an at sign makes the URL one that is not shown."""
    with pytest.raises(SettingsError) as raised:
        RedisTarget(name="cache", url=f"{scheme}://{prefix}canary@{suffix}")
    assert "canary" not in str(raised.value)


@pytest.mark.parametrize(
    ("url", "mode", "labels"),
    [
        ("redis://h", "standalone", ["h:6379"]),
        ("rediss://H:1/", "standalone", ["h:1"]),
        ("redis://[::1]:7", "standalone", ["[::1]:7"]),
        ("unix:///run/a%20b", "standalone", ["/run/a b"]),
        ("redis://a,b:2", "cluster", ["a:6379", "b:2"]),
        ("redis://a,b:2", "sentinel", ["a:26379", "b:2"]),
    ],
)
def test_the_url_names_the_servers(url: str, mode: Any, labels: list[str]) -> None:
    """Hosts without a port get that of their kind."""
    master = "m" if mode == "sentinel" else None
    target = RedisTarget(name="cache", url=url, mode=mode, sentinel_master=master)
    assert [str(address) for address in target.addresses()] == labels


def test_addresses_are_equal_by_what_they_name() -> None:
    """A node that is found twice is polled once."""
    assert {Address("h", 1), Address("h", 1)} == {Address("h", 1)}
