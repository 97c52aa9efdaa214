"""The kernel's subcommands of `parindex`, one file each; `parindex/cli.py` finds them by entry points."""
