"""The error of a statement that something else has to go with, such as an alert and its runbook."""

from exporter.errors import IonmonError


class Incomplete(IonmonError):
    """Something was added and what belongs to it was not; the text names the file to edit."""
