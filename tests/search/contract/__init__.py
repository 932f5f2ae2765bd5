"""What both engines promise, tested on both."""
