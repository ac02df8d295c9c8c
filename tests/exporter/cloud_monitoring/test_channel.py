"""The channel: to a simulator without credentials, to Google with them."""

import json
from pathlib import Path

import grpc
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from exporter.cloud_monitoring.channel import CredentialsMissing, channel
from exporter.cloud_monitoring.client import CallLimits, MonitoringClient, SeriesQuery
from exporter.simulator.bulk import BulkWorld
from exporter.simulator.server import Simulator
from exporter.telemetry import Telemetry
from tests.clocks import HandClock
from tests.exporter.simulator.asking import COUNT, NOON


def test_a_page_above_grpc_s_usual_limit_is_taken() -> None:
    """The channel to a simulator takes a response of more than 4 MiB, and needs no credentials."""
    simulator = Simulator(BulkWorld(20_000), HandClock(NOON + 120))
    query = SeriesQuery(
        project="ion-demo",
        filter=f'metric.type = "{COUNT}"',
        start=(NOON - 60) * 10**9,
        end=NOON * 10**9,
    )
    with channel(simulator.start(), None, insecure=True) as opened:
        client = MonitoringClient(opened, CallLimits(), Telemetry(0.0))
        (page,) = client.pages(query)
    simulator.close()
    assert page.ByteSize() > 4 * 2**20
    assert len(page.time_series) == 20_000


def test_a_service_account_opens_a_channel(tmp_path: Path) -> None:
    """A key file of a service account is enough; nothing is asked before the first call."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    account = {
        "type": "service_account",
        "client_email": "reader@example.test",
        "token_uri": "https://example.test/token",
        "private_key": pem.decode(),
    }
    path = tmp_path / "key.json"
    path.write_text(json.dumps(account))
    with channel(None, path, insecure=False) as opened:
        assert isinstance(opened, grpc.Channel)


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"type": "service_account"}'])
def test_unusable_credentials_name_the_file_and_the_mend(tmp_path: Path, text: str | None) -> None:
    """A file that is not there, or is no key, is named, and three lines say what to do."""
    path = tmp_path / "key.json"
    if text is not None:
        path.write_text(text)
    with pytest.raises(CredentialsMissing) as caught:
        channel(None, path, insecure=False)
    first, second, third = str(caught.value).splitlines()
    reason = "no such file" if text is None else "not a Google key"
    assert first.startswith(f"{path}: unusable credentials, {reason}; ")
    assert "--google.credentials-file or google.credentials_file" in first
    assert "gcloud auth application-default login" in second
    assert "ionmon simulate" in third


def test_no_credentials_at_all_say_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without a file, an environment or a metadata server, no credentials are found."""
    for name in ("GOOGLE_APPLICATION_CREDENTIALS", "CLOUDSDK_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    with pytest.raises(CredentialsMissing, match=r"^no Google credentials found\.\n"):
        channel("localhost:1", None, insecure=False)
