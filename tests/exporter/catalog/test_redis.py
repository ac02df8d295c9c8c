"""Redis's families are named as redis_exporter names them and hold to the catalog's rules."""

import pytest

from exporter.catalog import redis
from exporter.catalog.model import Family, RedisInfo, Type

TARGET_LABELS = {
    "job",
    "instance",
    "node",
    "project_id",
    "location",
    "cluster",
    "namespace",
    "zone",
}

# From redis_exporter's own list of what it exports, as far as promlint allows the names.
PEER = """
redis_up redis_instance_info redis_slave_info redis_uptime_in_seconds redis_connected_clients
redis_blocked_clients redis_config_maxclients redis_memory_used_bytes redis_memory_used_rss_bytes
redis_memory_used_peak_bytes redis_memory_used_dataset_bytes redis_memory_max_bytes
redis_mem_fragmentation_ratio redis_mem_not_counted_for_eviction_bytes redis_keyspace_hits_total
redis_keyspace_misses_total redis_evicted_keys_total redis_expired_keys_total
redis_connections_received_total redis_rejected_connections_total redis_commands_processed_total
redis_net_input_bytes_total redis_net_output_bytes_total redis_commands_total
redis_commands_duration_seconds_total redis_commands_rejected_calls_total
redis_commands_failed_calls_total redis_errors_total redis_db_keys redis_db_keys_expiring
redis_db_avg_ttl_seconds redis_connected_slaves redis_master_link_up
redis_master_last_io_seconds_ago redis_master_repl_offset redis_connected_slave_offset_bytes
redis_connected_slave_lag_seconds redis_loading_dump_file redis_rdb_bgsave_in_progress
redis_rdb_last_save_timestamp_seconds redis_rdb_changes_since_last_save redis_aof_enabled
redis_cpu_sys_seconds_total redis_cpu_user_seconds_total redis_slowlog_length
redis_slowlog_last_id redis_last_slow_execution_duration_seconds redis_cluster_enabled
redis_cluster_state redis_cluster_slots_ok redis_cluster_slots_fail redis_cluster_known_nodes
redis_cluster_messages_sent_total redis_sentinel_masters redis_sentinel_master_status
redis_sentinel_master_slaves redis_sentinel_master_sentinels
"""


def test_names_of_redis_exporter_are_kept() -> None:
    """Dashboards made for redis_exporter find their metrics."""
    assert set(PEER.split()) - {family.name for family in redis.FAMILIES} == set()


def test_names_are_unique() -> None:
    """No name is stated twice."""
    names = [family.name for family in redis.FAMILIES]
    assert sorted(set(names)) == sorted(names)


@pytest.mark.parametrize("family", redis.FAMILIES, ids=lambda family: family.name)
def test_each_family_holds_to_the_rules(family: Family) -> None:
    """Target and node come first, no label collides, and help ends with its origin."""
    assert family.label_names[:2] == ("redis_id", "redis_node")
    assert not TARGET_LABELS & set(family.label_names)
    assert isinstance(family.source, RedisInfo)
    assert family.help.endswith("]")
    assert family.name.removesuffix("_total").endswith(family.unit.suffix)
    assert (family.type is Type.COUNTER) == family.name.endswith("_total")
    assert (family.type is Type.INFO) == family.name.endswith("_info")
