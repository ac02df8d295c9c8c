"""What to do when an alert fires: statements as data, and the pages that they become."""
