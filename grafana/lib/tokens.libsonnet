// The meaning of colours, lines and fills, the same on every board.
// The hues are Okabe and Ito's, which people who confuse red and green tell apart, darkened until
// each stands out three to one on white and on Grafana's dark panels.
{
  colours: {
    errors: '#D55E00',
    latency: '#0072B2',
    traffic: '#B8659A',
    cache: '#3D9BD1',
    resource: '#A68B00',
    ok: '#009E73',
    past: '#808080',
    limit: '#808080',
    band: '#808080',
    anomaly: '#D1344B',
    hidden: 'transparent',
    plain: 'text',
  },
  severities: {
    critical: '#D1344B',
    high: '#D55E00',
    medium: '#C98500',
    low: '#3D9BD1',
    none: '#808080',
  },
  classes: {
    '1xx': '#808080',
    '2xx': '#009E73',
    '3xx': '#3D9BD1',
    '4xx': '#B8659A',
    '5xx': '#D55E00',
  },
  states: { active: '#009E73', idle: '#808080' },
  // Of series that differ by a label only: in this order, by the order of the settings.
  series: ['#0072B2', '#C98500', '#009E73', '#B8659A', '#3D9BD1', '#D55E00', '#A68B00', '#808080'],
  line: { width: 2, fill: 0, area: 12, stacked: 25, band: 15, dash: [8, 6] },
  widths: { column: 60 },  // Grafana's own minimum, 150, pushes columns out of sight
  // In pixels, of figures and bars that are several: Grafana's own choice is unreadable or too large.
  texts: { stat: { titleSize: 13, valueSize: 18 }, ranking: { titleSize: 14, valueSize: 16 } },
  heights: { stat: 4, chart: 8, table: 8, timeline: 9 },
}
