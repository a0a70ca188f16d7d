"""The pages in headless Chromium: keys alone, without JavaScript, at phone width, in both themes, by accessible names."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("selenium", reason="selenium is not installed (extra `test`)")
pytest.importorskip("uvicorn", reason="the extra `web` is not installed")
import uvicorn
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from tests.documents import Desk
from tests.workers.web.face import KEY, House
from workers import paths
from workers.web.app import create_app

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="Debian's chromium and chromium-driver are not installed"
    ),
]
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
]  # fmt: skip
WIDTHS, THEMES = [1280, 390], ["light", "dark"]

# Contrast of every visible text with what lies behind it (WCAG 2.1: 4.5, or 3 for large text), and names of controls.
AUDIT = """
const lum = ([r, g, b]) => [r, g, b].map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; })
  .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
const rgba = text => { const v = text.match(/[\\d.]+/g).map(Number); return v.length < 4 ? [...v, 1] : v; };
const behind = node => { for (; node; node = node.parentElement) { const c = rgba(getComputedStyle(node).backgroundColor); if (c[3] > 0) return c; } return [255, 255, 255, 1]; };
const faults = [];
for (const node of document.querySelectorAll('body *')) {
  if (![...node.childNodes].some(n => n.nodeType === 3 && n.data.trim()) || !node.checkVisibility() || node.closest('.hidden, .skip')) continue;
  const style = getComputedStyle(node), back = behind(node);
  let ink = rgba(style.color); const opacity = Number(style.opacity);
  ink = ink.slice(0, 3).map((v, i) => v * opacity + back[i] * (1 - opacity));
  const [a, b] = [lum(ink), lum(back)].sort((x, y) => y - x), ratio = (a + .05) / (b + .05);
  if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) faults.push(`${node.tagName} "${node.textContent.trim().slice(0, 30)}" ${ratio.toFixed(2)}`);
}
for (const node of document.querySelectorAll('input:not([type=hidden]), select, progress'))
  if (!node.labels?.length && !node.getAttribute('aria-label')) faults.push(`no label: ${node.outerHTML}`);
for (const node of document.querySelectorAll('button, a')) if (!node.textContent.trim()) faults.push(`no name: ${node.outerHTML}`);
const ids = [...document.querySelectorAll('[id]')].map(n => n.id);
if (new Set(ids).size !== ids.length) faults.push('ids are not unique');
if (document.documentElement.scrollWidth > innerWidth) faults.push(`wider than the window: ${document.documentElement.scrollWidth}`);
return faults;
"""


@pytest.fixture(scope="module")
def chromium() -> Iterator[webdriver.Chrome]:
    """One browser for all tests of this file, with a profile of its own."""
    profile = tempfile.mkdtemp(prefix="oceanid-chromium-")
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM or ""
    for flag in [*FLAGS, f"--user-data-dir={profile}"]:
        options.add_argument(flag)
    browser = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield browser
    browser.quit()
    shutil.rmtree(profile, ignore_errors=True)


class Browser:
    """A reviewer's browser at a server on loopback."""

    def __init__(self, driver: webdriver.Chrome, address: str, token: str) -> None:
        self.driver = driver
        self.address = address
        self.token = token
        driver.delete_all_cookies()
        self.show(1280, "light")

    def cdp(self, command: str, **parameters: Any) -> Any:
        return self.driver.execute_cdp_cmd(command, parameters)

    def show(self, width: int, theme: str, height: int = 900) -> None:
        self.cdp(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": theme}])

    def open(self, path: str) -> None:
        self.driver.get(self.address + path)

    def sign_in(self) -> None:
        self.open("/")
        self.press(self.token, Keys.ENTER)  # the box has the focus
        self.until("What waits for you")

    def press(self, *keys: str) -> None:
        self.driver.switch_to.active_element.send_keys(*keys)

    def text(self) -> str:
        return self.driver.find_element(By.TAG_NAME, "body").text

    def until(self, words: str) -> None:
        def there(_: Any) -> bool:
            try:
                return words in self.text()
            except Exception:
                return False  # between two pages

        WebDriverWait(self.driver, 10, poll_frequency=0.05).until(there, f"“{words}” does not appear")

    def picture(self, path: Path) -> None:
        self.driver.save_screenshot(str(path))


@pytest.fixture
def serve() -> Iterator[Any]:
    """`serve(desk)` is the address of a server over a desk's database, stopped by the test."""
    running: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(desk: Desk) -> str:
        server = uvicorn.Server(uvicorn.Config(create_app(desk.url, KEY), port=0, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        running.append((server, thread))
        deadline = time.monotonic() + 20
        while not server.started:
            assert time.monotonic() < deadline and thread.is_alive(), "the server did not start"
            time.sleep(0.02)
        return f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"

    yield start
    for server, thread in running:
        server.should_exit = True
        thread.join(20)


@pytest.fixture
def browser(house: House, chromium: webdriver.Chrome, serve: Any) -> Iterator[Browser]:
    """Signed in, on the queue of `house`."""
    token = house.desk.one("SELECT review.add_reviewer('maria', 'Maria Soto')")
    browser = Browser(chromium, serve(house.desk), token)
    browser.sign_in()
    yield browser


def test_a_queue_is_worked_with_keys_alone(browser: Browser, house: House) -> None:
    browser.press(Keys.ENTER)
    browser.until("The row it stands in")
    browser.press("j")
    browser.until("VESSEL 6")
    browser.press("k")
    browser.until("VESSEL 0")
    browser.press("c")
    browser.press("Hyperborea", Keys.ENTER)
    browser.until("Hyperborea cannot be a FLAG")
    assert browser.driver.find_element(By.ID, "value").get_attribute("value") == "Hyperborea"
    browser.press("c")
    browser.press(Keys.CONTROL, "a")
    browser.press("Norway", Keys.ENTER)
    browser.until("Applied: “Atlantis” → NOR. 6 cells settled.")
    browser.press("z")
    browser.until("Taken back: “Atlantis”")
    browser.press("r")
    browser.until("Applied: “Atlantis”")
    browser.press("u")
    browser.until("Noted as unsure")
    actions = [
        row["action"] for row in house.desk.rows("SELECT action FROM review.decisions ORDER BY decision_id")
    ]
    assert actions == ["custom", "undo", "reject", "unsure"]


def test_digits_pick_and_letters_in_a_box_are_letters(browser: Browser, house: House) -> None:
    item_id = house.item("Atlantis")
    house.desk.db.execute(
        "UPDATE review.items SET suggestions = %s WHERE item_id = %s",
        ['[{"value": "ISL", "score": 0.9, "agent": "correction"}, {"value": "NOR", "score": 0.8, "agent": "vocabulary"}]', item_id],
    )  # fmt: skip
    browser.open(f"/items/{item_id}")
    browser.press("c")
    browser.press("raz2")
    assert browser.driver.find_element(By.ID, "value").get_attribute("value") == "raz2"
    browser.press(Keys.ESCAPE)
    browser.press("2")
    browser.until("“Atlantis” → NOR")


def test_enter_on_a_doubtful_value_leads_to_the_box(browser: Browser, house: House) -> None:
    browser.open(f"/items/{house.item('9074728')}")
    browser.press(Keys.ENTER)
    assert browser.driver.switch_to.active_element.get_attribute("id") == "value"
    assert house.desk.one("SELECT count(*) FROM review.decisions") == 0


def test_the_tab_key_reaches_every_control_and_the_focus_is_seen(browser: Browser, house: House) -> None:
    browser.open(f"/items/{house.item('Atlantis')}")
    reached = []
    for _ in range(30):
        browser.press(Keys.TAB)
        node = browser.driver.switch_to.active_element
        if node.tag_name == "body":
            break
        assert node.value_of_css_property("outline-style") == "solid", node.get_attribute("outerHTML")
        reached.append(node.get_attribute("value") or node.get_attribute("id") or node.text)
    assert {"value", "note", "custom", "reject", "unsure"} <= set(reached)


def test_the_pages_work_without_javascript(browser: Browser, house: House) -> None:
    browser.cdp("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.open(f"/items/{house.item('Atlantis')}")
        browser.driver.find_element(By.ID, "value").send_keys("Norway", Keys.ENTER)
        browser.until("Applied: “Atlantis” → NOR. 6 cells settled.")
        browser.driver.find_element(By.CSS_SELECTOR, "#undo-last button").click()
        browser.until("Taken back")
        key = house.desk.one("SELECT batch_key FROM review.items WHERE subject = 'Atlantis'")
        browser.open(f"/batch?key={key}")
        for box in browser.driver.find_elements(By.NAME, "items"):
            box.click()
        browser.driver.find_element(By.CSS_SELECTOR, "[value=reject]").click()
        browser.until("Applied: 2. 10 cells settled.")
    finally:
        browser.cdp("Emulation.setScriptExecutionDisabled", value=False)


def test_a_batch_is_ticked_at_once_and_the_browser_reports_no_error(browser: Browser, house: House) -> None:
    browser.driver.get_log("browser")
    key = house.desk.one("SELECT batch_key FROM review.items WHERE subject = 'Atlantis'")
    browser.open(f"/batch?key={key}")
    browser.driver.find_element(By.ID, "all").click()
    browser.until("2 of 2 ticked")
    browser.driver.find_element(By.ID, "value").send_keys("NOR")
    browser.driver.find_element(By.CSS_SELECTOR, "[value=custom]").click()
    browser.until("Applied: 2. 10 cells settled.")
    assert browser.driver.get_log("browser") == []  # also nothing that the content policy stopped


@pytest.fixture
def sample(desk: Desk) -> Desk:
    """The repository's own NEAFC list."""
    desk.register(paths.samples() / "neafc_2025.csv", "NEAFC")
    desk.drain()
    return desk


def test_pages_fit_and_are_legible_at_both_widths_in_both_themes(
    sample: Desk, chromium: webdriver.Chrome, serve: Any, tmp_path: Path
) -> None:
    browser = Browser(
        chromium, serve(sample), sample.one("SELECT review.add_reviewer('maria', 'Maria Soto')")
    )
    browser.open("/")
    assert browser.driver.execute_script(AUDIT) == []
    browser.sign_in()
    first = sample.one("SELECT item_id FROM review.queue LIMIT 1")
    key = sample.one("SELECT batch_key FROM review.queue WHERE field = 'VESSEL_NAME' LIMIT 1")
    audit = sample.one(
        "SELECT item_id FROM review.queue WHERE decision_on = 'audit' ORDER BY item_id LIMIT 1"
    )
    pages = {
        "queue": "/", "item": f"/items/{first}", "audit": f"/items/{audit}", "batch": f"/batch?key={key}", "documents": "/documents",
        "document": "/documents/1", "nowhere": "/nowhere",
    }  # fmt: skip
    for name, path in pages.items():
        for width in WIDTHS:
            for theme in THEMES:
                browser.show(width, theme)
                browser.open(path)
                assert browser.driver.execute_script(AUDIT) == [], (name, width, theme)
                browser.picture(tmp_path / f"{name}-{width}-{theme}.png")
    assert len(list(tmp_path.glob("*.png"))) == len(pages) * len(WIDTHS) * len(THEMES)
