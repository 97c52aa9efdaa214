"""People read names, and a code beside a name only where two of them are the same."""

from parindex.web.naming import told_apart


def test_a_name_stands_alone_unless_two_have_it() -> None:
    assert told_apart({"H16.01": "Sở Y tế", "H16.02": "Xã Bình An", "H16.03": "Xã Bình An"}) == {
        "H16.01": "Sở Y tế",
        "H16.02": "Xã Bình An (H16.02)",
        "H16.03": "Xã Bình An (H16.03)",
    }


def test_a_code_without_a_name_stands_for_itself() -> None:
    assert told_apart({"r-1": "", "r-2": ""}) == {"r-1": "r-1", "r-2": "r-2"}
