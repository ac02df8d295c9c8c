"""The file of --web.config.file."""

from pathlib import Path

import bcrypt
import pytest

from exporter.errors import SettingsError
from exporter.logs import redaction
from exporter.web.config import RateLimit, TlsConfig, WebConfig, load

HASH = "$2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze"
# The sample that the documentation of exporter-toolkit links to (docs/web-config.yml), unchanged.
SAMPLE = """\
# TLS and basic authentication configuration example.
#
# Additionally, a certificate and a key file are needed.
tls_server_config:
  cert_file: server.crt
  key_file: server.key

# Usernames and passwords required to connect.
# Passwords are hashed with bcrypt: https://github.com/prometheus/exporter-toolkit/blob/master/\
docs/web-configuration.md#about-bcrypt.
basic_auth_users:
  alice: $2y$10$mDwo.lAisC94iLAyP81MCesa29IzH37oigHC/42V2pdJlUprsJPze
  bob: $2y$10$hLqFl9jSjoAAy95Z/zw8Ye8wkdMBM8c5Bn1ptYqP/AXyV0.oy0S8m
"""
# Every other key that its documentation names.
FULL = """\
tls_server_config:
  cert: certificate
  key: the-private-key
  client_ca: authority
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [prometheus.example]
  min_version: TLS12
  max_version: TLS13
  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256]
  prefer_server_cipher_suites: false
  curve_preferences: [CurveP256]
http_server_config:
  http2: false
  headers:
    Content-Security-Policy: default-src 'self'
    X-Frame-Options: deny
    X-Content-Type-Options: nosniff
    X-XSS-Protection: 1; mode=block
    Strict-Transport-Security: max-age=31536000
rate_limit:
  interval: 1s
  burst: 5
"""


def written(home: Path, text: str) -> Path:
    """Write a web configuration and return its path."""
    path = home / "web.yml"
    path.write_text(text)
    return path


def test_the_sample_of_exporter_toolkit(tmp_path: Path) -> None:
    """It is read unchanged; its files lie beside it."""
    found = load(written(tmp_path, SAMPLE))
    files = (tmp_path / "server.crt", tmp_path / "server.key")
    expected = WebConfig(
        tls_server_config=TlsConfig(cert_file=files[0], key_file=files[1]),
        basic_auth_users={
            "alice": HASH,
            "bob": "$2y$10$hLqFl9jSjoAAy95Z/zw8Ye8wkdMBM8c5Bn1ptYqP/AXyV0.oy0S8m",
        },
    )
    assert expected == found
    assert files == found.files()


def test_every_key_of_exporter_toolkit(tmp_path: Path) -> None:
    """All keys that its documentation names are known, and arrive."""
    found = load(written(tmp_path, FULL))
    tls = found.tls_server_config
    assert tls is not None
    assert tls.client_allowed_sans == ("prometheus.example",)
    assert (tls.cert, tls.client_ca, tls.prefer_server_cipher_suites) == (
        "certificate",
        "authority",
        False,
    )
    assert RateLimit(interval=1.0, burst=5) == found.rate_limit
    assert found.http_server_config.headers["X-XSS-Protection"] == "1; mode=block"
    assert found.files() == ()


def test_the_smallest_file_asks_for_nothing(tmp_path: Path) -> None:
    """A file with one switch leaves the page open, in clear, without a limit."""
    found = load(written(tmp_path, "http_server_config: {http2: true}\n"))
    assert WebConfig() == found
    assert (found.tls_server_config, dict(found.basic_auth_users)) == (None, {})
    assert found.rate_limit.interval == 0


PAIR = "tls_server_config:\n  cert_file: c\n  key_file: k\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tls_config: {}\n", "1:1: tls_config: unknown key; did you mean 'tls_server_config'?"),
        (
            "tls_server_config:\n  cert_file: c\n",
            "1:1: tls_server_config: needs key_file, the private key of the certificate",
        ),
        (
            "tls_server_config:\n  key_file: k\n",
            "1:1: tls_server_config: needs cert_file, the server's certificate",
        ),
        (
            PAIR + "  cert: c\n",
            "4:3: tls_server_config.cert: sets the same as cert_file; remove one of the two",
        ),
        (
            PAIR + "  key: k\n",
            "4:3: tls_server_config.key: sets the same as key_file; remove one of the two",
        ),
        (
            PAIR + "  client_ca: a\n  client_ca_file: b\n",
            (
                "4:3: tls_server_config.client_ca: sets the same as client_ca_file; "
                "remove one of the two"
            ),
        ),
        (
            PAIR + "  client_auth_type: RequireAnyClientCert\n",
            (
                "4:3: tls_server_config.client_auth_type: accepts certificates without verifying "
                "them; write RequireAndVerifyClientCert or VerifyClientCertIfGiven"
            ),
        ),
        (
            PAIR + "  client_auth_type: VerifyClientCertIfGiven\n",
            (
                "4:3: tls_server_config.client_auth_type: needs client_ca_file: the authority "
                "that signs the clients' certificates"
            ),
        ),
        (
            PAIR + "  min_version: TLS13\n  max_version: TLS12\n",
            "5:3: tls_server_config.max_version: is lower than min_version",
        ),
        (
            PAIR + "  min_version: SSL30\n",
            (
                "4:3: tls_server_config.min_version: must be one of 'TLS10', 'TLS11', 'TLS12' or "
                "'TLS13'"
            ),
        ),
        (
            "http_server_config:\n  headers:\n    Set-Cookie: a\n",
            (
                "3:5: http_server_config.headers.Set-Cookie: must be one of "
                "'Content-Security-Policy', 'X-Frame-Options', 'X-Content-Type-Options', "
                "'X-XSS-Protection' or 'Strict-Transport-Security'"
            ),
        ),
        (
            "http_server_config:\n  headers:\n    X-Frame-Options: dény\n",
            (
                "3:5: http_server_config.headers.X-Frame-Options: is not a header's value; write "
                "printable ASCII without spaces around it"
            ),
        ),
        (
            "basic_auth_users:\n  alice: secret-in-clear\n",
            (
                "2:3: basic_auth_users.alice: is not a bcrypt hash of a cost from 4 to 19; "
                "htpasswd -nBC 10 USER writes one"
            ),
        ),
        (
            f"basic_auth_users:\n  'a:b': {HASH}\n",
            "2:3: basic_auth_users.a:b: is not a user name; it must not contain ':'",
        ),
        (
            "rate_limit:\n  interval: 5\n",
            "2:3: rate_limit.interval: a bare number; write its unit: '5s'",
        ),
        (
            "rate_limit:\n  interval: 800\n",
            "2:3: rate_limit.interval: a bare number; write its unit: '800ms' or '800s'",
        ),
        ("rate_limit:\n  burst: 0\n", "2:3: rate_limit.burst: must be at least 1"),
    ],
)
def test_each_wrong_key_is_refused(tmp_path: Path, text: str, expected: str) -> None:
    """Line, column, key and mend; nothing else, and no value."""
    path = written(tmp_path, text)
    with pytest.raises(SettingsError) as refused:
        load(path)
    assert f"{path}:{expected}" == str(refused.value)


@pytest.mark.parametrize("text", ["", "# nothing yet\n"])
def test_an_empty_file_asks_for_nothing(tmp_path: Path, text: str) -> None:
    """As in exporter-toolkit, a file without a key means neither TLS nor passwords."""
    assert load(written(tmp_path, text)) == WebConfig()


def test_a_file_without_keys_is_refused_in_its_own_words(tmp_path: Path) -> None:
    """The refusal shows nothing of another file's keys."""
    path = written(tmp_path, "- a list\n")
    with pytest.raises(SettingsError) as refused:
        load(path)
    assert str(refused.value) == f"{path}:1:1: must contain keys, such as 'key: value'"


def test_all_problems_are_reported_at_once(tmp_path: Path) -> None:
    """What YAML gets wrong and what the models refuse stand in one list, in the file's order."""
    path = written(tmp_path, "rate_limit:\n  burst: 0\nhttp_server_config:\n  http2: yes\n")
    with pytest.raises(SettingsError) as refused:
        load(path)
    found = [line.split(": ")[1] for line in str(refused.value).splitlines()]
    assert found == ["rate_limit.burst", "http_server_config.http2"]


def test_a_double_key_alone_is_refused(tmp_path: Path) -> None:
    """A file whose only fault is a key written twice is not taken."""
    path = written(tmp_path, "rate_limit: {burst: 1}\nrate_limit: {burst: 2}\n")
    with pytest.raises(SettingsError, match="2:1: rate_limit: is written twice"):
        load(path)


def test_an_inline_key_is_shown_nowhere(tmp_path: Path) -> None:
    """The refusal of another key holds nothing of it, nor does any text that is logged later."""
    path = written(tmp_path, FULL.replace("burst: 5", "burst: 0"))
    with pytest.raises(SettingsError) as refused:
        load(path)
    chain = f"{refused.value!r} {refused.value.__context__!r} {refused.value.__cause__!r}"
    assert "the-private-key" not in chain
    assert redaction.redacted("with the-private-key in it") == "with <secret> in it"


@pytest.mark.parametrize("letter", "./ABOUaeuz019")
def test_a_hash_that_is_taken_can_be_compared(tmp_path: Path, letter: str) -> None:
    """A salt's last letter carries two bits: what bcrypt would not read is refused here."""
    value = f"$2b$04${'a' * 21}{letter}{'b' * 31}"
    path = written(tmp_path, f"basic_auth_users:\n  alice: {value}\n")
    if letter in ".Oeu":
        users = load(path).basic_auth_users
        assert not bcrypt.checkpw(b"wrong", users["alice"].encode())
    else:
        with pytest.raises(SettingsError, match="is not a bcrypt hash"):
            load(path)


@pytest.mark.parametrize(
    "text",
    [
        "---\n",
        "null\n",
        "~\n",
        "basic_auth_users:\n",
        "tls_server_config:\nhttp_server_config:\nrate_limit:\n",
        "tls_server_config: {}\n",
        "http_server_config:\n  headers:\n  http2:\n",
        "rate_limit: {interval: null, burst: }\n",
    ],
)
def test_what_has_no_value_is_left_out(tmp_path: Path, text: str) -> None:
    """An empty document, section or key loads as one that is missing, as the toolkit loads it."""
    assert load(written(tmp_path, text)) == WebConfig()


def test_a_user_without_a_hash_is_refused(tmp_path: Path) -> None:
    """A user is never left out: without users everybody could read."""
    with pytest.raises(SettingsError, match=r"basic_auth_users\.alice: has no value"):
        load(written(tmp_path, "basic_auth_users:\n  alice:\n"))


@pytest.mark.parametrize("keys", ["cert_file:", "min_version: TLS12"])
def test_half_a_tls_section_is_refused(tmp_path: Path, keys: str) -> None:
    """Who begins to configure TLS does not get plain HTTP."""
    with pytest.raises(SettingsError, match="cert_file"):
        load(written(tmp_path, f"tls_server_config:\n  {keys}\n  key_file: server.key\n"))
