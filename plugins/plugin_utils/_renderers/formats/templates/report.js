/*
Copyright (c) 2026 Contentsquare Speed Analysis Lab collection contributors
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
*/
(() => {
  "use strict";
  const panel = document.getElementById("filter");
  if (!panel) return;
  const search = panel.querySelector("input");
  const selects = [...panel.querySelectorAll("select")];
  const told = document.getElementById("filter-told");
  const folds = [...document.querySelectorAll("details")];
  const foldsOfSubjects = folds.filter((fold) => fold.querySelector("[data-subject]"));

  // Everything about a subject carries its number; its row in the table says under which choices it falls.
  const parts = new Map();
  for (const part of document.querySelectorAll("[data-subject]")) {
    if (!parts.has(part.dataset.subject)) parts.set(part.dataset.subject, []);
    parts.get(part.dataset.subject).push(part);
  }
  const subjects = [...document.querySelectorAll("tr[id][data-subject]")].map((row) => ({
    row,
    name: row.querySelector("th").textContent.toLowerCase(),
    parts: parts.get(row.dataset.subject),
  }));
  const tallies = [...document.querySelectorAll("[data-tally]")].map((line) => ({
    line,
    parts: [...line.closest(line.dataset.within).querySelectorAll("[data-subject]")],
  }));
  const groups = [...document.querySelectorAll("[data-group]")].map((group) => ({
    group,
    parts: [...group.querySelectorAll("[data-subject]")],
  }));

  const shownOf = (all) => all.filter((part) => !part.hidden).length;
  const grouped = (number) => number.toLocaleString("en");

  function described(words) {
    const chosen = selects.filter((select) => select.value).map(
      (select) => `${select.dataset.label} "${select.selectedOptions[0].dataset.label}"`
    );
    if (words) chosen.push(`name with "${search.value.trim()}"`);
    return chosen.join(", ");
  }

  function apply() {
    const words = search.value.trim().toLowerCase();
    const active = words !== "" || selects.some((select) => select.value);
    for (const { row, name, parts: own } of subjects) {
      const fits = name.includes(words)
        && selects.every((select) => !select.value || row.dataset[select.name] === select.value);
      for (const part of own) part.hidden = !fits;
    }
    for (const { group, parts: own } of groups) group.hidden = active && own.length > 0 && !shownOf(own);
    for (const { line, parts: own } of tallies) {
      line.hidden = !active;
      line.textContent = `${grouped(shownOf(own))} of ${grouped(own.length)} ${line.dataset.tally}`;
    }
    // What a filter finds must not stay folded away.
    for (const fold of foldsOfSubjects) {
      if (active && fold.dataset.opened === undefined) fold.dataset.opened = String(fold.open);
      if (active) fold.open = true;
      else if (fold.dataset.opened !== undefined) {
        fold.open = fold.dataset.opened === "true";
        delete fold.dataset.opened;
      }
    }
    const shown = shownOf(subjects.map(({ row }) => row));
    told.classList.toggle("active", active);
    told.textContent = active
      ? `Filter: ${described(words)}. ${grouped(shown)} of ${grouped(subjects.length)} ${panel.dataset.noun} shown.`
      : `All ${grouped(subjects.length)} ${panel.dataset.noun} shown.`;
  }

  panel.addEventListener("input", apply);
  panel.querySelector("button").addEventListener("click", () => {
    search.value = "";
    for (const select of selects) select.value = "";
    apply();
    search.focus();
  });

  // Paper cannot be unfolded.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = folds.filter((fold) => !fold.open);
    for (const fold of folded) fold.open = true;
  });
  addEventListener("afterprint", () => {
    for (const fold of folded) fold.open = false;
  });

  panel.hidden = false;
  apply();
})();
