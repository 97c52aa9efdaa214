"""What the `parindex` command can do: one file per wish, named in `parindex/cli.py`."""
