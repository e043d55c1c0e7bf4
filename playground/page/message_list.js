// Messages in order of time, with a line between days; each is redrawn in place when it changes.

import { element } from "./dom.js";
import { keepingFocus } from "./focus.js";
import { authorOf, drawMessage } from "./message.js";
import { Surface } from "./surface.js";

const NEAR_THE_END_PX = 120;
const SAME_BREATH_SECONDS = 300;

/** The scrolling list of a channel or thread. */
export class MessageList {
  #items = new Map();
  #atTheEnd = true;

  constructor(session, { label, inThread = false }) {
    this.session = session;
    this.inThread = inThread;
    this.rows = element("div", { class: "rows" });
    this.root = element("div", { class: "message-list", role: "log", "aria-label": label, tabindex: "0" }, this.rows);
    this.root.addEventListener("scroll", () => this.#notePlace(), { passive: true });
    // Who reads the end stays there when messages grow, a panel opens or a phone is turned.
    const follow = new ResizeObserver(() => this.#atTheEnd && this.toTheEnd());
    follow.observe(this.root);
    follow.observe(this.rows);
  }

  /** Draw these messages, besides those already here. */
  show(messages) {
    for (const message of messages) this.#put(message);
    this.#arrange();
  }

  /** Add or redraw one message; one's own is always shown. */
  take(message) {
    const isOwnNew = message.user === this.session.workspace.me.id && !this.#items.has(message.ts);
    this.#put(message);
    this.#arrange();
    if (this.#atTheEnd || isOwnNew) this.toTheEnd();
  }

  /** Remove a message. */
  remove(ts) {
    this.#items.get(ts)?.row.remove();
    this.#items.delete(ts);
    this.#arrange();
  }

  /** Draw everything again: the clock or people's names have changed. */
  redraw() {
    for (const item of this.#items.values()) this.#draw(item);
    this.#arrange();
  }

  /** Scroll to the last message. */
  toTheEnd() {
    this.#atTheEnd = true;
    this.root.scrollTop = this.root.scrollHeight;
  }

  /** The first message's timestamp, to ask for what was before. */
  get firstTs() {
    return this.#inOrder()[0]?.message.ts;
  }

  #put(message) {
    const item = this.#items.get(message.ts);
    if (item) {
      item.message = message;
      this.#draw(item);
    } else {
      this.#insert(this.#made(message));
    }
  }

  #made(message) {
    const { channel, ts, ephemeral } = message;
    const container = { type: "message", channel, ts, ...(ephemeral ? { ephemeral: true } : {}) };
    const article = element("article", { class: "message", tabindex: "-1" });
    const divider = element("div", { class: "day-divider", role: "separator" }, element("span"));
    const row = element("div", { class: "row" }, divider, article);
    const item = { message, article, divider, row, surface: new Surface(container, this.session) };
    this.#draw(item);
    return item;
  }

  #draw({ article, message, surface }) {
    const draw = () => drawMessage(article, message, this.session, surface, { inThread: this.inThread });
    keepingFocus(article, () => surface.form.redraw(draw));
  }

  #insert(item) {
    const next = this.#inOrder().find((other) => later(other.message, item.message));
    this.rows.insertBefore(item.row, next?.row ?? null);
    this.#items.set(item.message.ts, item);
  }

  #inOrder() {
    return [...this.#items.values()].sort((one, other) => (later(one.message, other.message) ? 1 : -1));
  }

  /** Say the day where a new one starts; join what one author wrote in one breath. */
  #arrange() {
    const { clock } = this.session.workspace;
    let before = null;
    for (const item of this.#inOrder()) {
      const seconds = Number(item.message.ts);
      const newDay = !before || clock.day(seconds) !== clock.day(Number(before.ts));
      item.divider.hidden = !newDay;
      item.divider.firstChild.textContent = clock.divider(seconds);
      item.article.classList.toggle("continued", !newDay && this.#sameBreath(before, item.message));
      before = item.message;
    }
  }

  #sameBreath(before, message) {
    const who = (one) => authorOf(one, this.session.workspace).real_name;
    return who(before) === who(message) && !before.ephemeral && !message.ephemeral
      && Number(message.ts) - Number(before.ts) < SAME_BREATH_SECONDS;
  }

  #notePlace() {
    const { scrollHeight, scrollTop, clientHeight } = this.root;
    this.#atTheEnd = scrollHeight - scrollTop - clientHeight < NEAR_THE_END_PX;
  }
}

/** Whether `one` was written after `other`; timestamps are compared as text to keep their microseconds. */
function later(one, other) {
  return one.ts.padStart(20, "0") > other.ts.padStart(20, "0");
}
