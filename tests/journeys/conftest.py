"""Journeys lean on the kit's system."""

from parindex_cli.testing.journeys import gateway, shaken_gateway, system

__all__ = ["gateway", "shaken_gateway", "system"]
