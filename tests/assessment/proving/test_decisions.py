"""The same bytes are one file, and a file that a claim names stays."""

from dataclasses import replace

import pytest

from assessment.proving.commands import EraseFile, RecordScan, RemoveFile, ReuseFile, UploadFile
from assessment.proving.decisions import MOST_FILES, check_confirmed, erasures, proving
from assessment.proving.refusals import (
    FileClaimedError,
    FileElsewhereTooError,
    FileErasedError,
    FilesTooManyError,
    FileUnknownError,
    PeriodNeededError,
    PeriodReversedError,
)
from assessment.proving.state import UnitFiles
from assessment.self_scoring.events import FileErased, FileRemoved, FileScanned, FileUploaded
from parindex.files.refusals import FileInfectedError
from parindex.testing.rules import Rules

A, B = "a" * 64, "b" * 64
UPLOAD = UploadFile("r", "H16.01", A, 7, "application/pdf", 2, "file-name:00")
UPLOADED = FileUploaded("r", "H16.01", A, 7, "application/pdf", 2, "file-name:00")
REMOVED = FileRemoved("r", "H16.01", A)
ERASED = FileErased("r", "H16.01", A, 1, "reason:1")
CLEAN = FileScanned("r", "H16.01", A, "", "ClamAV 1.4/27500")
EARLIER = FileUploaded("r-2025", "H16.01", A, 7, "application/pdf", 2, "file-name:01")
EARLIER_SCAN = replace(CLEAN, round="r-2025")
REUSE = ReuseFile("r", "H16.01", EARLIER, EARLIER_SCAN, erased=False, effective_from="2025-01-01", effective_to="")
REUSED = replace(EARLIER, round="r", reused_from="r-2025", effective_from="2025-01-01")


def test_a_file_is_uploaded_once() -> None:
    assert Rules(proving).given().when(UPLOAD) == (UPLOADED,)
    assert Rules(proving).given(UPLOADED).when(UPLOAD) == ()
    assert Rules(proving).given(UPLOADED, REMOVED).when(UPLOAD) == (UPLOADED,)


def test_an_agency_that_sends_the_same_bytes_is_a_sender_and_changes_nothing_of_the_file() -> None:
    rejected, another = replace(CLEAN, signature="Eicar"), replace(UPLOADED, name="file-name:02", agency="H16.05")
    files = proving.fold([REUSED, rejected, FileUploaded("r", "H16.01", B, 7, "application/pdf", 1, ""), another])
    assert (files.uploaded[A], files.scanned, [*files.uploaded]) == (REUSED, {A: rejected}, [A, B])
    assert files.senders[A] == {"", "H16.05"}


def test_the_scan_of_an_upload_is_recorded_with_it() -> None:
    assert Rules(proving).given().when(replace(UPLOAD, scanner=CLEAN.scanner)) == (UPLOADED, CLEAN)


def test_erased_bytes_are_not_uploaded_again() -> None:
    with pytest.raises(FileErasedError) as refused:
        Rules(proving).given(UPLOADED, ERASED).when(UPLOAD)
    assert refused.value.args == FileErasedError(A).args


def test_a_file_of_another_round_is_reused_with_the_period_that_it_proves_now() -> None:
    assert Rules(proving).given().when(REUSE) == (REUSED, CLEAN)
    assert Rules(proving).given().when(replace(REUSE, scan=None)) == (REUSED,)
    assert Rules(proving).given(UPLOADED).when(REUSE) == ()
    until = replace(REUSE, effective_from="", effective_to="2026-12-31")
    assert Rules(proving).given().when(until)[0] == replace(REUSED, effective_from="", effective_to="2026-12-31")
    one_day = replace(REUSE, effective_to="2025-01-01")
    assert Rules(proving).given().when(one_day)[0] == replace(REUSED, effective_to="2025-01-01")


def test_a_file_is_not_reused_without_a_period_or_when_it_was_erased_or_infected() -> None:
    with pytest.raises(PeriodNeededError):
        Rules(proving).given().when(replace(REUSE, effective_from=""))
    with pytest.raises(PeriodReversedError):
        Rules(proving).given().when(replace(REUSE, effective_to="2024-12-31"))
    for sheet, command in (
        (Rules(proving).given(UPLOADED, ERASED), REUSE),
        (Rules(proving).given(), replace(REUSE, erased=True)),
    ):
        with pytest.raises(FileErasedError) as erased:
            sheet.when(command)
        assert erased.value.args == FileErasedError(A).args
    with pytest.raises(FileInfectedError) as infected:
        Rules(proving).given().when(replace(REUSE, scan=replace(EARLIER_SCAN, signature="Eicar")))
    assert infected.value.args == FileInfectedError("Eicar").args


def test_a_scan_is_recorded_once_and_of_a_file_that_is_there() -> None:
    scan = RecordScan("r", "H16.01", A, "", CLEAN.scanner)
    assert Rules(proving).given(UPLOADED).when(scan) == (CLEAN,)
    assert Rules(proving).given(UPLOADED, CLEAN).when(scan) == ()
    found = replace(scan, signature="Eicar")
    assert Rules(proving).given(UPLOADED, CLEAN).when(found) == (replace(CLEAN, signature="Eicar"),)
    assert Rules(proving).given().when(scan) == ()
    assert Rules(proving).given(UPLOADED, REMOVED).when(scan) == ()


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
    with pytest.raises(FilesTooManyError, match=str(MOST_FILES)):
        Rules(proving).given(*many).when(REUSE)
    assert Rules(proving).given(*many[1:]).when(REUSE) == (REUSED, CLEAN)


def test_an_erasure_is_recorded_first_where_it_was_asked_for_and_once_in_each_other_list() -> None:
    has, erased = UnitFiles({A: UPLOADED}), UnitFiles({A: UPLOADED}, erased=frozenset({A}))
    lists = {("q", "H16.01"): has, ("q", "H16.02"): erased, ("r", "H16.01"): has}
    found = erasures(EraseFile("r", "H16.01", A, "reason:1"), lists)
    assert list(found.items()) == [
        (("r", "H16.01"), (FileErased("r", "H16.01", A, 3, "reason:1"),)),
        (("q", "H16.01"), (FileErased("q", "H16.01", A, 3, "reason:1"),)),
    ]
    with pytest.raises(FileErasedError) as refused:
        erasures(EraseFile("q", "H16.02", A, "reason:1"), {("q", "H16.02"): erased})
    assert refused.value.args == FileErasedError(A).args


def test_an_erasure_reaches_as_many_lists_as_the_office_confirms() -> None:
    check_confirmed(2, 2)
    with pytest.raises(FileElsewhereTooError, match="3"):
        check_confirmed(3, 2)
