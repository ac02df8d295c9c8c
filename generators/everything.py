"""All generated files, by path; a generator is one line here."""

from generators import log_metrics, reference, settings_reference

GENERATORS = (reference.texts, settings_reference.texts, log_metrics.texts)


def texts() -> dict[str, str]:
    """Return every generated text by its path below the root."""
    found: dict[str, str] = {}
    for generator in GENERATORS:
        found.update(generator())
    return found
