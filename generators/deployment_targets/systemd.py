"""Units of systemd on Debian and Ubuntu: ours, and what is added to those of the packages.

Programs run as users without rights, see a file system that they cannot write to, and get their
secrets as credentials: root owns the files, and each program reads its own ones at the paths that
monitoring.yaml names.
"""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import PurePosixPath

from exporter.settings import Settings
from generators.deployment_targets import programs
from generators.deployment_targets.hardening import HARDENING
from generators.deployment_targets.model import DeploymentTarget, TargetInput
from generators.deployment_targets.needed_files import SystemProgram, all_files, needed_files
from generators.deployment_targets.programs import ServerPaths, Words
from generators.deployment_targets.sizes import SIZES
from generators.files import MARK
from generators.output_folders import SERVERS

HOME, STATE = "/etc/ionmon", "/var/lib/ionmon"
IONMON, SETTINGS = "/opt/ionmon/bin/ionmon", f"{HOME}/monitoring.yaml"
_OUT = f"{HOME}/{SERVERS}"
_PROMETHEUS, _ALERTMANAGER = "/usr/bin/prometheus", "/usr/bin/prometheus-alertmanager"
_DATA = "/var/lib"
_MAIN, _LONGTERM, _ALERTS = (
    f"prometheus/{name}" for name in ("metrics2", "longterm", "alertmanager")
)
_MODE = "0711"  # whoever knows a name may try to open it; root alone lists the folder
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
Lines = Iterable[tuple[str, str]]


def files(given: TargetInput) -> dict[str, str]:
    """Return the files by path; docs/running.md says where each goes."""
    settings = given.settings
    units = {
        "ionmon.service": _ours(
            settings, SystemProgram.EXPORTER, programs.exporter(IONMON, SETTINGS)
        ),
        "prometheus.service.d/ionmon.conf": _added(
            _secrets(settings, SystemProgram.PROMETHEUS),
            _MAIN,
            programs.prometheus(settings, _main(settings)),
        ),
        "prometheus-alertmanager.service.d/ionmon.conf": _added(
            _secrets(settings, SystemProgram.ALERTMANAGER),
            _ALERTS,
            programs.alertmanager(settings, _alerts(settings)),
        ),
    }
    if settings.notifications.active_bridge is not None:
        units["ionmon-bridge.service"] = _ours(settings, SystemProgram.BRIDGE, _bridge(settings))
    if settings.prometheus.longterm is not None:
        units["prometheus-longterm.service"] = _longterm(settings.prometheus.longterm)
    return {
        **{f"system/{name}": text for name, text in units.items()},
        "sysusers.d/ionmon.conf": f'# {MARK}\nu ionmon - "ion-monitoring" {STATE}\n',
        "tmpfiles.d/ionmon.conf": _folders(settings),
    }


TARGET = DeploymentTarget("systemd's units for Debian and Ubuntu, hardened", files)


def _bridge(settings: Settings) -> Words:
    bridge = settings.notifications.active_bridge
    tls = (f"--web.config.file={HOME}/bridge-web.yml",) if bridge and bridge.tls else ()
    return programs.bridge(IONMON, SETTINGS, *tls)


def _main(settings: Settings) -> ServerPaths:
    return ServerPaths(
        program=_PROMETHEUS,
        config=f"{_OUT}/prometheus.yml",
        data=f"{_DATA}/{_MAIN}",
        listen=_listening(settings.prometheus.address),
    )


def _alerts(settings: Settings) -> ServerPaths:
    return ServerPaths(
        program=_ALERTMANAGER,
        config=f"{_OUT}/alertmanager.yml",
        data=f"{_DATA}/{_ALERTS}",
        listen=_listening(settings.prometheus.alertmanagers[0]),
    )


def _listening(address: str) -> str:
    """Return what a server listens on that is reached at an address: that itself, or its port."""
    host, _, port = address.rpartition(":")
    return address if host in _LOOPBACK else f":{port}"


def _ours(settings: Settings, reader: SystemProgram, words: Words) -> str:
    """Return the unit of a program of ours; it is not tried again with settings that are wrong."""
    return _text(
        {
            "Unit": _unit(f"ion-monitoring, the {reader}"),
            "Service": (
                ("Type", "exec"),
                ("User", "ionmon"),
                ("StateDirectory", "ionmon"),
                ("StateDirectoryMode", "0700"),
                ("WorkingDirectory", HOME),
                *_started(words),
                ("RestartPreventExitStatus", "2 3"),
                *_written_to(settings, reader),
                *_secrets(settings, reader),
                ("MemoryMax", f"{SIZES[reader].most_mebibytes}M"),
                *HARDENING,
            ),
            "Install": _INSTALL,
        }
    )


_INSTALL = (("WantedBy", "multi-user.target"),)


def _unit(description: str) -> Lines:
    return (
        ("Description", description),
        ("Wants", "network-online.target"),
        ("After", "network-online.target time-sync.target"),
    )


def _started(words: Words) -> Lines:
    return (
        _start(words),
        ("ExecReload", "/bin/kill -HUP $MAINPID"),
        ("Restart", "on-failure"),
        ("RestartSec", "5s"),
    )


def _start(words: Words) -> tuple[str, str]:
    return "ExecStart", " ".join(words).replace("%", "%%")


def _written_to(settings: Settings, reader: SystemProgram) -> Lines:
    """Return the folder of a state file that does not lie in the unit's own one."""
    storage = settings.storage
    file = storage.journal_file if reader is SystemProgram.BRIDGE else storage.state_file
    return () if file is None else (("ReadWritePaths", str(file.parent)),)


def _secrets(settings: Settings, reader: SystemProgram) -> Iterator[tuple[str, str]]:
    """Yield a copy of each secret that the program alone may read, in place of root's own file."""
    for file in needed_files(settings, reader):
        path = file.below(HOME)
        yield "LoadCredential", f"{file.name}:{path}"
        yield "BindReadOnlyPaths", f"%d/{file.name}:{path}"


def _added(secrets: Lines, state: str, words: Words) -> str:
    """Return what is added to the unit of a Debian package: our flags, and hardening."""
    service = (("ExecStart", ""), _start(words), ("StateDirectory", state), *secrets, *HARDENING)
    return _text({"Service": service})


def _longterm(address: str) -> str:
    words = programs.longterm(
        ServerPaths(
            program=_PROMETHEUS,
            config=f"{_OUT}/prometheus-longterm.yml",
            data=f"{_DATA}/{_LONGTERM}",
            listen=_listening(address),
        )
    )
    return _text(
        {
            "Unit": _unit("Prometheus with 90 days, for ion-monitoring"),
            "Service": (
                ("User", "prometheus"),
                ("StateDirectory", _LONGTERM),
                *_started(words),
                ("TimeoutStopSec", "20s"),
                *HARDENING,
            ),
            "Install": _INSTALL,
        }
    )


def _folders(settings: Settings) -> str:
    """Return the folders of settings and secrets; the files in them are for root alone."""
    paths = dict.fromkeys(
        str(PurePosixPath(file.below(HOME)).parent) for file in all_files(settings)
    )
    lines = [f"d {path} {_MODE} root root" for path in paths if path != HOME]
    return "\n".join((f"# {MARK}", f"d {HOME} 0755 root root", *lines, ""))


def _text(sections: Mapping[str, Lines]) -> str:
    """Return a unit file."""
    body = "\n".join(
        f"[{name}]\n" + "".join(f"{key}={value}\n" for key, value in lines)
        for name, lines in sections.items()
    )
    return f"# {MARK}\n{body}"
