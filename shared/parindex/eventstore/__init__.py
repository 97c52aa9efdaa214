"""The event store: one log per service, with dense positions and exact bytes. An acknowledged append is never lost.

Read `decider.py` (the rules), `command_handling.py` (load, decide, append) and `log.py` first. The reasons are in
docs/decisions.
"""
