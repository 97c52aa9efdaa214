"""Every fixture of the kernel, for `tests/conftest.py`: `pytest_plugins = ["parindex.testing.fixtures"]`."""

pytest_plugins = (
    "parindex.testing.missing_servers",
    "parindex.testing.postgres",
    "parindex.testing.rabbitmq",
    "parindex.testing.browser",
    "parindex.testing.clamd",
    "parindex.testing.goldens",
    "parindex.testing.seaweedfs",
)
