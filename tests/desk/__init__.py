"""The desk, over real HTTP and in a real browser."""
