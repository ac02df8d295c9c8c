"""Requests of any minute, by region, revision and status code, from seed and minute alone."""

from functools import lru_cache
from math import pi, sin
from typing import NamedTuple

from exporter.simulator import deployment
from exporter.simulator.chance import around, unit, whole
from exporter.simulator.deployment import Region
from exporter.simulator.incidents import Aspect, Timeline

DEPLOY_EVERY, DEPLOY_SPREAD, OVERLAP = 2880, 600, 10
DAY = 1440
CODES = (("404", 0.8), ("429", 0.2)), (("500", 0.6), ("503", 0.4))
LOOKUPS_PER_REQUEST = 0.4


class Requests(NamedTuple):
    """How many requests a revision answered with a code in a minute."""

    revision: str
    code: str
    number: int


class Mix(NamedTuple):
    """How the world is drawn: seed, and factor on all requests."""

    seed: int = 1
    scale: float = 1.0


class Traffic:
    """Random access to the requests of any minute and to what drives them."""

    def __init__(self, mix: Mix, timeline: Timeline) -> None:
        self.mix = mix
        self.timeline = timeline
        self.requests = lru_cache(maxsize=16384)(self._requests)
        self.revisions = lru_cache(maxsize=4096)(self._revisions)

    def forget(self) -> None:
        """Work out every minute anew: what goes on has changed."""
        self.requests.cache_clear()
        self.revisions.cache_clear()

    def day(self, minute: int) -> float:
        """Return the factor of the time of day; its mean over any day is 1."""
        weekend = (minute // DAY + 4) % 7 in (0, 6)  # the epoch began on a Thursday
        turn = 2 * pi * (minute % DAY) / DAY
        return 1.0 - 0.3 * sin(turn) + (0.08 if weekend else -0.08) * sin(2 * turn)

    def level(self, aspect: Aspect, region: str, minute: int, calm: float) -> float:
        """Return what an incident makes of a figure, or the calm figure with a little noise."""
        found = self.timeline.level(aspect, region, minute)
        return calm * self.around(0.02, aspect, region, minute) if found is None else found

    def around(self, width: float, *key: object) -> float:
        """Return the noise of a figure: a factor between 1 - width and 1 + width."""
        return around(width, self.mix.seed, *key)

    def rounded(self, expected: float, minute: int, *key: object) -> int:
        """Round an expected number to a whole one."""
        return whole(expected, self.mix.seed, minute, *key)

    def demand(self, region: Region, minute: int) -> float:
        """Return how many requests the users of a region send in a minute."""
        mean = (
            deployment.REQUESTS_PER_SECOND * 60 * region.share * self.mix.scale * self.day(minute)
        )
        return mean * self.around(0.03, "requests", region.name, minute)

    def _requests(self, region: Region, minute: int) -> tuple[Requests, ...]:
        """Return the requests that reached containers of a region, none of them zero."""
        factor = self.timeline.level(Aspect.TRAFFIC, region.name, minute)
        expected = self.demand(region, minute) * (1.0 if factor is None else factor)
        total = self.rounded(expected, minute, region.name)
        found: list[Requests] = []
        for name, count in self._by_revision(region, minute, total):
            found += self._by_code(region, minute, name, count)
        return tuple(found)

    def _by_revision(self, region: Region, minute: int, total: int) -> list[tuple[str, int]]:
        revisions, left = self.revisions(minute), total
        split = []
        for name, share in revisions[1:]:
            count = min(left, self.rounded(total * share, minute, region.name, name))
            split.append((name, count))
            left -= count
        return [(revisions[0][0], left), *split]

    def _by_code(self, region: Region, minute: int, name: str, total: int) -> list[Requests]:
        incident = self.timeline.level(Aspect.ERRORS, region.name, minute)
        server = deployment.SERVER_ERRORS if incident is None else incident
        found, left = [], total
        for ratio, codes in zip((deployment.CLIENT_ERRORS, server), CODES, strict=True):
            for code, part in codes:
                expected = total * ratio * part
                count = min(left, self.rounded(expected, minute, region.name, name, code))
                found.append(Requests(name, code, count))
                left -= count
        return [r for r in (Requests(name, "200", left), *found) if r.number]

    def _revisions(self, minute: int) -> tuple[tuple[str, float], ...]:
        """Return the revisions that serve in a minute, each with its share of the traffic."""
        begun = self.timeline.began(Aspect.DEPLOY, minute)
        if begun is not None:
            return ((f"{deployment.SERVICE}-{begun // DEPLOY_EVERY:05d}-bad", 1.0),)
        return self.good_revisions(minute)

    def good_revisions(self, minute: int) -> tuple[tuple[str, float], ...]:
        """Return the revisions that serve in a minute without an incident, with their shares."""
        number = minute // DEPLOY_EVERY
        age = minute - self._deployed(number)
        if age < 0:
            return ((self.revision_name(number - 1), 1.0),)
        if age >= OVERLAP:
            return ((self.revision_name(number), 1.0),)
        share = (age + 1) / (OVERLAP + 1)
        return (self.revision_name(number - 1), 1 - share), (self.revision_name(number), share)

    def _deployed(self, number: int) -> int:
        spread = int(DEPLOY_SPREAD * unit(self.mix.seed, "deploy", number))
        return number * DEPLOY_EVERY + spread

    def revision_name(self, number: int) -> str:
        """Return the name of a revision as Cloud Run makes it."""
        drawn = int(unit(self.mix.seed, "revision", number) * 26**3)
        letters = "".join(chr(97 + drawn // 26**i % 26) for i in range(3))
        return f"{deployment.SERVICE}-{number:05d}-{letters}"

    def instances(self, region: Region, minute: int) -> int:
        """Return the container instances of a region, which follow the traffic."""
        churn = self.timeline.level(Aspect.INSTANCES, region.name, minute)
        factor = 1.0 if churn is None or (churn > 1 and minute % 2) else churn
        return max(1, round(region.instances * self.day(minute) * factor))

    def hits(self, minute: int) -> tuple[int, int]:
        """Return hits and misses of the L2 cache in a minute."""
        requests = sum(
            r.number for region in deployment.REGIONS for r in self.requests(region, minute)
        )
        lookups = requests * LOOKUPS_PER_REQUEST
        rate = self.hit_rate(minute)
        return (
            self.rounded(lookups * rate, minute, "hits"),
            self.rounded(lookups * (1 - rate), minute, "misses"),
        )

    def hit_rate(self, minute: int) -> float:
        """Return the share of L2 cache reads that hit."""
        found = self.timeline.level(Aspect.HIT_RATE, "", minute)
        return deployment.HIT_RATE if found is None else found
