"""One file a source; the explicit list is in exporter.program."""
