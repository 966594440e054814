"""Writing into somebody's workbook: the cells concerned, and not one byte more."""

from __future__ import annotations

import os
import re
import zipfile
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape
from openpyxl.worksheet.worksheet import Worksheet
from python_calamine import CalamineWorkbook

from robo.kit.errors import Busy, Failed, FaultyFlow
from robo.kit.source import WrittenBack
from robo.kit.text import plain
from robo.workbook import Rows
from workbook.making import MAIN, by_hand, by_openpyxl, everything, number

NOW = datetime(2026, 5, 3, 10, 31, 12, 345)


def raw_parts(path: Path) -> dict[str, bytes]:
    """Each part's bytes as they lie in the archive, still compressed, with their header."""
    data = path.read_bytes()
    with zipfile.ZipFile(path) as archive:
        infos = sorted(archive.infolist(), key=lambda info: info.header_offset)
        ends = [info.header_offset for info in infos[1:]] + [archive.start_dir]
    return {info.filename: data[info.header_offset : end] for info, end in zip(infos, ends, strict=True)}


def sheet_xml(path: Path) -> str:
    """The XML of the first sheet."""
    with zipfile.ZipFile(path) as archive:
        return archive.read("xl/worksheets/sheet1.xml").decode()


def test_every_other_part_and_every_other_cell_stay_as_they_were(tmp_path: Path) -> None:
    path = everything(tmp_path / "b.xlsx")
    parts, xml = raw_parts(path), sheet_xml(path)
    rows = Rows(path, sheet="S")
    written = rows.write_back({"D2": {"Référence": "R-2", "Saisi le": NOW}, "D5": {"Référence": 5}}, number)
    assert written == WrittenBack(written=("D2", "D5"))
    now = raw_parts(path)
    assert {name for name in parts if parts[name] != now[name]} == {"xl/worksheets/sheet1.xml"}
    cells = re.compile(r'<c r="(?:C3|D3|C6)"(?:(?!/>)[^>])*(?:/>|>.*?</c>)')
    assert cells.sub("", sheet_xml(path)) == cells.sub("", xml)


def test_other_programs_read_what_was_written(tmp_path: Path) -> None:
    path = everything(tmp_path / "b.xlsx")
    Rows(path, sheet="S").write_back({"D2": {"Référence": "é & <b> «x»", "Saisi le": NOW}}, number)
    sheet = openpyxl.load_workbook(path)["S"]
    assert (sheet["C3"].value, sheet["D3"].value) == ("é & <b> «x»", NOW.replace(microsecond=0))
    assert sheet["F2"].value == "=SUM(B2:B6)"
    row = CalamineWorkbook.from_path(path).get_sheet_by_name("S").to_python()[2]
    assert row[2:4] == ["é & <b> «x»", NOW.replace(microsecond=0)]


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("01000", "01000"),
        (4711, 4711),
        (Decimal("12.50"), Decimal("12.5")),
        (12345678901234567, "12345678901234567"),
        (True, True),
        (date(2026, 5, 3), "03/05/2026"),
        ("=1+1", "=1+1"),
        ("_x000D_", "_x000D_"),
        ("deux\nlignes", "deux\nlignes"),
    ],
)
def test_what_was_written_is_read_again(tmp_path: Path, value: Any, read: Any) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D1"]])
    rows = Rows(path)
    for _twice in range(2):
        assert rows.write_back({"D1": {"Référence": value}}, number) == WrittenBack(written=("D1",))
    assert next(iter(rows.entries())).values["Référence"] == read


@settings(max_examples=60)
@given(text=st.text(min_size=1).filter(plain))
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = by_openpyxl(tmp_path_factory.mktemp("t") / "b.xlsx", [["Numéro", "Référence"], ["D1"]])
    Rows(path).write_back({"D1": {"Référence": text}}, number)
    again = openpyxl.load_workbook(path)["S"]["B2"].value
    # openpyxl leaves escapes as they are, and an empty cell where it finds nothing but blanks.
    assert unescape(again or "").strip() == text.strip()


def test_another_value_is_never_overwritten(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence", "État"], ["D1", "à la main", None]])
    rows = Rows(path)
    result = rows.write_back({"D1": {"Référence": "R-1", "État": "saisi"}}, number)
    assert result == WrittenBack(conflicts=(("D1", "Référence", "à la main"),))
    assert next(iter(rows.entries())).values == {"Numéro": "D1", "Référence": "à la main", "État": "saisi"}


def test_what_is_there_already_leaves_the_file_untouched(tmp_path: Path) -> None:
    path = everything(tmp_path / "b.xlsx")
    rows = Rows(path, sheet="S")
    values = {"D1": {"Référence": "R-1", "Saisi le": NOW}}
    rows.write_back(values, number)
    before = path.stat()
    assert rows.write_back(values, number) == WrittenBack(written=("D1",))
    assert path.stat() == before


def test_rows_are_found_by_their_key_wherever_they_went(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D2"], ["D3"], ["D3"]])
    values = {"D1": {"Référence": "a"}, "D2": {"Référence": "b"}, "D3": {"Référence": "c"}}
    result = Rows(path).write_back(values, number)
    assert (result.written, result.missing) == (("D2",), ("D1",))
    assert result.conflicts == (("D3", "Référence", "rows 3, 4 have this key"),)


def test_filtered_rows_are_written_all_the_same(tmp_path: Path) -> None:
    def change(sheet: Worksheet) -> None:
        sheet.row_dimensions[2].hidden = True

    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D1"]], change)
    assert Rows(path).write_back({"D1": {"Référence": "R"}}, number).written == ("D1",)


def test_a_prefix_and_cells_without_reference_are_kept(tmp_path: Path) -> None:
    cells = '<x:row spans="1:1"><x:c t="str"><x:v>Numéro</x:v></x:c><x:c t="str"><x:v>Référence</x:v></x:c></x:row>'
    cells += '<!-- > --><x:row spans="1:1"><x:c t="str"><x:v>D1</x:v></x:c></x:row>'
    root = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{cells}</x:sheetData></x:worksheet>'
    path = by_hand(tmp_path / "b.xlsx", "", root=root)
    Rows(path).write_back({"D1": {"Référence": "R"}}, number)
    new = '<x:c r="B2" t="inlineStr"><x:is><x:t xml:space="preserve">R</x:t></x:is></x:c>'
    assert sheet_xml(path) == root.replace(
        '<x:row spans="1:1"><x:c t="str"><x:v>D1</x:v></x:c>', '<x:row><x:c t="str"><x:v>D1</x:v></x:c>' + new
    )
    assert openpyxl.load_workbook(path)["S"]["B2"].value == "R"


def test_an_archive_that_was_streamed_is_written(tmp_path: Path) -> None:
    whole = by_openpyxl(tmp_path / "whole.xlsx", [["Numéro", "Référence"], ["D1"]])
    path = tmp_path / "b.xlsx"
    with zipfile.ZipFile(whole) as old, open(path, "wb") as file:
        file.seekable = lambda: False  # type: ignore[method-assign]  # makes zipfile write sizes behind the parts
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                with new.open(name, "w", force_zip64=True) as part:
                    part.write(old.read(name))
            new.comment = b"note"
    Rows(path).write_back({"D1": {"Référence": "R"}}, number)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert archive.comment == b"note"
    assert openpyxl.load_workbook(path)["S"]["B2"].value == "R"


def test_a_column_that_is_not_there(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D1"]])
    with pytest.raises(FaultyFlow, match="did you mean Référence"):
        Rows(path).write_back({"D1": {"Reference": "R"}}, number)


def _protect(sheet: Worksheet) -> None:
    sheet.protection.sheet = True


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda sheet: sheet.merge_cells("A2:B2"), "B2 is merged with A2"),
        (lambda sheet: sheet.__setitem__("B2", "=1"), "B2 holds a formula"),
        (_protect, "sheet S is protected"),
    ],
)
def test_what_must_not_be_written(tmp_path: Path, change: Any, words: str) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D1"]], change)
    before = path.read_bytes()
    with pytest.raises(Failed, match=words):
        Rows(path).write_back({"D1": {"Référence": "R"}}, number)
    assert path.read_bytes() == before


def test_a_signed_workbook_is_not_written(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D1"]])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("_xmlsignatures/sig1.xml", "<s/>")
    with pytest.raises(Failed, match="signed"):
        Rows(path).write_back({"D1": {"Référence": "R"}}, number)


@pytest.mark.parametrize(
    ("mark", "content", "who"),
    [
        ("~$b.xlsx", b"\x0dMarie Cazalas" + b" " * 41, "Marie Cazalas"),
        (".~lock.b.xlsx#", b",Marie Cazalas,poste-12,03.05.2026 10:31,file:///home/marie;", "Marie Cazalas"),
        ("~$b.xlsx", b"", r"~\$b.xlsx"),
    ],
)
def test_a_workbook_that_somebody_has_open(tmp_path: Path, mark: str, content: bytes, who: str) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D1"]])
    (tmp_path / mark).write_bytes(content)
    before = path.read_bytes()
    rows = Rows(path)
    with pytest.raises(Busy, match=who):
        rows.write_back({"D1": {"Référence": "R"}}, number)
    assert path.read_bytes() == before
    copied = rows.write_back({"D1": {"Référence": "R"}}, number, copy_to=tmp_path / "run" / "b.xlsx")
    assert copied.written == ("D1",)


def test_a_workbook_saved_by_somebody_else_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D1"]])

    def saved_meanwhile(_entry: Any) -> str:
        by_openpyxl(path, [["Numéro", "Référence"], ["D1", "par Marie"]])
        return "D1"

    with pytest.raises(Busy, match="changed by somebody else"):
        Rows(path).write_back({"D1": {"Référence": "R"}}, saved_meanwhile)
    assert next(iter(Rows(path).entries())).values["Référence"] == "par Marie"
    assert os.listdir(tmp_path) == ["b.xlsx"]


def test_copies_add_up_and_leave_the_source_alone(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D1"], ["D2"]])
    before, copy = path.read_bytes(), tmp_path / "run" / "b.xlsx"
    Rows(path).write_back({"D1": {"Référence": "a"}}, number, copy_to=copy)
    Rows(path).write_back({"D2": {"Référence": "b"}}, number, copy_to=copy)
    assert path.read_bytes() == before
    assert [entry.values["Référence"] for entry in Rows(copy).entries()] == ["a", "b"]


@pytest.mark.skipif(os.name == "nt", reason="rights of files are POSIX's")
def test_rights_links_and_left_files(tmp_path: Path) -> None:
    path = by_openpyxl(tmp_path / "b.xlsx", [["Numéro", "Référence"], ["D1"]])
    path.chmod(0o640)
    link = tmp_path / "lien.xlsx"
    link.symlink_to(path)
    Rows(link).write_back({"D1": {"Référence": "R"}}, number)
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert sorted(os.listdir(tmp_path)) == ["b.xlsx", "lien.xlsx"]
