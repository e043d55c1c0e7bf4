// The workspace's channels, talks and apps.

import { avatar, standing } from "./avatar.js";
import { element, fill } from "./dom.js";
import { openMenu } from "./menu.js";

/** The left column; a drawer on narrow windows. */
export class Sidebar {
  constructor(session) {
    this.session = session;
    this.root = element("nav", { class: "sidebar", id: "sidebar", "aria-label": "Channels" });
    this.draw();
  }

  /** Draw all sections again. */
  draw() {
    const { workspace } = this.session;
    const { rooms, talks, browsable } = workspace.sections();
    fill(this.root,
      element("div", { class: "team" }, workspace.team.name),
      element("div", { class: "sidebar-scroll" },
        this.#section("Channels", rooms.map((channel) => this.#channel(channel))),
        this.#section("Direct messages", [...talks.map((channel) => this.#talk(channel)), this.#newTalk()]),
        this.#section("Apps", workspace.apps.map((app) => this.#app(app))),
        browsable.length > 0 && this.#section("Not a member", browsable.map((channel) => this.#channel(channel)))));
  }

  #section(title, rows) {
    if (rows.length === 0) return null;
    return element("section", { class: "sidebar-section" },
      element("h2", {}, title), element("ul", {}, rows.map((row) => element("li", {}, row))));
  }

  #channel(channel) {
    const sign = channel.type === "private" ? "🔒" : "#";
    return this.#row({
      id: channel.id, unread: channel.unread, name: channel.name, note: channel.is_ext_shared ? "shared" : "",
      sign: element("span", { class: "sign", "aria-hidden": "true" }, sign),
    });
  }

  #talk(channel) {
    const person = this.session.workspace.person(channel.with);
    const you = person.id === this.session.workspace.me.id ? "you" : standing(person);
    return this.#row({
      id: channel.id, unread: channel.unread, name: person.real_name || person.name, note: you,
      sign: avatar(person, "avatar-small"),
    });
  }

  #newTalk() {
    const { workspace } = this.session;
    const others = () => workspace.humans().filter((person) => person.id !== workspace.me.id && !person.deleted);
    const button = element("button", {
      type: "button", class: "sidebar-row quiet", "aria-haspopup": "menu",
      onclick: () => openMenu(button, others().map((person) => ({
        label: person.real_name, hint: person.title, choose: () => this.session.openTalk(person.id),
      })), { label: "Message somebody" }),
    }, element("span", { class: "sign", "aria-hidden": "true" }, "+"), "New message");
    return button;
  }

  #app(app) {
    const person = this.session.workspace.person(app.bot_user_id);
    const talk = this.session.workspace.talkWith(app.bot_user_id);
    return this.#row({
      id: app.id, unread: talk?.unread, name: app.name, note: "app", sign: avatar(person, "avatar-small"),
      open: () => this.session.openApp(app), isOpen: this.session.openAppId === app.id,
    });
  }

  #row({ id, unread, name, note, sign, open, isOpen }) {
    const isHere = isOpen ?? this.session.openChannelId === id;
    return element("button", {
      type: "button",
      class: `sidebar-row${unread ? " unread" : ""}`,
      "aria-current": isHere ? "page" : null,
      "aria-label": unread ? `${name}, ${unread} unread` : name,
      "data-channel": id,
      onclick: open ?? (() => this.session.openChannel(id)),
    }, sign, element("span", { class: "sidebar-name" }, name),
    note && element("span", { class: "sidebar-note" }, note),
    unread ? element("span", { class: "unread-count", "aria-hidden": "true" }, String(unread)) : null);
  }
}
