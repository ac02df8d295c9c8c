"""The digest: once a day, what fired and how the service is, as a mail in HTML and text."""
