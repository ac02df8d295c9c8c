"""Tests of what is added to files of somebody else."""
