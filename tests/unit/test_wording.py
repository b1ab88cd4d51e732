"""Partners instead of customers and suppliers: labels change, names in data do not."""

from __future__ import annotations

from pathlib import Path

import pytest

from procesmijn.cli import main
from procesmijn.cli.commands import load
from procesmijn.cli.show import Format, show
from procesmijn.documents.words import WORDS, Language
from procesmijn.settings import read_settings
from procesmijn.wording import Wording, reworded, wording


@pytest.fixture
def partners(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESMIJN_WORDING", "partners")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("the supplier's clock", "the delivering partner's clock"),
        ("Suppliers and internal customers", "Delivering partners and receiving partners"),
        ("up to the end customer", "up to the end customer"),
        ("customer_service, by {supplier}", "customer_service, by {supplier}"),
        ("Klant en leveranciers", "Ontvangende partner en leverende partners"),
        ("interne klanten en de eindklant", "ontvangende partners en de eindklant"),
        ("klantgesprek", "klantgesprek"),
    ],
)
def test_the_two_sides_are_partners_and_the_end_customer_stays_one(text: str, meant: str) -> None:
    assert reworded(text, Wording.PARTNERS) == meant
    assert reworded(text, Wording.CUSTOMERS) == text


@pytest.mark.parametrize("language", Language)
def test_no_document_speaks_of_customers_where_all_are_partners(language: Language) -> None:
    said = " ".join(reworded(text, Wording.PARTNERS) for text in WORDS[language].values()).lower()
    left = said.replace("{supplier}", "").replace("end customer", "").replace("eindklant", "")
    assert not any(word in left for word in ("customer", "supplier", "klant", "leverancier"))


@pytest.mark.usefixtures("partners")
def test_tables_and_help_follow_and_the_columns_of_csv_stay(
    capsys: pytest.CaptureFixture[str],
) -> None:
    row = {"supplier": "hr", "customer": "customer"}
    show([row], list(row), Format.TABLE)
    assert capsys.readouterr().out.splitlines() == [
        "delivering partner  receiving partner",
        "hr                  customer",
    ]
    show([row], list(row), Format.CSV)
    assert capsys.readouterr().out == "supplier,customer\nhr,customer\n"
    assert "calendar of the receiving partner" in load("handovers").help
    report = load("report").commands
    assert [name for name in report if not report[name].hidden][-2:] == ["delivering", "receiving"]
    assert {"supplier", "customer"} <= report.keys()
    assert main(["--help"]) == 0
    assert "mining of receiving partners and delivering partners." in capsys.readouterr().out


@pytest.mark.parametrize("said", [None, "", "partners", "customers"])
@pytest.mark.parametrize("filed", [None, "", "partners", "customers"])
def test_help_reads_the_wording_as_settings_do(
    said: str | None, filed: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROCESMIJN_WORDING", raising=False)
    if said is not None:
        monkeypatch.setenv("PROCESMIJN_WORDING", said)
    if filed is not None:
        file = tmp_path / "settings"
        file.write_text(f"PROCESMIJN_WORDING={filed}\n", "utf-8")
        monkeypatch.setenv("PROCESMIJN_SETTINGS_FILE", str(file))
    assert wording() is read_settings().wording


def test_where_the_wording_does_not_fit_help_is_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROCESMIJN_WORDING", "friends")
    assert wording() is Wording.CUSTOMERS
