"""Appends that let a round count presses, or no longer. In older logs the first press admits the rounds."""

from sqlalchemy.ext.asyncio import AsyncConnection

from parindex.eventstore.appending import Append, Metadata
from parindex.eventstore.command_handling import decide_at_head
from parindex.eventstore.log import Log
from survey.admitting.commands import AdmissionCommand, AdmitPresses, CutOffPresses
from survey.admitting.decisions import admitting
from survey.admitting.events import authority_of, presses_stream
from survey.admitting.queries import NOW, surveys_until
from survey.admitting.state import ADMISSIONS_CODEC, OpenedSurvey


async def admit_older(log: Log, connection: AsyncConnection, authority: str, metadata: Metadata) -> None:
    """Admit presses to the rounds that were opened before windows were recorded: they have none. Needs the lock."""
    stream = presses_stream(authority)
    if await log.heads_within(connection, [stream]):
        return
    surveys = await surveys_until(log, NOW)
    older = [each for each in surveys.rounds if authority_of(each.authority) == authority]
    await log.append_within(connection, [append for each in older for append in _as_it_is(each, metadata)])


def admit(authority: str, round_id: str, window: tuple[str, str], metadata: Metadata) -> Append:
    """Let presses count in a round from here on."""
    return _append(AdmitPresses(authority_of(authority), round_id, *window), metadata)


def cut_off(authority: str, round_id: str, metadata: Metadata) -> Append:
    """Let no press count in a round any more."""
    return _append(CutOffPresses(authority_of(authority), round_id), metadata)


def _as_it_is(survey: OpenedSurvey, metadata: Metadata) -> list[Append]:
    opened = admit(survey.authority, survey.round, ("", ""), metadata)
    return [opened, cut_off(survey.authority, survey.round, metadata)] if survey.closed_at else [opened]


def _append(command: AdmissionCommand, metadata: Metadata) -> Append:
    unkeyed = Metadata(metadata.actor, metadata.at, metadata.authority, metadata.correlation, metadata.causation)
    return Append(presses_stream(command.authority), unkeyed, decide_at_head(admitting, command, ADMISSIONS_CODEC))
