// Sorting, filtering and links into folded tables. The page is complete without it.
"use strict";
(() => {
  const collator = new Intl.Collator("en", { numeric: true });
  const key = (cell) => {
    if (!cell) return "";
    const exact = cell.dataset.v ?? cell.textContent.trim();
    return exact !== "" && Number.isFinite(Number(exact)) ? Number(exact) : exact;
  };
  const compare = (a, b, sign) => {
    if (a === "" || b === "") return (a === "") - (b === ""); // what has no number stays at the end
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * collator.compare(String(a), String(b));
  };
  const isField = (row) => row.classList.contains("field");
  const sort = (table, column, sign) => {
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter((row) => !isField(row))
        .map((row) => ({ row, key: key(row.cells[column]) }));
      rows.sort((a, b) => compare(a.key, b.key, sign));
      body.append(...rows.map((one) => one.row));
    }
  };
  const sortable = (table) => {
    const heads = [...table.tHead.rows[0].cells];
    if (table.querySelector("[rowspan]")) return;
    heads.forEach((head, column) => {
      if (head.classList.contains("fixedorder")) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const descending = head.getAttribute("aria-sort") === "descending" ||
          (!head.hasAttribute("aria-sort") && !head.classList.contains("n"));
        heads.forEach((other) => other.removeAttribute("aria-sort"));
        head.setAttribute("aria-sort", descending ? "ascending" : "descending");
        sort(table, column, descending ? 1 : -1);
        shows.get(table)?.usual();
      });
    });
  };

  const MOST_SHOWN = 100; // rows that a browser lays out while a key is being pressed
  const shows = new WeakMap(); // table: how to look at its rows anew, or at all of them
  const element = (name, properties) => Object.assign(document.createElement(name), properties);

  const filterable = (table) => {
    const rows = [...table.tBodies].flatMap((body) => [...body.rows]).filter((row) => !isField(row));
    if (rows.length < 12 || table.querySelector("[rowspan]")) return;
    const long = rows.length > 5 * MOST_SHOWN;
    const input = element("input", { type: "search", className: "filter", placeholder: "Filter rows" });
    input.setAttribute("aria-label", "Filter the rows of this table");
    const count = element("span", { className: "count" });
    count.setAttribute("role", "status");
    const all = element("button", { type: "button", className: "all", textContent: `Show all ${rows.length} rows` });
    let said; // what each row says, read when it is first asked for
    const fits = (row, wanted) => {
      said ??= new Map(rows.map((one) => [one, one.textContent.toLowerCase()]));
      return wanted.every((word) => said.get(row).includes(word));
    };
    const show = (most) => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let found = 0;
      for (const body of table.tBodies) {
        let shown = 0;
        for (const row of body.rows) {
          if (isField(row)) continue;
          const hidden = wanted.length > 0 && !fits(row, wanted) || ++found > most;
          if (row.hidden !== hidden) row.hidden = hidden;
          shown += !hidden;
        }
        body.querySelectorAll("tr.field").forEach((head) => { head.hidden = shown === 0; });
      }
      all.hidden = found <= most || wanted.length > 0;
      count.textContent = (wanted.length ? `${found} of ${rows.length} rows` : "") +
        (found > most ? `${wanted.length ? ", the" : "The"} first ${most} are shown` : "");
    };
    const usual = () => show(long ? MOST_SHOWN : Infinity);
    input.addEventListener("input", usual);
    all.addEventListener("click", () => show(Infinity));
    shows.set(table, { usual, all: () => { input.value = ""; show(Infinity); } });
    table.closest(".scroll").before(input, count, all);
    if (long) usual(); else all.hidden = true;
  };

  document.querySelectorAll("table.sortable").forEach((table) => {
    sortable(table);
    filterable(table);
  });

  // A link may lead into what is folded or filtered away.
  const reveal = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (let one = target.closest("details"); one; one = one.parentElement.closest("details")) one.open = true;
    if (target.hidden) shows.get(target.closest("table"))?.all();
    target.scrollIntoView({ block: target.matches("tr") ? "center" : "start" });
  };
  window.addEventListener("hashchange", reveal);
  if (location.hash.length > 1) {
    history.scrollRestoration = "manual"; // after a reload the link still says where to look
    reveal();
  }

  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.table:not([open])")];
    opened.forEach((one) => { one.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));
})();
