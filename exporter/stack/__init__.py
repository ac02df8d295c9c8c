"""The whole system as processes of this machine, on a simulated project: `ionmon stack`."""
