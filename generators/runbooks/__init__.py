"""What to do when an alert fires: texts as data, and the runbooks written from them."""
