"""Folder, datasources and dashboards in Terraform; it reads the dashboards from its own folder."""

from collections.abc import Iterable, Iterator

from exporter.settings import Settings
from generators.files import MARK
from generators.grafana.datasources import Source, sources
from generators.grafana.model import FOLDER, Dashboard
from generators.output_folders import DASHBOARDS
from generators.terraform import literal

PATH = f"{DASHBOARDS}/grafana.tf"


def text(settings: Settings, boards: Iterable[Dashboard]) -> str:
    """Return grafana/out/grafana.tf."""
    resources = "".join(_datasource(source) for source in sources(settings))
    names = "".join(f"    {literal(board.name)},\n" for board in boards)
    return _head(settings.links.grafana) + resources + _dashboards(names)


def _head(grafana: str) -> str:
    return f"""\
# {MARK}
# The token of a service account with the role Admin, which datasources need, in GRAFANA_AUTH; then
# terraform init && terraform apply

terraform {{
  required_providers {{
    grafana = {{ source = "grafana/grafana" }}
  }}
}}

provider "grafana" {{
  url = {literal(grafana)}
}}

resource "grafana_folder" "ion" {{
  uid   = {literal(FOLDER.uid)}
  title = {literal(FOLDER.title)}
}}
"""


def _datasource(source: Source) -> str:
    options = "".join(_aligned(source.options))
    return f"""
resource "grafana_data_source" "{source.uid}" {{
  uid        = {literal(source.uid)}
  name       = {literal(source.name)}
  type       = {literal(source.type)}
  url        = {literal(source.url)}
  is_default = {str(source.default).lower()}

  json_data_encoded = jsonencode({{
{options}  }})
}}
"""


def _aligned(options: tuple[tuple[str, str | bool], ...]) -> Iterator[str]:
    width = max(len(name) for name, _ in options)
    for name, value in options:
        written = str(value).lower() if isinstance(value, bool) else literal(value)
        yield f"    {name.ljust(width)} = {written}\n"


def _dashboards(names: str) -> str:
    return f"""
resource "grafana_dashboard" "ion" {{
  for_each = toset([
{names}  ])

  folder      = grafana_folder.ion.uid
  config_json = file("${{path.module}}/${{each.key}}.json")
  message     = "ionmon configs"
  overwrite   = true
}}
"""
