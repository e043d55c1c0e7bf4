// People, channels, broadcasts, dates and links inside text: the same for mrkdwn and rich text.

import { element, outsideLink } from "./dom.js";

/** "@Ana" for a person; highlighted when it is the acting person. */
export function personMention(id, workspace) {
  const person = workspace.person(id);
  const mine = id === workspace.me.id ? " mention-me" : "";
  const name = person.real_name || person.name;
  return element("span", { class: `mention${mine}`, "data-user": id, title: person.title || null }, `@${name}`);
}

/** "#general" that opens the channel; a channel one cannot see is a locked word. */
export function channelMention(id, fallback, workspace) {
  const channel = workspace.channels.get(id);
  if (!channel) return element("span", { class: "mention" }, fallback ? `#${fallback}` : "🔒private-channel");
  const open = () => workspace.dispatchEvent(new CustomEvent("open", { detail: id }));
  const name = `#${workspace.channelName(channel)}`;
  return element("button", { type: "button", class: "mention mention-link", onclick: open }, name);
}

/** "@here", "@channel", "@everyone" or a user group. */
export function broadcastMention(name) {
  return element("span", { class: "mention mention-me" }, `@${name.replace(/^@/, "")}`);
}

/** A moment in the acting person's own zone, linked when Slack was given an address. */
export function dateWords(seconds, template, address, fallback, workspace) {
  const moment = Number(seconds);
  if (!Number.isFinite(moment)) return element("span", {}, fallback ?? "");
  const words = workspace.clock.fillTemplate(moment, template);
  const time = element("time", { title: workspace.clock.exact(moment), class: "date" }, words);
  return address ? outsideLink(address, time) : time;
}
