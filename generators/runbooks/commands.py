"""What is typed in more than one runbook; words in capitals are the alert's labels or found before.

Flags are those of gcloud, redis-cli and PostgreSQL that have been stable for years.
"""

_RUN = "--region=REGION --project=PROJECT"
_ENTRIES = (
    'resource.type="cloud_run_revision" AND resource.labels.service_name="SERVICE" '
    'AND resource.labels.location="REGION"'
)

REVISIONS = f"gcloud run revisions list --service=SERVICE {_RUN} --limit=5"
TRAFFIC = f"gcloud run services describe SERVICE {_RUN} --format='yaml(status.traffic)'"
ROLL_BACK = f"gcloud run services update-traffic SERVICE --to-revisions=REVISION=100 {_RUN}"
TO_LATEST = f"gcloud run services update-traffic SERVICE --to-latest {_RUN}"
LIMITS = (
    f"gcloud run services describe SERVICE {_RUN} \\\n"
    "  --format='yaml(spec.template.metadata.annotations,"
    "spec.template.spec.containerConcurrency)'"
)
MORE_INSTANCES = f"gcloud run services update SERVICE --max-instances=NUMBER {_RUN}"
WARM_INSTANCES = f"gcloud run services update SERVICE --min-instances=NUMBER {_RUN}"
MORE_MEMORY = f"gcloud run services update SERVICE --memory=SIZE {_RUN}"
MORE_CPU = f"gcloud run services update SERVICE --cpu=NUMBER {_RUN}"
LESS_AT_ONCE = f"gcloud run services update SERVICE --concurrency=NUMBER {_RUN}"
LOGS = f"gcloud run services logs read SERVICE {_RUN} --limit=100"


def entries(condition: str, columns: str, then: str = "") -> str:
    """Return the command that reads the service's log entries of the last quarter of an hour."""
    return (
        f"gcloud logging read '{_ENTRIES} AND {condition}' \\\n"
        f"  --project=PROJECT --freshness=15m --limit=1000 --format='value({columns})'{then}"
    )


COUNTED = " \\\n  | sort | uniq -c | sort -rn | head"
ERRORS_BY_REVISION = entries(
    "httpRequest.status>=400", "resource.labels.revision_name,httpRequest.status", COUNTED
)
OUT_OF_MEMORY = entries(
    'textPayload:"Memory limit of"', "resource.labels.revision_name,textPayload", " | head"
)
AWAY_FROM_REGION = (
    "gcloud compute backend-services remove-backend BACKEND_SERVICE --global --project=PROJECT \\\n"
    "  --network-endpoint-group=NEG --network-endpoint-group-region=REGION"
)

_SQL = "--project=PROJECT"
INSTANCES = f"gcloud sql instances list {_SQL}"
INSTANCE = (
    f"gcloud sql instances describe INSTANCE {_SQL} \\\n"
    "  --format='yaml(state,region,databaseVersion,replicaNames,settings.tier,"
    "settings.dataDiskSizeGb,settings.storageAutoResize,settings.databaseFlags)'"
)
OPERATIONS = f"gcloud sql operations list --instance=INSTANCE {_SQL} --limit=10"
MORE_DISK = f"gcloud sql instances patch INSTANCE {_SQL} --storage-size=GIGABYTES"
MORE_MACHINE = f"gcloud sql instances patch INSTANCE {_SQL} --tier=TIER"

LONG_TRANSACTIONS = """select pid, usename, state, now() - xact_start as open_for, left(query, 80)
from pg_stat_activity where xact_start is not null order by xact_start limit 10;"""
BACKENDS = """select usename, application_name, client_addr, state, count(*)
from pg_stat_activity group by 1, 2, 3, 4 order by 5 desc limit 15;"""
BLOCKED = """select pid, pg_blocking_pids(pid) as blocked_by, wait_event_type, left(query, 80)
from pg_stat_activity where cardinality(pg_blocking_pids(pid)) > 0;"""
REPLICAS = """select application_name, client_addr, state,
  pg_wal_lsn_diff(pg_current_wal_lsn(), replay_lsn) as bytes_behind, replay_lag
from pg_stat_replication;"""
SLOTS = """select slot_name, active,
  pg_size_pretty(pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)) as held
from pg_replication_slots;"""
SLOWEST = """select calls, round(total_exec_time::numeric / 1000) as seconds,
  round(mean_exec_time::numeric, 1) as mean_ms, left(query, 100)
from pg_stat_statements order by total_exec_time desc limit 10;"""

REDIS = "redis-cli -h HOST -p PORT"


def info(section: str, pattern: str) -> str:
    """Return the command that shows lines of a section of INFO."""
    return f"{REDIS} INFO {section} | grep -E '{pattern}'"


DOCTOR = "ionmon doctor --config monitoring.yaml"
