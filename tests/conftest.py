"""Every test may use the fixtures of the kernel, and those of whole systems where the client is installed."""

from importlib.util import find_spec

pytest_plugins = ["parindex.testing.fixtures"]
if find_spec("parindex_cli"):
    pytest_plugins.append("parindex_cli.testing.fixtures")
