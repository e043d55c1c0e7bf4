// The markdown block: the common Markdown that Slack translates, not mrkdwn.

import { element, outsideLink } from "./dom.js";
import { emoji } from "./emoji.js";

const ITEM = /^(\s*)(?:[-*+]|(\d+)[.)])\s+(.*)$/;
const TABLE_RULE = /^\s*\|?\s*:?-{2,}:?\s*(\|\s*:?-{2,}:?\s*)*\|?\s*$/;
const INLINE = new RegExp(
  [
    "`(?<code>[^`]+)`",
    "\\[(?<label>[^\\]]+)\\]\\((?<address>[^)\\s]+)\\)",
    "\\*\\*(?<bold>[^*]+(?:\\*[^*]+\\*[^*]*)*)\\*\\*",
    "~~(?<strike>[^~]+)~~",
    "(?<![\\p{L}\\p{N}*_])(?<mark>[*_])(?<italic>(?:(?!\\k<mark>).)+)\\k<mark>(?![\\p{L}\\p{N}])",
    ":(?<emoji>[a-z0-9_+-]+):",
    "\\\\(?<escaped>[\\\\`*_~\\[\\]#>-])",
  ].join("|"),
  "gu",
);

/** Draw a markdown block's text. */
export function drawMarkdown(text) {
  const lines = text.split("\n");
  const nodes = [];
  while (lines.length) nodes.push(takeBlock(lines));
  return element("div", { class: "markdown" }, nodes);
}

/** Take the lines of one paragraph-level part off the front and draw them. */
function takeBlock(lines) {
  const [line] = lines;
  if (line.trim() === "") return takeBlank(lines);
  if (/^```/.test(line)) return takeFence(lines);
  if (/^#{1,6}\s/.test(line)) return takeHeading(lines);
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return lines.shift() && element("hr");
  if (/^>/.test(line)) return takeQuote(lines);
  if (ITEM.test(line)) return takeList(lines);
  if (line.includes("|") && TABLE_RULE.test(lines[1] ?? "")) return takeTable(lines);
  return takeParagraph(lines);
}

function takeBlank(lines) {
  lines.shift();
  return null;
}

function takeWhile(lines, test) {
  const end = lines.findIndex((line) => !test(line));
  return lines.splice(0, end < 0 ? lines.length : end);
}

function takeFence(lines) {
  lines.shift();
  const code = takeWhile(lines, (line) => !/^```/.test(line));
  lines.shift();
  return element("pre", {}, code.join("\n"));
}

function takeHeading(lines) {
  const [, marks, words] = /^(#{1,6})\s+(.*?)\s*#*$/.exec(lines.shift());
  return element(`h${Math.min(marks.length + 2, 6)}`, {}, drawInline(words));
}

function takeQuote(lines) {
  const quoted = takeWhile(lines, (line) => /^>/.test(line)).map((line) => line.replace(/^> ?/, ""));
  return element("blockquote", {}, drawInline(quoted.join("\n")));
}

function takeList(lines) {
  const [, indent, number] = ITEM.exec(lines[0]);
  const list = element(number ? "ol" : "ul", { start: number && number !== "1" ? number : null });
  while (lines.length && ITEM.test(lines[0]) && ITEM.exec(lines[0])[1].length >= indent.length) {
    if (ITEM.exec(lines[0])[1].length > indent.length && list.lastChild) list.lastChild.append(takeList(lines));
    else list.append(element("li", {}, drawInline(ITEM.exec(lines.shift())[3])));
  }
  return list;
}

function takeTable(lines) {
  const rows = takeWhile(lines, (line) => line.includes("|")).filter((line) => !TABLE_RULE.test(line)).map(cells);
  const [head, ...body] = rows;
  const row = (tag) => (values) => element("tr", {}, values.map((value) => element(tag, {}, drawInline(value))));
  return element("table", { class: "block-table" },
    element("thead", {}, row("th")(head)), element("tbody", {}, body.map(row("td"))));
}

function cells(line) {
  return line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
}

function takeParagraph(lines) {
  const first = lines.shift();
  const rest = takeWhile(lines, (line) => line.trim() !== "" && !/^(```|#{1,6}\s|>)/.test(line) && !ITEM.test(line));
  return element("p", {}, drawInline([first, ...rest].join("\n")));
}

function drawInline(text) {
  const nodes = [];
  let from = 0;
  for (const token of text.matchAll(INLINE)) {
    nodes.push(text.slice(from, token.index), drawToken(token));
    from = token.index + token[0].length;
  }
  return [...nodes, text.slice(from)];
}

function drawToken({ 0: whole, groups }) {
  if (groups.code) return element("code", {}, groups.code);
  if (groups.label) return outsideLink(groups.address, drawInline(groups.label));
  if (groups.bold) return element("strong", {}, drawInline(groups.bold));
  if (groups.strike) return element("del", {}, drawInline(groups.strike));
  if (groups.italic) return element("em", {}, drawInline(groups.italic));
  if (groups.escaped) return groups.escaped;
  return emoji(groups.emoji) ?? whole;
}
