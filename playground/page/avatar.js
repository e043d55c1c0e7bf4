// Initials in the person's colour, and the words that say what kind of person it is.

import { element } from "./dom.js";

const SLACKBOT_COLOUR = "#616061";

/** A person's picture; decoration beside their name. */
export function avatar(person, size = "") {
  const shape = person.is_bot ? " avatar-bot" : "";
  const node = element("span", { class: `avatar${shape} ${size}`, "aria-hidden": "true" }, initials(person));
  node.style.backgroundColor = person.color ? `#${person.color.replace("#", "")}` : SLACKBOT_COLOUR;
  return node;
}

/** "guest", "deactivated", "external" (a connected workspace) or nothing. */
export function standing(person) {
  if (person.deleted) return "deactivated";
  if (person.is_stranger) return "external";
  return person.is_guest ? "guest" : "";
}

/** "Europe/London, 2:05 PM": where a person is and what their wall clock says. */
export function whereabouts(person, nowMs) {
  if (!person.tz) return "";
  const format = new Intl.DateTimeFormat("en-US", { timeZone: person.tz, hour: "numeric", minute: "2-digit" });
  return `${person.tz.replaceAll("_", " ")}, ${format.format(nowMs).replaceAll("\u202f", " ")}`;
}

function initials(person) {
  return person.initials || (person.real_name || person.name || "?").slice(0, 1).toUpperCase();
}
