// The table and data_table blocks; a data_table is sorted and turned page by page on the spot.

import { element, fill } from "./dom.js";
import { drawRichText } from "./rich_text.js";

const DEFAULT_PAGE_SIZE = 5;

/** Draw a table block; its first row is the head, as Slack draws it. */
export function drawTable(block, workspace) {
  const [head = [], ...body] = block.rows;
  const settings = block.column_settings ?? [];
  const row = (tag) => (cells) => element("tr", {}, cells.map((cell, column) =>
    drawCell(tag, cell, workspace, settings[column] ?? {})));
  return element("div", { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    element("table", { class: "block-table" },
      element("thead", {}, row("th")(head)), element("tbody", {}, body.map(row("td")))));
}

/** Draw a data_table block. */
export function drawDataTable(block, workspace) {
  const [head, ...rows] = block.rows;
  const size = block.page_size ?? DEFAULT_PAGE_SIZE;
  const view = { page: 0, column: null, rising: true };
  const root = element("div", { class: "data-table" });
  const redraw = (change) => {
    Object.assign(view, change);
    const shown = sorted(rows, view).slice(view.page * size, (view.page + 1) * size);
    fill(root, element("div", { class: "table-scroll" }, element("table", { class: "block-table" },
      element("caption", {}, block.caption),
      element("thead", {}, element("tr", {}, head.map((cell, column) => drawHead(cell, column, view, redraw)))),
      element("tbody", {}, shown.map((cells) => drawRow(cells, block.row_header_column_index ?? 0, workspace))))),
    drawPager(rows.length, size, view, redraw));
  };
  redraw({});
  return root;
}

function drawHead(cell, column, view, redraw) {
  const current = view.column === column;
  const order = view.rising ? "ascending" : "descending";
  const sort = () => redraw({ page: 0, column, rising: current ? !view.rising : true });
  return element("th", { scope: "col", "aria-sort": current ? order : null },
    element("button", { type: "button", class: "sort", onclick: sort },
      words(cell), element("span", { "aria-hidden": "true" }, current ? (view.rising ? " ↑" : " ↓") : "")));
}

function drawRow(cells, headerColumn, workspace) {
  return element("tr", {}, cells.map((cell, column) =>
    drawCell(column === headerColumn ? "th" : "td", cell, workspace, {})));
}

function drawCell(tag, cell, workspace, { align, is_wrapped: wrapped }) {
  const numeric = cell.type === "raw_number";
  const node = element(tag, { scope: tag === "th" ? "row" : null },
    cell.type === "rich_text" ? drawRichText(cell, workspace) : words(cell));
  node.style.textAlign = align ?? (numeric ? "right" : "");
  if (wrapped === false) node.style.whiteSpace = "nowrap";
  return node;
}

function drawPager(count, size, view, redraw) {
  const pages = Math.ceil(count / size);
  if (pages < 2) return null;
  const turn = (label, page) => element("button", {
    type: "button", class: "button button-small", disabled: page < 0 || page >= pages, onclick: () => redraw({ page }),
  }, label);
  return element("div", { class: "pager" }, turn("Previous", view.page - 1),
    element("span", { role: "status" }, `${view.page + 1} of ${pages}`), turn("Next", view.page + 1));
}

function sorted(rows, { column, rising }) {
  if (column === null) return rows;
  const order = rising ? 1 : -1;
  return [...rows].sort((one, other) => order * compare(one[column], other[column]));
}

function compare(one, other) {
  if (one.type === "raw_number" && other.type === "raw_number") return Number(one.value) - Number(other.value);
  return words(one).localeCompare(words(other), "en", { numeric: true });
}

/** A cell's words; a rich_text cell is read out of its parts. */
function words(cell) {
  if (cell.type === "raw_number") return cell.text ?? String(cell.value);
  if (cell.elements) return cell.elements.map(words).join("");
  return cell.text ?? "";
}
