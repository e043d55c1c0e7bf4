// The list that helps while typing: slash commands at the start, people after @, channels after #.

import { element, fill, uniqueId } from "./dom.js";

const MOST = 12;

/** What fits the words before the cursor: [{label, hint, usage, from, insert}] */
export function completions(text, cursor, workspace) {
  const before = text.slice(0, cursor);
  if (/^\/\S*$/.test(before)) return commandsFor(before, workspace);
  const mention = /(?:^|\s)([@#])([\p{L}\p{N}._-]*)$/u.exec(before);
  if (!mention) return [];
  const from = cursor - mention[2].length - 1;
  const all = mention[1] === "@" ? people(workspace) : channels(workspace);
  return all.filter((one) => one.search.includes(mention[2].toLowerCase())).slice(0, MOST)
    .map((one) => ({ ...one, from }));
}

/** The command that the text begins with, for its usage hint. */
export function commandIn(text, workspace) {
  const word = /^(\/\S+)\s/.exec(text)?.[1];
  return word && workspace.commands.find((one) => one.command === word);
}

/** The drawn list under a text field; the field keeps the focus. */
export class CompletionList {
  #offers = [];
  #active = 0;

  constructor(field, { onChoose }) {
    this.field = field;
    this.onChoose = onChoose;
    this.root = element("div", { class: "completion", role: "listbox", id: uniqueId("completion"), hidden: true,
      "aria-label": "Suggestions" });
    field.setAttribute("aria-controls", this.root.id);
    field.setAttribute("aria-autocomplete", "list");
  }

  get isOpen() {
    return !this.root.hidden;
  }

  get active() {
    return this.#offers[this.#active];
  }

  /** Draw these offers, or go away when there are none. */
  show(offers) {
    this.#offers = offers;
    this.root.hidden = offers.length === 0;
    fill(this.root, offers.map((offer, place) => this.#drawOffer(offer, place)));
    this.#activate(0);
  }

  /** Arrow keys move, Enter and Tab choose, Escape closes. Answers true when the key was used. */
  takesKey(event) {
    if (!this.isOpen) return false;
    if (event.key === "ArrowDown") this.#activate(this.#active + 1);
    else if (event.key === "ArrowUp") this.#activate(this.#active - 1);
    else if (event.key === "Escape") this.show([]);
    else if (event.key === "Tab" || event.key === "Enter") this.onChoose(this.active);
    else return false;
    event.preventDefault();
    return true;
  }

  #drawOffer(offer, place) {
    return element("div", {
      class: "menu-item", role: "option", id: `${this.root.id}-${place}`, "data-insert": offer.insert,
      onpointerdown: (event) => event.preventDefault(), onclick: () => this.onChoose(offer),
    },
      element("span", { class: "menu-words" },
        element("span", {}, element("strong", {}, offer.label),
          offer.usage && element("span", { class: "usage" }, ` ${offer.usage}`)),
        offer.hint && element("span", { class: "menu-hint" }, offer.hint)));
  }

  #activate(place) {
    const drawn = [...this.root.children];
    this.#active = drawn.length ? (place + drawn.length) % drawn.length : 0;
    drawn.forEach((node, index) => node.setAttribute("aria-selected", String(index === this.#active)));
    drawn[this.#active]?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", drawn[this.#active]?.id ?? "");
  }
}

function commandsFor(start, workspace) {
  return workspace.commands.filter((one) => one.command.startsWith(start.toLowerCase())).map((one) => ({
    label: one.command, usage: one.usage_hint, hint: one.description, from: 0, insert: `${one.command} `,
  }));
}

function people(workspace) {
  return [...workspace.people.values()].filter((person) => !person.deleted).map((person) => ({
    label: `@${person.name}`, hint: [person.real_name, person.title].filter(Boolean).join(" · "),
    search: `${person.name} ${person.real_name}`.toLowerCase(), insert: `@${person.name} `,
  }));
}

function channels(workspace) {
  return [...workspace.channels.values()].filter((channel) => channel.type !== "dm").map((channel) => ({
    label: `#${channel.name}`, hint: channel.topic, search: channel.name.toLowerCase(), insert: `#${channel.name} `,
  }));
}
