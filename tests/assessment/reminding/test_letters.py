"""The words of a letter that depend on its round."""

import pytest

from assessment.opening.events import RoundOpened
from assessment.opening.stages import ValueStage
from assessment.reminding.letters import Correspondence, letter_of
from assessment.reminding.occasions import Awaited, MailboxRole, Occasion, ReminderKey
from assessment.reminding.state import Reminder
from parindex.mail.letters import Letter

UNTIL, NOW = "2026-07-10T10:00:00.000000Z", "2026-07-03T00:00:00.000000Z"


def letter_about(*, training: bool) -> Letter:
    opened = RoundOpened("H16", "r-2026", 2026, "Chỉ số CCHC năm 2026", "12/KH-UBND", (), training=training)
    of = Correspondence(opened, "nhac-han@cchc.example.vn", "https://cchc.example.vn/pages")
    reminder = Reminder(1, ReminderKey(ValueStage.SELF, UNTIL, Occasion.WEEK_BEFORE, MailboxRole.UNIT), NOW)
    awaited = Awaited("H16.01", ValueStage.SELF, UNTIL, ("H16.01",))
    return letter_of(of, reminder, awaited, "Sở Nội vụ", "cchc@snv.example.vn", NOW)


@pytest.mark.parametrize("training", [True, False])
def test_a_letter_about_a_training_round_says_so_in_its_subject_and_its_text(training: bool) -> None:
    letter = letter_about(training=training)
    title = "Chỉ số CCHC năm 2026 (tập huấn)" if training else "Chỉ số CCHC năm 2026"
    assert letter.subject == f"Nhắc hạn tự chấm: {title}"
    assert f"Đợt đánh giá: {title}\n" in letter.text
