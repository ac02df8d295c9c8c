"""All generated files, by path; a generator is one line here."""

from generators import reference, settings_reference

GENERATORS = (reference.texts, settings_reference.texts)


def texts() -> dict[str, str]:
    """Return every generated text by its path below the root."""
    found: dict[str, str] = {}
    for generator in GENERATORS:
        found.update(generator())
    return found
