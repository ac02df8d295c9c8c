"""The web side: connections, TLS and passwords, negotiation, health, landing page."""
