// An app's place: its Home tab and the messages between it and the acting person.

import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { Conversation } from "./conversation.js";
import { element, fill } from "./dom.js";
import { keepingFocus } from "./focus.js";
import { Surface } from "./surface.js";

/** Home, Messages and About of one app. */
export class AppPane {
  constructor(session, app, tab) {
    Object.assign(this, { session, app, tab });
    this.conversation = null;
    this.home = element("div", { class: "home", role: "tabpanel", "aria-label": "Home" });
    this.tabs = element("div", { class: "tabs", role: "tablist", "aria-label": `${app.name} tabs` });
    this.content = element("div", { class: "app-content" });
    this.root = element("section", { class: "pane app-pane", "aria-label": app.name, "data-app": app.id },
      element("header", { class: "pane-head" }, session.drawerButton(),
        avatar(session.workspace.person(app.bot_user_id), "avatar-small"),
        element("div", { class: "pane-names" },
          element("h1", {}, app.name, element("span", { class: "app-badge" }, "APP")))),
      this.tabs, this.content);
    this.#showHome(null);
  }

  /** Load what the open tab shows. */
  async load() {
    this.#drawTabs();
    if (this.tab === "messages") await this.#loadMessages();
    else if (this.tab === "home") await this.#loadHome();
    else fill(this.content, this.#drawAbout());
  }

  /** Take a newly published Home. */
  publish(view) {
    this.#showHome(view);
  }

  /** Times and names may read differently now. */
  redraw() {
    if (this.view) this.#showHome(this.view);
    this.conversation?.list.redraw();
  }

  async #loadHome() {
    fill(this.content, this.home);
    const known = await this.session.server.read("/ui/home");
    if (known.view) this.#showHome(known.view);
    const opened = await this.session.server.send("/ui/home", { tab: "home" });
    if (opened.ok === false && !this.view) this.#showHome(null, opened.text);
  }

  async #loadMessages() {
    const { server, workspace } = this.session;
    const opened = await server.send("/ui/home", { tab: "messages" });
    const id = opened.channel ?? workspace.talkWith(this.app.bot_user_id)?.id;
    if (!id) return fill(this.content, element("p", { class: "empty" }, opened.text ?? "No messages yet."));
    if (!workspace.channels.has(id)) await this.session.learnState();
    this.conversation = new Conversation(this.session, id);
    fill(this.content, this.conversation.root);
    return this.conversation.load();
  }

  #drawTabs() {
    const names = { home: "Home", messages: "Messages", about: "About" };
    fill(this.tabs, Object.entries(names).map(([tab, name]) => element("button", {
      type: "button", role: "tab", class: "tab", "aria-selected": String(tab === this.tab),
      onclick: () => this.session.openApp(this.app, tab),
    }, name)));
  }

  #showHome(view, problem) {
    this.view = view;
    if (!view) {
      const words = problem ?? `${this.app.name} has not drawn its Home yet.`;
      return fill(this.home, element("p", { class: "empty" }, words));
    }
    this.surface ??= new Surface({ type: "view", view_id: view.id }, this.session);
    this.home.dataset.viewId = view.id;
    const draw = () => fill(this.home, drawBlocks(view.blocks, this.surface));
    keepingFocus(this.home, () => this.surface.form.redraw(draw));
  }

  #drawAbout() {
    const { commands } = this.session.workspace;
    return element("div", { class: "home" }, element("h3", {}, "Slash commands"),
      commands.map((one) => element("p", {},
        element("strong", {}, one.command), " ", element("span", { class: "usage" }, one.usage_hint ?? ""),
        element("br"), one.description)));
  }
}
