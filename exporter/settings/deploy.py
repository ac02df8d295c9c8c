"""The section of monitoring.yaml on where this machine's servers read their files."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

from exporter.settings.addresses import File, ServerFile, Text, WebFolder
from exporter.settings.types import Section, key


def _absolute(path: Path) -> Path:
    if not path.is_absolute():
        raise ValueError("is not an absolute path; write one such as /etc/prometheus/rules")
    return path


def _file_or_directory(directory: Path | None, info: ValidationInfo) -> Path | None:
    if directory is None and info.data.get("config_file", ...) is None:
        raise ValueError("is missing; write it, or config_file, or both")
    return directory


def _over_tls(path: Path | None, info: ValidationInfo) -> Path | None:
    if path is not None and not (info.data.get("url") or "").startswith("https://"):
        raise ValueError("goes with an https address; set url, such as https://127.0.0.1:9090")
    return path


def _with_username(path: Path | None, info: ValidationInfo) -> Path | None:
    if "username" in info.data and (path is None) != (info.data["username"] is None):
        raise ValueError("goes with username; write both or neither")
    return path


_Place = Annotated[ServerFile, AfterValidator(_absolute)]
_Directory = Annotated[_Place | None, AfterValidator(_file_or_directory)]
_Command = tuple[Text, ...]
_Authority = Annotated[File | None, AfterValidator(_over_tls)]
_CA_FILE = "File with the authority that signed its certificate; left out, those of the system."
_User = Text | None
_USERNAME = "User of its web configuration, with `password_file`."
_PasswordFile = Annotated[File | None, AfterValidator(_with_username)]
_PASSWORD_FILE = "File with that user's password."  # noqa: S105 - says what a file holds
_RELOAD = (
    "Command and arguments that reload it, such as [systemctl, reload, {unit}]; left out, POST "
    "to its {path}."
)


# Where the servers of Debian's packages read their files, a line of YAML for each.
DEBIAN_EXAMPLE = (
    (
        "prometheus: {config_file: /etc/prometheus/prometheus.yml, "
        "reload_command: [systemctl, reload, prometheus]}"
    ),
    (
        "alertmanager: {config_file: /etc/prometheus/alertmanager.yml, "
        "reload_command: [systemctl, reload, prometheus-alertmanager]}"
    ),
    "grafana: {dashboards_directory: /etc/grafana/dashboards/ion}",
)


class DeployedPrometheus(Section):
    """A Prometheus, and where it reads its files."""

    url: WebFolder | None = key(None, "Its address; left out, that of `prometheus`.")
    ca_file: _Authority = key(None, _CA_FILE)
    username: _User = key(None, _USERNAME)
    password_file: _PasswordFile = key(None, _PASSWORD_FILE)
    config_file: _Place | None = key(
        None, "Its prometheus.yml; left out, that file stays your own and has to load the rules."
    )
    rules_directory: _Directory = key(
        None, "Directory of its rule files; left out, `rules` beside config_file."
    )
    reload_command: _Command = key(
        (), _RELOAD.format(unit="prometheus", path="/-/reload, which --web.enable-lifecycle allows")
    )


class DeployedAlertmanager(Section):
    """An Alertmanager, and where it reads its files."""

    url: WebFolder | None = key(None, "Its address; left out, the first of `prometheus`.")
    ca_file: _Authority = key(None, _CA_FILE)
    username: _User = key(None, _USERNAME)
    password_file: _PasswordFile = key(None, _PASSWORD_FILE)
    config_file: _Place | None = key(
        None, "Its alertmanager.yml; left out, that file stays your own, with its routes."
    )
    templates_directory: _Directory = key(
        None, "Directory of its templates; left out, `templates` beside config_file."
    )
    reload_command: _Command = key(
        (), _RELOAD.format(unit="prometheus-alertmanager", path="/-/reload")
    )


class DeployedGrafana(Section):
    """Where Grafana, or Git Sync, reads files."""

    dashboards_directory: _Place = key(..., "Directory of the dashboards.")
    provisioning_directory: _Place | None = key(
        None, "Grafana's provisioning; left out, only dashboards are written."
    )


class DeploySettings(Section):
    """Where `ionmon deploy` writes on this machine; a server that is left out is left alone."""

    alertmanager: DeployedAlertmanager | None = key(None, "The Alertmanager of this machine.")
    longterm: DeployedPrometheus | None = key(None, "The Prometheus that keeps 90 days.")
    prometheus: DeployedPrometheus | None = key(None, "The Prometheus that scrapes.")
    grafana: DeployedGrafana | None = key(None, "Grafana's files.")
    state_directory: _Place | None = key(
        None,
        "Directory of what was deployed, and of a deploy that is not finished; by default `deploy` "
        "in the service's or the user's state directory.",
    )
