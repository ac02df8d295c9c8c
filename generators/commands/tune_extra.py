"""Says what to install where a command needs numpy and it is not there."""

from importlib.util import find_spec

from exporter.errors import IonmonError


def require_numpy(command: str) -> None:
    """Raise IonmonError, with what to type, where numpy is not installed."""
    if find_spec("numpy") is None:
        raise IonmonError(
            f"ionmon {command} computes with numpy, which is not installed; "
            "install it: pip install 'ion-monitoring[tune]'"
        )
