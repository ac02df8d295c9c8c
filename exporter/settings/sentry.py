"""The parts of `notifications` on Sentry, and on who notices that notifications stop."""

from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from exporter.settings.addresses import Endpoint, SecretWebUrl, ServerFile, text_form
from exporter.settings.types import Section, Switch, key

Environment = Annotated[
    str,
    text_form(
        r"(?!None$)[^\s/\\]{1,64}",
        "is no environment of Sentry; write a word without spaces and slashes, such as production",
    ),
]


class SentrySettings(Section):
    """Which Sentry project gets alerts of low severity."""

    dsn_file: ServerFile = key(..., "File with the project's DSN.")
    bridge: Endpoint = key(
        "127.0.0.1:9842",
        "HOST:PORT at which Alertmanager reaches the bridge, where notifications.bridge is left "
        "out.",
    )
    environment: Environment = key(
        "production", "Environment of events and check-ins, where an alert has no such label."
    )
    own_errors: Switch = key(
        default=False,
        meaning="Whether unexpected errors of ionmon itself go there as well; applied at the next "
        "start.",
    )


def _either(path: ServerFile | None, info: ValidationInfo) -> ServerFile | None:
    if path is None and "url" in info.data and info.data["url"] is None:
        raise ValueError("is missing, as is url; write one of them")
    return path


class HeartbeatSettings(Section):
    """Which service notices that notifications no longer arrive."""

    url: SecretWebUrl = key(
        None,
        "Webhook of a service that raises an alarm when calls stop. It is written into "
        "alertmanager.yml.",
    )
    url_file: Annotated[ServerFile | None, AfterValidator(_either)] = key(
        None,
        "File with the address of such a service, which the bridge calls, and only while its own "
        "deliveries arrive as well. The bridge reads the file. Without a bridge Alertmanager calls "
        "it, from 0.26 on.",
    )
