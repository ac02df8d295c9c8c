"""The projects of a metrics scope: they have the same resources, each under its own id."""

from collections.abc import Mapping
from dataclasses import dataclass

from exporter.simulator import deployment
from exporter.simulator.refusal import invalid


@dataclass(frozen=True, slots=True, kw_only=True)
class Projects:
    """The simulated project, which is the scoping project of `members` and of `empty` ones.

    members  further projects, with the same resources and the same traffic
    empty    projects without any resource
    """

    scoping: str = deployment.PROJECT
    members: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()

    def seen_from(self, project: str) -> tuple[str, ...]:
        """Return the projects whose series a call to a project returns."""
        if project == self.scoping:
            return (project, *self.members)
        return () if project in self.empty else (project,)

    def readable(self, project: str) -> bool:
        """Return whether a project is one of these."""
        return project == self.scoping or project in self.members or project in self.empty


ALONE = Projects()


def project_of(name: str) -> str:
    """Return the project of a request's name, projects/ID. Raises Refusal."""
    where, _, project = name.partition("/")
    if where != "projects" or not project:
        raise invalid(f"Field name had an invalid value of {name!r}.")
    return project.partition("/")[0]


def resource_in(project: str, resource: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of a resource as another project has it."""
    if project == deployment.PROJECT:
        return dict(resource)
    return {key: value.replace(deployment.PROJECT, project) for key, value in resource.items()}
