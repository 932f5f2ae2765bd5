"""The test suite mirrors the paths of the code."""
