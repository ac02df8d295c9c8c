"""What a server knows, gathered into one model, and written by one renderer a format."""
