"""What is odd in a window, what grows, and which declared pairs moved together."""
