"""Suggestions while typing: by keyboard, by mouse, for fields of forms; and the same search without scripts."""

from __future__ import annotations

import pytest
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys

from .driver import Browser

FIELD = """
const form = document.createElement('form');
form.innerHTML = '<label>Country <input id="shown" data-suggest data-kind="country" data-into="iri"></label>'
  + '<input type="hidden" id="iri" name="country"><label>Any <input id="own" data-suggest data-into=""></label>';
document.querySelector('main').prepend(form); window.changes = [];
document.getElementById('iri').addEventListener('change', (e) => window.changes.push(e.target.value));"""


def options(browser: Browser) -> list[str]:
    """The suggestions that are shown."""
    return [o.text for o in browser.all(".suggestions [role=option]") if o.is_displayed()]


def typed(browser: Browser, text: str, into: str = "#find") -> list[str]:
    """Types into a field, and waits for suggestions."""
    browser.find(into).click()
    browser.press(text)
    browser.wait(lambda: options(browser), f"suggestions for {text}")
    return options(browser)


def active(browser: Browser, field: str = "#find") -> str:
    """The text of the suggestion that a screen reader is told of."""
    return str(
        browser.js(
            "const i = document.querySelector(arguments[0]);"
            "const o = document.getElementById(i.getAttribute('aria-activedescendant'));"
            "return o && o.getAttribute('aria-selected') === 'true' ? o.firstChild.textContent : ''",
            field,
        )
    )


@pytest.mark.parametrize(("width", "scheme"), [(360, "light"), (1280, "dark")])
def test_a_wrong_name_leads_to_the_project_by_keyboard(browser: Browser, width: int, scheme: str) -> None:
    browser.set_up(width, scheme)
    browser.open("/")
    assert typed(browser, "stardst")[0].startswith("StarDust")
    assert browser.find("#find").get_attribute("aria-expanded") == "true"
    assert active(browser) == ""
    browser.press(Keys.ARROW_DOWN)
    assert active(browser) == "StarDust"
    assert browser.axe() == []
    assert browser.overhang() <= 0
    browser.press(Keys.ENTER)
    browser.wait_for_path("/doc/project/stardust")


def test_the_arrows_go_round_by_way_of_the_field(browser: Browser) -> None:
    browser.open("/")
    found = typed(browser, "nor")
    browser.press(Keys.ARROW_UP)
    assert found[-1].startswith(active(browser))
    browser.press(Keys.ARROW_DOWN)
    assert active(browser) == ""
    browser.press(Keys.ARROW_DOWN)
    assert found[0].startswith(active(browser))


def test_escape_closes_and_an_arrow_opens_again(browser: Browser) -> None:
    browser.open("/")
    typed(browser, "nor")
    browser.press(Keys.ESCAPE)
    assert options(browser) == []
    assert browser.find("#find").get_attribute("value") == "nor"
    assert browser.find("#find").get_attribute("aria-expanded") == "false"
    browser.press(Keys.ARROW_DOWN)
    browser.wait(lambda: options(browser), "suggestions again")
    browser.press(Keys.TAB)
    assert options(browser) == []


def test_enter_without_a_choice_searches(browser: Browser) -> None:
    browser.open("/")
    typed(browser, "norweg")
    browser.press(Keys.ENTER)
    browser.wait_for_path("/search?q=norweg")
    assert "Norway" in browser.find(".results").text


def test_a_click_chooses(browser: Browser) -> None:
    browser.open("/")
    typed(browser, "szwec")
    option = browser.find(".suggestions [role=option]")
    assert "Szwecja" in option.text
    assert option.find_element("css selector", ".matched").get_attribute("lang") == "pl"
    option.click()
    browser.wait_for_path("/doc/country/swe")


def test_a_field_of_a_form_gets_the_iri_of_the_choice(browser: Browser) -> None:
    browser.open("/limits")
    browser.js(FIELD)
    assert [found.partition("\n")[0] for found in typed(browser, "swed", "#shown")] == ["Sweden"]
    browser.press(Keys.ARROW_DOWN, Keys.ENTER)
    iri = "https://w3id.org/bsrgraph/id/country/swe"
    assert browser.find("#shown").get_attribute("value") == "Sweden"
    assert browser.find("#iri").get_attribute("value") == iri
    assert browser.path == "/limits"
    browser.press("x")
    assert browser.find("#iri").get_attribute("value") == "", "what was chosen is not what is written now"
    assert browser.js("return window.changes") == [iri, ""]
    browser.press(Keys.ESCAPE)
    typed(browser, "marchain", "#own")
    ActionChains(browser.driver).move_to_element(
        next(o for o in browser.all(".suggestions [role=option]") if o.is_displayed())
    ).click().perform()
    assert browser.find("#own").get_attribute("value") == "https://w3id.org/bsrgraph/id/pilot/marchain"


def test_without_scripts_the_form_finds_it_all_the_same(browser: Browser) -> None:
    browser.set_up(scripts=False)
    browser.open("/")
    browser.find("#find").send_keys("stardst", Keys.ENTER)
    browser.wait_for_path("/search?q=stardst")
    assert options(browser) == []
    browser.click("StarDust", ".results a")
    browser.wait_for_path("/doc/project/stardust")
    browser.open("/search?q=stardust")
    browser.click("Source document", ".facets a")
    assert "18 results among Source document" in browser.text


@pytest.mark.parametrize(
    ("path", "width", "scheme"),
    [
        ("/search?q=s", 360, "dark"),
        ("/search?q=Swodem", 1280, "dark"),
        ("/search?q=szwecja&kind=country", 360, "light"),
    ],
)
def test_nobody_is_kept_out_of_the_results(browser: Browser, path: str, width: int, scheme: str) -> None:
    browser.set_up(width, scheme)
    browser.open(path)
    assert browser.axe() == []
    assert browser.overhang() <= 0
