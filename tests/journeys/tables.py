"""Compares the result of a driven round with the table of its file."""

from parindex_cli.rounds.comparing import compare
from parindex_cli.rounds.file import RoundFile


def assert_as_published(described: RoundFile, result: dict[str, object]) -> None:
    """Check that every published row is in the result, and that none differs."""
    blocks = compare(described, result)
    assert [block.block for block in blocks] == [block.code for block in described.blocks]
    assert sum(len(block.rows) for block in blocks) == sum(len(block.rows) for block in described.published)
    assert [block.differences for block in blocks] == [0] * len(blocks)
