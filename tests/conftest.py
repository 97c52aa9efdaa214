"""Every test may lean on the house's fixtures."""

pytest_plugins = ["parindex.testing.fixtures"]
