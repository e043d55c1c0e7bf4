// Text objects: mrkdwn is drawn with its marks, plain_text never is.

import { element } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { drawMrkdwn } from "./mrkdwn.js";

/** Draw a text object as nodes. */
export function drawText(text, workspace) {
  if (!text) return [];
  if (text.type === "mrkdwn") return drawMrkdwn(text.text, workspace, { verbatim: text.verbatim });
  return [element("span", { class: "lines" }, plain(text))];
}

/** A plain_text object's words; emoji names become emoji unless it says otherwise. */
export function plain(text) {
  if (!text) return "";
  return text.emoji === false ? text.text : withEmoji(text.text);
}
