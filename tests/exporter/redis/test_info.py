"""Replies become rows, and rows samples; what cannot be read is left out, never raised."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.catalog import own
from exporter.catalog import redis as catalog
from exporter.catalog.model import Family, RedisInfo
from exporter.exposition.samples import Sample
from exporter.redis import info as redis_info

TEXT = """# Server\r
redis_version:7.0.15\r
redis_mode:standalone\r
os:Linux x86_64\r
run_id:abc\r
uptime_in_seconds:12\r
\r
# Memory\r
maxmemory_policy:allkeys-lru\r
used_memory:990656\r
\r
# Persistence\r
rdb_last_bgsave_status:err\r
rdb_last_bgsave_time_sec:-1\r
\r
# Stats\r
keyspace_hits:7\r
expired_stale_perc:12.50\r
total_eviction_exceeded_time:1500\r
\r
# Replication\r
role:slave\r
master_host:10.0.0.1\r
master_port:6379\r
master_link_status:up\r
slave_read_only:1\r
slave0:ip=::1,port=6380,state=online,offset=98,lag=1\r
\r
# Commandstats\r
cmdstat_config|get:calls=2,usec=8,usec_per_call=4.00,rejected_calls=1,failed_calls=0\r
cmdstat_json.get:calls=1,usec=1000000,usec_per_call=1.00\r
\r
# Errorstats\r
errorstat_ERR:count=3\r
errorstat_A:B:count=1\r
\r
# Latencystats\r
latency_percentiles_usec_get:p50=7.007,p99.9=1000\r
\r
# Keyspace\r
db1:keys=2,expires=1,avg_ttl=1500\r
\r
# Sentinel\r
sentinel_masters:1\r
master0:name=cache,status=odown,address=127.0.0.1:6379,slaves=1,sentinels=2\r
"""
INFO = redis_info.parse(TEXT)
FAMILIES = {family.name: family for family in catalog.FAMILIES}


def read(name: str) -> dict[tuple[str, ...], float]:
    """Return the values of a family by its own labels."""
    found = redis_info.samples(FAMILIES[name], ("cache", "h:1"), INFO, 5.0)
    return {s.labels[2:]: s.value for s in found if isinstance(s.value, float)}


def test_plain_fields_are_scaled_to_base_units() -> None:
    """Percent become a ratio, and milliseconds become seconds."""
    assert read("redis_memory_used_bytes") == {(): 990656.0}
    assert read("redis_keyspace_hits_total") == {(): 7.0}
    assert read("redis_expired_stale_ratio") == {(): 0.125}
    assert read("redis_eviction_exceeded_seconds_total") == {(): 1.5}


def test_words_are_one_where_all_is_well() -> None:
    """INFO says up and ok, or err and down."""
    assert read("redis_master_link_up") == {(): 1.0}
    assert read("redis_rdb_last_bgsave_status") == {(): 0.0}
    assert read("redis_sentinel_master_status") == {("cache", "odown"): 0.0}


@pytest.mark.parametrize(
    ("word", "value"),
    [("ok", 1), ("up", 1), ("err", 0), ("fail", 0), ("down", 0), ("sdown", 0), ("odown", 0)],
)
def test_each_word_is_one_or_zero(word: str, value: float) -> None:
    """Those of replication, of the snapshot, of the cluster and of Sentinel."""
    assert redis_info.number(word) == value


def test_minus_one_and_missing_fields_make_no_sample() -> None:
    """A time of -1 means that it never happened."""
    assert read("redis_rdb_last_bgsave_duration_seconds") == {}
    assert read("redis_evicted_keys_total") == {}
    assert read("redis_cluster_state") == {}


@pytest.mark.parametrize("text", ["", "-1", "abc", "nan", "inf", "1e999", "9" * 400, "0x1", "1,2"])
def test_what_is_no_number_is_none(text: str) -> None:
    """A sample is left out sooner than guessed."""
    assert redis_info.number(text) is None


def test_info_families_carry_words_as_labels() -> None:
    """Labels come from any section; the value is always 1."""
    labels = ("7.0.15", "", "standalone", "slave", "Linux x86_64", "allkeys-lru", "abc")
    assert read("redis_instance_info") == {labels: 1.0}
    assert read("redis_slave_info") == {("10.0.0.1", "6379", "1"): 1.0}


def test_valkey_has_its_own_version() -> None:
    """Valkey gives the version of Redis that it is compatible with, and beside it its own."""
    text = "# Server\nredis_version:7.2.4\nvalkey_version:8.1.0\n"
    [family] = [f for f in catalog.FAMILIES if f.name == "redis_instance_info"]
    [sample] = redis_info.samples(family, ("cache", "h:1"), redis_info.parse(text), None)
    assert sample.labels[2:4] == ("7.2.4", "8.1.0")


def test_lines_of_one_kind_become_labelled_samples() -> None:
    """Commands, errors, databases, replicas, percentiles: a row for each."""
    assert read("redis_commands_total") == {("config|get",): 2.0, ("json.get",): 1.0}
    assert read("redis_commands_rejected_calls_total") == {("config|get",): 1.0}
    assert read("redis_commands_duration_seconds_total")[("json.get",)] == 1.0
    assert read("redis_errors_total") == {("ERR",): 3.0, ("A:B",): 1.0}
    assert read("redis_connected_slave_offset_bytes") == {("::1", "6380", "online"): 98.0}
    assert read("redis_latency_percentiles_seconds")[("get", "99.9")] == 0.001
    assert read("redis_sentinel_master_sentinels") == {("cache",): 2.0}


def test_the_first_database_is_there_even_when_it_is_empty() -> None:
    """INFO leaves out empty databases; a flushed cache has 0 keys, not none."""
    assert read("redis_db_keys") == {("db1",): 2.0, ("db0",): 0.0}
    assert read("redis_db_avg_ttl_seconds") == {("db1",): 1.5}


def test_counters_alone_carry_the_start_of_the_server() -> None:
    """A gauge has no beginning."""
    hits = redis_info.samples(catalog.KEYSPACE_HITS, ("cache", "h:1"), INFO, 5.0)
    assert hits == [Sample(("cache", "h:1"), 7.0, 5.0)]
    used = redis_info.samples(FAMILIES["redis_memory_used_bytes"], ("cache", "h:1"), INFO, 5.0)
    assert used == [Sample(("cache", "h:1"), 990656.0, None)]


def test_families_of_other_sources_have_no_samples_here() -> None:
    """What Cloud Monitoring or the application serves is not looked for in INFO."""
    assert redis_info.samples(own.UP, ("cache", "h:1"), INFO, None) == []


def test_kinds_of_errors_are_bounded_and_no_counter_falls() -> None:
    """Beyond 50 kinds the rest is one counter, and what was shown stays shown."""
    rows = [{"err": f"E{n:03}", "count": "2"} for n in range(60)]
    shown, kept = redis_info.keep_errors(rows[10:], ())
    assert len(shown) == len(kept) == 50
    shown, kept = redis_info.keep_errors(rows, kept)
    assert {row["err"] for row in shown} == {row["err"] for row in rows[10:]} | {"other"}
    assert shown[-1] == {"err": "other", "count": "20.0"}


NAMED = ("cmdstat_get", "errorstat_", "db0", "slave0", "master0", "latency_percentiles_usec_x")
PLAIN = {f.source.field for f in catalog.FAMILIES if isinstance(f.source, RedisInfo)}
FIELDS = st.sampled_from([*NAMED, *sorted(PLAIN)])
VALUES = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["-1", "nan", "inf", "1e999", "9" * 400, "calls=1,usec=x", "=", ",,=,", "keys="]
    ),
    st.floats().map(str),
)
SECTIONS = st.sampled_from(sorted({"", "Server", "Keyspace", *map(str.title, INFO)}))
LINES = st.one_of(
    SECTIONS.map(lambda name: f"# {name}"),
    st.tuples(FIELDS, VALUES).map(":".join),
    st.text(max_size=40),
)


@given(st.lists(LINES, max_size=40).map("\r\n".join))
def test_no_reply_makes_the_parser_raise(text: str) -> None:
    """Any text gives finite samples that are not negative, each series once."""
    info = redis_info.parse(text)
    for family in catalog.FAMILIES:
        found = redis_info.samples(family, ("cache", "h:1"), info, None)
        assert len({sample.labels for sample in found}) == len(found)
        assert all(well_formed(family, sample) for sample in found)


def well_formed(family: Family, sample: Sample) -> bool:
    """Tell whether a sample has a label value for each name, and a value to serve."""
    value = sample.value
    return (
        len(sample.labels) == len(family.labels)
        and isinstance(value, float)
        and 0 <= value < math.inf
    )


@given(st.binary(max_size=200))
def test_bytes_that_are_no_text_are_read_as_far_as_they_are(raw: bytes) -> None:
    """A server that sends anything else costs its own samples only."""
    assert isinstance(redis_info.parse(raw.decode("utf-8", "replace")), dict)
