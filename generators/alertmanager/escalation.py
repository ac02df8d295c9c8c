"""PagerDuty's side in Terraform: who is called first, who next, and how urgently.

`low` urgency never escalates in PagerDuty, so that urgency follows the severity: critical and error
are high. An acknowledged incident stays so, and none is resolved but by its alert.
"""

import math

from exporter.settings import EscalationSettings, Settings
from generators.files import MARK
from generators.terraform import literal

LOOPS = 3  # times that the policy begins anew while nobody acknowledges


def text(settings: Settings) -> str:
    """Return alertmanager/out/pagerduty.tf."""
    name = settings.service.name or "ion-monitoring"
    escalation = settings.notifications.escalation or EscalationSettings()
    minutes = math.ceil(escalation.after / 60)
    return (
        _HEAD.format(mark=MARK)
        + _POLICY.format(name=literal(f"{name}: critical alerts"), loops=LOOPS, minutes=minutes)
        + _SERVICE.format(name=literal(name))
    )


_HEAD = """\
# {mark}

terraform {{
  required_providers {{
    pagerduty = {{ source = "PagerDuty/pagerduty" }}
  }}
}}

variable "first_schedule" {{
  description = "Id of the schedule that is called at once"
  type        = string
}}

variable "second_schedule" {{
  description = "Id of the schedule that is called when nobody acknowledged"
  type        = string
}}
"""
_POLICY = """
resource "pagerduty_escalation_policy" "ion" {{
  name      = {name}
  num_loops = {loops}

  rule {{
    escalation_delay_in_minutes = {minutes}

    target {{
      type = "schedule_reference"
      id   = var.first_schedule
    }}
  }}

  rule {{
    escalation_delay_in_minutes = {minutes}

    target {{
      type = "schedule_reference"
      id   = var.second_schedule
    }}
  }}
}}
"""
_SERVICE = """
resource "pagerduty_service" "ion" {{
  name                    = {name}
  escalation_policy       = pagerduty_escalation_policy.ion.id
  alert_creation          = "create_alerts_and_incidents"
  acknowledgement_timeout = "null"
  auto_resolve_timeout    = "null"

  incident_urgency_rule {{
    type    = "constant"
    urgency = "severity_based"
  }}
}}

resource "pagerduty_service_integration" "alertmanager" {{
  name    = "Alertmanager"
  type    = "events_api_v2_inbound_integration"
  service = pagerduty_service.ion.id
}}

output "integration_key" {{
  description = "What belongs into the file of notifications.pagerduty.routing_key_file"
  value       = pagerduty_service_integration.alertmanager.integration_key
  sensitive   = true
}}
"""
