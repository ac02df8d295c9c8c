"""A drill: test alerts through the Alertmanager that runs, and who took them."""
