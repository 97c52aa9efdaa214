"""What services say to each other: one module per speaker, every contract by its wire type.

A contract only grows: a new field has a default, a new meaning is a new version beside the old one. One golden JSON
per version ever sent lies in `tests/contracts/`.
"""

from parindex.contracts import assessment, publication, scoring, survey
from parindex.contracts.base import Contract, contracts_in

CONTRACTS: dict[str, type[Contract]] = {
    contract.TYPE: contract
    for speaker in (assessment, survey, scoring, publication)
    for contract in contracts_in(speaker)
}
"""Every contract that any service sends, by its type, which is also its name in AsyncAPI."""

__all__ = ["CONTRACTS", "Contract"]
