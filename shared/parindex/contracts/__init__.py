"""Contracts: the integration events between services, one module for each source, by their wire types.

A contract only grows: a new field has a default, and a new meaning is a new version beside the old one.
`tests/contracts/` has one golden JSON for each version that was ever published.
"""

from parindex.contracts import assessment, publication, scoring, survey
from parindex.contracts.base import Contract, contracts_in

CONTRACTS: dict[str, type[Contract]] = {
    contract.TYPE: contract
    for speaker in (assessment, survey, scoring, publication)
    for contract in contracts_in(speaker)
}
"""All contracts of all services by their type, which is also their name in AsyncAPI."""

__all__ = ["CONTRACTS", "Contract"]
