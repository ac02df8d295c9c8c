// From board to board, with time and variables.
{
  // To each of these boards: a list by tag would also have the copies that someone made by hand.
  boards(others): [
    {
      asDropdown: false,
      icon: 'dashboard',
      includeVars: true,
      keepTime: true,
      tags: [],
      targetBlank: false,
      title: board.title,
      tooltip: 'At this time and with these variables',
      type: 'link',
      url: '/d/' + board.uid,
    }
    for board in others
  ],
}
