"""The five dashboards: queries and texts in Python, their style in Jsonnet."""
