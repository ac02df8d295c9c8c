"""The service's state as frozen values, and the small chart: for mails, pages and reports."""
