// Slack's mrkdwn, drawn as Slack draws it: a value that was not escaped shows here as it would there.

import { element, outsideLink } from "./dom.js";
import { emoji } from "./emoji.js";
import { broadcastMention, channelMention, dateWords, personMention } from "./mentions.js";

const FENCE = /```\n?([\s\S]+?)\n?```/g;
const QUOTED = /^(?:>|&gt;)(?!(?:>|&gt;){2}) ?/;
const QUOTED_TO_THE_END = /^(?:>|&gt;){3} ?/;
const TOKEN = new RegExp(
  [
    "`(?<code>[^`\\n]+)`",
    "<(?<control>[^<>\\n]+)>",
    ":(?<emoji>[a-z0-9_+-]+):",
    "(?<address>https?:\\/\\/[^\\s<>|*]+[^\\s<>|*.,;:!?)\"'\\]])",
    // A style opens at the start of a word and closes at its end, on one line.
    "(?<![\\p{L}\\p{N}])(?<mark>[*_~])(?<!\\k<mark>\\k<mark>)(?!\\s|\\k<mark>)(?<styled>(?:<[^<>\\n]+>|`[^`\\n]+`|[^\\n])*?)"
      + "(?<!\\s)\\k<mark>(?![\\p{L}\\p{N}]|\\k<mark>)",
  ].join("|"),
  "gu",
);
const STYLES = { "*": "strong", _: "em", "~": "del" };

/** Draw a mrkdwn text as nodes. `verbatim` leaves bare addresses unlinked. */
export function drawMrkdwn(text, workspace, { verbatim = false } = {}) {
  const options = { workspace, verbatim };
  const nodes = [];
  let from = 0;
  for (const fence of text.matchAll(FENCE)) {
    nodes.push(...drawLines(text.slice(from, fence.index), options));
    nodes.push(element("pre", {}, drawControls(fence[1], options)));
    from = fence.index + fence[0].length;
  }
  nodes.push(...drawLines(text.slice(from).replace(from ? /^\n/ : /^$/, ""), options));
  return nodes;
}

/** Undo the three escapes that Slack knows; any other entity stays as typed. */
export function unescape(text) {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

function drawLines(text, options) {
  if (text === "") return [];
  return paragraphs(text.split("\n")).map(({ quoted, lines }) =>
    element(quoted ? "blockquote" : "span", { class: quoted ? null : "lines" }, drawInline(lines.join("\n"), options)));
}

/** Runs of quoted and of plain lines. */
function paragraphs(lines) {
  const runs = [];
  let toTheEnd = false;
  for (const line of lines) {
    toTheEnd ||= QUOTED_TO_THE_END.test(line);
    const quoted = toTheEnd || QUOTED.test(line);
    if (runs.at(-1)?.quoted !== quoted) runs.push({ quoted, lines: [] });
    runs.at(-1).lines.push(quoted ? line.replace(QUOTED_TO_THE_END, "").replace(QUOTED, "") : line);
  }
  return runs;
}

function drawInline(text, options) {
  return drawTokens(text, TOKEN, (token) => drawToken(token, options));
}

function drawControls(text, options) {
  return drawTokens(text, /<(?<control>[^<>\n]+)>/g, (token) => drawControl(token.groups.control, options));
}

function drawTokens(text, pattern, draw) {
  const nodes = [];
  let from = 0;
  for (const token of text.matchAll(pattern)) {
    nodes.push(unescape(text.slice(from, token.index)), draw(token) ?? unescape(token[0]));
    from = token.index + token[0].length;
  }
  nodes.push(unescape(text.slice(from)));
  return nodes.filter((node) => node !== "");
}

function drawToken({ groups }, options) {
  if (groups.code) return element("code", {}, drawControls(groups.code, options));
  if (groups.control) return drawControl(groups.control, options);
  if (groups.emoji) return emoji(groups.emoji);
  if (groups.address) return options.verbatim ? null : outsideLink(unescape(groups.address), unescape(groups.address));
  return element(STYLES[groups.mark], {}, drawInline(groups.styled, options));
}

function drawControl(control, { workspace }) {
  const [target, label] = splitOnce(control, "|");
  if (/^@[UWB]/.test(target)) return personMention(target.slice(1), workspace);
  if (/^#C/.test(target)) return channelMention(target.slice(1), label, workspace);
  if (target.startsWith("!date^")) {
    const [, seconds, template, address] = target.split("^");
    return dateWords(seconds, unescape(template ?? ""), address, label && unescape(label), workspace);
  }
  if (target.startsWith("!subteam^")) return broadcastMention(label ?? "group");
  if (target.startsWith("!")) return broadcastMention(label ?? target.slice(1));
  if (/^(https?:\/\/|mailto:)/i.test(target)) {
    return outsideLink(unescape(target), unescape(label ?? target.replace(/^mailto:/i, "")));
  }
  return null;
}

function splitOnce(text, separator) {
  const place = text.indexOf(separator);
  return place < 0 ? [text, undefined] : [text.slice(0, place), text.slice(place + separator.length)];
}
