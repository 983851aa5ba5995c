"""What scripts add to pictures and tables, and that nothing is lacking without them."""

from __future__ import annotations

import time

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import Select

from .driver import Browser

MAP, NETWORK = "/country/", "/doc/project/stardust"

WITHIN = """
const shape = arguments[0].querySelector('path'), box = shape.getBoundingClientRect();
for (let i = 1; i < 40; i++) for (let j = 1; j < 40; j++) {
  const x = box.left + box.width * i / 40, y = box.top + box.height * j / 40;
  if (document.elementFromPoint(x, y) === shape) return [x, y];
}"""


def scale(browser: Browser) -> float:
    """By how much the map is magnified."""
    return float(browser.js("return document.querySelector('figure.map svg > g').getScreenCTM().a"))


def amount(text: str) -> int:
    """A whole number whose digits stand in groups."""
    return int("".join(c for c in text if c.isdigit()))


def test_a_map_is_zoomed_by_buttons_and_shown_whole_again(browser: Browser) -> None:
    browser.prefer("prefers-reduced-motion", "reduce")
    browser.open(MAP)
    first = browser.wait(lambda: browser.all(".chart-tools") and scale(browser), "the controls")
    browser.click("Zoom in", "button")
    browser.wait(lambda: scale(browser) > 1.5 * first, "a nearer map")
    browser.click("Show the whole picture", "button")
    browser.wait(lambda: abs(scale(browser) - first) < 0.01, "the whole map")


def test_a_wheel_scrolls_the_page_and_not_the_map(browser: Browser) -> None:
    browser.open(MAP)
    first = browser.wait(lambda: browser.all(".chart-tools") and scale(browser), "the controls")
    picture = browser.find("figure.map svg")
    browser.into_view(picture)
    ActionChains(browser.driver).move_to_element(picture).scroll_by_amount(0, 200).perform()
    assert scale(browser) == first


def test_the_value_of_an_area_is_told_where_one_points_and_escape_takes_it_away(browser: Browser) -> None:
    browser.open(MAP)
    browser.wait(lambda: browser.all(".chart-tools"), "the controls")
    area = browser.find("figure.map a[href='/doc/country/swe']")
    browser.into_view(area)
    note = browser.find(".chart-note")
    time.sleep(0.3)  # scrolling, too, takes notes away
    x, y = browser.js(WITHIN, area)
    browser.cdp("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
    browser.wait(note.is_displayed, "the note")
    assert note.text == area.get_attribute("aria-label")
    browser.press(Keys.ESCAPE)
    browser.wait(lambda: not note.is_displayed(), "the note to go")
    browser.tab_until("document.activeElement === arguments[0]", area)
    browser.wait(lambda: note.is_displayed() and note.text == area.get_attribute("aria-label"), "the note at the focus")


def test_a_neighbourhood_becomes_a_network_that_has_the_same_links(browser: Browser) -> None:
    browser.open(NETWORK)
    drawn = {a.get_attribute("href") for a in browser.all("figure.network .net-narrow a")}
    browser.click("As a network", "button")
    shown = browser.wait(lambda: browser.all(".chart-network a"), "the network")
    assert {a.get_attribute("href") for a in shown} == drawn
    assert not browser.find(".net-wide").is_displayed()
    assert browser.axe() == []
    Select(browser.find("figure.network select")).select_by_visible_text("→ Pilots")
    assert {a.text for a in browser.all(".chart-network a")} == {
        "Active for Life", "Clean Water", "Comfort in Living", "MarChain", "Mobile Vikings",
    }  # fmt: skip
    browser.click("As a network", "button")
    assert browser.find(".net-wide").is_displayed()


def test_on_a_phone_the_list_of_the_neighbourhood_stays(browser: Browser) -> None:
    browser.set_up(360)
    browser.open("/doc/country/swe")
    browser.wait(lambda: browser.all("figure.map .chart-tools"), "the controls of the map")
    assert not browser.all("figure.network button")
    assert browser.find(".net-narrow").is_displayed()


def test_a_thing_is_dragged_and_a_click_still_opens_it(browser: Browser) -> None:
    browser.prefer("prefers-reduced-motion", "reduce")
    browser.open(NETWORK)
    browser.click("As a network", "button")
    thing = browser.find(".chart-network a[href='/doc/pilot/mobile-vikings']")
    browser.into_view(thing)
    dot = thing.find_element("css selector", ".net-dot")
    before = thing.get_attribute("transform")
    ActionChains(browser.driver).click_and_hold(dot).move_by_offset(40, 30).release().perform()
    assert thing.get_attribute("transform") != before
    assert browser.path == NETWORK, "dragging is not clicking"
    dot.click()
    browser.wait_for_path("/doc/pilot/mobile-vikings")


def test_nothing_of_it_is_loaded_where_there_is_no_picture_or_no_script(browser: Browser) -> None:
    browser.open("/limits")
    browser.open("/void")
    assert not [url for url in browser.requests() if "d3" in url or "charts" in url]
    browser.set_up(scripts=False)
    browser.open(NETWORK)
    assert not browser.all(".chart-tools, .copy, .sort")
    assert browser.find(".net-wide").is_displayed()


def test_a_table_is_sorted_by_its_heads_numbers_by_value(browser: Browser) -> None:
    browser.open("/void")
    table = browser.js("return document.querySelector('#properties').closest('section').querySelector('table')")
    head = table.find_elements("css selector", "thead button")[1]
    head.click()
    numbers = [amount(cell.text) for cell in table.find_elements("css selector", "tbody td:nth-child(2)")]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 5
    assert table.find_element("css selector", "th[aria-sort=ascending]").text.startswith("Triples")
    browser.press(Keys.ENTER)
    assert amount(table.find_element("css selector", "tbody td").text) == max(numbers)


def test_an_address_is_copied_at_a_press(browser: Browser) -> None:
    browser.cdp("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    browser.open(NETWORK)
    browser.click("Copy this address", "button")
    browser.wait(lambda: browser.find(".copy").text == "Copied", "the confirmation")
    assert browser.js("return navigator.clipboard.readText()") == "https://w3id.org/bsrgraph/id/project/stardust"
