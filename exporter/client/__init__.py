"""This program as a client: HTTP to servers of the monitoring, one deadline a conversation."""
