"""Every event version that sign-in's log ever wrote stays readable: one golden file per version, never edited."""

from pathlib import Path
from typing import Any

from parindex.sign_in.events import (
    AccountAdded,
    AccountRemoved,
    AccountRenamed,
    InvitationIssued,
    OutsideAccountLinked,
    OutsideAccountUnlinked,
    PasswordChanged,
    RightEnded,
    RightGranted,
    SecondFactorAdded,
    SecondFactorRemoved,
    SessionsEnded,
)
from parindex.sign_in.service import SIGN_IN
from parindex.testing.goldens import GoldenConformance

NAME = "account-name:" + "ab" * 32
FACTS: list[Any] = [
    AccountAdded("a0123456789abcdef0123", "person", NAME),
    AccountRenamed("a0123456789abcdef0123", NAME),
    RightGranted("a0123456789abcdef0123", "office@H09", NAME),
    RightEnded("a0123456789abcdef0123", "office@H09"),
    PasswordChanged("a0123456789abcdef0123"),
    SessionsEnded("a0123456789abcdef0123"),
    InvitationIssued("a0123456789abcdef0123", "2026-12-05T00:00:00.000000Z"),
    SecondFactorAdded("a0123456789abcdef0123"),
    SecondFactorRemoved("a0123456789abcdef0123", "reason:" + "cd" * 32),
    OutsideAccountLinked("a0123456789abcdef0123", "outside-account:" + "ef" * 32),
    OutsideAccountUnlinked("a0123456789abcdef0123", "outside-account:" + "ef" * 32),
    AccountRemoved("a0123456789abcdef0123"),
]


class TestGoldens(GoldenConformance):
    service, folder, facts = SIGN_IN, Path(__file__).parent / "goldens", FACTS
    lifted = (SecondFactorRemoved("a0123456789abcdef0123"),)
