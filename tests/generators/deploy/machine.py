"""A machine with two Prometheus servers and an Alertmanager, as a deploy finds them."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from exporter.settings import Settings
from generators.deploy.in_force import before
from generators.deploy.journal import DeployState
from generators.deploy.model import DeployStep, StepResult
from generators.deploy.planned import planned
from generators.deploy.run import DeployRun, apply, keep_record
from generators.deploy.state import state
from generators.deploy.survey import StepSurvey, survey
from tests.servers import alertmanager, free_port, prometheus

LIFECYCLE = "--web.enable-lifecycle"
OTHERS = "groups: [{name: others, rules: [{record: others:one, expr: vector(1)}]}]\n"


@dataclass
class Machine:
    """Its files below `root`, and the ports of its servers."""

    root: Path
    ports: Mapping[str, int]
    stack: ExitStack = field(default_factory=ExitStack)
    told: list[StepResult] = field(default_factory=list)
    prometheus: ExitStack = field(default_factory=ExitStack)

    @property
    def at(self) -> DeployState:
        """Where a deploy keeps note."""
        return DeployState(self.root / "state")

    def settings(self, **changed: Any) -> Settings:
        """Return settings with the places of its servers."""
        sections: dict[str, dict[str, str]] = {
            name: {"url": f"http://127.0.0.1:{port}", "config_file": str(self.config(name))}
            for name, port in self.ports.items()
        }
        grafana = {
            "dashboards_directory": str(self.root / "grafana/boards"),
            "provisioning_directory": str(self.root / "grafana/provisioning"),
        }
        body: dict[str, Any] = {**sections, "grafana": grafana}
        for name, values in changed.items():
            body[name] = {**body[name], **values}
        body["state_directory"] = str(self.at.directory)
        return Settings.model_validate({"prometheus": {"longterm": "127.0.0.1:9"}, "deploy": body})

    def config(self, name: str) -> Path:
        """Return the configuration file of a server."""
        file = "alertmanager.yml" if name == "alertmanager" else "prometheus.yml"
        return self.root / name / file

    def steps(self, texts: dict[str, str], **changed: Any) -> tuple[DeployStep, ...]:
        """Return the steps of a set."""
        return planned(texts, self.settings(**changed))

    def surveyed(self, steps: tuple[DeployStep, ...]) -> tuple[StepSurvey, ...]:
        """Return what a deploy would do."""
        return survey(steps, self.at.record())

    def run(self, steps: tuple[DeployStep, ...], **changed: Any) -> DeployRun:
        """Return a deploy of steps."""
        self.at.make()
        return replace(
            DeployRun(
                steps=self.surveyed(steps),
                state=self.at,
                record=self.at.record(),
                texts={},
                now=0,
                patience=60,
                evaluation=60,
            ),
            **changed,
        )

    def deploy(
        self,
        steps: tuple[DeployStep, ...],
        then: Callable[[StepResult], None] = lambda _: None,
        **changed: Any,
    ) -> list[StepResult]:
        """Deploy, and return what was told of each step."""
        self.told = []

        def tell(found: StepResult) -> None:
            self.told.append(found)
            then(found)

        run = self.run(steps, **changed)
        if any(one.due for one in run.steps):
            apply(run, tell)
        else:
            keep_record(run)
        return self.told

    def files(self) -> dict[str, tuple[bytes, int, int, int]]:
        """Return each file that a server reads: its bytes, mode, owner and time."""
        found = {}
        for name in (*self.ports, "grafana"):
            for path in sorted((self.root / name).rglob("*")):
                if (
                    path.is_file()
                    and not {"data", "storage"} & set(path.parts)
                    and path.suffix != ".log"
                ):
                    stat = path.stat()
                    known = (stat.st_mode, stat.st_uid, stat.st_mtime_ns)
                    found[str(path.relative_to(self.root))] = (path.read_bytes(), *known)
        return found

    def in_force(self) -> dict[str, tuple[Any, ...]]:
        """Return what every server has in force."""
        found = {}
        for step in self.steps_of_servers():
            assert step.server is not None
            now = state(step.server)
            then = before(now)
            found[step.name] = (then.config, then.rules, then.reload_ok, now.config_hash)
        return found

    def reloads(self) -> dict[str, float]:
        """Return when each server last read its files."""
        return {
            step.name: state(step.server).reloaded_at
            for step in self.steps_of_servers()
            if step.server is not None
        }

    def steps_of_servers(self) -> list[DeployStep]:
        """Return a step of each server, to be asked."""
        from tests.generators.deploy.small_sets import small_set  # noqa: PLC0415 - a cycle

        return [step for step in self.steps(small_set()) if step.server is not None]


@contextmanager
def machine(root: Path, *options: str) -> Iterator[Machine]:
    """Run the servers on configurations of nobody, with a rule file of somebody else."""
    with ExitStack() as stack:
        ports = {name: free_port() for name in ("alertmanager", "longterm", "prometheus")}
        made = Machine(root, ports, stack)
        for name in ports:
            (root / name / "rules").mkdir(parents=True)
        (root / "prometheus/rules/others.yml").write_text(OTHERS)
        started(made, "longterm", "global: {}\n", *options)
        made.prometheus = started(made, "prometheus", "global: {}\n", *options)
        path = made.config("alertmanager")
        path.write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
        stack.enter_context(alertmanager(root / "alertmanager", path, port=ports["alertmanager"]))
        yield made


def started(made: Machine, name: str, config: str, *options: str) -> ExitStack:
    """Start a Prometheus of the machine; closing the stack that is returned ends it."""
    one = made.stack.enter_context(ExitStack())
    folder = made.root / name
    one.enter_context(prometheus(folder, config, *(options or (LIFECYCLE,)), port=made.ports[name]))
    return one
