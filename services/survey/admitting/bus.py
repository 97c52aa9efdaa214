"""The consumer of assessment's contracts: a set's questions and a round's opening.

Every partition brings them; the first one makes the event.
"""

from collections.abc import Sequence

from parindex.bus.consumer import Consumer, HandlerContext
from parindex.bus.message import Received
from parindex.contracts.assessment import CriteriaSetEnacted, RoundOpened
from parindex.eventstore.appending import Append
from parindex.eventstore.command_handling import decide_at_head
from survey.admitting.admissions import admit, admit_older
from survey.admitting.commands import LearnQuestions, OpenSurvey
from survey.admitting.decisions import learning, surveying
from survey.admitting.events import authority_of, set_stream, tallying_stream
from survey.admitting.queries import questions_in
from survey.admitting.questions import Asked, Surveyed, asked_in
from survey.admitting.refusals import QuestionsUnknownError
from survey.admitting.routing import window_of
from survey.admitting.state import QUESTIONS_CODEC, SURVEY_CODEC

Learned = dict[str, tuple[Asked, ...]]


async def on_contracts(context: HandlerContext, received: Sequence[Received]) -> None:
    """Handle sets and openings; raise QuestionsUnknownError for a round whose criteria set is missing."""
    relevant = [one for one in received if isinstance(one.contract, CriteriaSetEnacted | RoundOpened)]
    if relevant:  # one partition at a time, so that two never wait for each other
        await context.log.lock(context.connection)
    learnt: Learned = {}
    for one in relevant:
        if isinstance(one.contract, CriteriaSetEnacted):
            learnt[one.contract.criteria_set.code] = await on_criteria_set_enacted(context, one)
        else:
            await on_round_opened(context, one, learnt)


async def on_criteria_set_enacted(context: HandlerContext, received: Received) -> tuple[Asked, ...]:
    """Learn what the set asks, if it is new; return it."""
    contract: CriteriaSetEnacted = received.contract
    questions = asked_in(contract.criteria_set)
    command = LearnQuestions(contract.criteria_set.code, questions)
    append = Append(
        set_stream(command.criteria_set),
        context.metadata(received.envelope),
        decide_at_head(learning, command, QUESTIONS_CODEC),
    )
    await context.log.append_within(context.connection, [append])
    return questions


async def on_round_opened(context: HandlerContext, received: Received, learnt: Learned) -> None:
    """Open the round for counting, with each block's questions. `learnt` are sets of this transaction."""
    contract: RoundOpened = received.contract
    blocks = []
    for block in contract.blocks:
        known = block.criteria_set in learnt
        questions = learnt[block.criteria_set] if known else await questions_in(context.log, block.criteria_set)
        if questions is None:
            raise QuestionsUnknownError(block.criteria_set)
        units = tuple(unit.code for unit in block.units)
        blocks.append(Surveyed(criteria_set=block.criteria_set, questions=questions, units=units))
    metadata, window = context.metadata(received.envelope), window_of(contract)
    command = OpenSurvey(contract.authority, contract.round, tuple(blocks), *window, contract.training)
    await admit_older(context.log, context.connection, authority_of(contract.authority), metadata)
    append = Append(tallying_stream(contract.round), metadata, decide_at_head(surveying, command, SURVEY_CODEC))
    [opened] = await context.log.append_within(context.connection, [append])
    if opened.facts and not contract.training:  # a visitor's press is about the real round
        await context.log.append_within(
            context.connection, [admit(contract.authority, contract.round, window, metadata)]
        )


# The name is that of the step which had this consumer before: checkpoints and parked contracts are stored under it.
ADMITTING = Consumer(name="survey.tallying", version=1, sources=("assessment",), handle=on_contracts)
