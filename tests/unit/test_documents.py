"""The service catalogue as people read it: every promise in words, and how it was kept."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from lxml import html

from procesmijn.catalogue import Catalogue, parse
from procesmijn.catalogue.lead_times import read_lead_time
from procesmijn.documents.render import as_html, as_pdf
from procesmijn.documents.service_catalogue import (
    TOO_FEW,
    Measured,
    Measurements,
    ServiceCatalogue,
    service_catalogue,
)
from procesmijn.documents.words import WORDS, Language, in_words, percentage

CATALOGUE = parse(
    """
parties:
  hr: {label: {nl: Personeelszaken, en: HR & co}, contact: hr@example.org}
  manager: {label: {nl: Leidinggevende, en: Manager}}
  payroll: {label: {nl: Salarisadministratie, en: Payroll}}
processes:
  onboarding:
    case: employee
    activities:
      Contract requested: {events: contract.requested}
      Contract issued: {events: contract.issued}
deliverables:
  advice: {label: {nl: Advies, en: Advice}, supplier: hr, role: advising}
  contract:
    label: {nl: Arbeidscontract, en: "Contract <signed>"}
    supplier: hr
    purpose: {nl: Voor zekerheid., en: For certainty.}
    how_to_ask: {nl: Vul het formulier in., en: Fill in the form.}
agreements:
  contracts:
    deliverable: contract
    customer: manager
    process: onboarding
    requested: Contract requested
    delivered: Contract issued
    target: 90%
    return_window: 5 days
    versions:
      - {until: 2026-01-01, lead_time: 30 days}
      - {since: 2026-01-01, until: 2027-01-01, lead_time: 2 days, first_time_right: 97.5%}
      - {since: 2027-01-01, lead_time: 12 hours, target: 95%}
  contracts abroad:
    label: {nl: Contract voor het buitenland, en: Contract for abroad}
    deliverable: contract
    customer: manager
    process: onboarding
    requested: Contract requested
    delivered: Contract issued
    lead_time: 20 days
  payroll contracts:
    deliverable: contract
    customer: payroll
    process: onboarding
    requested: Contract requested
    delivered: Contract issued
    lead_time: before the 20th
"""
)
YEAR = date(2025, 11, 1), date(2026, 11, 1)
TODAY = date(2026, 11, 23)


def document(
    language: Language, measured: Measurements, catalogue: Catalogue = CATALOGUE
) -> ServiceCatalogue:
    return service_catalogue(catalogue, language, TODAY, measured, YEAR)


def text_of(page: bytes) -> str:
    body = html.fromstring(page).find("body")
    assert body is not None
    return " ".join(" ".join(map(str, body.itertext())).split())


def test_both_languages_say_the_same_things() -> None:
    assert WORDS[Language.NL].keys() == WORDS[Language.EN].keys()
    for key, dutch in WORDS[Language.NL].items():
        assert set(re.findall(r"{\w+}", dutch)) == set(
            re.findall(r"{\w+}", WORDS[Language.EN][key])
        )


@pytest.mark.parametrize(
    ("promised", "dutch", "english"),
    [
        ("1 day", "1 werkdag", "1 working day"),
        ("1.5 hours", "1,5 werkuren", "1.5 working hours"),
        ("before the 2nd", "vóór de 2e", "before the 2nd"),
    ],
)
def test_lead_times_in_words(promised: str, dutch: str, english: str) -> None:
    said = [in_words(read_lead_time(promised), language) for language in Language]

    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in said] == [dutch, english]


def test_no_share_seems_to_reach_what_it_does_not() -> None:
    assert percentage(0.9, Language.NL) == "90%"
    assert percentage(0.975, Language.NL) == "97,5%"
    assert percentage(0.89951, Language.EN) == "89.9%"
    assert [percentage(n / 1000, Language.EN) for n in range(1001)] == [
        f"{n // 10}.{n % 10}%".replace(".0%", "%") for n in range(1001)
    ]


def test_a_page_has_every_promise_that_holds_or_will_hold_with_how_it_was_kept() -> None:
    measured: Measurements = {"contracts": Measured(1400, 1316, 0.97)}
    page = as_html(document(Language.NL, measured))
    text = text_of(page)

    assert "Personeelszaken" in text
    assert "30 werkdagen" not in text  # held before
    assert "binnen 2 werkdagen doel 90%" in text
    assert "vanaf 1 jan 2027, doel 95%" in text
    assert (
        "94% binnen afspraak haalt doel · 1.400 leveringen 97% in één keer goed onder doel" in text
    )
    assert "vóór de 20e" in text
    assert "Leidinggevende intern Contract voor het buitenland binnen 20 werkdagen" in text
    assert "nog niet gemeten" in text
    assert "Hierover is nog niets afgesproken." in text  # of advice
    assert "hr@example.org" in text
    assert "Gemeten: leveringen waarvan de termijn viel van 1 nov 2025 tot 1 nov 2026" in text


def test_what_is_below_its_target_and_what_is_too_little_to_show_are_told_as_such() -> None:
    measured: Measurements = {"contracts": Measured(10, 8, None), "payroll contracts": TOO_FEW}
    text = text_of(as_html(document(Language.EN, measured)))

    assert "80% on time below target · 10 deliveries" in text
    assert "too few to show" in text
    assert "Figures about fewer than 5 cases are not shown." in text


def test_a_share_that_is_the_target_reaches_it() -> None:
    """17 of 20 are 85%, also where the nearest binary fraction is a little less."""
    catalogue = Catalogue.from_json(CATALOGUE.to_json().replace('"target":"90%"', '"target":"85%"'))
    kept = document(Language.EN, {"contracts": Measured(20, 17, None)}, catalogue)

    assert "85% on time reaches target" in text_of(as_html(kept))


def test_a_promise_says_whether_it_is_to_the_end_customer() -> None:
    outside = CATALOGUE.parties["manager"].model_copy(update={"is_end_customer": True})
    other = CATALOGUE.model_copy(update={"parties": {**CATALOGUE.parties, "manager": outside}})
    text = text_of(as_html(document(Language.NL, {}, other)))
    assert "Leidinggevende eindklant" in text
    assert "intern vóór de 20e" in text


def test_a_page_stands_on_its_own_and_labels_are_text() -> None:
    page = as_html(document(Language.EN, {}))
    tree = html.fromstring(page)

    assert b"Contract &lt;signed&gt;" in page
    assert not {"script", "link", "img", "iframe"} & {each.tag for each in tree.iter()}
    targets = [each.get("href") or each.get("src") for each in tree.iter()]
    assert all(target.startswith("#") for target in targets if target)
    assert b"url(" not in page
    assert tree.get("lang") == "en"


def test_without_deliverables_it_says_so() -> None:
    page = as_html(document(Language.NL, {}, parse("parties: {hr: }")))
    assert "noemt nog geen producten of diensten" in text_of(page)
    assert as_pdf(document(Language.NL, {}, parse("parties: {hr: }")), datetime.now(UTC))


def test_a_pdf_is_a_function_of_the_document_and_says_its_language() -> None:
    at = datetime(2026, 11, 23, 12, tzinfo=UTC)
    dutch = as_pdf(document(Language.NL, {"contracts": Measured(10, 8, None)}), at)

    assert dutch.startswith(b"%PDF-1.7")
    assert re.search(rb"/Lang ?\(nl\)", dutch)
    assert len(re.findall(rb"/Type ?/Page\b", dutch)) == 2  # a supplier a page
    assert dutch == as_pdf(document(Language.NL, {"contracts": Measured(10, 8, None)}), at)
