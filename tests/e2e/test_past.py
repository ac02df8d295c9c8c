"""Rules over hours that are over give what a server would have made of them."""

import time
from dataclasses import replace
from pathlib import Path

from generators.rules.model import Group, Recording, RuleFile
from tests.e2e.past import OPTIONS, Stretch, evaluate, written
from tests.generators.rules.by_hand import by_hand
from tests.servers import blocks, prometheus

MINUTE = 60
DOUBLED = Recording("job:load:doubled", "load * 2")
AGAIN = Recording("job:load:quadrupled", "job:load:doubled * 2")
HIGH = replace(
    by_hand("LoadHigh", "job:load:quadrupled > 4", (("severity", "high"),), (), ("job",)),
    for_=2 * MINUTE,
    keep_firing_for=2 * MINUTE,
)


def test_rules_that_build_on_others_and_alerts(tmp_path: Path) -> None:
    """A rule is evaluated after what it reads; an alert waits, fires, is kept firing and ends."""
    start = (int(time.time()) - 7200) // 300 * 300
    load = [1, 1, 2, 2, 2, 2, 1, 2, 1, 1, 1, 1, 2, 1]
    given = {start + at * MINUTE: float(value) for at, value in enumerate(load)}
    end = max(given)
    source = tmp_path / "load.om"
    source.write_text("".join((*written("load", {"job": "a"}, given), "# EOF\n")))
    blocks(source, tmp_path / "data")
    file = RuleFile(
        "x.yml", "", (Group("later", MINUTE, (HIGH, AGAIN)), Group("g", MINUTE, (DOUBLED,)))
    )
    evaluate(tmp_path, [file], Stretch(start, end))
    with prometheus(tmp_path, "{}", *OPTIONS) as server:

        def minutes(selector: str) -> list[int]:
            asked = f"{selector}[{end - start + 1}s]"
            found = server.api("query", query=asked, time=str(end))["result"]
            return [(at - start) // MINUTE for one in found for at, _ in one["values"]]

        assert minutes("job:load:quadrupled") == list(range(14))
        assert minutes('ALERTS{alertstate="pending",job="a",severity="high"}') == [2, 3, 12]
        assert minutes('ALERTS{alertstate="firing",job="a",severity="high"}') == [4, 5, 6, 7, 8, 9]
