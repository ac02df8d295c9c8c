"""What Alertmanager needs: who is told what, when, in which words; and the proof that it holds."""
