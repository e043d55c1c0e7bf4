// The stack of modals; only the topmost is seen.

import { element } from "./dom.js";
import { ViewFrame } from "./view_frame.js";

/** Up to three views, one on another, in one dialog. */
export class Modals {
  #frames = [];

  constructor(session) {
    this.session = session;
    this.root = element("dialog", { class: "modal" });
    this.root.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      event.preventDefault(); // the dialog would close by itself and the bot would never hear of it
      this.#close(this.#frames.at(-1));
    });
    this.root.addEventListener("cancel", (event) => event.preventDefault());
  }

  /** Put a view on top. */
  open(view) {
    const frame = new ViewFrame(view, this.session, {
      close: (one) => this.#close(one),
      closeAll: (one) => this.#close(one, { clear: true }),
      submit: (one) => this.#submit(one),
    });
    this.#frames.push(frame);
    this.root.append(frame.root);
    this.#showTop();
    frame.focus();
  }

  /** Draw an open view again. */
  update(view) {
    const frame = this.#frames.find((one) => one.id === view.id);
    frame?.draw(view);
    this.#showTop();
    if (frame && !frame.root.hidden && !frame.holdsFocus()) frame.focus();
  }

  /** Take views away. */
  drop(viewIds) {
    for (const frame of this.#frames.filter((one) => viewIds.includes(one.id))) frame.root.remove();
    this.#frames = this.#frames.filter((one) => !viewIds.includes(one.id));
    this.#showTop();
  }

  /** Times and names may read differently now. */
  redraw() {
    for (const frame of this.#frames) frame.draw(frame.view);
  }

  #showTop() {
    const top = this.#frames.at(-1);
    for (const frame of this.#frames) frame.root.hidden = frame !== top;
    if (!top) return this.root.close();
    this.root.setAttribute("aria-label", top.title);
    if (!this.root.open) this.root.showModal();
  }

  #close(frame, { clear = false } = {}) {
    const isAll = clear || frame.view.clear_on_close;
    this.drop(isAll ? this.#frames.map((one) => one.id) : [frame.id]);
    this.#frames.at(-1)?.focus();
    return this.session.server.send("/ui/close", { view_id: frame.id, clear: isAll });
  }

  #submit(frame) {
    return this.session.server.send("/ui/submit", {
      view_id: frame.id, state: { values: frame.surface.form.values() },
    });
  }
}
