"""What Google bills for reading: price list of October 2025, as the page of prices has it."""

DOLLARS_PER_SERIES = 0.5e-6  # half a dollar a million time series returned
FREE_SERIES = 1_000_000  # a month and billing account
