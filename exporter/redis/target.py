"""A configured Redis target: its addresses, its mode, and the credentials for it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

from exporter.errors import SettingsError

PORT = 6379
SENTINEL_PORT = 26379


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """Where one server listens: host and port, or the path of a Unix socket."""

    host: str
    port: int = 0
    path: str = ""

    def __str__(self) -> str:
        """Return the value of the label redis_node."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return self.path or f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisTarget:
    """A Redis server, a cluster, or a primary with its replicas, as configured.

    `url` is redis://host:port, rediss:// for TLS, unix:///path; several hosts, with commas, are
    sentinels of one group or nodes of one cluster. Sentinels get `username` and `password_file`,
    too, unless they have their own. `server_name` is the name in the certificates of all servers.
    `timeout` limits a whole poll, in seconds, as `interval` is. Raises SettingsError, whose text
    never repeats the URL.
    """

    name: str
    url: str
    mode: Literal["standalone", "sentinel", "cluster"] = "standalone"
    sentinel_master: str | None = None
    username: str | None = None
    password_file: Path | None = None
    sentinel_username: str | None = None
    sentinel_password_file: Path | None = None
    ca_file: Path | None = None
    cert_file: Path | None = None
    key_file: Path | None = None
    server_name: str | None = None
    insecure_skip_verify: bool = False
    timeout: float = 3.0
    interval: float = 15.0

    def __post_init__(self) -> None:
        """Refuse settings that contradict each other."""
        for wrong, text in (*_url_mistakes(self), *_mistakes(self)):
            if wrong:
                raise SettingsError(f"redis target {self.name!r}: {text}")
        self.addresses()

    @property
    def tls(self) -> bool:
        """Whether connections are encrypted."""
        return _split(self.url).scheme == "rediss"

    @property
    def server(self) -> str:
        """Which server it is, as the settings name it."""
        group = f"{self.sentinel_master}@" if self.sentinel_master else ""
        return group + ",".join(map(str, self.addresses()))

    def addresses(self) -> tuple[Address, ...]:
        """Return the servers that the URL names."""
        parts = _split(self.url)
        if parts.scheme == "unix":
            return (Address("", path=unquote(parts.path)),)
        port = SENTINEL_PORT if self.mode == "sentinel" else PORT
        try:
            return tuple(_address(host, port) for host in parts.netloc.split(","))
        except ValueError:
            text = "url: no host or no port from 1 to 65535, use redis://host:port"
            raise SettingsError(f"redis target {self.name!r}: {text}") from None


def _split(url: str) -> SplitResult:
    """Return the parts of a URL; no parts where it contains a user or password or is no URL."""
    try:
        return urlsplit(url if "@" not in url else "")
    except ValueError:
        return urlsplit("")


def _address(text: str, port: int) -> Address:
    parts = urlsplit(f"//{text}")
    if not parts.hostname or parts.port == 0:
        raise ValueError(text)
    return Address(parts.hostname, parts.port or port)


def _url_mistakes(target: RedisTarget) -> tuple[tuple[bool, str], ...]:
    parts = _split(target.url)
    unix = parts.scheme == "unix"
    return (
        ("@" in target.url, "url: contains a user or password, use username and password_file"),
        (
            parts.scheme not in {"redis", "rediss", "unix"},
            "url: unknown scheme, use redis://, rediss:// or unix://",
        ),
        (not unix and parts.path not in {"", "/"}, "url: ends in a path, leave it out"),
        (bool(parts.query or parts.fragment), "url: has options, use the target's own keys"),
        (unix and bool(parts.netloc or not parts.path), "url: names no socket, use unix:///path"),
        (unix and target.mode != "standalone", "url: a unix socket needs mode standalone"),
        (
            target.mode == "standalone" and "," in parts.netloc,
            "url: names several hosts, use a target for each, or mode sentinel or cluster",
        ),
    )


def _mistakes(target: RedisTarget) -> tuple[tuple[bool, str], ...]:
    files = target.ca_file or target.cert_file or target.key_file
    tls_only = files or target.server_name or target.insecure_skip_verify
    of_sentinels = target.sentinel_username or target.sentinel_password_file
    return (
        (
            target.mode not in {"standalone", "sentinel", "cluster"},
            "mode: unknown, use standalone, sentinel or cluster",
        ),
        (
            (target.mode == "sentinel") != bool(target.sentinel_master),
            "sentinel_master: goes with mode sentinel, and only with it",
        ),
        (
            bool(of_sentinels) and target.mode != "sentinel",
            "sentinel_username, sentinel_password_file: go with mode sentinel",
        ),
        (
            bool(target.sentinel_username) and not target.sentinel_password_file,
            "sentinel_username: goes with sentinel_password_file, name both",
        ),
        (
            bool(tls_only) and not target.tls,
            "ca_file, cert_file, key_file, server_name, insecure_skip_verify: need a rediss:// url",
        ),
        (bool(target.cert_file) != bool(target.key_file), "cert_file, key_file: name both or none"),
        (not target.timeout > 0, "timeout: must be above 0 seconds"),
        (not target.interval > 0, "interval: must be above 0 seconds"),
    )
