"""Every metric and signal, stated once; only the standard library is imported."""

from exporter.catalog import (
    application,
    cloud_run,
    cloud_sql,
    cloud_sql_engines,
    load_balancer,
    memorystore,
    own,
    own_acknowledgement,
    own_bridge,
    own_delivery,
    redis,
)
from exporter.catalog.model import Family

PRODUCTS: tuple[tuple[str, tuple[Family, ...]], ...] = (
    ("Cloud Run", cloud_run.FAMILIES),
    ("Cloud SQL", cloud_sql.FAMILIES),
    ("Cloud SQL engines", cloud_sql_engines.FAMILIES),
    ("HTTPS load balancer", load_balancer.FAMILIES),
    ("Memorystore", memorystore.FAMILIES),
    ("Redis", redis.FAMILIES),
    ("Application", application.FAMILIES),
    ("Exporter", own.FAMILIES),
    ("Bridge", (*own_bridge.FAMILIES, *own_delivery.FAMILIES, *own_acknowledgement.FAMILIES)),
)

CATALOG: dict[str, Family] = {
    family.name: family for _, families in PRODUCTS for family in families
}
