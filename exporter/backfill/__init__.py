"""Weeks of real history for a Prometheus without any: Cloud Monitoring, and what rules make of it.

The exporter's counters and the backfilled ones are one history. A backfilled counter rises to its
value B at the family's cut, the counting start that the exporter's state file has. What the
exporter exposes counts from 0 at that very cut, and is first scraped minutes later, with a value L.
`increase` takes B, L for a reset only where L is below B: of a quiet series that has a burst then
it would count L - B, and lose B. So each backfilled counter ends with a sample of 0 after the cut:
B, 0 is a reset that adds nothing, and 0, L adds all that came since the cut. Nothing is invented
and nothing is lost, whatever B and L are. Both have the label `history` of one counting start:
rules take it from `ionmon_counting_start_timestamp_seconds`, which is backfilled with the value
that the exporter exposes.

Of CUMULATIVE metrics the exporter takes the first point after its cut as a base. Those are read up
to that point.

The past of a simulated project needs none of this: `simulated` computes it from the world.
"""
