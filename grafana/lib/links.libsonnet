// From board to board, with time and variables.
{
  boards(tag): {
    asDropdown: true,
    icon: 'external link',
    includeVars: true,
    keepTime: true,
    tags: [tag],
    targetBlank: false,
    title: 'Boards',
    tooltip: 'The other boards, at this time and with these variables',
    type: 'dashboards',
    url: '',
  },
}
