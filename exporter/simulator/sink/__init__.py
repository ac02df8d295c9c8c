"""Takes what Slack, PagerDuty, mail and Sentry would be sent, and shows it as people read it."""
