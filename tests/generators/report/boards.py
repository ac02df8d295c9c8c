"""A dashboard of all kinds of panels, over numbers that are known, for a real Prometheus."""

import json
from pathlib import Path
from typing import Any

HOSTILE = '<img src=x onerror="alert(1)">'
START, STEP, COUNT = 1_700_000_100, 60, 121  # a sample a minute, for two hours
END = START + STEP * (COUNT - 1)
SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_REGIONS = {"asia": 0.044, "europe": 0.035, "us": 0.010, HOSTILE: 0.02}


def samples() -> str:
    """Return OpenMetrics: latencies, a counter, buckets, a state, and an alert that fired."""
    lines: list[str] = []
    times = [START + STEP * at for at in range(COUNT)]
    for region, level in _REGIONS.items():
        name = region.replace('"', '\\"')
        for at, time in enumerate(times):
            slow = 0.2 if region == "europe" and 40 <= at < 60 else 0.0
            lines.append(f'latency{{region="{name}"}} {level + slow + at % 7 / 5000} {time}')
    for at, time in enumerate(times):
        lines.append(f'up{{job="a"}} {int(not 50 <= at < 70)} {time}')
    for le, share in (("0.01", 10), ("0.1", 60), ("1", 90), ("+Inf", 100)):
        lines += [f'spread_bucket{{le="{le}"}} {share * at} {t}' for at, t in enumerate(times)]
    lines += [
        f'ALERTS{{alertname="Slow",severity="high",alertstate="firing"}} 1 {time}'
        for time in times[42:62]
    ]
    return "\n".join(lines) + "\n# EOF\n"


def target(expr: str, legend: str = "", ref: str = "A", **more: Any) -> dict[str, Any]:
    """Return a query of a panel."""
    body = {"datasource": SOURCE, "expr": expr, "legendFormat": legend, "refId": ref}
    return {"range": not more.get("instant"), "format": "time_series", **body, **more}


def panel(number: int, kind: str, title: str, place: tuple[int, int, int, int], **more: Any) -> Any:
    """Return a panel at x, y, w, h."""
    x, y, w, h = place
    defaults = more.pop("defaults", {})
    overrides = more.pop("overrides", [])
    return {
        "id": number,
        "type": kind,
        "title": title,
        "gridPos": {"x": x, "y": y, "w": w, "h": h},
        "fieldConfig": {"defaults": defaults, "overrides": overrides},
        **more,
    }


LIMITS = {
    "mode": "absolute",
    "steps": [
        {"color": "green", "value": None},
        {"color": "orange", "value": 0.1},
        {"color": "red", "value": 0.2},
    ],
}
LATENCY = target('latency{region=~"$region"}', "{{region}}")
NOW = target('latency{region=~"$region"}', "{{region}}", instant=True)
SECONDS = {"unit": "s", "decimals": 1, "thresholds": LIMITS, "color": {"mode": "thresholds"}}
STATE = {
    "mappings": [
        {"type": "value", "options": {"0": {"text": "down", "color": "red", "index": 0}}},
        {"type": "value", "options": {"1": {"text": "up", "color": "green", "index": 1}}},
    ]
}
LAST = {"calcs": ["lastNotNull"], "values": False, "fields": ""}
CHART = {
    "unit": "s",
    "thresholds": LIMITS,
    "custom": {"fillOpacity": 10, "lineWidth": 2, "thresholdsStyle": {"mode": "dashed"}},
}


def _property(name: str, value: Any) -> dict[str, Any]:
    return {"id": name, "value": value}


def _ref(ref: str, *properties: dict[str, Any]) -> dict[str, Any]:
    return {"matcher": {"id": "byFrameRefID", "options": ref}, "properties": list(properties)}


def _panels() -> list[Any]:
    table = [
        target("latency", ref="A", format="table", instant=True),
        target("latency * 20", ref="B", format="table", instant=True),
    ]
    organize = {
        "excludeByName": {"Time": True, "__name__": True},
        "indexByName": {"region": 0, "Value #A": 1, "Value #B": 2},
        "renameByName": {"region": "Region", "Value #A": "Latency", "Value #B": "Load"},
    }
    band = [
        target("max(latency) + 0.03", "upper", "A"),
        target("min(latency)", "lower", "B"),
        target("avg(latency)", "mean", "C"),
    ]
    hidden = _property("custom.hideFrom", {"legend": True, "tooltip": False, "viz": False})
    return [
        {
            "id": 1, "type": "row", "title": "Is $region fast?", "collapsed": False, "panels": [],
            "gridPos": {"x": 0, "y": 0, "w": 24, "h": 1},
        },
        panel(2, "stat", "Now", (0, 1, 6, 4), targets=[target("max(latency)", "now")],
              description="The slowest.\nAlert: Slow at 200 ms.", defaults=SECONDS,
              options={"graphMode": "area", "colorMode": "value", "reduceOptions": LAST}),
        panel(3, "stat", "Filled", (6, 1, 6, 4), targets=[LATENCY], defaults=SECONDS,
              options={"graphMode": "none", "colorMode": "background", "reduceOptions": LAST}),
        panel(4, "gauge", "Dial", (12, 1, 6, 4), targets=[target("max(latency)", "max")],
              defaults={**SECONDS, "min": 0, "max": 0.3}, options={"reduceOptions": LAST}),
        panel(5, "stat", "State", (18, 1, 6, 4), targets=[target("up", "job")], defaults=STATE,
              options={"reduceOptions": LAST}),
        panel(6, "timeseries", "Latency", (0, 5, 12, 8), targets=[LATENCY], defaults=CHART,
              options={"legend": {"displayMode": "table", "placement": "bottom", "sortBy": "Max",
                                  "calcs": ["lastNotNull", "max"], "sortDesc": True}}),
        panel(7, "timeseries", "Band", (12, 5, 12, 8), targets=band,
              defaults={"unit": "s", "custom": {"lineWidth": 2}},
              overrides=[
                  _ref("A", _property("custom.fillBelowTo", "lower"), hidden,
                       _property("custom.lineWidth", 0), _property("custom.fillOpacity", 15)),
                  _ref("B", _property("custom.lineWidth", 0), hidden),
                  _ref("C", _property("custom.lineStyle", {"fill": "dash", "dash": [8, 6]}),
                       _property("color", {"mode": "fixed", "fixedColor": "#D55E00"})),
              ]),
        panel(8, "timeseries", "Stacked", (0, 13, 8, 8), targets=[LATENCY],
              defaults={"unit": "s", "custom": {"fillOpacity": 40,
                                                "stacking": {"mode": "normal", "group": "A"}}}),
        panel(9, "timeseries", "Bars and a line", (8, 13, 8, 8),
              targets=[target("changes(up[10m])", "changes", "A"), target("up", "up", "B")],
              defaults={"custom": {"drawStyle": "bars", "fillOpacity": 60}},
              overrides=[_ref("B", _property("custom.drawStyle", "line"),
                              _property("custom.axisPlacement", "right"),
                              _property("custom.lineInterpolation", "stepAfter"),
                              _property("unit", "percentunit"))]),
        panel(10, "heatmap", "Buckets", (16, 13, 8, 8),
              targets=[target("sum by (le) (increase(spread_bucket[$__rate_interval]))", "{{le}}",
                              format="heatmap")],
              options={"yAxis": {"unit": "s"}, "color": {"scheme": "Blues"}}),
        panel(11, "table", "Table", (0, 21, 12, 8), targets=table,
              transformations=[{"id": "merge", "options": {}},
                               {"id": "organize", "options": organize}],
              options={"sortBy": [{"displayName": "Latency", "desc": True}]},
              overrides=[
                  {"matcher": {"id": "byName", "options": "Latency"}, "properties": [
                      _property("unit", "s"), _property("thresholds", LIMITS),
                      _property("color", {"mode": "thresholds"}), _property("decimals", 1),
                      _property("custom.cellOptions", {"type": "color-background"})]},
                  {"matcher": {"id": "byRegexp", "options": "/^Lo/"}, "properties": [
                      _property("unit", "percentunit"), _property("max", 1), _property("min", 0),
                      _property("custom.cellOptions", {"type": "gauge", "mode": "gradient"})]},
              ]),
        panel(12, "bargauge", "Ranking", (12, 21, 12, 8), targets=[NOW], defaults=SECONDS,
              options={"displayMode": "gradient", "orientation": "horizontal",
                       "reduceOptions": LAST}),
        panel(13, "state-timeline", "States", (0, 29, 12, 6), targets=[target("up", "{{job}}")],
              defaults=STATE, options={"mergeValues": True, "showValue": "auto"}),
        panel(14, "text", "Words", (12, 29, 6, 6),
              options={"mode": "markdown",
                       "content": f"# Of $region\n\n**bold** and {HOSTILE}"}),
        panel(15, "alertlist", "Alerts", (18, 29, 6, 6), targets=[]),
        panel(16, "timeseries", "Nothing", (0, 35, 8, 5), targets=[target("nothing")],
              defaults={"noValue": "nothing is measured"}),
        panel(17, "timeseries", "Broken", (8, 35, 8, 5), targets=[target("sum(")]),
        panel(18, "geomap", "Map", (16, 35, 8, 5), targets=[]),
        {
            "id": 19, "type": "row", "title": "More", "collapsed": True,
            "gridPos": {"x": 0, "y": 40, "w": 24, "h": 1},
            "panels": [panel(20, "stat", "Each $region", (0, 41, 24, 4), targets=[LATENCY],
                             repeat="region", repeatDirection="h", maxPerRow=4,
                             defaults=SECONDS, options={"reduceOptions": LAST})],
        },
        panel(21, "stat", "Below", (0, 41, 24, 4), targets=[target("1", "one")]),
    ]  # fmt: skip


def board(**more: Any) -> dict[str, Any]:
    """Return the dashboard; keywords replace what it says."""
    return {
        "uid": "test",
        "title": "All kinds",
        "description": "Is everything drawn?",
        "schemaVersion": 39,
        "time": {"from": str(START * 1000), "to": str(END * 1000)},
        "templating": {"list": [
            {"name": "datasource", "type": "datasource", "query": "prometheus",
             "current": {"text": "P", "value": "main"}},
            {"name": "region", "label": "Region", "type": "query", "datasource": SOURCE,
             "query": {"query": "label_values(latency, region)"}, "multi": True,
             "includeAll": True, "allValue": ".+",
             "current": {"text": ["All"], "value": ["$__all"]}},
        ]},
        "annotations": {"list": [
            {"name": "Alerts", "enable": True, "datasource": SOURCE, "iconColor": "red",
             "expr": 'ALERTS{alertstate="firing"}', "step": "60s",
             "titleFormat": "{{alertname}}", "textFormat": "<b>{{severity}}</b>"},
        ]},
        "panels": _panels(),
        **more,
    }  # fmt: skip


def write(folder: Path, name: str = "all", **more: Any) -> Path:
    """Write the dashboard to a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(board(**more)), encoding="utf-8")
    return path
