"""Literals of Terraform's language."""

import json


def literal(text: str) -> str:
    """Return a string literal; in one, ${ and %{ would begin templates."""
    return json.dumps(text).replace("${", "$${").replace("%{", "%%{")
