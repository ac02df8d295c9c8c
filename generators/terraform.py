"""Literals of Terraform's language."""

import json


def literal(text: str) -> str:
    """Return a string literal; in one, ${ and %{ would begin templates.

    Letters beyond ASCII are written as they are: Terraform refuses halves of a pair, as JSON has.
    """
    return json.dumps(text, ensure_ascii=False).replace("${", "$${").replace("%{", "%%{")
