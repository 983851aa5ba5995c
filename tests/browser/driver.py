"""A real browser, driven: what a person can set (width, scheme, scripts), do and see, and what it asked the network."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

CHROMIUM, CHROMEDRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
_FLAGS = (
    "--headless=new --no-sandbox --disable-gpu --disable-quic --disable-dev-shm-usage --no-first-run --hide-scrollbars "
    "--disable-background-networking --disable-component-update --disable-sync --disable-extensions --lang=en-GB "
    "--disable-search-engine-choice-screen --no-default-browser-check --force-color-profile=srgb"
)
_AXE_OPTIONS = "preload: false, resultTypes: ['violations'], rules: {'target-size': {enabled: true}}"
_LOCAL = ("data:", "about:", "blob:", "chrome:", "chrome-error:", "devtools:", "file:")
_NAMED_LIKE = """
const [names, wanted] = arguments;
return [...document.querySelectorAll(names)].filter(e => e.checkVisibility({visibilityProperty: true}))
  .filter(e => (e.getAttribute('aria-label') || e.innerText || e.value || '').replace(/\\s+/g, ' ').includes(wanted))
  .sort((a, b) => (a.innerText || '').length - (b.innerText || '').length)[0] || null"""
_TO_THE_BEGINNING = """
document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); scrollTo(0, 0)"""
_FOCUSED = """
const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
return e === document.body ? null : {
  name: (e.getAttribute('aria-label') || e.innerText || e.value || e.name || '').replace(/\\s+/g, ' ').trim(),
  tag: e.localName, href: e.getAttribute('href') || (e.href && e.href.baseVal) || '',
  outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2,
  seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth}"""


@dataclass(frozen=True, slots=True)
class Focus:
    """The element that the keyboard is at."""

    name: str
    tag: str
    href: str
    outlined: bool
    seen: bool


def options(profile: Path) -> webdriver.ChromeOptions:
    """Chromium without a window, without services of its own, with a profile in this folder, and its logs kept."""
    chosen = webdriver.ChromeOptions()
    chosen.binary_location = str(CHROMIUM)
    for flag in _FLAGS.split():
        chosen.add_argument(flag)
    chosen.add_argument(f"--user-data-dir={profile}")
    chosen.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    return chosen


class Browser:
    """One tab on one server."""

    def __init__(self, driver: webdriver.Chrome, origin: str) -> None:
        self.driver, self.origin = driver, origin
        self.scripts = True
        self.expected: set[int] = set()
        """Statuses of errors that a test brings about on purpose."""

    @classmethod
    def start(cls, profile: Path) -> Browser:
        """A new browser; `quit()` ends it."""
        driver = webdriver.Chrome(options=options(profile), service=Service(str(CHROMEDRIVER)))
        driver.command_executor.client_config.timeout = 60
        driver.set_page_load_timeout(30)
        return cls(driver, "")

    def quit(self) -> None:
        """End the browser."""
        self.driver.quit()

    # -- what a person can set -----------------------------------------------

    def set_up(self, width: int = 1280, scheme: str = "light", *, scripts: bool = True, media: str = "") -> None:
        """The width in pixels, the colour scheme, whether scripts run, and `print` for paper."""
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        self.cdp("Emulation.setDeviceMetricsOverride", **size)
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.cdp("Emulation.setEmulatedMedia", media=media, features=features)
        self.scripts = scripts
        self.cdp("Emulation.setScriptExecutionDisabled", value=not scripts)

    def prefer(self, feature: str, value: str) -> None:
        """A preference of the reader, such as `prefers-reduced-motion`."""
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": feature, "value": value}])

    def downloads_to(self, folder: Path) -> None:
        """Files that are not shown are saved in `folder`."""
        self.cdp("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(folder))

    # -- what a person does --------------------------------------------------

    def open(self, path: str) -> None:
        """Go to a path of this server."""
        self.driver.get(self.origin + path)

    def find(self, selector: str) -> WebElement:
        """The first element that the CSS selector names."""
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[WebElement]:
        """Every element that the CSS selector names."""
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def named(self, text: str, tags: str = "a, button, summary, label") -> WebElement:
        """The visible element of these tags whose name has `text`, the shortest such name first."""
        found = self.wait(lambda: self.js(_NAMED_LIKE, tags, text), f"something named “{text}”")
        assert isinstance(found, WebElement)
        return found

    def click(self, text: str, tags: str = "a, button, summary, label") -> None:
        """Click on what has that name."""
        element = self.named(text, tags)
        self.into_view(element)
        element.click()

    def press(self, *keys: str) -> None:
        """Type keys, or text, into what has the focus."""
        ActionChains(self.driver).send_keys(*keys).perform()

    def tab_stops(self, most: int = 400) -> Iterator[Focus]:
        """Where Tab leads, from the beginning of the page to its end."""
        self.js(_TO_THE_BEGINNING)
        for _ in range(most):
            self.press(Keys.TAB)
            found = self.js(_FOCUSED)
            if found is None:
                return
            yield Focus(**found)

    def tab_to(self, text: str, href: str = "") -> Focus:
        """Press Tab until something with that name, and with an address like that, has the focus."""
        met = []
        for stop in self.tab_stops():
            met.append(stop.name[:40])
            if text in stop.name and href in stop.href:
                return stop
        raise AssertionError(f"Tab never leads to “{text}”; it leads to {met}")

    def tab_until(self, condition: str, *arguments: object) -> None:
        """Press Tab until a condition on the page holds, in script."""
        for _ in range(400):
            if self.js(f"return {condition}", *arguments):
                return
            self.press(Keys.TAB)
        raise AssertionError(f"Tab never leads to where {condition}")

    def into_view(self, element: WebElement) -> None:
        """Scroll until the element is in the middle of the window."""
        self.js("arguments[0].scrollIntoView({block: 'center'})", element)

    # -- what a person sees --------------------------------------------------

    def row(self, *texts: str) -> WebElement:
        """The first row of a table with all these texts in it."""
        rows = (row for row in self.all("main tbody tr") if all(text in row.text for text in texts))
        return next(rows)

    @property
    def path(self) -> str:
        """The path of the page shown, with its query."""
        parts = urlsplit(self.driver.current_url)
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @property
    def heading(self) -> str:
        """The text of the page's one h1."""
        return self.find("h1").text

    @property
    def text(self) -> str:
        """All text that is shown."""
        return self.find("body").text

    def overhang(self) -> int:
        """By how many pixels the page is wider than its window."""
        return int(self.js("return document.documentElement.scrollWidth - document.documentElement.clientWidth"))

    def wait(self, condition: Any, what: str, seconds: float = 10) -> Any:
        """The first value of `condition()` that is true."""
        return WebDriverWait(self.driver, seconds, 0.05).until(lambda _: condition(), f"waited in vain for {what}")

    def wait_for_path(self, beginning: str) -> None:
        """Wait until the page has a path that begins so."""
        self.wait(lambda: self.path.startswith(beginning), f"the page {beginning}")

    def screenshot(self, path: Path) -> None:
        """The whole page as a PNG, below the fold too."""
        shot = self.cdp("Page.captureScreenshot", captureBeyondViewport=True, format="png")
        path.write_bytes(base64.b64decode(shot["data"]))

    # -- what nobody sees ----------------------------------------------------

    def cdp(self, command: str, **arguments: object) -> Any:
        """A command of the Chrome DevTools Protocol."""
        return self.driver.execute_cdp_cmd(command, arguments)

    def js(self, code: str, *arguments: object) -> Any:
        """The value of some script; it runs where the page's own must not."""
        return self.driver.execute_script(code, *arguments)

    def axe(self, *, of: str = "document") -> list[str]:
        """What axe-core finds wrong with the page, its best practices and WCAG 2.2's target size included."""
        # What it finds comes by a promise, and those wait for ever where scripts are off.
        self.cdp("Emulation.setScriptExecutionDisabled", value=False)
        self.cdp("Runtime.evaluate", expression=AXE.read_text("utf-8"))
        run = f"axe.run({of}, {{{_AXE_OPTIONS}}})"
        answer = self.cdp("Runtime.evaluate", expression=run, awaitPromise=True, returnByValue=True)
        self.cdp("Emulation.setScriptExecutionDisabled", value=not self.scripts)
        assert "exceptionDetails" not in answer, answer
        found = answer["result"]["value"]["violations"]
        return [f"{v['id']}: {n['html'][:160]} ({n['failureSummary'][:300]})" for v in found for n in v["nodes"]]

    def requests(self) -> list[str]:
        """The URLs that were asked for since the last call, those of the browser's own pages left out."""
        entries = [json.loads(e["message"])["message"] for e in self.driver.get_log("performance")]
        sent = [e["params"]["request"]["url"] for e in entries if e["method"] == "Network.requestWillBeSent"]
        sent += [e["params"]["url"] for e in entries if e["method"] == "Network.webSocketCreated"]
        return [url for url in sent if not url.startswith(_LOCAL)]

    def complaints(self) -> list[str]:
        """Errors of the console since the last call: broken scripts, what the policy forbade, what was not there."""
        said = [e["message"] for e in self.driver.get_log("browser") if e["level"] == "SEVERE"]
        return [m for m in said if not any(f"a status of {status} " in m for status in self.expected)]
