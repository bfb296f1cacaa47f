// Sorting and filtering of tables. The page is complete without it.
"use strict";
(() => {
  const text = (cell) => cell.textContent.trim();
  const key = (cell) => {
    if (!cell) return "";
    const exact = cell.dataset.v ?? text(cell);
    return exact !== "" && Number.isFinite(Number(exact)) ? Number(exact) : exact;
  };
  const compare = (a, b, sign) => {
    if (a === "" || b === "") return (a === "") - (b === ""); // what has no number stays at the end
    if (typeof a === "number" && typeof b === "number") return sign * (a - b);
    return sign * String(a).localeCompare(String(b), "en", { numeric: true });
  };
  const sort = (table, column, sign) => {
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter((row) => !row.classList.contains("field"));
      rows.sort((a, b) => compare(key(a.cells[column]), key(b.cells[column]), sign));
      body.append(...rows);
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
      });
    });
  };
  const filterable = (table) => {
    const rows = [...table.tBodies].flatMap((body) => [...body.rows])
      .filter((row) => !row.classList.contains("field"));
    if (rows.length < 12 || table.querySelector("[rowspan]")) return;
    const input = document.createElement("input");
    input.type = "search";
    input.className = "filter";
    input.placeholder = "Filter rows";
    input.setAttribute("aria-label", "Filter the rows of this table");
    input.addEventListener("input", () => {
      const wanted = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      for (const row of rows) {
        const said = row.textContent.toLowerCase();
        row.hidden = !wanted.every((word) => said.includes(word));
      }
    });
    table.closest(".scroll").before(input);
  };
  document.querySelectorAll("table.sortable").forEach((table) => {
    sortable(table);
    filterable(table);
  });
  let opened = [];
  window.addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details.table:not([open])")];
    opened.forEach((one) => { one.open = true; });
  });
  window.addEventListener("afterprint", () => opened.forEach((one) => { one.open = false; }));
})();
