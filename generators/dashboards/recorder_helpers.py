"""The families that only special helpers of the recorder write; most applications use none."""

from collections.abc import Mapping

from exporter.catalog import application
from exporter.settings import Settings

FAMILIES: Mapping[str, tuple[str, ...]] = {
    "l1_cache": (application.L1_HITS.name, application.L1_MISSES.name),
    "routing": (application.ROUTING_CONFIDENCE.name, application.PERSONA_REQUESTS.name),
    "features": (application.FEATURE_USES.name,),
}


def unused(settings: Settings) -> frozenset[str]:
    """Return the names of the families of helpers that the application does not use."""
    used = settings.application.helpers
    return frozenset(
        family for helper, families in FAMILIES.items() if helper not in used for family in families
    )
