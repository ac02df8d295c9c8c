"""PromQL, read into a tree of frozen data and written from it."""
