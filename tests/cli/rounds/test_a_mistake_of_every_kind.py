# ruff: noqa: E501  # a row of the file is one line, so that it can be changed as a whole
"""One mistake of each kind that the services refuse: `round check` reports it at its place, and nothing else."""

import pytest

from parindex.testing.serving import NOON
from parindex_cli.rounds.checking import check
from parindex_cli.rounds.file import RoundFile
from parindex_cli.rounds.reading import RoundFileError, parse

FILE = """\
round: thu-2026
authority: H97
year: 2026
title: Đợt thử
reference: Kế hoạch 1
deadlines: {self_scoring: "2027-03-01T00:00:00Z", appraisal: "2027-04-01T00:00:00Z"}
press_window: {from: "2026-01-01T00:00:00+07:00", until: "2027-01-01T00:00:00+07:00"}
criteria_sets:
  - code: bo-thu
    title: Bộ thử
    reference: Quyết định 1
    rounding: {decimals: 2, mode: half_up, total: rounded_sum}
    ties: same_rank
    bands: [{name: Tốt, at_least: 80}, {name: Yếu, at_least: 0}]
    criteria:
      - {code: "1", name: Chỉ đạo, level: area, maximum: 60}
      - {code: "1.1", name: Nhập điểm, level: criterion, parent: "1", maximum: 25, rule: {kind: entered_points}, evidence_required: true}
      - {code: "1.2", name: Thang, level: criterion, parent: "1", maximum: 20, rule: {kind: steps, steps: [{bound: 90, closed: false, points: 20}, {bound: 70, closed: true, points: 10}]}}
      - {code: "1.3", name: Tỷ lệ, level: criterion, parent: "1", maximum: 10, rule: {kind: proportional, floor: 0.8, ceiling: 1}}
      - {code: "1.4", name: Mức, level: criterion, parent: "1", maximum: 2, rule: {kind: choice, options: [{code: tot, name: Tốt, points: 2}, {code: kha, name: Khá, points: 1}]}}
      - {code: "1.5", name: Có, level: criterion, parent: "1", maximum: 2, rule: {kind: yes_no}}
      - {code: "1.6", name: Hạn, level: criterion, parent: "1", maximum: 1, rule: {kind: timeliness, on_time: 1, late: 0.5}}
      - {code: "2", name: Phiếu, level: area, maximum: 40}
      - {code: "2.1", name: Dân, level: criterion, parent: "2", maximum: 25, rule: {kind: survey_points, question: hai-long, group: dan, shares: [{option: "5", share: 1}, {option: "1", share: 0}]}}
      - {code: "2.2", name: Hỏi, level: criterion, parent: "2", maximum: 15, rule: {kind: survey_points, question: dieu-tra, shares: [{option: a, share: 1}, {option: b, share: 0.5}]}}
blocks:
  - {code: xa, name: Xã, criteria_set: bo-thu, units: [{code: H97.01, name: Tân Lập}, {code: H97.02, name: Hòa Bình}]}
appraisers:
  - {criterion: "1.1", appraiser: H97.09, block: xa}
self_scores:
  - unit: H97.01
    claims:
      - {criterion: "1.1", figures: {points: 20}, explanation: Rõ, evidence: [{number: 1/KH, issued_on: "2026-06-30", title: Kế hoạch, page: "2"}]}
      - {criterion: "1.2", figures: {done: 95, planned: 100}}
      - {criterion: "1.3", figures: {done: 9, planned: 10}}
      - {criterion: "1.4", figures: {level: tot}}
      - {criterion: "1.5", figures: {answer: "yes"}}
      - {criterion: "1.6", figures: {outcome: late}}
  - unit: H97.02
    claims:
      - {criterion: "1.1", figures: {points: 15}, explanation: Rõ}
      - {criterion: "1.2", figures: {value: 75}}
      - {criterion: "1.3", applicable: false, explanation: Không có việc}
      - {criterion: "1.4", figures: {level: kha}}
      - {criterion: "1.5", figures: {answer: "no"}}
      - {criterion: "1.6", figures: {outcome: on_time}}
appraisals:
  - {unit: H97.01, findings: [{criterion: "1.2", figures: {done: 80, planned: 100}, comment: Đếm lại}, {criterion: "1.4", points: 1, comment: Thiếu}]}
  - {unit: H97.02}
tallies:
  - {unit: H97.01, question: dieu-tra, score: 12, out_of: 15}
  - {unit: H97.02, question: dieu-tra, counts: [{option: a, count: 3}, {option: b, count: 1}]}
kiosks:
  - {kiosk: k-1, unit: H97.01, question: hai-long, group: dan, options: ["5", "1"], presses: [{option: "5", pressed_at: "2026-06-01T01:00:00.000000Z", times: 3}]}
  - {kiosk: k-2, unit: H97.02, question: hai-long, group: dan, options: ["5", "1"], presses: [{option: "1", pressed_at: "2026-06-01T01:00:00.000000Z"}]}
"""
MISTAKES = [
    (
        ", shares: [{option: a, share: 1}, {option: b, share: 0.5}]",
        "",
        "/tallies/1/counts",
    ),
    (
        ', shares: [{option: "5", share: 1}, {option: "1", share: 0}]',
        "",
        "/kiosks/0/presses/0/option /kiosks/1/presses/0/option",
    ),
    ("kiosk: k-1", "kiosk: k-á", "/kiosks/0/kiosk"),
    ('options: ["5", "1"]', 'options: ["5", ""]', "/kiosks/0/options/1"),
    (
        'options: ["5", "1"]',
        'options: ["1","2","3","4","5","6","7","8","9","10","11","12","13","14","15","16","17","18","19","20","21"]',
        "/kiosks/0/options",
    ),
    ("appraiser: H97.09", "appraiser: H97.Đ", "/appraisers/0/appraiser"),
    ("round: thu-2026", "round: h98-2026", "/round"),
    ("{unit: H97.02, question: dieu-tra", "{unit: H97.02, question: dieu-tra, group: mới", "/tallies/1/group"),
    ("at_least: 80}", "at_least: 80, block: xã}", "/criteria_sets/0/bands/0/block"),
    ("name: Có,", 'name: " ",', "/criteria_sets/0/criteria/5/name"),
    ("rule: {kind: yes_no}", 'rule: {kind: yes_no}, rule_text: "a\\u202eb"', "/criteria_sets/0/criteria/5/rule_text"),
    ("reference: Quyết định 1", 'reference: ""', "/criteria_sets/0/reference"),
    ("code: kha, name: Khá", 'code: kha, name: ""', "/criteria_sets/0/criteria/4/rule/options/1/name"),
    ('issued_on: "2026-06-30"', 'issued_on: "30/06/2026"', "/self_scores/0/claims/0/evidence/0/issued_on"),
    ('issued_on: "2026-06-30"', 'issued_on: "2026-06-31"', "/self_scores/0/claims/0/evidence/0/issued_on"),
    ('issued_on: "2026-06-30"', "issued_on: 20260630", "/self_scores/0/claims/0/evidence/0/issued_on"),
    ('issued_on: "2026-06-30"', 'issued_on: "1944-12-31"', "/self_scores/0/claims/0/evidence/0/issued_on"),
    ('issued_on: "2026-06-30"', "issued_on: 0", "/self_scores/0/claims/0/evidence/0/issued_on"),
    ('issued_on: "2026-06-30"', 'issued_on: "2030-01-01"', "/self_scores/0/claims/0/evidence/0/issued_on"),
    ('issued_on: "2026-06-30"', 'issued_on: "2026-06-30T00:00:00Z"', "/self_scores/0/claims/0/evidence/0/issued_on"),
    ('self_scoring: "2027-03-01T00:00:00Z"', 'self_scoring: "2027-03-01"', "/deadlines/self_scoring"),
    ('self_scoring: "2027-03-01T00:00:00Z"', 'self_scoring: "2027-03-01T00:00:00"', "/deadlines/self_scoring"),
    ('self_scoring: "2027-03-01T00:00:00Z"', "self_scoring: 1800000000", "/deadlines/self_scoring"),
    ('self_scoring: "2027-03-01T00:00:00Z"', 'self_scoring: "2080-01-01T00:00:00Z"', "/deadlines/self_scoring"),
    ('self_scoring: "2027-03-01T00:00:00Z"', 'self_scoring: "2027-03-01T24:00:00Z"', "/deadlines/self_scoring"),
    ('self_scoring: "2027-03-01T00:00:00Z"', 'self_scoring: "2027-04-01T00:00:00Z"', "/deadlines/appraisal"),
    ('self_scoring: "2027-03-01T00:00:00Z"', 'self_scoring: "2026-07-01T12:00:00Z"', "/deadlines/self_scoring"),
    ('appraisal: "2027-04-01T00:00:00Z"', 'appraisal: "2027-03-01T06:59:00+07:00"', "/deadlines/appraisal"),
    ('appraisal: "2027-04-01T00:00:00Z"', "appraisal: mai", "/deadlines/appraisal"),
    ('from: "2026-01-01T00:00:00+07:00"', 'from: "2027-01-01T00:00:00+07:00"', "/press_window/until"),
    ('from: "2026-01-01T00:00:00+07:00"', 'from: "2026-01-01"', "/press_window/from"),
    ('until: "2027-01-01T00:00:00+07:00"', 'until: "2025-01-01T00:00:00Z"', "/press_window/until"),
    (
        'pressed_at: "2026-06-01T01:00:00.000000Z", times: 3',
        'pressed_at: "2026-06-31T01:00:00.000000Z"',
        "/kiosks/0/presses/0/pressed_at",
    ),
    (
        'pressed_at: "2026-06-01T01:00:00.000000Z", times: 3',
        'pressed_at: "2026-07-01T12:00:01.000000Z"',
        "/kiosks/0/presses/0/pressed_at",
    ),
    (
        'pressed_at: "2026-06-01T01:00:00.000000Z", times: 3',
        'pressed_at: "0000-01-01T00:00:00.000000Z"',
        "/kiosks/0/presses/0/pressed_at",
    ),
    (
        'pressed_at: "2026-06-01T01:00:00.000000Z", times: 3',
        'pressed_at: "2026-06-01T25:00:00.000000Z"',
        "/kiosks/0/presses/0/pressed_at",
    ),
    (
        'pressed_at: "2026-06-01T01:00:00.000000Z", times: 3',
        'pressed_at: "2026-06-01"',
        "/kiosks/0/presses/0/pressed_at",
    ),
    ("times: 3", "times: 0", "/kiosks/0/presses/0/times"),
    ("times: 3", "times: 1.5", "/kiosks/0/presses/0/times"),
    ("times: 3", "times: 100001", "/kiosks/0/presses/0/times"),
    (
        "{code: H97.02, name: Hòa Bình}",
        "{code: H97.02, name: Hòa Bình}, {code: H97.02, name: Khác}",
        "/blocks/0/units/1/code /blocks/0/units/2/code",
    ),
    (
        "appraisers:\n",
        "  - {code: xb, name: Xã, criteria_set: bo-thu, units: [{code: H97.02, name: Ba}]}\nappraisers:\n",
        "/blocks/0/units/1/code /blocks/1/units/0/code",
    ),
    ("appraisers:\n", "  - {code: xb, name: Xb, criteria_set: bo-thu, units: []}\nappraisers:\n", "/blocks/1/units"),
    (
        "appraisers:\n",
        "  - {code: xa, name: Xã, criteria_set: bo-thu, units: [{code: H97.03, name: Ba}]}\nappraisers:\n",
        "/blocks/1/code /blocks/1/units/0",
    ),
    ("{name: Yếu", "{name: Tốt", "/criteria_sets/0/bands/1/name"),
    ("at_least: 80}", "at_least: 0}", "/criteria_sets/0/bands/1/at_least"),
    ('{option: "1", share: 0}]', '{option: "5", share: 0}]', "/criteria_sets/0/criteria/8/rule/shares/1/option"),
    ("kiosk: k-2", "kiosk: k-1", "/kiosks/1/kiosk"),
    ("kiosk: k-2, unit: H97.02", "kiosk: k-1, unit: H97.01", "/kiosks/1/kiosk"),
    ("  - unit: H97.02", "  - unit: H97.01", "/self_scores/1/unit /appraisals/1"),
    ("  - {unit: H97.02}", "  - {unit: H97.02}\n  - {unit: H97.02}", "/appraisals/2/unit"),
    ("criteria_set: bo-thu", "criteria_set: bo-khac", "/blocks/0/criteria_set /appraisers/0/criterion"),
    ('criterion: "1.1", appr', 'criterion: "9", appr', "/appraisers/0/criterion"),
    (
        "self_scores:\n",
        '  - {criterion: "1.1", appraiser: H97.08, block: xa}\nself_scores:\n',
        "/appraisers/1/criterion",
    ),
    ("appraiser: H97.09", "appraiser: H98.09", "/appraisers/0/appraiser"),
    ("appraiser: H97.09", "appraiser: H970", "/appraisers/0/appraiser"),
    ('criterion: "1.1", appr', 'criterion: "2.1", appr', "/appraisers/0/criterion"),
    ('criterion: "1.5", fig', 'criterion: "2.1", fig', "/self_scores/0/claims /self_scores/0/claims/4/criterion"),
    ("{unit: H97.02, question: dieu-tra", "{unit: H97.09, question: dieu-tra", "/tallies/1/unit"),
    ("{unit: H97.02, question: dieu-tra", "{unit: H97.02, question: dieu-tar", "/tallies/1/question"),
    (
        "{unit: H97.02, question: dieu-tra",
        "{unit: H97.02, question: hai-long, group: can-bo",
        "/tallies/1/question /tallies/1/group",
    ),
    ("{unit: H97.02, question: dieu-tra", "{unit: H97.02, question: hai-long", "/tallies/1/group /tallies/1/question"),
    (
        "{unit: H97.02, question: dieu-tra, counts: [{option: a, count: 3}, {option: b, count: 1}]}",
        "{unit: H97.02, question: hai-long, group: dan, score: 2, out_of: 3}",
        "/tallies/1/question",
    ),
    ("kiosks:\n", "  - {unit: H97.01, question: dieu-tra, score: 12, out_of: 15}\nkiosks:\n", "/tallies/2"),
    ("{option: b, count: 1}", "{option: c, count: 1}", "/tallies/1/counts/1/option"),
    ("{option: b, count: 1}", "{option: a, count: 1}", "/tallies/1/counts/1/option"),
    ("{option: b, count: 1}", "{option: b, count: -1}", "/tallies/1/counts/1/count"),
    ("{option: b, count: 1}", "{option: b, count: 1000000000001}", "/tallies/1/counts/1/count"),
    ("score: 12, out_of: 15", "score: 12, out_of: 15, counts: [{option: a, count: 1}]", "/tallies/0"),
    ("score: 12, out_of: 15", "score: 12", "/tallies/0"),
    ("score: 12, out_of: 15", "score: 16, out_of: 15", "/tallies/0/score"),
    ("score: 12, out_of: 15", "score: -1, out_of: 15", "/tallies/0/score"),
    ("score: 12, out_of: 15", "score: 0, out_of: 0", "/tallies/0/out_of"),
    ("score: 12, out_of: 15", "score: 12, out_of: 999999999999999999999", "/tallies/0/out_of"),
    ("score: 12, out_of: 15", 'score: "12,5", out_of: 15', "/tallies/0/score"),
    ("{kiosk: k-2, unit: H97.02", "{kiosk: k-2, unit: H98.02", "/kiosks/1/unit"),
    ("unit: H97.02, question: hai-long", "unit: H97.02, question: hai_long", "/kiosks/1/question"),
    ("kiosk: k-2", "kiosk: h98-k", "/kiosks/1/kiosk"),
    ('{option: "1", pressed', '{option: "3", pressed', "/kiosks/1/presses/0/option"),
    (
        "level: area, maximum: 60}",
        "level: area, maximum: 60, rule: {kind: entered_points}}",
        "/criteria_sets/0/criteria/0/rule /self_scores/0/claims /self_scores/1/claims",
    ),
    ("maximum: 60}", "maximum: 61}", "/criteria_sets/0/criteria/0/maximum"),
    (
        'parent: "1", maximum: 1, rule',
        'parent: "1", maximum: 1111111111111111111111111111111111111111, rule',
        "/criteria_sets/0/criteria/6/maximum",
    ),
    ('parent: "1", maximum: 1, rule', 'parent: "1", maximum: 1e0, rule', "/criteria_sets/0/criteria/6/maximum"),
    ('parent: "1", maximum: 1, rule', 'parent: "1", maximum: "1,0", rule', "/criteria_sets/0/criteria/6/maximum"),
    (
        "maximum: 2, rule: {kind: yes_no}}",
        "maximum: 2}",
        "/criteria_sets/0/criteria/5/rule /self_scores/0/claims/4/criterion /self_scores/1/claims/4/criterion",
    ),
    (
        'name: Có, level: criterion, parent: "1"',
        'name: Có, level: criterion, parent: "9"',
        "/criteria_sets/0/criteria/0/maximum /criteria_sets/0/criteria/5/parent",
    ),
    ("decimals: 2", "decimals: 7", "/criteria_sets/0/rounding/decimals"),
    ("mode: half_up", "mode: up", "/criteria_sets/0/rounding/mode"),
    ("ties: same_rank", "ties: random", "/criteria_sets/0/ties"),
    ("option: b, share: 0.5", "option: b, share: 1.5", "/criteria_sets/0/criteria/9/rule/shares/1/share"),
    (
        "{bound: 90, closed: false, points: 20}, {bound: 70, closed: true, points: 10}",
        "{bound: 70, closed: true, points: 10}, {bound: 90, closed: false, points: 20}",
        "/criteria_sets/0/criteria/2/rule/steps/1/bound",
    ),
    ("closed: true, points: 10", "closed: true, points: 21", "/criteria_sets/0/criteria/2/rule/steps/1/points"),
    ("floor: 0.8, ceiling: 1", "floor: 1, ceiling: 0.8", "/criteria_sets/0/criteria/3/rule/floor"),
    ("on_time: 1, late: 0.5", "on_time: 0.5, late: 1", "/criteria_sets/0/criteria/6/rule/late"),
    (
        "code: kha, name: Khá, points: 1",
        "code: kha, name: Khá, points: 3",
        "/criteria_sets/0/criteria/4/rule/options/1/points",
    ),
    ("at_least: 0}", "at_least: -1}", "/criteria_sets/0/bands/1/at_least"),
    ("at_least: 80}", "at_least: tốt}", "/criteria_sets/0/bands/0/at_least"),
    ("figures: {points: 15}", "figures: {points: 26}", "/self_scores/1/claims/0/figures/points"),
    ("figures: {points: 15}", "figures: {points: nhiều}", "/self_scores/1/claims/0/figures/points"),
    (
        "figures: {points: 15}",
        "figures: {points: 15.000000000000000000000000000000}",
        "/self_scores/1/claims/0/figures/points",
    ),
    ("figures: {points: 15}", "figures: {points: true}", "/self_scores/1/claims/0/figures/points"),
    ("figures: {value: 75}", "figures: {value: -75}", "/self_scores/1/claims/1/figures/value"),
    ("figures: {value: 75}", "figures: {value: 0.75}", "/self_scores/1/claims/1/figures/value"),
    ("figures: {done: 9, planned: 10}", "figures: {done: 0, planned: 0}", "/self_scores/0/claims/2/figures/planned"),
    (
        "figures: {done: 9, planned: 10}",
        "figures: {done: 9, planned: 11111111111111111111111111111111111111}",
        "/self_scores/0/claims/2/figures/planned",
    ),
    ("figures: {done: 9, planned: 10}", "figures: {done: 11, planned: 10}", "/self_scores/0/claims/2/figures/done"),
    ("level: kha}", "level: trung-binh}", "/self_scores/1/claims/3/figures/level"),
    ('answer: "no"', "answer: có", "/self_scores/1/claims/4/figures/answer"),
    (
        "applicable: false, explanation",
        "applicable: false, figures: {done: 1, planned: 2}, explanation",
        "/self_scores/1/claims/2/figures",
    ),
    ("figures: {points: 15}, explanation: Rõ", "figures: {points: 15}", "/self_scores/1/claims/0"),
    (
        "figures: {points: 15}, explanation: Rõ",
        'figures: {points: 15}, explanation: "a\\0"',
        "/self_scores/1/claims/0/explanation",
    ),
    (
        'page: "2"',
        'page: "22222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222222"',
        "/self_scores/0/claims/0/evidence/0/page",
    ),
    ("number: 1/KH", 'number: " "', "/self_scores/0/claims/0/evidence/0/number"),
    ("figures: {value: 75}}", "figures: {value: 75}, confirmed: [khong-co]}", "/self_scores/1/claims/1/confirmed/0"),
    ('{criterion: "1.4", points: 1', '{criterion: "1.9", points: 1', "/appraisals/0/findings/1/criterion"),
    ('{criterion: "1.4", points: 1', '{criterion: "2.1", points: 1', "/appraisals/0/findings/1/criterion"),
    ('{criterion: "1.4", points: 1', '{criterion: "1.2", points: 1', "/appraisals/0/findings/1/criterion"),
    ('{criterion: "1.4", points: 1', '{criterion: "1.4", figures: {level: kha}, points: 1', "/appraisals/0/findings/1"),
    ('{criterion: "1.4", points: 1,', '{criterion: "1.4",', "/appraisals/0/findings/1"),
    ('{criterion: "1.4", points: 1', '{criterion: "1.4", points: 3', "/appraisals/0/findings/1/points"),
    ("comment: Thiếu", 'comment: "a\\u202e"', "/appraisals/0/findings/1/comment"),
    (
        "figures: {done: 80, planned: 100}",
        "figures: {points: 80}",
        "/appraisals/0/findings/0/figures/value /appraisals/0/findings/0/figures/points",
    ),
    ("figures: {done: 80, planned: 100}", "figures: {value: 8000}", "/appraisals/0/findings/0/figures/value"),
    ("year: 2026", "year: 2076", "/year"),
    ("year: 2026", "year: 2026.0", "/year"),
    ("authority: H97", "authority: Đ97", "/authority"),
    (
        "{code: H97.01, name",
        "{code: H97, name",
        "/blocks/0/units/0/code /self_scores/0/unit /appraisals/0/unit /tallies/0/unit /kiosks/0/unit",
    ),
    (
        "{code: H97.02, name: Hòa Bình}",
        "{code: H97.02, name: Hòa Bình}, {code: H98.02, name: Khác}",
        "/blocks/0/units/2/code",
    ),
    ("reference: Kế hoạch 1", 'reference: "a\\u0007"', "/reference"),
    ("name: Tân Lập", 'name: "a\\u0378"', "/blocks/0/units/0/name"),
    (
        'ed_at: "2026-06-01T01:00:00.000000Z"}]}\n',
        'ed_at: "2026-06-01T01:00:00.000000Z"}]}\npublished: [{block: xa, rows: [{rank: 1, unit: Tân Lập, index: cao}]}]\n',
        "/published/0/rows/0/index",
    ),
    (
        'ed_at: "2026-06-01T01:00:00.000000Z"}]}\n',
        "ed_at: \"2026-06-01T01:00:00.000000Z\"}]}\npublished: [{block: xa, rows: [{rank: 1, unit: Tân Lập, index: '88,1'}]}]\n",
        "/published/0/rows/0/index",
    ),
    (
        'ed_at: "2026-06-01T01:00:00.000000Z"}]}\n',
        'ed_at: "2026-06-01T01:00:00.000000Z"}]}\npublished: [{block: xa, mean: cao, rows: [{rank: 1, unit: Tân Lập}]}]\n',
        "/published/0/mean",
    ),
    (
        'ed_at: "2026-06-01T01:00:00.000000Z"}]}\n',
        "ed_at: \"2026-06-01T01:00:00.000000Z\"}]}\npublished: [{block: xa, mean: ' ', rows: [{rank: 1, unit: Tân Lập, index: ' '}]}]\n",
        "/published/0/mean /published/0/rows/0/index",
    ),
    (
        'ed_at: "2026-06-01T01:00:00.000000Z"}]}\n',
        'ed_at: "2026-06-01T01:00:00.000000Z"}]}\npublished: [{block: xa, rows: []}, {block: xa, rows: []}]\n',
        "/published/1/block",
    ),
]


def test_the_file_is_right() -> None:
    assert isinstance(check(parse(FILE), NOON), RoundFile)


@pytest.mark.parametrize(("right", "wrong", "where"), MISTAKES, ids=[f"{row[2]} {row[1][:60]}" for row in MISTAKES])
def test_a_mistake_is_named_at_its_place(right: str, wrong: str, where: str) -> None:
    assert right in FILE
    with pytest.raises(RoundFileError) as refused:
        check(parse(FILE.replace(right, wrong, 1)), NOON)
    assert list(dict.fromkeys(place.at.split(" ")[1] for place in refused.value.places)) == where.split(" ")
    assert all(place.vi and place.en for place in refused.value.places)


def test_a_kiosk_that_another_authority_registers_is_named() -> None:
    with pytest.raises(RoundFileError) as refused:
        check(parse(FILE.replace("H97", "H97.1")), NOON)
    assert [place.at.split(" ")[1] for place in refused.value.places] == ["/kiosks/0/unit", "/kiosks/1/unit"]


def test_what_follows_from_a_broken_set_is_not_named() -> None:
    with pytest.raises(RoundFileError) as refused:
        check(parse(FILE.replace("title: Bộ thử", 'title: " "')), NOON)
    assert [place.at.split(" ")[1] for place in refused.value.places] == ["/criteria_sets/0/title"]
