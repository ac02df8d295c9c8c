// The grid of panels: rows under a question, lines within them, each line as high as its highest panel.
local full = 24;
local widths = [4, 6, 8, 12, 24];

local sum(numbers) = std.foldl(function(a, b) a + b, numbers, 0);
local height(panels) = std.foldl(function(highest, panel) std.max(highest, panel.height), panels, 0);

// A line of panels from the left; panels are left at `left`, which is full in the end.
local line(panels, left, top, high) =
  if std.length(panels) == 0 then
    assert left == full : 'a line of panels at %d is %d wide, not %d' % [top, left, full];
    []
  else
    local panel = panels[0];
    [panel { gridPos: { h: high, w: panel.width, x: left, y: top } }]
    + line(panels[1:], left + panel.width, top, high);

local lines(found, top) =
  if std.length(found) == 0 then []
  else
    local high = height(found[0]);
    line(found[0], 0, top, high) + lines(found[1:], top + high);

local header(row, top, panels) = {
  collapsed: row.collapsed,
  gridPos: { h: 1, w: full, x: 0, y: top },
  id: row.number,
  panels: panels,
  title: row.title,
  type: 'row',
};

// The panels of rows, from the top; those of a collapsed row are inside it.
local placed(rows, top) =
  if std.length(rows) == 0 then []
  else
    local row = rows[0];
    local below = lines(row.lines, top + 1);
    if row.collapsed then [header(row, top, below)] + placed(rows[1:], top + 1)
    else [header(row, top, [])] + below + placed(rows[1:], top + 1 + sum([height(found) for found in row.lines]));

// A line without the panels whose data is not exported; the others take their room.
local without_missing(line) =
  local kept = [panel for panel in line if !panel.missing];
  local count = std.length(kept);
  if count == std.length(line) then [
    assert std.member(widths, panel.width) : 'panel %s is %d wide' % [panel.title, panel.width];
    panel
    for panel in line
  ]
  else std.mapWithIndex(
    function(i, panel) panel {
      width:: std.floor(full / count) + (if i == count - 1 then full - count * std.floor(full / count) else 0),
    }, kept
  );

local shown(row) = row { lines: [line for line in std.map(without_missing, row.lines) if line != []] };

function(rows) placed([row for row in std.map(shown, rows) if row.lines != []], 0)
