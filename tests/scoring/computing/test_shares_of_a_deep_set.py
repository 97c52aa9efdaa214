"""A component is summed up in the area above its criterion, however deep the set is."""

from parindex.contracts.criteria import CriteriaSet, Criterion, EnteredPoints, Level
from parindex.contracts.scoring import ScoreLine
from scoring.computing.score_lines import AreaSum, area_sums, explained_lines


def row(code: str, level: Level, **more: str) -> Criterion:
    rule = {"rule": EnteredPoints()} if level is Level.COMPONENT else {}
    return Criterion(code=code, name=code, level=level, maximum="2", **more, **rule)  # type: ignore[arg-type]


def test_a_component_belongs_to_the_area_above_its_criterion() -> None:
    area, criterion = row("1", Level.AREA), row("1.1", Level.CRITERION, parent="1")
    component = row("1.1.1", Level.COMPONENT, parent="1.1")
    deep = CriteriaSet(code="s", title="", reference="", criteria=[area, criterion, component])
    lines = [ScoreLine(criterion="1.1.1", part="appraisal", maximum="2", points="1")]
    assert area_sums(deep, lines) == [AreaSum("1", "1", "1", "2", "0.5")]
    assert explained_lines(deep, lines)[0].area == "1"
