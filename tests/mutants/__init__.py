"""Whether the tests of the core bite: its code is made wrong, a bit at a time."""
