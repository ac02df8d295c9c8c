"""promtool on rules and their tests: a case at a time, with the rules it needs, once a content."""
