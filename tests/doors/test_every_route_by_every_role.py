"""Every route, requested by every role from every node: a table lists the admitted ones, and all others are refused.

The round of authority H10 is real and announced, and its unit H10.01 is used wherever an address or a body names a
unit. A route that is not in the table fails, and so does one without an access rule. An admitted request may still be
refused for another reason: a conflict (409) counts as admitted.
"""

import re
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from tests.doors.announced_round import REAL

from parindex.auth import Role
from parindex.auth.access import Audience
from parindex.auth.account_rules import AccountKind
from parindex.auth.accounts import Accounts
from parindex.auth.accounts_file import Account
from parindex.auth.fastapi import access_rules
from parindex.auth.principal import SERVICE_RIGHT, Right
from parindex.testing.postgres import Databases
from parindex_cli.local.embedded import INSIDE, System
from parindex_cli.testing.embedded import system_over

SERVICES = ("assessment", "survey", "scoring", "publication")

PLACES = {
    "authority": "H10",
    "unit": "H10.01",
    "child": "H10.01.01",
    "sibling": "H10.02",
    "foreign": "H99",
    "foreign unit": "H99.01",
    "longer name": "H101",
    "shorter name": "H1",
}
"""The node of the asker's right, relative to the requested unit."""
DEVICES = {"itself": ("cua-1", "H10.01"), "its neighbour": ("cua-2", "H10.01"), "a foreign one": ("la-1", "H99.01")}
"""Kiosks that request the kiosk `cua-1`, with their units."""

Who = Mapping[str, set[str]]
"""Admitted roles, with their nodes. `device` is a kiosk with its own secret, `guest` an account without rights."""

EVERYWHERE = set(PLACES)
HERE = {"authority", "unit", "sibling", "child"}
OURS = "ours"
"""The place of the right of the system's own processes; at a node of the tree, `service` gives no right."""
SERVICES_ALONE = {"service": {OURS}}
EVERYBODY_KNOWN: Who = {**{role.value: EVERYWHERE | {OURS} for role in Role}, "guest": {""}}
WITHIN: Who = {role.value: HERE for role in set(Role) - {Role.KIOSK, Role.SERVICE}}
OF_AGENCIES = dict.fromkeys(("office", "unit", "leader", "appraiser"), HERE)
OFFICE = {"office": {"authority"}}
COUNCIL = OFFICE | {"council": {"authority"}}
APPRAISERS = COUNCIL | {"appraiser": {"authority"}}
SURVEYORS = OFFICE | {"surveyor": {"authority"}}
PUBLISHERS = OFFICE | {"publisher": {"authority"}}
OFFICIALS = COUNCIL | {"auditor": {"authority"}}
UNIT_ITSELF = {"unit": {"unit"}}
LEADER = {"leader": {"unit"}}
OF_THEIR_OWN = {"unit": {"unit", "sibling"}, "leader": {"unit", "sibling"}}
KIOSK_OWNERS = OFFICE  # not an office at the unit, which the presses are about


def above(*roles: str) -> dict[str, set[str]]:
    """Return these roles, at the unit or at the authority above it."""
    return {role: {"authority", "unit"} for role in roles}


def around(*roles: str) -> dict[str, set[str]]:
    """Return these roles at any unit of the round and at its authority; each sees its own rows."""
    return {role: {"authority", "unit", "sibling"} for role in roles}


SHEET_READERS = above("office", "council", "appraiser", "auditor") | UNIT_ITSELF | LEADER


@dataclass(frozen=True)
class Opens:
    """The admitted roles; a body for which only the asker can be refused; the status of a refusal, if not 403."""

    to: Who
    body: Any = None
    hidden: int = 403


REGISTER = "/v1/authorities/{authority}/units"
ROUND = "/v1/rounds/{round}"
PAGES_OF_PLANS = "/authorities/{authority}/plans"
PAGE_OF_PLAN = PAGES_OF_PLANS + "/{year}"
PLANS = "/v1" + PAGES_OF_PLANS
PLAN = PLANS + "/{year}"
MAILBOXES = "/v1/authorities/{authority}/mailboxes"
UNIT = ROUND + "/units/{unit}"
COUNCIL_OF_ROUND = ROUND + "/council"
SESSION = COUNCIL_OF_ROUND + "/sessions/{session}"
CLAIM = {"figures": {"points": "2.5"}}
TALLY = {"unit": "H10.01", "question": "hai-long", "score": "1", "out_of": "2"}
PRESS = {"seq": 1, "stars": 5, "pressed_at": "2026-01-01T00:00:00Z"}
LEAF = {"code": "1.1", "name": "A", "level": "criterion", "parent": "1", "maximum": "1", "rule": {"kind": "yes_no"}}
SET = {
    "code": "bo-du-loai",
    "title": "x",
    "reference": "x",
    "criteria": [{"code": "1", "name": "A", "level": "area", "maximum": "1"}, LEAF],
}
BLOCK = {"code": "so", "name": "x", "criteria_set": "bo-du-loai", "units": [{"code": "H10.01", "name": "x"}]}

DESK = {"GET /desk": Opens(EVERYBODY_KNOWN), "GET /v1/desk": Opens(EVERYBODY_KNOWN)}  # and the list is their own
SHEET = "/rounds/{round}/units/{unit}"
KERNEL = {
    "GET /v1/contracts?partition=0": Opens(SERVICES_ALONE),  # our own processes read for all authorities
    "GET /v1/contracts/ahead?" + "&".join(["after=0"] * 8): Opens(SERVICES_ALONE),
    "GET /v1/feed": Opens(SERVICES_ALONE | {"auditor": EVERYWHERE}),  # what others own is hashed
    "GET /v1/reads": Opens({"auditor": EVERYWHERE}),  # and the list is of their own nodes
    "GET /v1/log": Opens(SERVICES_ALONE | {"auditor": EVERYWHERE}),
    "GET /v1/log/verification": Opens(SERVICES_ALONE | {"auditor": EVERYWHERE}),  # places, and no content
    "POST /v1/openings": Opens({"auditor": EVERYWHERE}, {"commitments": ["comment:" + "0" * 64]}),  # their own alone
    "GET /v1/parked": Opens(SERVICES_ALONE | {"office": EVERYWHERE}),  # and the list is their own
    "POST /v1/parked/retries": Opens(SERVICES_ALONE | {"office": EVERYWHERE}, {}),
}
STEPS = {
    "assessment": {
        **DESK,
        "GET /": Opens(
            dict.fromkeys(("unit", "leader", "office", "council", "appraiser"), EVERYWHERE)
        ),  # the list is of their own
        "GET " + SHEET + "/files": Opens(SHEET_READERS),
        "POST " + SHEET + "/files": Opens(UNIT_ITSELF),
        "GET " + SHEET + "/earlier-files": Opens(UNIT_ITSELF),
        "POST " + SHEET + "/earlier-files": Opens(UNIT_ITSELF),
        "GET " + SHEET + "/files/{sha256}": Opens(SHEET_READERS),
        "GET " + SHEET + "/files/{sha256}/content": Opens(SHEET_READERS),
        "GET " + SHEET + "/files/{sha256}/pages/{page}": Opens(SHEET_READERS),
        "GET " + SHEET + "/files/{sha256}/removal": Opens(UNIT_ITSELF),
        "POST " + SHEET + "/files/{sha256}/removal": Opens(UNIT_ITSELF),
        "GET " + SHEET + "/files/{sha256}/erasure": Opens(OFFICE),
        "POST " + SHEET + "/files/{sha256}/erasure": Opens(OFFICE),
        "GET " + SHEET + "/criteria/{criterion}/files": Opens(SHEET_READERS),
        "POST " + SHEET + "/criteria/{criterion}/files": Opens(UNIT_ITSELF),
        "POST " + SHEET + "/criteria/{criterion}/evidence": Opens(UNIT_ITSELF),
        "POST " + SHEET + "/criteria/{criterion}/evidence-removal": Opens(UNIT_ITSELF),
        "GET " + SHEET: Opens(SHEET_READERS),
        "POST " + SHEET: Opens(UNIT_ITSELF | LEADER),
        "GET " + SHEET + "/assignments": Opens(UNIT_ITSELF),
        "POST " + SHEET + "/assignments": Opens(UNIT_ITSELF),
        "GET " + SHEET + "/report": Opens(SHEET_READERS),
        "GET /rounds/{round}": Opens(COUNCIL),
        "GET /rounds/{round}/council": Opens(COUNCIL),
        "GET /rounds/{round}/council/members": Opens(OFFICE),
        "POST /rounds/{round}/council/members": Opens(OFFICE),
        "GET /rounds/{round}/council/sessions/{session}": Opens(COUNCIL),
        "POST /rounds/{round}/council/sessions/{session}": Opens(COUNCIL),
        "GET /rounds/{round}/council/sessions/{session}/minutes": Opens(COUNCIL),
        "GET " + SHEET + "/criteria/{criterion}/council": Opens(COUNCIL),
        "POST " + SHEET + "/criteria/{criterion}/council": Opens(COUNCIL),
        "POST /rounds/{round}": Opens(COUNCIL),
        "GET " + SHEET + "/office": Opens(COUNCIL),
        "POST " + SHEET + "/office": Opens(COUNCIL),
        "GET /rounds/{round}/appraisal": Opens(APPRAISERS),
        "GET /rounds/{round}/criteria/{criterion}/units": Opens(APPRAISERS),
        "GET /rounds/{round}/appraisal/upholding": Opens(APPRAISERS),
        "POST /rounds/{round}/appraisal/upholding": Opens(APPRAISERS),
        "GET " + SHEET + "/criteria/{criterion}/appraisal": Opens(APPRAISERS),
        "POST " + SHEET + "/criteria/{criterion}/appraisal": Opens(APPRAISERS),
        "GET " + SHEET + "/criteria/{criterion}/appraisal/points": Opens(above("office", "council", "appraiser")),
        "GET " + SHEET + "/explanation": Opens(SHEET_READERS),
        "POST " + SHEET + "/explanation": Opens(UNIT_ITSELF | LEADER),
        "GET " + SHEET + "/criteria/{criterion}/explanation": Opens(SHEET_READERS),
        "POST " + SHEET + "/criteria/{criterion}/explanation": Opens(UNIT_ITSELF),
        "POST " + SHEET + "/report": Opens(UNIT_ITSELF | LEADER),
        "GET " + SHEET + "/criteria/{criterion}/stages": Opens(SHEET_READERS),
        "GET " + SHEET + "/criteria/{criterion}": Opens(SHEET_READERS),
        "POST " + SHEET + "/criteria/{criterion}": Opens(UNIT_ITSELF),
        "GET " + SHEET + "/criteria/{criterion}/points": Opens(UNIT_ITSELF),
        "GET " + SHEET + "/workbook": Opens(UNIT_ITSELF),
        "GET " + SHEET + "/workbook/download": Opens(UNIT_ITSELF),
        "POST " + SHEET + "/workbook": Opens(UNIT_ITSELF),
        "GET " + SHEET + "/workbook/{sha256}": Opens(UNIT_ITSELF),
        "POST " + SHEET + "/workbook/{sha256}": Opens(UNIT_ITSELF),
        "GET /criteria-sets": Opens({"office": EVERYWHERE, "council": EVERYWHERE}),  # and the list is their own nodes
        "GET /criteria-set-template": Opens(EVERYBODY_KNOWN),
        "GET /criteria-sets/{code}": Opens(EVERYBODY_KNOWN),
        "GET /criteria-sets/{code}/workbook": Opens(EVERYBODY_KNOWN),
        "GET /criteria-sets/{code}/differences/{against}": Opens(EVERYBODY_KNOWN),
        "GET /v1/criteria-sets/{code}/differences/{against}": Opens(EVERYBODY_KNOWN),
        "POST /v1/criteria-set-differences": Opens(EVERYBODY_KNOWN, {"against": "bo-du-loai", "criteria_set": SET}),
        "GET /authorities/{authority}/criteria-sets": Opens(COUNCIL),
        "POST /authorities/{authority}/criteria-sets": Opens(COUNCIL),
        "GET /authorities/{authority}/criteria-set-readings/{sha256}": Opens(COUNCIL),
        "POST /authorities/{authority}/criteria-set-readings/{sha256}": Opens(COUNCIL),
        "GET /years": Opens({"office": EVERYWHERE}),  # and the list is their own nodes
        "GET /year-template": Opens(EVERYBODY_KNOWN),
        "GET /authorities/{authority}/years": Opens(OFFICE),
        "POST /authorities/{authority}/years": Opens(OFFICE),
        "GET /authorities/{authority}/year-readings/{sha256}": Opens(OFFICE),
        "POST /authorities/{authority}/year-readings/{sha256}": Opens(OFFICE),
        "GET /rounds/{round}/next-year": Opens(OFFICE),
        "GET /authorities/{authority}/criteria-sets/{code}/year-workbook": Opens(OFFICE),
        "GET /v1/authorities/{authority}/criteria-sets/{code}/year-workbook": Opens(OFFICE),
        "GET /v1/year-template": Opens(EVERYBODY_KNOWN),
        "GET " + ROUND + "/next-year": Opens(OFFICE),
        "POST /v1/year-readings?authority=H10": Opens(OFFICE),
        "GET /v1/authorities/{authority}/criteria-sets": Opens(COUNCIL),
        "POST /v1/criteria-sets": Opens(COUNCIL, {"authority": "H10", "criteria_set": SET}),
        "GET " + REGISTER: Opens(EVERYBODY_KNOWN),
        "GET " + REGISTER + "/{unit}": Opens(EVERYBODY_KNOWN),
        "PUT " + REGISTER: Opens(OFFICE, []),
        "GET /units": Opens({"office": EVERYWHERE}),  # and the list is their own nodes
        "GET /authorities/{authority}/units": Opens(EVERYBODY_KNOWN),
        "GET /authorities/{authority}/units/{unit}": Opens(EVERYBODY_KNOWN),
        "GET /authorities/{authority}/units/{unit}/change": Opens(OFFICE),
        "POST /authorities/{authority}/units/{unit}/change": Opens(OFFICE),
        "GET /authorities/{authority}/units/{unit}/ending": Opens(OFFICE),
        "POST /authorities/{authority}/units/{unit}/ending": Opens(OFFICE),
        "GET /authorities/{authority}/new-unit": Opens(OFFICE),
        "POST /authorities/{authority}/new-unit": Opens(OFFICE),
        "GET /authorities/{authority}/unit-workbook": Opens(EVERYBODY_KNOWN),
        "POST /authorities/{authority}/units": Opens(OFFICE),
        "GET /authorities/{authority}/unit-list-readings/{sha256}": Opens(OFFICE),
        "POST /authorities/{authority}/unit-list-readings/{sha256}": Opens(OFFICE),
        "GET /plans": Opens(EVERYBODY_KNOWN),  # and the list is of their own nodes
        "GET " + PAGES_OF_PLANS: Opens(WITHIN),
        "POST " + PAGES_OF_PLANS: Opens(OFFICE),
        "GET " + PAGE_OF_PLAN: Opens(WITHIN),
        "GET " + PAGE_OF_PLAN + "/workbook": Opens(WITHIN),
        "GET " + PAGE_OF_PLAN + "/survey-cost-workbook": Opens(WITHIN),
        "GET " + PAGE_OF_PLAN + "/items/{item}": Opens(WITHIN),
        "POST " + PAGE_OF_PLAN + "/items/{item}/state": Opens(OF_AGENCIES),
        **{
            f"{method} {PAGE_OF_PLAN}/{form}": Opens(OFFICE)
            for form in ("issuance", "survey-cost", "new-item", "items/{item}/change")
            for method in ("GET", "POST")
        },
        "POST " + PAGE_OF_PLAN + "/items/{item}/removal": Opens(OFFICE),
        "GET /v1/plan-templates": Opens(EVERYBODY_KNOWN),
        "GET " + PLANS: Opens(WITHIN),
        "POST " + PLANS: Opens(OFFICE, {"year": 2020, "title": "x"}),
        "GET " + PLAN: Opens(WITHIN),
        "GET " + PLAN + "/workbook": Opens(WITHIN),
        "GET " + PLAN + "/survey-cost-workbook": Opens(WITHIN),
        "PUT " + PLAN + "/issuance": Opens(OFFICE, {"number": "1", "issued_on": "2026-01-01"}),
        "PUT " + PLAN + "/survey-cost": Opens(OFFICE, {"lines": []}),
        "PUT " + PLAN + "/items/{item}": Opens(OFFICE, {"title": "x"}),
        "POST " + PLAN + "/items/{item}/removal": Opens(OFFICE),
        "GET /rounds/{round}/reminders": Opens(OFFICE),
        "POST /rounds/{round}/reminders": Opens(OFFICE),
        "GET /authorities/{authority}/mailboxes": Opens(OFFICE),
        "POST /authorities/{authority}/mailboxes": Opens(OFFICE),
        "GET " + MAILBOXES: Opens(OFFICE),
        "PUT " + MAILBOXES: Opens(OFFICE, {"agency": "H10.01", "role": "unit", "address": "cchc@so.example.vn"}),
        "POST " + MAILBOXES + "/erasure": Opens(OFFICE, {"agency": "H10.01", "role": "leader"}),
        "GET " + ROUND + "/reminders": Opens(OFFICE),
        "GET " + ROUND + "/progress": Opens(COUNCIL),
        "POST " + ROUND + "/reminders": Opens(OFFICE, {"agency": "H10.01"}),
        "PUT " + PLAN + "/items/{item}/state": Opens(OF_AGENCIES, {"state": "done"}),  # and the item names its agencies
        "POST " + REGISTER + "/comparison": Opens(EVERYBODY_KNOWN, {"on": "2026-12-31", "units": []}),
        "GET /v1/authorities/{authority}/unit-workbook": Opens(EVERYBODY_KNOWN),
        "POST /v1/authorities/{authority}/unit-list-readings": Opens(OFFICE),
        "GET /v1/criteria-sets": Opens(EVERYBODY_KNOWN),
        "GET /v1/criteria-sets/{code}": Opens(EVERYBODY_KNOWN),
        "GET /v1/criteria-sets/{code}/workbook": Opens(EVERYBODY_KNOWN),
        "GET /v1/criteria-set-template": Opens(EVERYBODY_KNOWN),
        "POST /v1/criteria-set-readings?authority=H10": Opens(COUNCIL),
        "POST /v1/rounds": Opens(
            OFFICE, {"authority": "H10", "round": "moi-loai-2026", "year": 2026, "title": "x", "blocks": [BLOCK]}
        ),
        "GET /v1/rounds": Opens(EVERYBODY_KNOWN),
        "GET " + ROUND: Opens(
            dict.fromkeys(("office", "council", "appraiser", "auditor", "surveyor", "unit", "leader"), HERE)
        ),
        "PUT " + UNIT + "/claims/{criterion}": Opens(UNIT_ITSELF, CLAIM),
        "PUT " + UNIT + "/claims": Opens(UNIT_ITSELF, [{"criterion": "1.1", **CLAIM}]),
        "GET " + UNIT + "/assignments": Opens(UNIT_ITSELF | LEADER),  # other readers of the sheet do not see them
        "PUT " + UNIT + "/assignments": Opens(UNIT_ITSELF, [{"criterion": "1.1", "to": ""}]),
        "PUT " + UNIT + "/self-score/difficulties": Opens(UNIT_ITSELF, {"text": "x"}),
        "POST " + UNIT + "/self-score/part-report": Opens({}),  # no agency claims in place of a unit of this round
        "POST " + UNIT + "/self-score/parts/{claimant}/return": Opens(UNIT_ITSELF | LEADER, {"note": "x"}),
        "POST " + UNIT + "/self-score/sending": Opens(UNIT_ITSELF),
        "POST " + UNIT + "/self-score/recall": Opens(UNIT_ITSELF),
        "POST " + UNIT + "/self-score/approval": Opens(LEADER),
        "POST " + UNIT + "/self-score/return": Opens(LEADER, {"note": "x"}),
        "POST " + UNIT + "/self-score/submission": Opens(UNIT_ITSELF),
        "POST " + UNIT + "/self-score/withdrawal": Opens(UNIT_ITSELF),
        "POST " + UNIT + "/self-score/extension": Opens(OFFICE, {"until": "2030-01-01T00:00:00Z", "reason": "x"}),
        "GET " + UNIT + "/self-score": Opens(SHEET_READERS),
        "GET " + ROUND + "/criteria/{criterion}/units": Opens(APPRAISERS),
        "GET " + ROUND + "/appraisal": Opens(APPRAISERS),
        "GET " + UNIT + "/criteria/{criterion}/stages": Opens(SHEET_READERS),
        "GET " + UNIT + "/claims": Opens(SHEET_READERS),
        "GET " + UNIT + "/claims/{criterion}": Opens(SHEET_READERS),
        "POST " + UNIT + "/files": Opens(UNIT_ITSELF),
        "GET " + UNIT + "/files": Opens(SHEET_READERS),
        "POST " + UNIT + "/files/{sha256}/erasure": Opens(OFFICE, {"reason": "x"}),
        "GET " + UNIT + "/earlier-files": Opens(SHEET_READERS),
        "POST " + UNIT + "/files/{sha256}/reuse": Opens(UNIT_ITSELF),
        "GET " + UNIT + "/files/{sha256}/content": Opens(SHEET_READERS),
        "POST " + UNIT + "/files/{sha256}/removal": Opens(UNIT_ITSELF),
        "GET " + UNIT + "/self-score/workbook": Opens(SHEET_READERS),
        "POST " + UNIT + "/self-score/workbook": Opens(UNIT_ITSELF),
        "GET " + UNIT + "/self-score/workbook/{sha256}": Opens(UNIT_ITSELF),
        "POST " + UNIT + "/self-score/workbook/{sha256}/application": Opens(UNIT_ITSELF, {}),
        "GET " + UNIT + "/texts": Opens(above("auditor")),
        "GET " + ROUND + "/texts": Opens({"auditor": {"authority"}}),
        "GET /v1/authorities/{authority}/plan-texts": Opens({"auditor": {"authority"}}),
        "POST /v1/authorities/{authority}/plan-texts/{commitment}/erasure": Opens(OFFICE, {"reason": "x"}),
        "POST " + UNIT + "/texts/{commitment}/erasure": Opens(OFFICE, {"reason": "x"}),
        "POST " + ROUND + "/texts/{commitment}/erasure": Opens(OFFICE, {"reason": "x"}),
        "POST " + UNIT + "/appraisal/findings": Opens(
            COUNCIL | {"appraiser": {"authority"}}, [{"criterion": "1.1", "upheld": True}]
        ),
        "POST " + UNIT + "/appraisal/decisions": Opens(
            {"council": COUNCIL["council"]}, [{"criterion": "1.1", "upheld": True}]
        ),
        "POST " + UNIT + "/appraisal/announcement": Opens(COUNCIL),
        "PUT " + UNIT + "/explanations": Opens(UNIT_ITSELF, [{"criterion": "1.1", "explanation": "x"}]),
        "POST " + UNIT + "/explanation/submission": Opens(UNIT_ITSELF),  # nobody approves in this round
        "POST " + UNIT + "/explanation/ending": Opens(OFFICE, {"reason": "x"}),
        "GET " + COUNCIL_OF_ROUND: Opens(OFFICIALS),
        "PUT " + COUNCIL_OF_ROUND: Opens(
            OFFICE, {"reference": "x", "decided_on": "2026-01-01", "members": [{"code": "a"}, {"code": "b"}]}
        ),
        "GET " + COUNCIL_OF_ROUND + "/items": Opens(OFFICIALS),
        "GET " + SESSION + "/minutes": Opens(OFFICIALS),
        "PUT " + SESSION: Opens(COUNCIL, {"held_on": "2026-01-01", "presiding": "a"}),
        "POST " + SESSION + "/conclusion": Opens(COUNCIL, {"minutes": "x"}),
        "POST " + SESSION + "/units/{unit}/decisions": Opens(
            {"council": {"authority"}}, [{"criterion": "1.1", "upheld": True, "votes": {"in_favour": 1}}]
        ),
        "POST " + UNIT + "/appraisal/referrals": Opens(APPRAISERS, [{"criterion": "1.1", "reason": "x"}]),
        "POST " + UNIT + "/appraisal/completion": Opens(COUNCIL),
        "POST " + UNIT + "/appraisal/extension": Opens(OFFICE, {"until": "2030-01-01T00:00:00Z", "reason": "x"}),
        "POST " + ROUND + "/closing": Opens(COUNCIL),
        "POST " + ROUND + "/reopening": Opens(COUNCIL, {"reason": "x", "units": ["H10.01"]}),
    },
    "survey": {
        **DESK,
        "GET /v1/desk": Opens({**EVERYBODY_KNOWN, "device": set(DEVICES)}),  # nothing waits for a kiosk
        "POST /v1/kiosks/{kiosk}/ratings": Opens({"device": {"itself"}}, [PRESS]),
        "GET /v1/kiosks/{kiosk}": Opens(above("office", "auditor") | {"device": {"itself"}}),
        "GET /v1/kiosks": Opens({"office": EVERYWHERE, "auditor": EVERYWHERE}),  # and the list is of their own nodes
        "GET /v1/presses/set-aside": Opens(dict.fromkeys(("office", "auditor", "unit"), EVERYWHERE)),  # so is this one
        "POST /v1/kiosks": Opens(KIOSK_OWNERS, {"kiosk": "cua-1", "unit": "H10.01", "question": "hai-long"}),
        "POST /v1/kiosks/{kiosk}/enrolment-codes": Opens(KIOSK_OWNERS),
        "POST " + ROUND + "/tallies": Opens(SURVEYORS, [TALLY]),
        "POST " + ROUND + "/tally-closing": Opens(SURVEYORS),
        "GET " + ROUND + "/tallies": Opens(
            around("office", "council", "appraiser", "auditor", "surveyor") | OF_THEIR_OWN
        ),
        "GET " + ROUND + "/tallying": Opens(
            around("office", "council", "appraiser", "auditor", "surveyor") | OF_THEIR_OWN
        ),
        "POST /v1/kiosks/{kiosk}/revocation": Opens(KIOSK_OWNERS),  # after what `cua-1` itself may do
    },
    "scoring": {
        "GET " + ROUND + "/indices": Opens(around("office", "council", "auditor", "unit", "leader"), hidden=404),
        "GET " + UNIT + "/index": Opens(above("office", "council", "auditor") | UNIT_ITSELF | LEADER),
        "GET " + ROUND + "/settlement": Opens(OFFICIALS),
        "POST " + ROUND + "/trials": Opens(COUNCIL, {"criteria_set": SET}),
        "GET " + ROUND + "/rank-sensitivity": Opens(COUNCIL),
        "POST /rounds/{round}/trials": Opens(COUNCIL),
        "GET /rounds/{round}/trials": Opens(COUNCIL),
        "POST " + UNIT + "/trials": Opens(COUNCIL, {"criteria_set": SET}),
        "GET " + UNIT + "/criteria/{criterion}/derivation": Opens(SHEET_READERS),
        "GET " + SHEET + "/criteria/{criterion}": Opens(SHEET_READERS),
    },
    "publication": {
        **DESK,
        "POST " + ROUND + "/editions": Opens(OFFICE, {}),
        "GET " + ROUND + "/freezing": Opens(OFFICIALS | PUBLISHERS),
        "GET " + ROUND + "/freezing/{edition}": Opens(OFFICIALS | PUBLISHERS),
        "POST " + ROUND + "/editions/{edition}/announcement": Opens(PUBLISHERS, hidden=404),
    },
}
LOGGED_RIGHTS = {
    "GET /v1/accounts/{account}": Opens(above("office", "council", "auditor"), hidden=404),  # whose right is there
    **{door: KERNEL[door] for door in KERNEL if "/v1/parked" not in door},
}
"""The routes of sign-in that need a right; the account has one at H10.01."""
ITS_OFFICES = Opens(above("office"), hidden=404)
OFFICES = Opens({"office": EVERYWHERE})  # each sees its own accounts, and gives the rights that it covers
PEOPLE = {
    "GET /v1/accounts": OFFICES,
    "POST /v1/accounts": Opens(above("office"), {"name": "hoa", "rights": ["unit@H10.01"]}),
    "POST /v1/accounts/{account}/rights": Opens(above("office"), {"right": "leader@H10.01"}, hidden=404),
    "POST /v1/accounts/{account}/ended-rights": Opens(above("office"), {"right": "leader@H10.01"}, hidden=404),
    "POST /v1/accounts/{account}/invitation": ITS_OFFICES,
    "POST /v1/accounts/{account}/secret": ITS_OFFICES,
    "POST /v1/accounts/{account}/sessions-end": ITS_OFFICES,
    "POST /v1/accounts/{account}/second-factor-end": Opens(above("office"), {"reason": "x"}, hidden=404),
    "POST /v1/accounts/{account}/links": Opens(above("office"), {"subject": "x"}, hidden=404),
    "POST /v1/accounts/{account}/ended-links": Opens(
        above("office"), {"issuer": "https://sso.test", "subject": "x"}, hidden=404
    ),
    "POST /v1/accounts/{account}/removal": ITS_OFFICES,
    "POST /v1/link-lists": OFFICES,
    "POST /v1/link-lists/checks": OFFICES,
    "GET /links": OFFICES,
    "POST /links": OFFICES,
    "POST /links/confirmed": OFFICES,
    **{f"{method} /{page}": OFFICES for page in ("people/new", "programs/new") for method in ("GET", "POST")},
    **{f"GET /{page}": OFFICES for page in ("people", "programs")},
    "GET /accounts/{account}": ITS_OFFICES,
    **{
        f"POST /accounts/{{account}}/{move}": ITS_OFFICES
        for move in (
            *("rights", "ended-rights", "links", "ended-links", "sessions-end", "second-factor-end"),
            *("removal", "invitation", "secret"),
        )
    },
}
"""The pages and the API with which an office manages accounts, where the rights are logged."""
PEOPLE_ALONE = {role.value: EVERYWHERE for role in Role if role not in {Role.KIOSK, Role.SERVICE}}
NAMED = {f"GET {path}?account=a00000lan": Opens(PEOPLE_ALONE) for path in ("/names", "/v1/names")}
"""The names behind ids, of the own authority alone; other ids get the answer of unknown ones."""
COLLEAGUES = {f"GET {path}": Opens(UNIT_ITSELF) for path in ("/units/{unit}/people", "/v1/units/{unit}/people")}
"""The people of a unit, for each other."""
SIGN_IN_PAGES = {
    "GET /desk": Opens(EVERYBODY_KNOWN),
    "GET /account": Opens(EVERYBODY_KNOWN),
    "POST /password": Opens(EVERYBODY_KNOWN),
    "GET /second-factor": Opens(EVERYBODY_KNOWN),
    "POST /second-factor": Opens(EVERYBODY_KNOWN),
    "POST /second-factor-off": Opens(EVERYBODY_KNOWN),
}
"""The pages of a signed-in person, and there is one more where the rights are logged."""
TABLE = {
    door.replace(" ", f" /{service}", 1): opens
    for service in SERVICES
    for door, opens in (STEPS[service] | KERNEL).items()
} | {door.replace(" ", " /sign-in", 1): opens for door, opens in SIGN_IN_PAGES.items()}

PAGES = ("/openapi.json", "/health/live", "/health/ready", "/docs", "/docs/swagger-ui-bundle.js", "/problems/{code}")
NEARBY = {f"GET /{service}/metrics" for service in SERVICES}
PUBLIC = {
    "GET /",
    "GET /problems/{code}",
    *(f"GET /{service}{page}" for service in SERVICES for page in PAGES),
    *(f"GET /{service}/docs/{file}" for service in SERVICES for file in ("swagger-ui.css", "favicon.png")),
    *("GET /sign-in/openapi.json", "GET /sign-in/.well-known/openid-configuration", "GET /sign-in/jwks"),
    "POST /sign-in/token",
    *(
        "GET /sign-in/",
        "POST /sign-in/",
        "GET /sign-in/renew",
        "POST /sign-in/renew",
        "POST /sign-in/sign-out",
        "GET /sign-in/assets/{name}",
    ),
    "GET /assessment/assets/{name}",
    "GET /scoring/assets/{name}",
    "GET /survey/assets/{name}",
    *(f"{method} /sign-in/{page}" for page in ("code", "set-up") for method in ("GET", "POST")),
    "POST /survey/v1/kiosks/{kiosk}/enrolment",  # the one-time code is the right
    *(f"GET /publication{page}" for page in ("/", "/v1/results", "/assets/{name}")),
    *(f"GET /publication/rounds/{{round}}{rest}" for rest in ("", "/units/{unit}")),
    *(f"GET /publication{ROUND}{rest}" for rest in ("/editions", "/editions/{edition}/snapshot")),
    *(f"GET /publication{ROUND}{rest}" for rest in ("/result", "/result.csv")),
}

ACCOUNT = "a00000lan"
FILLED = (
    REAL
    | {"authority": "H10", "year": "2026", "item": "1"}
    | {"kiosk": "cua-1", "account": ACCOUNT, "commitment": "comment:" + "0" * 64}
)


@dataclass
class Crowd:
    """A system with an announced round, and all askers: role, place, and the header that authenticates them."""

    system: System
    askers: list[tuple[str, str, dict[str, str]]]
    _addresses: Iterator[IPv4Address] = field(default_factory=lambda: iter(IPv4Network("10.0.0.0/8")))

    async def comes_in(self, door: str, opens: Opens, proof: dict[str, str]) -> bool:
        method, address = door.split(" ", 1)
        extra = {} if opens.body is None else {"json": opens.body}
        proof = as_cookie(proof) if plain(door) in pages(self.system) else proof
        async with from_address(self.system, str(next(self._addresses))) as http:
            answer = await http.request(method, filled(address), headers=proof, **extra)
        assert answer.status_code < 500, (door, answer.text)
        assert answer.status_code != 429, (door, answer.text)
        to_renewal = answer.headers.get("Location", "").startswith("/sign-in/renew")
        return answer.status_code not in {401, 403, opens.hidden} and not to_renewal


def from_address(system: System, address: str) -> httpx.AsyncClient:
    """Return a client with an address of its own, because wrong tokens of one address are limited."""
    transport = httpx.ASGITransport(system.app, client=(address, 5))
    return httpx.AsyncClient(transport=transport, base_url=INSIDE, timeout=60)


def filled(address: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda name: FILLED[name[1]], address)


def plain(door: str) -> str:
    return door.partition("?")[0].replace("{round_}", "{round}")


def doors(system: System) -> Iterator[tuple[str, Audience | None]]:
    for route in access_rules(system.app):
        for method in set(route.methods) - {"HEAD"}:
            yield plain(f"{method} {route.path}"), route.rule.audience if route.rule else None


def pages(system: System) -> set[str]:
    """Return the routes that are pages."""
    return {
        plain(f"{method} {route.path}")
        for route in access_rules(system.app)
        for method in route.methods
        if route.rule and route.rule.page
    }


def as_cookie(proof: dict[str, str]) -> dict[str, str]:
    """Turn the header of an asker into what a browser sends from our own page."""
    token = proof.get("Authorization", "").removeprefix("Bearer ")
    return {"Sec-Fetch-Site": "same-origin"} | ({"Cookie": f"__Host-parindex={token}"} if token else {})


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def proof_in(system: System, name: str, *rights: str) -> dict[str, str]:
    return bearer(system.token(name, *rights, life=timedelta(hours=1)))


def people_of(system: System) -> list[tuple[str, str, dict[str, str]]]:
    return [
        ("citizen", "", {}),
        ("guest", "", proof_in(system, "guest")),
        ("service", OURS, proof_in(system, "scoring", SERVICE_RIGHT)),
        *(
            (role.value, place, proof_in(system, f"x-{role}", f"{role}@{node}"))
            for role in Role
            for place, node in PLACES.items()
        ),
    ]


@pytest.fixture
async def with_logged_rights(database: Databases) -> AsyncIterator[Crowd]:
    """Only sign-in, with its log."""
    known = Account("lan", AccountKind.PERSON, "", (Right.parse("unit@H10.01"),), ACCOUNT)
    accounts = Accounts([known], PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    async with system_over(database, {}, accounts=accounts, rights_logged=True) as system:
        yield Crowd(system, people_of(system))


@pytest.fixture
async def crowd(announced: System) -> Crowd:
    def proof(name: str, *rights: str) -> dict[str, str]:
        return proof_in(announced, name, *rights)

    async with from_address(announced, "192.0.2.1") as http:
        crowd = Crowd(announced, people_of(announced))
        for place, (kiosk, unit) in DEVICES.items():
            body = {"kiosk": kiosk, "unit": unit, "question": "hai-long"}
            registered = await http.post("/survey/v1/kiosks", json=body, headers=proof("o", f"office@{unit[:3]}"))
            code = {"code": registered.json()["code"]}
            enrolled = await http.post(f"/survey/v1/kiosks/{kiosk}/enrolment", json=code)
            crowd.askers.append(("device", place, bearer(enrolled.json()["token"])))
    return crowd


async def test_every_route_has_a_rule_and_stands_in_the_table(embedded_system: System) -> None:
    known = dict(doors(embedded_system))
    assert [door for door, audience in known.items() if audience is None] == []
    assert {door for door, audience in known.items() if audience is Audience.PUBLIC} == PUBLIC
    assert {door for door, audience in known.items() if audience is Audience.NEARBY} == NEARBY
    assert known.keys() - PUBLIC - NEARBY == {plain(door) for door in TABLE}


async def test_those_in_the_table_come_in_and_nobody_else(crowd: Crowd) -> None:
    wrong = [
        f"{role}@{place or '-'} {'comes in' if came_in else 'is refused'}: {door}"
        for door, opens in TABLE.items()
        for role, place, proof in crowd.askers
        if role in opens.to
        or place in {"", "authority", "unit", *DEVICES}  # a public route is the same from other places
        if (came_in := await crowd.comes_in(door, opens, proof)) != (place in opens.to.get(role, ()))
    ]
    assert wrong == []


async def test_the_doors_of_the_log_of_rights_let_in_those_in_the_table_and_nobody_else(
    with_logged_rights: Crowd,
) -> None:
    own_pages = {**SIGN_IN_PAGES, "POST /sign-out-everywhere": Opens(EVERYBODY_KNOWN)}
    table = {
        door.replace(" ", " /sign-in", 1): opens
        for door, opens in (LOGGED_RIGHTS | PEOPLE | NAMED | COLLEAGUES | own_pages).items()
    }
    known = dict(doors(with_logged_rights.system))
    assert [door for door, audience in known.items() if audience is None] == []
    assert {door for door, audience in known.items() if audience is not Audience.PUBLIC} == set(map(plain, table))
    wrong = [
        f"{role}@{place or '-'} {'comes in' if came_in else 'is refused'}: {door}"
        for door, opens in table.items()
        for role, place, proof in with_logged_rights.askers
        if (came_in := await with_logged_rights.comes_in(door, opens, proof)) != (place in opens.to.get(role, ()))
    ]
    assert wrong == []


async def test_public_doors_ask_for_no_token_and_look_at_none(embedded_system: System) -> None:
    transport = httpx.ASGITransport(embedded_system.app)
    wrong = []
    async with httpx.AsyncClient(transport=transport, base_url=INSIDE, timeout=60) as http:
        for door in sorted(PUBLIC):
            method, address = door.split(" ", 1)
            code = {"code": "0000-0000-0000"} if address.endswith("/enrolment") else None
            for proof in ({}, bearer("x.y.z")):
                headers = proof | {"Sec-Fetch-Site": "same-origin"}
                answer = await http.request(method, filled(address), headers=headers, json=code)
                if door == "POST /sign-in/renew":  # it looks at its own cookie, and at no token
                    assert (answer.status_code, "Cần đăng nhập." in answer.text) == (401, True), answer.text
                    continue
                if answer.status_code in {401, 403} and "enrolment-code-invalid" not in answer.text:
                    wrong.append((door, answer.status_code))
    assert wrong == []
