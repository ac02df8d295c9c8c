"""A deploy to real servers behind TLS and a password, and each way in which that is set wrong."""

import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

import bcrypt
import pytest

from exporter.errors import IonmonError, SettingsError
from generators.deploy.model import DeployedServer, DeployStep, StepOutcome
from generators.deploy.state import state
from tests.exporter.web.certificates import ADDRESS, Authority
from tests.generators.deploy.machine import LIFECYCLE, Machine
from tests.generators.deploy.small_sets import OUT, small_set
from tests.servers import free_port, process, wait_until

pytestmark = pytest.mark.slow

PASSWORD = "only with this one"
NAMES = ("alertmanager", "longterm", "prometheus")


class Secured(Machine):
    """A machine whose servers ask for TLS and a user."""

    @property
    def access(self) -> dict[str, str]:
        """What the settings say of each server beside its files."""
        return {
            "ca_file": str(self.root / "ca.pem"),
            "username": "deployer",
            "password_file": str(self.root / "password"),
        }

    def steps(self, texts: dict[str, str], **changed: Any) -> tuple[DeployStep, ...]:
        """Return the steps of a set, with what says how its servers are reached."""
        own = {
            name: {"url": f"https://127.0.0.1:{port}", **self.access, **changed.get(name, {})}
            for name, port in self.ports.items()
        }
        return Machine.steps(self, texts, **{**changed, **own})

    def start(self, name: str) -> None:
        """Start a server, and wait until it is ready."""
        folder, port = self.root / name, self.ports[name]
        program = "prometheus-alertmanager" if name == "alertmanager" else "prometheus"
        storage = "--storage.path" if name == "alertmanager" else "--storage.tsdb.path"
        more = ["--cluster.listen-address="] if name == "alertmanager" else [LIFECYCLE]
        command = [
            program,
            f"--config.file={self.config(name)}",
            f"{storage}={folder / 'data'}",
            f"--web.listen-address=127.0.0.1:{port}",
            f"--web.config.file={self.root / 'web.yml'}",
            *more,
        ]
        log = folder / "server.log"
        running = self.stack.enter_context(process(command, log))
        wait_until(lambda: running.poll() is not None or self.ready(port), f"{name} is ready")
        assert running.poll() is None, log.read_text()

    def ready(self, port: int) -> bool:
        """Say whether a server is."""
        request = urllib.request.Request(f"https://127.0.0.1:{port}/-/ready")
        pair = b64encode(f"deployer:{PASSWORD}".encode()).decode()
        request.add_header("Authorization", f"Basic {pair}")
        trust = Authority.trust(self.authority)
        try:
            with urllib.request.urlopen(request, timeout=5, context=trust) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    authority: Authority


@pytest.fixture(scope="module")
def secured(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Secured]:
    """Run the servers on configurations of nobody."""
    root = tmp_path_factory.mktemp("secured")
    with ExitStack() as stack:
        made = Secured(root, {name: free_port() for name in NAMES}, stack)
        made.authority = Authority(root)
        made.authority.issue("server", ADDRESS)
        digest = bcrypt.hashpw(PASSWORD.encode(), bcrypt.gensalt(4)).decode()
        (root / "web.yml").write_text(
            f"tls_server_config: {{cert_file: server.pem, key_file: server.key}}\n"
            f"basic_auth_users: {{deployer: '{digest}'}}\n"
        )
        (root / "password").touch(mode=0o600)
        (root / "password").write_text(f"{PASSWORD}\n")
        for name in NAMES:
            (root / name / "rules").mkdir(parents=True)
            own = "route: {receiver: nobody}\nreceivers: [{name: nobody}]\n"
            made.config(name).write_text(own if name == "alertmanager" else "global: {}\n")
            made.start(name)
        yield made


def test_all_is_deployed_verified_and_put_back(secured: Secured) -> None:
    """Reload, configuration, rules and metrics are asked for with the user, and over TLS."""
    found = secured.deploy(secured.steps(small_set()))
    assert {one.step for one in found if one.outcome is StepOutcome.DONE} >= set(NAMES)
    assert secured.deploy(secured.steps(small_set())) == []
    files, servers = secured.files(), secured.in_force()
    broken = {
        **small_set("2"),
        f"{OUT}/rules/alerts.yml": "groups: [{name: a, rules: [{alert: A, expr: '1 +'}]}]\n",
    }
    with pytest.raises(IonmonError, match="refused the reload"):
        secured.deploy(secured.steps(broken))
    assert (secured.files(), secured.in_force()) == (files, servers)


def test_the_journal_has_no_password(secured: Secured) -> None:
    """It names the file, as the settings do."""
    texts = [path.read_text() for path in secured.at.directory.rglob("*") if path.is_file()]
    assert texts
    assert [text for text in texts if PASSWORD in text] == []


def server(secured: Secured, **changed: Any) -> DeployedServer:
    """Return Prometheus as settings that are wrong somewhere have it."""
    (found,) = (one.server for one in secured.steps(small_set()) if one.name == "prometheus")
    assert found is not None
    return replace(found, **changed)


def test_a_user_that_is_missing_or_wrong_is_named(secured: Secured, tmp_path: Path) -> None:
    """The message says which key to set."""
    missing = server(secured, username="", password_file=None)
    with pytest.raises(IonmonError, match=r"asks for a user; set username and password_file"):
        state(missing)
    path = tmp_path / "wrong"
    path.touch(mode=0o600)
    path.write_text("guessed")
    with pytest.raises(IonmonError, match=r"knows no deployer with the password in .*/wrong;"):
        state(server(secured, password_file=path))


def test_an_authority_that_is_missing_or_wrong_is_named(secured: Secured, tmp_path: Path) -> None:
    """So is a file that has none."""
    with pytest.raises(IonmonError, match=r"its certificate is not trusted: .*; set ca_file"):
        state(server(secured, ca_file=None))
    with pytest.raises(IonmonError, match=r"its certificate is not trusted: "):
        state(server(secured, ca_file=Authority(tmp_path).path))
    path = tmp_path / "empty"
    path.touch()
    with pytest.raises(SettingsError, match=r"empty: is no file with a certificate"):
        state(server(secured, ca_file=path))


def test_plain_http_where_tls_is_spoken_is_named(secured: Secured) -> None:
    """Prometheus answers it with 400."""
    url = server(secured).url.replace("https", "http")
    with pytest.raises(IonmonError, match="answers 400; correct the address"):
        state(server(secured, url=url, ca_file=None))
