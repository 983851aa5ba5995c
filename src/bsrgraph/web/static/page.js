// Small comforts on every page: tables that sort by their heads, and text that copies at a press.
//
// A table whose heads are links is sorted by the server, all of it and not only what is shown, and is left alone.
"use strict";

(() => {
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
  const FEWEST_ROWS = 3;

  /** What a cell says, without the evidence that is folded away in it. */
  function said(cell) {
    const copy = cell.cloneNode(true);
    copy.querySelectorAll("details, .visually-hidden").forEach((e) => e.remove());
    return copy.textContent.trim();
  }

  /** The number that a text is, with its digits in groups; NaN for any other text. */
  function number(text) {
    const digits = text.replace(/[\s\u00a0\u202f]/g, "");
    return /^[-+]?\d+(\.\d+)?$/.test(digits) ? Number(digits) : NaN;
  }

  function compare(a, b) {
    if (!a || !b) return (a ? 0 : 1) - (b ? 0 : 1);
    const difference = number(a) - number(b);
    return Number.isNaN(difference) ? collator.compare(a, b) : difference;
  }

  function sort(table, column, head) {
    const downwards = head.getAttribute("aria-sort") === "ascending";
    const body = table.tBodies[0];
    const rows = [...body.rows].map((row) => ({ row, key: said(row.cells[column]) }));
    const empty = rows.filter((r) => !r.key);
    const full = rows.filter((r) => r.key).sort((a, b) => (downwards ? compare(b.key, a.key) : compare(a.key, b.key)));
    body.append(...[...full, ...empty].map((r) => r.row));
    table.querySelectorAll("[aria-sort]").forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", downwards ? "descending" : "ascending");
  }

  function sortable(table) {
    const heads = table.tHead && table.tHead.rows.length === 1 ? [...table.tHead.rows[0].cells] : [];
    const rows = table.tBodies.length === 1 ? [...table.tBodies[0].rows] : [];
    return heads.length > 1 && rows.length >= FEWEST_ROWS && !table.tHead.querySelector("a, button, [aria-sort]")
      && rows.every((row) => row.cells.length === heads.length);
  }

  for (const table of document.querySelectorAll("main table")) {
    if (!sortable(table)) continue;
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      button.addEventListener("click", () => sort(table, column, head));
      head.append(button);
    });
  }

  // A browser gives the clipboard to pages from https and from this machine only.
  if (!navigator.clipboard) return;
  for (const source of document.querySelectorAll(".iri code, main pre:not(.caret)")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "copy";
    button.textContent = "Copy";
    const status = document.createElement("span");
    status.className = "visually-hidden";
    status.setAttribute("role", "status");
    const what = source.textContent;
    button.setAttribute("aria-label", source.localName === "code" ? "Copy this address" : "Copy this text");
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(what);
        button.textContent = status.textContent = "Copied";
      } catch {
        button.textContent = status.textContent = "Not allowed";
      }
      button.removeAttribute("aria-label");
    });
    source.after(button, status);
  }
})();
