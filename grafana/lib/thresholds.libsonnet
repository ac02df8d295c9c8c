// Limits as Grafana's threshold steps: the colour changes where the alert fires.
local tokens = import 'tokens.libsonnet';

local rising(limits) =
  [{ color: tokens.colours.ok, value: null }]
  + [{ color: tokens.severities[l.severity], value: l.value } for l in limits];

// The worst limit is the lowest: each step's colour applies from its value up to the next limit.
local falling(limits) =
  local n = std.length(limits);
  [{ color: tokens.severities[limits[0].severity], value: null }]
  + [
    {
      color: if i + 1 < n then tokens.severities[limits[i + 1].severity] else tokens.colours.ok,
      value: limits[i].value,
    }
    for i in std.range(0, n - 1)
  ];

{
  // Colours of a value: fine, then what each limit passed means. Limits come in order of value.
  steps(limits, plain): {
    mode: 'absolute',
    steps:
      if std.length(limits) == 0 then [{ color: plain, value: null }]
      else if limits[0].above then rising(limits)
      else falling(limits),
  },

  // Lines across a chart, each in the colour of its alert's severity.
  lines(limits): {
    mode: 'absolute',
    steps: [{ color: tokens.colours.hidden, value: null }]
           + [{ color: tokens.severities[l.severity], value: l.value } for l in limits],
  },
}
