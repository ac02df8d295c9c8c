"""What Alertmanager needs: who is notified of what, when, in which words; and the proof of it."""
