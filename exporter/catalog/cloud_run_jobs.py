"""Cloud Run jobs: their executions and tasks."""

from exporter.catalog import labels
from exporter.catalog.build import DIST, DOUBLE, INT, D, G, Reads, Resource
from exporter.catalog.model import Family, Label, Unit

_JOB = Resource(
    prefix="run.googleapis.com/",
    type="cloud_run_job",
    labels=((labels.PROJECT, "project_id"), (labels.REGION, "location"), (labels.JOB, "job_name")),
)
_RESULT = Label("result", "how the execution ended", ("succeeded", "failed"))
_UTILIZATION = Reads(kind=D, value=DIST, unit=Unit.RATIO, near=(0.8,), span=(0.01, 2.0))
FAMILIES: tuple[Family, ...] = (
    _JOB.metric(
        "cloudrun_job_running_executions",
        "job/running_executions",
        Reads(kind=G, value=INT),
        "Job executions that are running.",
    ),
    _JOB.metric(
        "cloudrun_job_running_task_attempts",
        "job/running_task_attempts",
        Reads(kind=G, value=INT, summed=("attempt",)),
        "Task attempts that are running.",
    ),
    _JOB.metric(
        "cloudrun_job_executions_total",
        "job/completed_execution_count",
        Reads(kind=D, value=INT, labels=((_RESULT, "result"),)),
        "Job executions that ended.",
    ),
    _JOB.metric(
        "cloudrun_job_task_attempts_total",
        "job/completed_task_attempt_count",
        Reads(kind=D, value=INT, labels=((_RESULT, "result"),), summed=("attempt",)),
        "Task attempts that ended.",
    ),
    _JOB.metric(
        "cloudrun_job_cpu_utilization_ratio",
        "container/cpu/utilizations",
        _UTILIZATION,
        "Used CPU divided by allocated CPU of a job's instances.",
    ),
    _JOB.metric(
        "cloudrun_job_memory_utilization_ratio",
        "container/memory/utilizations",
        _UTILIZATION,
        "Used memory divided by allocated memory of a job's instances.",
    ),
    _JOB.metric(
        "cloudrun_job_billable_instance_seconds_total",
        "container/billable_instance_time",
        Reads(kind=D, value=DOUBLE, unit=Unit.SECONDS),
        "Instance time of jobs that is billed.",
    ),
)
