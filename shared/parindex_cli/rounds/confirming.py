"""Confirms the warnings of a round file, in the file or by an option of the command."""

import re
from collections.abc import Sequence
from dataclasses import replace

import msgspec

from parindex.refusal import Place
from parindex_cli.rounds.file import RoundFile, convert

LISTS = "claims|findings|explanations|second_findings|decisions"
ENTRY = re.compile(rf"/(self_scores|appraisals)/(\d+)/({LISTS})/(\d+)(?:/|$)")
"""The place of a warning that can be confirmed: a claim, a finding, an explanation or a decision, or within one."""


def is_note(place: Place) -> bool:
    """Return whether a warning can't be confirmed, such as a press that no round counts."""
    return bool(place.code) and ENTRY.match(place.at) is None


def confirmed(file: RoundFile, warnings: Sequence[Place]) -> RoundFile:
    """Return the file with these warnings confirmed, each at its entry."""
    content = msgspec.to_builtins(file)
    for warning in warnings:
        if match := ENTRY.match(warning.at):
            entry = content[match[1]][int(match[2])][match[3]][int(match[4])]
            entry["confirmed"] = [*entry.get("confirmed", []), warning.code]
    return convert(content)


def how_to_confirm(warning: Place) -> Place:
    """Return the warning with the two ways to confirm it."""
    vi = f"{warning.vi} Nếu đúng ý, thêm vào mục này confirmed: [{warning.code}], hoặc dùng --confirm-warnings."
    en = f"{warning.en} If it is meant, add confirmed: [{warning.code}] to this entry, or use --confirm-warnings."
    return replace(warning, vi=vi, en=en)
