"""Queries as checks see them: a tree, the labels of its result, variables of Grafana."""
