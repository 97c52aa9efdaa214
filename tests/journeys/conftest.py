"""Journeys use the system fixtures of the testing kit."""

from parindex_cli.testing.journeys import gateway, shaken_gateway, system

__all__ = ["gateway", "shaken_gateway", "system"]
