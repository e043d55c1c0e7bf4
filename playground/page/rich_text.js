// The rich_text block: structure instead of marks, so nothing in it is parsed.

import { element, outsideLink } from "./dom.js";
import { emoji } from "./emoji.js";
import { broadcastMention, channelMention, dateWords, personMention } from "./mentions.js";

const ORDERED_MARKS = ["decimal", "lower-alpha", "lower-roman"];
const BULLET_MARKS = ["disc", "circle", "square"];

/** Draw the elements of a rich_text block. */
export function drawRichText(block, workspace) {
  return element("div", { class: "rich-text" }, block.elements.map((part) => drawPart(part, workspace)));
}

function drawPart(part, workspace) {
  const words = () => part.elements.map((word) => drawWord(word, workspace));
  switch (part.type) {
    case "rich_text_section": return element("div", { class: "lines" }, words());
    case "rich_text_preformatted": return element("pre", {}, words());
    case "rich_text_quote": return element("blockquote", {}, words());
    case "rich_text_list": return drawList(part, workspace);
    default: return element("div", { class: "unknown-block" }, `Unknown rich text: ${part.type}`);
  }
}

function drawList(part, workspace) {
  const ordered = part.style === "ordered";
  const indent = part.indent ?? 0;
  const marks = ordered ? ORDERED_MARKS : BULLET_MARKS;
  const start = ordered && part.offset ? part.offset + 1 : null;
  const list = element(ordered ? "ol" : "ul", { start, class: part.border ? "bordered" : null },
    part.elements.map((item) => element("li", {}, drawPart(item, workspace))));
  list.style.listStyleType = marks[indent % marks.length];
  list.style.marginLeft = `${indent * 1.5}rem`;
  return list;
}

function drawWord(word, workspace) {
  return styled(bareWord(word, workspace), word.style ?? {});
}

function bareWord(word, workspace) {
  switch (word.type) {
    case "text": return document.createTextNode(word.text);
    case "link": return outsideLink(word.url, word.text || word.url);
    case "user": return personMention(word.user_id, workspace);
    case "channel": return channelMention(word.channel_id, null, workspace);
    case "broadcast": return broadcastMention(word.range);
    case "usergroup": return broadcastMention(word.usergroup_id);
    case "emoji": return document.createTextNode(emoji(word.name) ?? fromCodePoints(word.unicode) ?? `:${word.name}:`);
    case "date": return dateWords(word.timestamp, word.format, word.url, word.fallback, workspace);
    case "color": return colour(word.value);
    default: return document.createTextNode(word.text ?? "");
  }
}

function styled(node, style) {
  const tags = { bold: "strong", italic: "em", strike: "del", underline: "u", code: "code" };
  return Object.entries(tags).reduce((inner, [name, tag]) => (style[name] ? element(tag, {}, inner) : inner), node);
}

function colour(value) {
  const dot = element("span", { class: "colour-dot", "aria-hidden": "true" });
  dot.style.backgroundColor = value;
  return element("span", {}, value, " ", dot);
}

function fromCodePoints(codes) {
  if (!codes) return null;
  return String.fromCodePoint(...codes.split("-").map((code) => Number.parseInt(code, 16)));
}
