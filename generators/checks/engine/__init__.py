"""What every check uses: files with their lines, series that are known, problems."""
