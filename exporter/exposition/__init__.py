"""From a snapshot to the bytes that a scrape answers with."""
