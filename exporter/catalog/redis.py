"""What a Redis server reports, under redis_exporter's names wherever promlint allows them.

A source names a section and a field of exporter.redis.info's rows: mostly INFO's own words.
"""

from exporter.catalog import labels, redis_fields, redis_peer_fields
from exporter.catalog.build import unit_of
from exporter.catalog.model import Family, Label, RedisInfo, Type, Unit
from exporter.catalog.redis_fields import InfoField

NODE = Label("redis_node", "address of the server, host:port, or the path of its socket")
_DB = Label("db", "database, db0 and up")
_ERROR = Label("err", "first word of the error reply; other, beyond the first 50 of a server")
_PERCENTILE = Label("percentile", "percentile of the calls since the server started")
_SLAVE = (
    Label("slave_ip", "address of the replica"),
    Label("slave_port", "port of the replica"),
    Label("slave_state", "state of the replica, online when it follows"),
)
_MASTER = Label("master_name", "primary that the sentinels watch, by its name there")
_INSTANCE = (
    Label("redis_version", "version of the server"),
    Label("valkey_version", "version of Valkey, where the server is one"),
    Label("redis_mode", "standalone, sentinel or cluster"),
    Label("role", "master or slave, in INFO's words"),
    Label("os", "operating system of the server"),
    Label("maxmemory_policy", "what is evicted when memory is full"),
    Label("run_id", "identity of the server's process; a new one means a restart"),
)
_UPSTREAM = (
    Label("master_host", "host of the primary"),
    Label("master_port", "port of the primary"),
    Label("slave_read_only", "1 where the replica refuses writes"),
)

_ORIGINS = {
    "slowlog": "SLOWLOG: ",
    "cluster_info": "CLUSTER INFO: ",
    "slaves": "INFO replication: slaveN ",
    "sentinel_masters": "INFO sentinel: masterN ",
}


def _type(name: str) -> Type:
    if name.endswith("_info"):
        return Type.INFO
    return Type.COUNTER if name.endswith("_total") else Type.GAUGE


def _family(section: str, row: InfoField, *own: Label) -> Family:
    origin = _ORIGINS.get(section, f"INFO {section}: ") + row.field
    return Family(
        name=f"redis_{row.name}",
        type=_type(row.name),
        unit=unit_of(row.name),
        help=f"{row.help} [{origin}]",
        labels=(labels.REDIS, NODE, *own),
        source=RedisInfo(section, row.field, row.scale),
    )


def _families(section: str, rows: tuple[InfoField, ...], *own: Label) -> tuple[Family, ...]:
    return tuple(_family(section, row, *own) for row in rows)


UP = Family(
    name="redis_up",
    type=Type.GAUGE,
    unit=Unit.NONE,
    help="1 where the server answered INFO at the last poll, else 0. [exporter]",
    labels=(labels.REDIS, NODE),
    source=RedisInfo("poll", "up"),
)

FAMILIES: tuple[Family, ...] = (
    UP,
    _family(
        "server", InfoField("instance_info", "redis_version", "What the server is."), *_INSTANCE
    ),
    _family(
        "replication", InfoField("slave_info", "master_host", "Whom a replica follows."), *_UPSTREAM
    ),
    *_families("server", redis_fields.SERVER),
    *_families("clients", redis_fields.CLIENTS),
    *_families("memory", redis_fields.MEMORY),
    *_families("stats", redis_fields.STATS),
    *_families("persistence", redis_fields.PERSISTENCE),
    *_families("replication", redis_peer_fields.REPLICATION),
    *_families("cpu", redis_fields.CPU),
    *_families("slowlog", redis_fields.SLOWLOG),
    *_families("cluster", redis_peer_fields.CLUSTER),
    *_families("cluster_info", redis_peer_fields.CLUSTER_INFO),
    *_families("sentinel", redis_peer_fields.SENTINEL),
    *_families("commandstats", redis_fields.COMMANDSTATS, labels.REDIS_COMMAND),
    *_families("errorstats", redis_fields.ERRORSTATS, _ERROR),
    *_families("latencystats", redis_fields.LATENCYSTATS, labels.REDIS_COMMAND, _PERCENTILE),
    *_families("keyspace", redis_fields.KEYSPACE, _DB),
    *_families("slaves", redis_peer_fields.SLAVES, *_SLAVE),
    _family(
        "sentinel_masters",
        InfoField("sentinel_master_status", "status", "1 where the sentinel finds a primary ok."),
        _MASTER,
        Label("master_status", "state of the primary, in the sentinel's words"),
    ),
    *_families("sentinel_masters", redis_peer_fields.SENTINEL_MASTERS, _MASTER),
)

_BY_NAME = {family.name: family for family in FAMILIES}

KEYSPACE_HITS = _BY_NAME["redis_keyspace_hits_total"]
KEYSPACE_MISSES = _BY_NAME["redis_keyspace_misses_total"]
EVICTED_KEYS = _BY_NAME["redis_evicted_keys_total"]
CONNECTED_CLIENTS = _BY_NAME["redis_connected_clients"]
MAX_CLIENTS = _BY_NAME["redis_config_maxclients"]
