"""The first step of ionmon deploy: the set is checked as ionmon check does."""

from exporter.commands.terminal import progress
from exporter.errors import IonmonError
from exporter.settings import cache_directory
from generators.checks import run
from generators.checks.engine.gathering import CheckRequest
from generators.commands.deploy_options import DeployOptions, GivenDeploy
from generators.deploy.model import StepOutcome, StepResult
from generators.promtool.kept_results import KeptResults

CHECK = "check"
_NAMED = 10  # problems that an error lists


def checked(found: GivenDeploy, options: DeployOptions) -> StepResult:
    """Return what was checked. Raises IonmonError with the problems."""
    folder = cache_directory()
    kept = KeptResults(folder and folder / "check")
    request = CheckRequest(found.root, found.settings)
    with progress("checking the set", shown=not options.quiet) as bar:

        def count(what: str, done: int, total: int) -> None:
            bar.show(what)
            bar.reach(done, total or None)

        result = run.run(request, count, kept, offline=options.offline)
    if result.problems:
        first = [f"  {problem}" for problem in result.problems[:_NAMED]]
        more = len(result.problems) - _NAMED
        listed = "\n".join([*first, f"  and {more} more"] if more > 0 else first)
        raise IonmonError(f"{found.root}: does not pass ionmon check:\n{listed}")
    by = "without promtool and amtool" if options.offline else "by promtool and amtool, too"
    text = f"no problem in {result.rules} rules of {result.files} files, {by}"
    return StepResult(CHECK, StepOutcome.DONE, text)
