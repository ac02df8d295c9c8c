"""What accounts need at Google: a page, a script of gcloud commands, Terraform, from one table."""

from collections.abc import Iterator

from exporter.catalog.google_access import ACCESS, GoogleAccess
from generators.files import MARK
from generators.terraform import literal

FOLDER = "examples/iam"
PAGE = "docs/iam.md"
_BY_FEATURE = {access.feature: access for access in ACCESS}
READ, LOGS, SECRETS = (_BY_FEATURE[name] for name in ("read", "log_metrics", "secrets"))


def texts() -> dict[str, str]:
    """Return the files by path."""
    return {
        PAGE: "".join(_page()),
        f"{FOLDER}/grant.sh": "".join(_script()),
        f"{FOLDER}/main.tf": "".join(_terraform()),
    }


def role_id(access: GoogleAccess) -> str:
    """Return the id of a role of our own that has a feature's permissions and nothing else."""
    return "ionmon" + "".join(word.capitalize() for word in access.feature.split("_"))


def _page() -> Iterator[str]:
    yield f"<!-- {MARK} -->\n{_HEAD}"
    yield "\n| feature | permissions | Google's role | account | granted on |\n"
    yield "|---|---|---|---|---|\n"
    for one in ACCESS:
        names = ", ".join(f"`{name}`" for name in one.permissions)
        yield f"| `{one.feature}` | {names} | `{one.role}` | {one.account} | {one.where} |\n"
    yield "\nWhy:\n\n"
    yield from (f"- `{one.feature}`: {one.why}.\n" for one in ACCESS)
    yield _TAIL


_HEAD = """\
# What accounts need at Google

Each feature needs the permissions below. Google's roles have more: `roles/monitoring.viewer` also
reads dashboards, alerting policies and uptime checks. The script and the Terraform file make a role
with exactly what is used. Nothing needs an owner, an editor or a key file: attach the account to
what runs the exporter.
"""
_TAIL = """
## gcloud

```
sh examples/iam/grant.sh my-project                     # the account, and what reading needs
sh examples/iam/grant.sh my-project read log_metrics    # also what log-based metrics need
```

Run it again at any time: what exists is updated. `MEMBER=user:me@example.com` grants to somebody
else, `SECRETS="redis-password"` names the secrets of `secrets`. Whoever runs it needs
`roles/iam.roleAdmin`, `roles/iam.serviceAccountCreator` and
`roles/resourcemanager.projectIamAdmin`.

## Terraform

[examples/iam/main.tf](../examples/iam/main.tf) makes the same. `projects` are those of
`google.projects`, or the scoping project; `secrets` and `log_metrics_member` are empty by default.

The files were checked for form; they were not applied to Google. `ionmon doctor` says whether what
was granted is enough.
"""


def _script() -> Iterator[str]:
    yield f"#!/bin/sh\n# {MARK}\n"
    yield "# Makes the account that ionmon runs as, and grants it what features need.\n"
    yield "# Run it again at any time: what exists is updated, what is missing is created.\n"
    names = " ".join(access.feature for access in ACCESS)
    yield f'set -eu\nusage="grant.sh PROJECT [FEATURE...], of: {names}"\n'
    yield 'project=${1:?"the project\'s id, please: $usage"}\nshift\n[ $# -gt 0 ] || set -- read\n'
    yield _FUNCTIONS
    yield 'for feature in "$@"; do\n  case "$feature" in\n'
    yield from (f"  {access.feature})\n{_granted(access)}    ;;\n" for access in ACCESS)
    yield '  *) echo "$feature: unknown; $usage" >&2; exit 2 ;;\n  esac\ndone\n'


def _granted(access: GoogleAccess) -> str:
    """Return the lines that grant a feature."""
    if access is SECRETS:
        return f'    for secret in $SECRETS; do on_secret "$secret" {access.role}; done\n'
    if access.is_narrow:
        return f"    on_project {access.role}\n"
    name, permissions = role_id(access), ",".join(access.permissions)
    made = f"    role {name} {permissions}\n"
    return f'{made}    on_project "projects/$project/roles/{name}"\n'


# Asking first, since gcloud has one exit code for what exists and for any other failure.
_FUNCTIONS = """\
account="ionmon@$project.iam.gserviceaccount.com"
: "${MEMBER:=serviceAccount:$account}" "${SECRETS:=}"

role() {
  if gcloud iam roles list --project="$project" --format="value(name)" |
    grep -qxF "projects/$project/roles/$1"
  then action=update
  else action=create
  fi
  gcloud iam roles "$action" "$1" --project="$project" --permissions="$2" --stage=GA
}

on_project() {
  gcloud projects add-iam-policy-binding "$project" --member="$MEMBER" --role="$1" --condition=None
}

on_secret() {
  gcloud secrets add-iam-policy-binding "$1" --project="$project" --member="$MEMBER" --role="$2"
}

if [ "$MEMBER" = "serviceAccount:$account" ]; then
  gcloud iam service-accounts list --project="$project" --format="value(email)" |
    grep -qxF "$account" ||
    gcloud iam service-accounts create ionmon --project="$project" --display-name=ionmon
fi

"""


def _terraform() -> Iterator[str]:
    yield f"# {MARK}\n\n{_PROVIDER}"
    yield from (_variable(*one) for one in _VARIABLES)
    yield _ACCOUNT
    yield _custom_role(READ, "toset(var.projects)", "each.value")
    yield _member(READ, "toset(var.projects)", "each.value", "google_service_account.ionmon.member")
    only = '["logs"]'
    chosen = f'toset(var.log_metrics_member == "" ? [] : {only})'
    yield _custom_role(LOGS, chosen, "var.project")
    yield _member(LOGS, chosen, "var.project", "var.log_metrics_member")
    yield _secrets()


_PROVIDER = """\
terraform {
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0"
    }
  }
}
"""
_VARIABLES = (
    ("project", "Project that the account is made in", "string", ""),
    ("projects", "Projects to read, or the scoping project alone", "list(string)", ""),
    ("secrets", "Ids of the secrets that the account reads", "list(string)", "[]"),
    (
        "log_metrics_member",
        "Who defines log-based metrics, such as user:me@example.com",
        "string",
        '""',
    ),
)


def _variable(name: str, meaning: str, form: str, default: str) -> str:
    line = f"  default     = {default}\n" if default else ""
    return (
        f'\nvariable "{name}" {{\n  description = {literal(meaning)}\n'
        f"  type        = {form}\n{line}}}\n"
    )


_ACCOUNT = """
resource "google_service_account" "ionmon" {
  project      = var.project
  account_id   = "ionmon"
  display_name = "ionmon"
}
"""


def _custom_role(access: GoogleAccess, each: str, project: str) -> str:
    names = ", ".join(map(literal, access.permissions))
    return (
        f'\nresource "google_project_iam_custom_role" "{access.feature}" {{\n'
        f"  for_each    = {each}\n  project     = {project}\n"
        f"  role_id     = {literal(role_id(access))}\n  title       = {literal(role_id(access))}\n"
        f"  permissions = [{names}]\n}}\n"
    )


def _member(access: GoogleAccess, each: str, project: str, member: str) -> str:
    role = f"google_project_iam_custom_role.{access.feature}[each.key].id"
    return (
        f'\nresource "google_project_iam_member" "{access.feature}" {{\n'
        f"  for_each = {each}\n  project  = {project}\n  role     = {role}\n"
        f"  member   = {member}\n}}\n"
    )


def _secrets() -> str:
    return (
        '\nresource "google_secret_manager_secret_iam_member" "secrets" {\n'
        "  for_each  = toset(var.secrets)\n  project   = var.project\n  secret_id = each.value\n"
        f"  role      = {literal(SECRETS.role)}\n"
        "  member    = google_service_account.ionmon.member\n}\n"
    )
