// A row: its number, the question that it answers, lines of panels.
{
  open(number, title, lines): { collapsed: false, lines: lines, number: number, title: title },
  closed(number, title, lines): { collapsed: true, lines: lines, number: number, title: title },
}
