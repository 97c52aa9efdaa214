"""Number formats of the cells of an XLSX workbook, from its styles: what Excel shows of a number depends on them."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable
from typing import Final

GENERAL: Final = "General"
_BUILT_IN: Final = {
    0: GENERAL,
    1: "0",
    2: "0.00",
    3: "#,##0",
    4: "#,##0.00",
    9: "0%",
    10: "0.00%",
    11: "0.00E+00",
    12: "# ?/?",
    13: "# ??/??",
    37: "#,##0 ;(#,##0)",
    38: "#,##0 ;[Red](#,##0)",
    39: "#,##0.00;(#,##0.00)",
    40: "#,##0.00;[Red](#,##0.00)",
    48: "##0.0E+0",
    49: "@",
}
"""The formats that a workbook uses without writing them, but for those of days and times."""


def formats_in(nodes: Iterable[ET.Element]) -> list[str]:
    """Return the number format of each style of a cell, in the order of `cellXfs`, from the nodes of the styles.

    A format that no workbook defines, and one of a language, is its number, such as "id 41". Raises ValueError.
    """
    written: dict[int, str] = {}
    styles: list[int] = []
    for node in nodes:
        name = node.tag.rpartition("}")[2]
        if name == "numFmts":
            written = {int(each.attrib["numFmtId"]): each.attrib["formatCode"] for each in node}
        elif name == "cellXfs":
            styles = [int(each.attrib.get("numFmtId", "0")) for each in node]
    return [written.get(style) or _BUILT_IN.get(style) or f"id {style}" for style in styles]
