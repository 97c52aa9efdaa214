"""One log per service: dense positions, exact bytes, nothing acknowledged is lost.

A newcomer reads `decider.py` (load, decide, append), then `log.py`. Why it is built so: docs/decisions.
"""
