"""The backfill, module by module; tests/e2e/test_backfill.py has the whole."""
