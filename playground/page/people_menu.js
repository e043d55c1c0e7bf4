// "Act as": one click makes this tab another person; the arrow opens them side by side.

import { avatar, standing, whereabouts } from "./avatar.js";
import { element, fill } from "./dom.js";
import { walkWithArrows } from "./focus.js";
import { hangUnder } from "./menu.js";
import { call } from "./server.js";

/** The switcher in the top bar. */
export class PeopleMenu {
  constructor(session) {
    this.session = session;
    const { me } = session.workspace;
    this.button = element("button", {
      type: "button", class: "act-as", "aria-haspopup": "menu", "aria-expanded": "false",
      "aria-label": `Act as: ${me.real_name}`, onclick: () => this.#open(),
    }, avatar(me, "avatar-small"), element("span", { class: "act-as-name" }, me.real_name),
    element("span", { "aria-hidden": "true" }, "▾"));
    this.menu = element("div", { class: "menu people-menu", role: "menu", popover: "auto", "aria-label": "Act as" });
    this.menu.addEventListener("toggle", (event) =>
      this.button.setAttribute("aria-expanded", String(event.newState === "open")));
    this.menu.addEventListener("keydown", (event) =>
      walkWithArrows(event, () => [...this.menu.querySelectorAll("[role=menuitemradio]")]));
    this.root = element("div", {}, this.button, this.menu);
  }

  #open() {
    const people = this.session.workspace.humans();
    fill(this.menu, element("div", { class: "menu-title", role: "presentation" }, "Act as"),
      people.map((person) => personRow(person, this.session)));
    this.menu.showPopover();
    hangUnder(this.menu, this.button);
    this.menu.querySelector("[aria-checked=true]")?.focus();
    for (const person of people) this.#showNews(person);
  }

  /** Say who has something to read: that is whom one wants to be next. */
  async #showNews(person) {
    if (person.deleted || person.id === this.session.workspace.me.id) return;
    const { channels = [] } = await call(`/ui/state?${new URLSearchParams({ user: person.id })}`);
    const count = channels.reduce((sum, channel) => sum + (channel.unread ?? 0), 0);
    const mark = this.menu.querySelector(`[data-user="${CSS.escape(person.id)}"] .menu-mark`);
    if (count && mark) fill(mark, element("span", { class: "unread-count" }, `${count} new`));
  }
}

/** One person: act as them here, or beside this tab. */
export function personRow(person, session) {
  const { workspace } = session;
  const isMe = person.id === workspace.me.id;
  const kind = standing(person);
  return element("div", { class: "person-row", role: "presentation" },
    element("button", {
      type: "button", class: "menu-item", role: "menuitemradio", "aria-checked": String(isMe),
      "data-user": person.id, "aria-label": `Act as ${person.real_name}`, onclick: () => session.actAs(person.id),
    }, avatar(person),
    element("span", { class: "menu-words" },
      element("span", {}, element("strong", {}, person.real_name), kind && element("span", { class: "badge" }, kind)),
      element("span", { class: "menu-hint" }, person.title),
      element("span", { class: "menu-hint" }, whereabouts(person, workspace.clock.now()))),
    element("span", { class: "menu-mark" }, isMe ? "✓" : "")),
    element("a", {
      class: "beside", href: `/?user=${encodeURIComponent(person.id)}`, target: "_blank", role: "menuitem",
      title: "Open beside this tab", "aria-label": `Open ${person.real_name} in a new tab`,
    }, "↗"));
}
