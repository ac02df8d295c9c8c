"""An image of ours, and the whole system as a compose file."""

from collections.abc import Iterator

from exporter.settings import Settings
from generators import prometheus
from generators.alertmanager.build import TEMPLATES, configuration
from generators.alertmanager.plan import timers
from generators.deployment_targets import images, placed, programs
from generators.deployment_targets.manifests import written
from generators.deployment_targets.model import Body, DeploymentTarget, TargetInput
from generators.deployment_targets.needed_files import SystemProgram, all_files, needed_files
from generators.deployment_targets.placed import Hosts, PlacedSettings
from generators.deployment_targets.programs import ServerPaths, Words
from generators.deployment_targets.sizes import SIZES
from generators.files import MARK
from generators.grafana import provisioning
from generators.monitoring_config import CONFIG_FILE
from generators.output_folders import DASHBOARDS, PROVISIONING, RULE_FILES, SERVERS
from generators.rules.model import alerts

HOSTS = Hosts(
    exporter=f"exporter:{placed.EXPORTER_PORT}",
    bridge=f"bridge:{placed.BRIDGE_PORT}",
    prometheus="prometheus:9090",
    longterm="longterm:9090",
    alertmanager="alertmanager:9093",
)
IMAGE = "ion-monitoring"
_ROOT = "../.."  # of the generated files, from the compose file
_CONTAINERFILE = """\
# {mark}
# docker build -f deploy/container/Containerfile -t ion-monitoring PATH, where PATH is a clone of
# ion-monitoring. Pin the image of Python by its digest where builds have to be repeatable.
FROM {python} AS build
WORKDIR /src
COPY requirements.lock pyproject.toml README.md LICENSE ./
COPY exporter exporter
COPY generators generators
# Every package is checked against the hash in requirements.lock; of all of them, only those that
# ion-monitoring needs to run are installed.
RUN ["python", "-m", "venv", "/build"]
RUN ["/build/bin/python", "-m", "pip", "wheel", "--quiet", "--require-hashes", \
"--requirement", "requirements.lock", "--wheel-dir", "/wheels"]
RUN ["/build/bin/python", "-m", "pip", "install", "--quiet", "--upgrade", "--no-index", \
"--find-links", "/wheels", "setuptools", "wheel"]
RUN ["/build/bin/python", "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", \
"--wheel-dir", "/wheels", "."]
RUN ["python", "-m", "venv", "/opt/ionmon"]
RUN ["/opt/ionmon/bin/python", "-m", "pip", "install", "--quiet", "--no-index", "--find-links", \
"/wheels", "ion-monitoring"]
RUN ["/opt/ionmon/bin/python", "-m", "pip", "uninstall", "--yes", "--quiet", "pip", "setuptools"]

FROM {python}
LABEL org.opencontainers.image.title="ion-monitoring" \
org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /opt/ionmon /opt/ionmon
RUN ["install", "--directory", "--owner={user}", "--group={user}", "--mode=0700", "{state}"]
ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 IONMON_CONFIG={settings}
USER {user}:{user}
WORKDIR {folder}
VOLUME {state}
EXPOSE {exporter_port} {bridge_port}
ENTRYPOINT ["{ionmon}"]
CMD ["run"]
"""
_ABOUT = (
    "The whole system: docker compose -f deploy/container/compose.yaml up --detach",
    (
        "Build the image first, as the Containerfile says; IONMON_IMAGE names another one. Nothing "
        "is published beyond this machine: all pages are at 127.0.0.1."
    ),
)


def files(given: TargetInput) -> dict[str, str]:
    """Return the files by path."""
    at = placed.placed(given.document, given.settings, HOSTS)
    found = {
        "Containerfile": _containerfile(),
        "compose.yaml": written((*_ABOUT, *_needed(at.settings)), _compose(at.settings)),
        "monitoring.yaml": at.text,
        "alertmanager.yml": written((), _alertmanager(given, at)),
    }
    for path, text in prometheus.texts(at.settings, given.rules).items():
        found[path.removeprefix(f"{SERVERS}/")] = text
    datasources = provisioning.texts(at.settings)[f"{PROVISIONING}/datasources/ion.yaml"]
    return {**found, "datasources.yaml": datasources}


TARGET = DeploymentTarget("an image, and the whole system as a compose file", files)


def _containerfile() -> str:
    return _CONTAINERFILE.format(
        mark=MARK,
        python=images.PYTHON,
        user=placed.USER,
        state=placed.STATE,
        folder=placed.FOLDER,
        settings=placed.SETTINGS,
        ionmon=placed.IONMON,
        exporter_port=placed.EXPORTER_PORT,
        bridge_port=placed.BRIDGE_PORT,
    )


def _needed(settings: Settings) -> Iterator[str]:
    """Yield which files have to lie beside the compose file, and who has to read them."""
    files = all_files(settings)
    if files:
        yield (
            "Secrets lie in secrets/ beside this file, and containers see them as they are there: "
            f"user {placed.USER} reads those of ours, {_NOBODY} those of Alertmanager and "
            "Prometheus, so let the folder be 0700 and each file 0444."
        )
        yield from (f"- secrets/{file.name}: {file.holds}" for file in files)


_NOBODY = 65534  # the user of Prometheus' own images


def _alertmanager(given: TargetInput, at: PlacedSettings) -> Body:
    config = configuration(at.settings, tuple(alerts(given.rules.all)), timers(at.settings))
    return {**config, "templates": ["templates/*.tmpl"]}


def _compose(settings: Settings) -> Body:
    services = dict(_services(settings))
    files = all_files(settings)
    secrets = {file.name: {"file": f"./secrets/{file.name}"} for file in files}
    volumes = [v.split(":")[0] for s in services.values() for v in s["volumes"] if v[0] not in "./"]
    return {
        "name": "ion-monitoring",
        "services": services,
        "volumes": {name: {} for name in volumes},
        **({"secrets": secrets} if secrets else {}),
    }


def _services(settings: Settings) -> Iterator[tuple[str, Body]]:
    yield "exporter", _ours(settings, SystemProgram.EXPORTER)
    if settings.notifications.active_bridge is not None:
        yield "bridge", _ours(settings, SystemProgram.BRIDGE)
    yield "prometheus", _prometheus(settings)
    if settings.prometheus.longterm is not None:
        yield "longterm", _longterm()
    yield "alertmanager", _alerting(settings)
    yield "grafana", _grafana()


def _ours(settings: Settings, reader: SystemProgram) -> Body:
    """Return a program of ours; its state lies in a volume of its own."""
    is_exporter = reader is SystemProgram.EXPORTER
    port = placed.EXPORTER_PORT if is_exporter else placed.BRIDGE_PORT
    words = (
        programs.exporter(placed.IONMON, placed.SETTINGS)
        if is_exporter
        else programs.bridge(placed.IONMON, placed.SETTINGS, f"--web.listen-address=:{port}")
    )
    size = SIZES[reader]
    # An HTTPConnection goes to this container whatever proxy its environment names.
    probe = (
        "import http.client as h; "
        f"c = h.HTTPConnection('127.0.0.1', {port}, timeout=4); "
        "c.request('GET', '/-/healthy'); exit(c.getresponse().status != 200)"
    )
    return {
        "image": f"${{IONMON_IMAGE:-{IMAGE}}}",
        "pull_policy": "never",  # no registry's image of that name is ours
        "command": list(words[1:]),
        **_guarded(f"{placed.USER}:{placed.USER}"),
        "mem_limit": f"{size.most_mebibytes}m",
        "ports": [f"127.0.0.1:{port}:{port}"],
        "volumes": [
            f"{reader}-state:{placed.STATE}",
            f"./monitoring.yaml:{placed.SETTINGS}:ro",
            f"{_ROOT}/{CONFIG_FILE}:{placed.GENERATED}/monitoring_config.json:ro",
        ],
        **_secrets(settings, reader),
        "healthcheck": {
            "test": ["CMD", "/opt/ionmon/bin/python", "-c", probe],
            "interval": "20s",
            "timeout": "5s",
            "start_period": "60s",
        },
    }


def _guarded(user: str) -> Body:
    """Return what every container has: no rights, and a root file system that stays as it is."""
    return {
        "restart": "unless-stopped",
        "user": user,
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "tmpfs": ["/tmp:size=16m,mode=1777"],  # noqa: S108 - a folder of the container's own
    }


def _secrets(settings: Settings, reader: SystemProgram) -> Body:
    files = needed_files(settings, reader)
    listed = [{"source": f.name, "target": f.below(placed.FOLDER)} for f in files]
    return {"secrets": listed} if listed else {}


def _prometheus(settings: Settings) -> Body:
    words = programs.prometheus(settings, _paths("/etc/prometheus/prometheus.yml", "/prometheus"))
    return _server(images.PROMETHEUS, words, "9090:9090") | {
        "volumes": [*_prometheus_volumes("prometheus")],
        **_secrets(settings, SystemProgram.PROMETHEUS),
    }


def _longterm() -> Body:
    config = "/etc/prometheus/prometheus-longterm.yml"
    words = programs.longterm(_paths(config, "/prometheus"))
    volumes = [*_prometheus_volumes("prometheus-longterm")]
    return _server(images.PROMETHEUS, words, "9091:9090") | {"volumes": volumes}


def _prometheus_volumes(name: str) -> Iterator[str]:
    yield f"{name}-data:/prometheus"
    yield f"./{name}.yml:/etc/prometheus/{name}.yml:ro"
    yield f"{_ROOT}/{RULE_FILES}:/etc/prometheus/rules:ro"


def _alerting(settings: Settings) -> Body:
    paths = _paths("/etc/alertmanager/alertmanager.yml", "/alertmanager")
    words = programs.alertmanager(settings, paths)
    return _server(images.ALERTMANAGER, words, "9093:9093") | {
        "volumes": [
            "alertmanager-data:/alertmanager",
            "./alertmanager.yml:/etc/alertmanager/alertmanager.yml:ro",
            f"{_ROOT}/{TEMPLATES}:/etc/alertmanager/templates:ro",
        ],
        **_secrets(settings, SystemProgram.ALERTMANAGER),
    }


def _paths(config: str, data: str) -> ServerPaths:
    return ServerPaths(program="", config=config, data=data)


def _server(image: str, words: Words, ports: str) -> Body:
    """Return a server whose image has the program as its entry point."""
    return {
        "image": image,
        "command": list(words[1:]),
        **_guarded(f"{_NOBODY}:{_NOBODY}"),
        "ports": [f"127.0.0.1:{ports}"],
    }


def _grafana() -> Body:
    provisioned = "/etc/grafana/provisioning"
    return {
        "image": images.GRAFANA,
        **_guarded("472:0"),
        "ports": ["127.0.0.1:3000:3000"],
        "volumes": [
            "grafana-data:/var/lib/grafana",
            f"./datasources.yaml:{provisioned}/datasources/ion.yaml:ro",
            f"{_ROOT}/{PROVISIONING}/dashboards:{provisioned}/dashboards:ro",
            f"{_ROOT}/{DASHBOARDS}:{provisioning.MOUNTED}:ro",
        ],
    }
