"""How templates of Alertmanager are written: definitions, and the first lines of a file."""

from generators.files import MARK


def head(about: str) -> str:
    """Return the first lines of a file of templates."""
    return f"{{{{/* {MARK} */}}}}\n{{{{/* {about} */}}}}\n"


def define(name: str, text_: str) -> str:
    """Return a definition on lines of its own; the text is as it is written out."""
    return f'{{{{ define "{name}" }}}}{text_}{{{{ end }}}}\n'
