# Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The HTML report as a browser shows it: nothing loaded, nothing complained of, everything there to be read."""

from __future__ import annotations

import re
from typing import Any

import pytest
from conftest import REPORTS, Show, Shown, in_one_line

ALL = list(REPORTS)
EVERY_VIEW = [
    {"color_scheme": "light"},
    {"color_scheme": "dark"},
    {"java_script_enabled": False},
    {"width": 380},
    {"forced_colors": "active"},
]

# The texts that a reader can see and that lie over each other: two of them share more than the rounding of a pixel.
OVERLAPS = """
selector => {
  const boxes = [...document.querySelectorAll(selector)]
    .map(each => [each.textContent, each.getBoundingClientRect()])
    .filter(([, box]) => box.width > 1 && box.height > 1);
  const found = [];
  boxes.forEach(([text, one], index) => boxes.slice(index + 1).forEach(([other, two]) => {
    const wide = Math.min(one.right, two.right) - Math.max(one.left, two.left);
    const high = Math.min(one.bottom, two.bottom) - Math.max(one.top, two.top);
    if (wide > 1 && high > 1) found.push(text.slice(0, 40) + ' / ' + other.slice(0, 40));
  }));
  return found;
}
"""

# The lowest contrast of a text against the first opaque background behind it, as the accessibility guidelines reckon.
CONTRAST = """
() => {
  const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = colour => {
    const [r, g, b] = channels(colour).map(part => part / 255)
      .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let each = element; each; each = each.parentElement) {
      const colour = getComputedStyle(each).backgroundColor;
      if ((channels(colour)[3] ?? 1) === 1) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  let lowest = [21, ''];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || element.closest('svg, script, style, option')) continue;
    const [dim, bright] = [light(getComputedStyle(element).color), light(behind(element))].sort((a, b) => a - b);
    const contrast = (bright + 0.05) / (dim + 0.05);
    if (contrast < lowest[0]) lowest = [contrast, element.outerHTML.slice(0, 80)];
  }
  return lowest;
}
"""


def subjects_in(shown: Shown, part: str) -> set[str]:
    """The numbers of the subjects that a part of the page shows now, folded or not."""
    numbers = shown.page.locator(f"{part} [data-subject]:not([hidden])").evaluate_all(
        "all => all.filter(each => !each.closest('[hidden]')).map(each => each.dataset.subject)"
    )
    return set(numbers)


TABLE, TIMELINE = "section[aria-labelledby=subjects-heading]", "section[aria-labelledby=timeline-heading]"
FINDINGS, WAIVED = "section[aria-labelledby=findings-heading]", "section[aria-labelledby=waived-heading]"
SCOPES, PROJECTS = "section[aria-labelledby=scopes-heading]", "section[aria-labelledby=projects-heading]"
TRENDS = "section[aria-labelledby=trends-heading]"
ONE_EACH = (TABLE, TIMELINE, SCOPES, PROJECTS)


def numbers_where(shown: Shown, **wanted: Any) -> set[str]:
    """The numbers of the subjects of which the verdict says this; the table numbers its rows in their order."""
    rows = shown.page.locator(f"{TABLE} tbody tr").evaluate_all(
        "all => all.map(row => [row.dataset.subject, row.querySelector('th bdi').textContent])"
    )
    fitting = {
        each["name"]
        for each in shown.report.verdict["subjects"]
        if all(each[key] == value for key, value in wanted.items())
    }
    return {number for number, name in rows if name in fitting}


@pytest.mark.parametrize("options", EVERY_VIEW, ids=str)
@pytest.mark.parametrize("name", ALL)
def test_every_finding_can_be_read_without_a_complaint_or_a_request(
    show: Show, name: str, options: dict[str, Any]
) -> None:
    shown = show(name, **options)
    text = shown.text
    assert shown.report.messages
    for message in shown.report.messages:
        assert in_one_line(message) in text
    if options.get("java_script_enabled", True):
        shown.page.locator("#filter-name").fill("shop")
        shown.page.locator("#filter-name").press("Enter")
        shown.page.get_by_role("button", name="Show all").click()
    shown.page.wait_for_timeout(50)
    assert shown.complaints == []
    assert shown.requests == [shown.report.file.as_uri()]
    titles = ("Credential pairs: ", "Monitoring status: ", "Performance gate: ")
    assert shown.page.title().startswith(titles), "no text became a script"


def test_what_is_missing_and_why_something_is_waived_can_be_read(show: Show) -> None:
    text = show("every finding").text
    for said in ("Missing (2): build-7 build-9", "Waived until 2027-01-31: Moves to its own pair in January."):
        assert said in text


def test_the_small_report_really_has_every_finding(show: Show) -> None:
    from ansible_collections.contentsquare.speedlab.plugins.module_utils._core.rules import rules_of

    subjects = show("every finding").report.verdict["subjects"]
    assert {finding["id"] for subject in subjects for finding in subject["findings"]} == {
        rule.id for rule in rules_of("credentials")
    }


@pytest.mark.parametrize("name", ALL)
def test_paper_shows_what_the_screen_shows(show: Show, name: str) -> None:
    shown = show(name)
    on_screen = shown.page.locator("main").inner_text()
    shown.page.emulate_media(media="print")
    on_paper = in_one_line(shown.page.locator("main").inner_text())
    of_the_controls = in_one_line(shown.page.locator("#filter").text_content() or "")
    for line in on_screen.splitlines():
        said = in_one_line(line)
        assert said in on_paper or said in of_the_controls


def test_paper_shows_what_is_folded_on_the_screen_also_without_the_script(show: Show) -> None:
    shown = show("500 pairs", java_script_enabled=False)
    last = shown.page.locator(".bars .name").last
    assert not last.is_visible()
    shown.page.emulate_media(media="print")
    assert last.bounding_box() is not None
    assert last.bounding_box()["height"] > 5


@pytest.mark.parametrize("width", [1280, 800, 380])
@pytest.mark.parametrize("name", ALL)
def test_the_page_is_never_wider_than_the_window(show: Show, name: str, width: int) -> None:
    shown = show(name, width=width)
    for fold in shown.page.locator("summary").all():
        fold.click()
    assert shown.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [1280, 380])
@pytest.mark.parametrize("name", ["every finding", "500 pairs", "hostile texts"])
def test_texts_of_the_timeline_and_of_the_matrices_do_not_lie_over_each_other(
    show: Show, name: str, width: int
) -> None:
    shown = show(name, width=width)
    assert shown.page.evaluate(OVERLAPS, f"{TIMELINE} :is(.plot:first-child :is(.name, .days, .tick), .names li)") == []
    assert shown.page.evaluate(OVERLAPS, f"{SCOPES} :is(thead th, tr:nth-child(-n+12) > :is(td, th))") == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", ["every finding", "monitorings", "200 trends", "gate"])
def test_every_text_stands_out_from_what_is_behind_it(show: Show, name: str, scheme: str) -> None:
    lowest, where = show(name, color_scheme=scheme).page.evaluate(CONTRAST)
    assert lowest >= 4.5, where


def test_without_the_script_there_are_no_controls_and_nothing_is_hidden(show: Show) -> None:
    shown = show("500 pairs", java_script_enabled=False)
    assert not shown.page.locator("#filter").is_visible()
    for part in ONE_EACH:
        assert len(subjects_in(shown, part)) == 500
    shown.page.locator("summary").first.click()
    assert shown.page.locator(".bars .name").last.is_visible(), "what is folded unfolds by itself"


@pytest.mark.parametrize(("label", "choice"), [("environment", "staging"), ("owner", "team 03"), ("status", "Fail")])
def test_a_filter_narrows_every_part_of_the_page_and_gives_all_back(show: Show, label: str, choice: str) -> None:
    shown = show("500 pairs")
    wanted = numbers_where(shown, **{label: choice.lower()})
    with_findings = subjects_in(shown, FINDINGS) & wanted
    assert 0 < len(wanted) < 500
    shown.page.locator(f"#filter-{label}").select_option(label=f"{choice} ({len(wanted)})")
    for part in ONE_EACH:
        assert subjects_in(shown, part) == wanted
    assert subjects_in(shown, FINDINGS) == with_findings
    assert f'Filter: {label} "{choice}". {len(wanted)} of 500 credential pairs shown.' in shown.text
    assert f"{len(wanted)} of 500 credential pairs" in in_one_line(shown.page.locator(TIMELINE).inner_text())
    shown.page.get_by_role("button", name="Show all").click()
    for part in ONE_EACH:
        assert len(subjects_in(shown, part)) == 500
    assert "All 500 credential pairs shown." in shown.text
    assert "Filter:" not in shown.text


def test_filters_add_up(show: Show) -> None:
    shown = show("500 pairs")
    shown.page.locator("#filter-environment").select_option(label="production (167)")
    shown.page.locator("#filter-owner").select_option(label="team 00 (41)")
    shown.page.locator("#filter-name").fill("  SHOP-1 ")
    names = shown.page.locator(f"{TABLE} tbody tr:not([hidden]) th bdi").all_inner_texts()
    assert names
    assert all(name.startswith("production-shop-1") for name in names)
    owners = {each["owner"] for each in shown.report.verdict["subjects"] if each["name"] in names}
    assert owners == {"team 00"}


def test_a_filter_that_fits_nothing_says_so(show: Show) -> None:
    shown = show("every finding")
    shown.page.locator("#filter-name").fill("no such pair")
    assert "0 of 12 credential pairs shown." in shown.text
    assert "0 of 14 findings" in shown.text
    assert not any(subjects_in(shown, part) for part in (*ONE_EACH, FINDINGS, WAIVED))


def test_what_a_filter_finds_is_unfolded_and_folded_again_afterwards(show: Show) -> None:
    shown = show("500 pairs")
    fold = shown.page.locator(f"{TIMELINE} details").first
    shown.page.locator("#filter-name").fill("shop-04")
    assert all(name.is_visible() for name in shown.page.locator(f"{TIMELINE} li:not([hidden]) .name").all())
    shown.page.locator("#filter-name").fill("")
    assert fold.get_attribute("open") is None


def test_pairs_that_name_no_owner_can_be_looked_for(show: Show) -> None:
    shown = show("every finding")
    shown.page.locator("#filter-owner").select_option(label="none given (1)")
    assert subjects_in(shown, TABLE) == numbers_where(shown, name="forgotten")


@pytest.mark.parametrize("number", range(11))
def test_a_hostile_text_can_be_chosen_like_any_other(show: Show, number: int) -> None:
    shown = show("hostile texts")
    shown.page.locator("#filter-owner").select_option(index=number + 1)
    assert len(subjects_in(shown, TABLE)) == 1
    assert "1 of 11 credential pairs shown." in shown.text
    assert shown.complaints == []


def test_the_filters_work_by_keyboard_alone(show: Show) -> None:
    shown = show("every finding")
    links = shown.page.locator("nav a").count()
    for _each in range(links + 1):
        shown.page.keyboard.press("Tab")
    shown.page.keyboard.type("basket")
    assert subjects_in(shown, TABLE) == numbers_where(shown, name="basket")
    focused = []
    for _each in range(4):
        shown.page.keyboard.press("Tab")
        focused.append(shown.page.evaluate("document.activeElement.id || document.activeElement.tagName"))
    assert focused == ["filter-status", "filter-environment", "filter-owner", "BUTTON"]
    shown.page.keyboard.press("Enter")
    assert len(subjects_in(shown, TABLE)) == 12


def test_paper_says_which_filter_was_on_and_shows_no_controls(show: Show) -> None:
    shown = show("500 pairs")
    shown.page.locator("#filter-environment").select_option("2")
    shown.page.emulate_media(media="print")
    assert re.search(r'Filter: environment "production"\. \d+ of 500 credential pairs shown\.', shown.text)
    assert not shown.page.locator("#filter-name").is_visible()
    assert shown.page.pdf(format="A4").startswith(b"%PDF")
    shown.page.get_by_role("button", name="Show all", include_hidden=True).dispatch_event("click")
    assert not shown.page.locator("#filter").is_visible()


def test_a_cell_of_a_matrix_says_its_state_in_a_word_and_by_a_shape(show: Show) -> None:
    shown = show("every finding")
    shapes = shown.page.locator(".matrix td:not(.rest)").evaluate_all(
        "all => all.map(cell => [cell.innerText.trim(), getComputedStyle(cell, '::before').clipPath])"
    )
    words = {word for word, _shape in shapes}
    assert words == {"granted", "missing", "excess", "not known", "not granted"}
    assert len({shape for _word, shape in shapes}) == len(words), "each word has a shape of its own"


def test_the_headings_of_a_matrix_stay_in_sight(show: Show) -> None:
    shown = show("500 pairs", width=800)
    matrix = shown.page.locator(f"{PROJECTS} .matrix")
    matrix.evaluate("each => { each.scrollTop = 2000; each.scrollLeft = 400; }")
    frame, top = matrix.bounding_box(), shown.page.locator(f"{PROJECTS} thead th").first.bounding_box()
    assert frame is not None
    assert top is not None
    assert abs(top["y"] - frame["y"]) < 3
    assert abs(top["x"] - frame["x"]) < 3


def test_five_hundred_pairs_are_no_burden(show: Show) -> None:
    shown = show("500 pairs")
    assert shown.report.file.stat().st_size < 3_000_000
    assert shown.page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") < 20_000


# --- trends -----------------------------------------------------------------------------------------------------------


def of_each_chart(shown: Shown, part: str) -> list[Any]:
    """What a piece of JavaScript says of each chart that is not folded, called ``chart``."""
    found: list[Any] = shown.page.locator(f"{TRENDS} > .panel > .trends .chart").evaluate_all(
        f"all => all.map(chart => {part})"
    )
    return found


def test_every_monitoring_with_a_run_has_its_lines_and_the_others_are_named(show: Show) -> None:
    shown = show("200 trends")
    subjects = shown.report.verdict["subjects"]
    with_runs = [each["name"] for each in subjects if each["details"]["trends"]["instants"]]
    without = [each["name"] for each in subjects if not each["details"]["trends"]["instants"]]
    assert len(with_runs) == 195
    assert set(shown.page.locator(f"{TRENDS} .trend .who bdi").all_text_contents()) == set(with_runs)
    assert shown.page.locator(f"{TRENDS} .runless li").all_inner_texts() == without
    assert shown.page.locator(f"{TRENDS} .chart").count() == 6 * len(with_runs)


def test_the_worst_monitorings_come_first_and_most_are_folded(show: Show) -> None:
    shown = show("200 trends")
    badges = shown.page.locator(f"{TRENDS} .trend .badge").all_text_contents()
    assert badges == sorted(badges, key=["Fail", "Unknown", "Warn", "Pass"].index)
    assert sum(card.is_visible() for card in shown.page.locator(f"{TRENDS} .trend").all()) == 20
    shown.page.get_by_text("The other 175").click()
    assert shown.page.locator(f"{TRENDS} .trend").last.is_visible()


@pytest.mark.parametrize("width", [1280, 380])
def test_a_line_has_its_place_and_stays_within_it(show: Show, width: int) -> None:
    shown = show("200 trends", width=width)
    boxes = of_each_chart(
        shown,
        """(() => {
          const frame = chart.querySelector('svg').getBoundingClientRect();
          const drawn = [...chart.querySelectorAll('path')].map(path => path.getBoundingClientRect());
          return [frame.width, frame.height, Math.min(...drawn.map(each => each.left)) - frame.left,
            frame.right - Math.max(...drawn.map(each => each.right)),
            Math.min(...drawn.map(each => each.top)) - frame.top,
            frame.bottom - Math.max(...drawn.map(each => each.bottom))];
        })()""",
    )
    assert len(boxes) == 120
    for wide, high, *beyond in boxes:
        assert wide > 100
        assert high > 30
        assert min(beyond) > -4, "half a dot may stand out, no more"
    texts = f"{TRENDS} .trend:nth-child(-n+6) :is(.metric, .range span)"
    assert shown.page.evaluate(OVERLAPS, texts) == []


def test_a_line_is_broken_at_each_failed_run_and_a_mark_stands_there(show: Show) -> None:
    shown = show("200 trends")
    first = next(each for each in shown.report.verdict["subjects"] if each["details"]["trends"]["instants"])
    failed = len(first["details"]["trends"]["failed"])
    assert failed >= 3
    card = shown.page.locator(f"{TRENDS} .trend").first
    assert f"50 runs, {failed} of them failed" in in_one_line(card.inner_text())
    marks, line, dots = (
        card.locator(f".chart >> nth=0 >> path{kind}").get_attribute("d") or ""
        for kind in (".marks", ":not([class])", ".dots")
    )
    assert marks.count("M") == failed
    assert line.count("M") in (failed - 1, failed, failed + 1)
    assert dots.count("M") <= 2


@pytest.mark.parametrize("options", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
@pytest.mark.parametrize("media", ["screen", "print"])
def test_a_line_and_its_marks_stand_out_from_the_paper(show: Show, options: dict[str, Any], media: str) -> None:
    shown = show("200 trends", **options)
    shown.page.emulate_media(media=media)
    lowest = shown.page.evaluate(
        """selector => {
          const light = colour => {
            const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(part => part / 255)
              .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const behind = light(getComputedStyle(document.querySelector(selector + ' .panel')).backgroundColor);
          const contrasts = [...document.querySelectorAll(selector + ' .line path')].slice(0, 60).map(path => {
            const [dim, bright] = [light(getComputedStyle(path).stroke), behind].sort((a, b) => a - b);
            return (bright + 0.05) / (dim + 0.05);
          });
          return Math.min(...contrasts);
        }""",
        TRENDS,
    )
    assert lowest >= 3


def test_who_cannot_see_a_line_is_told_what_it_shows(show: Show) -> None:
    shown = show("200 trends")
    described = of_each_chart(
        shown,
        """(() => {
          const picture = chart.querySelector('svg');
          const told = picture.getAttribute('aria-labelledby').split(' ')
            .map(id => document.getElementById(id).textContent);
          return [picture.getAttribute('role'), ...told, chart.querySelector('.range').textContent];
        })()""",
    )
    names = shown.page.locator(f"{TRENDS} .trend .who bdi").all_inner_texts()
    assert [title for _role, title, _told, _range in described[:6]] == [
        f"{metric} of {names[0]}"
        for metric in (
            *("Score", "Largest Contentful Paint", "Total Blocking Time"),
            *("Cumulative Layout Shift", "Load Time", "Weight"),
        )
    ]
    for role, _title, told, extremes in described:
        assert role == "img"
        numbers = re.fullmatch(r"min (.+) max (.+)", in_one_line(extremes))
        assert numbers is not None
        lowest, highest = numbers.groups()
        assert told.startswith("50 runs from 2026-11-21 21:15 UTC to 2026-11-23 22:15 UTC; ")
        assert f"lowest {lowest}; highest {highest}; last: " in told


def test_a_filter_narrows_the_trends_too_and_unfolds_them(show: Show) -> None:
    shown = show("200 trends")
    shown.page.locator("#filter-name").fill("page 19")
    cards = shown.page.locator(f"{TRENDS} .trend:not([hidden])")
    assert cards.count() == 10
    assert all(card.is_visible() for card in cards.all())
    assert "10 of 200 monitorings" in in_one_line(shown.page.locator(TRENDS).inner_text())
    shown.page.locator("#filter-name").fill("page 047")
    assert subjects_in(shown, TRENDS) == subjects_in(shown, TABLE)
    assert shown.page.locator(f"{TRENDS} .runless").is_visible()
    assert shown.complaints == []


def test_two_hundred_monitorings_with_fifty_runs_each_are_no_burden(show: Show) -> None:
    shown = show("200 trends")
    assert shown.report.file.stat().st_size < 2_500_000
    assert shown.page.evaluate("performance.getEntriesByType('navigation')[0].loadEventEnd") < 20_000
