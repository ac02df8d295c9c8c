"""The first monitoring.yaml loads, and so does it with any line of it that is commented out."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from exporter.discovery.model import Discovery, FoundCache, FoundDatabase, FoundService
from exporter.discovery.settings_text import InitialSettings, scalar, settings_text
from exporter.settings import Settings, load
from generators.policy import policy


def cache(name: str, product: str, families: str) -> FoundCache:
    """Return a cache of the project."""
    return FoundCache(
        project="ion-demo", name=name, region="us-central1", product=product, families=families
    )


FULL = Discovery(
    called=("ion-demo",),
    services=(
        FoundService("ion-demo", "checkout", ("europe-west1",)),
        FoundService("ion-demo", "no", ("us-central1",)),
    ),
    databases=(FoundDatabase("ion-demo", "ion-demo:db", "us-central1", is_replica=True),),
    caches=(
        cache("ion-cache", "Redis", "memorystore_redis_*"),
        cache("ion-valkey", "Valkey", "memorystore_valkey_*"),
    ),
    balancers=("ion-map",),
)
FOUND = {
    "full": FULL,
    "empty": Discovery(called=("ion-demo",)),
    "scope": replace(FULL, others=tuple(f"ion-{n:02}" for n in range(100))),
    "several": replace(FULL, called=("ion-demo", "example.com:shop"), others=("ion-0",)),
    "logs": replace(FULL, log_metrics=True),
}
CHOSEN = InitialSettings(
    availability="99.9%",
    error_classes=("5xx",),
    slack_url_file=Path("slack-url"),
    slack_channel="#ion",
    redis=("10.0.0.3:6379", "10.0.0.4:6379"),
    endpoint="127.0.0.1:9850",
    insecure=True,
)
# A key that is commented out; prose has no colon after its first word.
OPTION = re.compile(r"^( *)# ([a-zA-Z_]+: .*)$", re.MULTILINE)


def loaded(folder: Path, text: str) -> Settings:
    """Return the settings of a text, which rules can be made for."""
    path = folder / "monitoring.yaml"
    path.write_text(text)
    settings = load(path)
    policy(settings)
    return settings


@pytest.mark.parametrize("name", FOUND)
@pytest.mark.parametrize("chosen", [InitialSettings(), CHOSEN], ids=["defaults", "chosen"])
def test_every_line_that_is_commented_out_is_valid(
    name: str, chosen: InitialSettings, tmp_path: Path
) -> None:
    """As it is written, with each of them alone, and with all of them; none is without effect."""
    text = settings_text(FOUND[name], chosen)
    before, options = loaded(tmp_path, text), list(OPTION.finditer(text))
    assert len(options) > 12
    for option in options:
        used = f"{text[: option.start()]}{option[1]}{option[2]}{text[option.end() :]}"
        assert loaded(tmp_path, used) != before, option[2]
    every = loaded(tmp_path, OPTION.sub(r"\1\2", text))
    assert every.google.budget_usd_per_month == 20


def test_what_was_found_and_chosen_is_in_force(tmp_path: Path) -> None:
    """Names, regions, objective, classes, channel, caches and endpoint are in the settings."""
    settings = loaded(tmp_path, settings_text(FULL, CHOSEN))
    assert settings.service.name == "checkout"
    assert settings.service.regions == ("europe-west1", "us-central1")
    assert settings.objectives.availability == 0.999
    assert settings.alerts.error_classes == ("5xx",)
    assert settings.notifications.slack is not None
    assert settings.notifications.slack.channel == "#ion"
    assert [target.url for target in settings.redis.targets] == [
        "redis://10.0.0.3:6379",
        "redis://10.0.0.4:6379",
    ]
    assert (settings.google.projects, settings.google.endpoint) == (("ion-demo",), "127.0.0.1:9850")


def test_a_scope_is_read_as_one(tmp_path: Path) -> None:
    """Where other projects' series came, the called project is read as their scope."""
    settings = loaded(tmp_path, settings_text(FOUND["scope"], InitialSettings()))
    assert (settings.google.scope, settings.google.projects) == ("ion-demo", ())
    several = loaded(tmp_path, settings_text(FOUND["several"], InitialSettings()))
    assert (several.google.scope, several.google.projects) == ("ion-demo", ("example.com:shop",))


def test_what_was_found_is_named() -> None:
    """Replicas and caches are there, with the command that shows an address, at most five each."""
    text = settings_text(FOUND["scope"], InitialSettings())
    assert "# Found in Cloud SQL - ion-demo:db in us-central1, a replica\n" in text
    assert "gcloud memorystore instances list --location=us-central1 --project=ion-demo" in text
    assert "# Found in the scope - 95 more\n" in text


@given(st.text(st.characters(exclude_categories=("Cs",)), min_size=1))
def test_any_text_is_one_value(text: str) -> None:
    """However hostile a name is, it is one value of YAML, which is that name."""
    assert yaml.safe_load(f"[{scalar(text)}]") == [text]


def test_the_link_to_silences_says_what_it_needs() -> None:
    """Debian's Alertmanager answers at its address, and has no page that silences."""
    lines = settings_text(FULL, CHOSEN).splitlines()
    (line,) = [line for line in lines if line.startswith("  # alertmanager: http")]
    assert "it has no web page" in line
