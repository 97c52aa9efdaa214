"""`parindex doctor` says which files the log names and the store lacks, as after a restore without them."""

from pathlib import Path

import pytest
from bench.large_unit import open_unit

from assessment.service import SERVICE
from parindex.doctor.findings import Diagnosis
from parindex.doctor.from_inside import examine_service
from parindex.hosting.resources import file_store_of
from parindex.hosting.settings import Settings
from parindex.testing.postgres import Databases
from parindex.testing.seaweedfs import SeaweedFS


async def diagnosed(settings: Settings) -> Diagnosis:
    [found] = [each async for each in examine_service(SERVICE, settings, 0) if each.what == "assessment: tệp / files"]
    return found


@pytest.mark.parametrize("harm", ["removed", "cut", "no folder"])
async def test_a_file_that_the_log_names_is_in_the_store_or_the_doctor_says_so(
    database: Databases, tmp_path: Path, harm: str
) -> None:
    async with open_unit(database, tmp_path / "files", criteria=2, files=2) as unit:
        settings = unit.served.resources.settings
        assert (await diagnosed(settings)).trouble is None
        stored = sorted((tmp_path / "files").glob("??/*"))
        match harm:
            case "removed":
                stored[0].unlink()
            case "cut":
                stored[0].write_bytes(stored[0].read_bytes()[:-1])
            case _:
                settings = settings.model_copy(update={"files_folder": tmp_path / "elsewhere"})
        trouble = (await diagnosed(settings)).trouble
        assert trouble is not None
        assert stored[0].name in trouble.en or harm == "no folder"
        assert ("2 files" if harm == "no folder" else "1 files") in trouble.en
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.seaweedfs
async def test_the_doctor_looks_into_the_bucket_where_the_settings_name_one(
    database: Databases, tmp_path: Path, seaweedfs: SeaweedFS
) -> None:
    bucket = {"files_bucket": seaweedfs.bucket()}
    async with open_unit(database, tmp_path / "files", criteria=2, files=2) as unit:
        settings = unit.served.resources.settings.model_copy(update=bucket)
        trouble = (await diagnosed(settings)).trouble
        assert trouble is not None
        assert "2 files" in trouble.en
        [folder, store] = [await file_store_of(each) for each in (unit.served.resources.settings, settings)]
        assert folder is not None
        assert store is not None
        for digest in [found.digest async for found in folder.listed(2.0**40)]:
            async with store.receive(folder.read(digest), 2**30) as draft:
                await draft.keep()
        assert (await diagnosed(settings)).trouble is None
