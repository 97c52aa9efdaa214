"""The fixtures of whole systems, beside those of `parindex.testing.fixtures`."""

pytest_plugins = ("parindex_cli.testing.embedded",)
