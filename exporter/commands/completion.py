"""ionmon completion: prints the script with which a shell completes ionmon's options."""

import click
from click.shell_completion import get_completion_class

HELP = """Print the script that completes ionmon's commands and options in a shell.

\b
  bash:  ionmon completion bash > ~/.local/share/bash-completion/completions/ionmon
  zsh:   ionmon completion zsh > "${fpath[1]}/_ionmon"
  fish:  ionmon completion fish > ~/.config/fish/completions/ionmon.fish
"""


@click.command("completion", help=HELP)
@click.argument("shell", type=click.Choice(("bash", "zsh", "fish")))
@click.pass_context
def command(context: click.Context, shell: str) -> None:
    """Print the script."""
    kind = get_completion_class(shell)
    if kind is None:
        raise click.ClickException(f"{shell}: no completion for this shell")
    root = context.find_root().command
    click.echo(kind(root, {}, "ionmon", "_IONMON_COMPLETE").source())
