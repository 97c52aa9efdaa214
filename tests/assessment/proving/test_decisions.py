"""The same bytes are one file, and a file that a claim names stays."""

import pytest

from assessment.proving.commands import EraseFile, RemoveFile, UploadFile
from assessment.proving.decisions import MOST_FILES, check_confirmed, erasures, proving
from assessment.proving.refusals import (
    FileClaimedError,
    FileElsewhereTooError,
    FileErasedError,
    FilesTooManyError,
    FileUnknownError,
)
from assessment.proving.state import UnitFiles
from assessment.self_scoring.events import FileErased, FileRemoved, FileUploaded
from parindex.testing.rules import Rules

A, B = "a" * 64, "b" * 64
UPLOAD = UploadFile("r", "H16.01", A, 7, "application/pdf", 2, "file-name:00")
UPLOADED = FileUploaded("r", "H16.01", A, 7, "application/pdf", 2, "file-name:00")
REMOVED = FileRemoved("r", "H16.01", A)


def test_a_file_is_uploaded_once() -> None:
    assert Rules(proving).given().when(UPLOAD) == (UPLOADED,)
    assert Rules(proving).given(UPLOADED).when(UPLOAD) == ()
    assert Rules(proving).given(UPLOADED, REMOVED).when(UPLOAD) == (UPLOADED,)


def test_a_file_that_a_claim_names_stays() -> None:
    assert Rules(proving).given(UPLOADED).when(RemoveFile("r", "H16.01", A, {B: ["1.1"]})) == (REMOVED,)
    with pytest.raises(FileClaimedError) as refused:
        Rules(proving).given(UPLOADED).when(RemoveFile("r", "H16.01", A, {A: ["1.1", "1.3"]}))
    assert "1.1, 1.3" in refused.value.vi


def test_what_is_not_there_is_not_removed() -> None:
    with pytest.raises(FileUnknownError, match=B):
        Rules(proving).given(UPLOADED).when(RemoveFile("r", "H16.01", B, {}))
    with pytest.raises(FileUnknownError):
        Rules(proving).given(UPLOADED, REMOVED).when(RemoveFile("r", "H16.01", A, {}))


def test_a_unit_has_so_many_files_at_most() -> None:
    many = [FileUploaded("r", "H16.01", f"{number:064x}", 7, "image/png", 1, "") for number in range(MOST_FILES)]
    with pytest.raises(FilesTooManyError, match=str(MOST_FILES)):
        Rules(proving).given(*many).when(UPLOAD)
    assert Rules(proving).given(*many[1:]).when(UPLOAD) == (UPLOADED,)


def test_an_erasure_is_recorded_first_where_it_was_asked_for_and_once_in_each_other_list() -> None:
    has, erased = UnitFiles({A: UPLOADED}), UnitFiles({A: UPLOADED}, erased=frozenset({A}))
    lists = {("q", "H16.01"): has, ("q", "H16.02"): erased, ("r", "H16.01"): has}
    found = erasures(EraseFile("r", "H16.01", A, "reason:1"), lists)
    assert list(found.items()) == [
        (("r", "H16.01"), (FileErased("r", "H16.01", A, 3, "reason:1"),)),
        (("q", "H16.01"), (FileErased("q", "H16.01", A, 3, "reason:1"),)),
    ]
    with pytest.raises(FileErasedError):
        erasures(EraseFile("q", "H16.02", A, "reason:1"), {("q", "H16.02"): erased})


def test_an_erasure_reaches_as_many_lists_as_the_office_confirms() -> None:
    check_confirmed(2, 2)
    with pytest.raises(FileElsewhereTooError, match="3"):
        check_confirmed(3, 2)
