"""The fixtures of whole systems, in addition to those of `parindex.testing.fixtures`."""

pytest_plugins = ("parindex_cli.testing.embedded",)
