"""The rules of survey that a client may ask before it sends a command."""

from parindex.rules import Rules
from survey.rehearsal import SurveyRehearsal

RULES = Rules(checks={}, rehearse=SurveyRehearsal)
