"""Tests of the SQLite files of this program."""
