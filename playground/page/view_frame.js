// One modal view: its head, blocks and foot, drawn again in place when the bot updates it.

import { drawBlocks } from "./blocks.js";
import { element, fill } from "./dom.js";
import { keepingFocus } from "./focus.js";
import { Surface } from "./surface.js";
import { plain } from "./text.js";

/** A view of the stack. `on` has close, closeAll and submit. */
export class ViewFrame {
  constructor(view, session, on) {
    this.on = on;
    this.app = session.workspace.app(view.app_id) ?? session.workspace.apps[0];
    this.surface = new Surface({ type: "view", view_id: view.id }, session);
    this.head = element("header", { class: "modal-head" });
    this.body = element("div", { class: "modal-body", tabindex: "-1" });
    this.foot = element("footer", { class: "modal-foot" });
    this.root = element("form", {
      class: "modal-view", novalidate: true, "data-view-id": view.id,
      onsubmit: (event) => {
        event.preventDefault();
        this.#submit();
      },
    }, this.head, this.body, this.foot);
    this.draw(view);
  }

  get id() {
    return this.view.id;
  }

  get title() {
    return plain(this.view.title) || "App";
  }

  /** Draw the view, keeping what was typed where both ids are the same. */
  draw(view) {
    this.view = view;
    this.root.removeAttribute("aria-busy");
    fill(this.head, this.#drawHead());
    fill(this.foot, this.#drawFoot());
    const drawBody = () => fill(this.body, drawBlocks(view.blocks, this.surface));
    keepingFocus(this.body, () => this.surface.form.redraw(drawBody));
  }

  /** Put each error under its field; the first one gets the focus. */
  showErrors(errors) {
    for (const node of this.body.querySelectorAll(".input-error")) node.textContent = "";
    for (const node of this.body.querySelectorAll("[aria-invalid]")) node.removeAttribute("aria-invalid");
    const fields = Object.entries(errors).map(([blockId, text]) => this.#showError(blockId, text));
    fields.find(Boolean)?.focus();
  }

  /** Give the focus to the first field, else to the text. */
  focus() {
    const field = this.body.querySelector("[autofocus]")
      ?? this.body.querySelector("input, textarea, button, [tabindex='0']");
    (field ?? this.body).focus({ preventScroll: true });
  }

  /** True while one of its fields or buttons has the focus; the text alone does not count. */
  holdsFocus() {
    return document.activeElement !== this.body && this.root.contains(document.activeElement);
  }

  #showError(blockId, text) {
    const block = this.body.querySelector(`[data-block-id="${CSS.escape(blockId)}"]`);
    const place = block?.querySelector(".input-error");
    if (!place) {
      this.body.prepend(element("div", { class: "alert alert-error", role: "alert" }, text));
      return null;
    }
    place.textContent = text;
    const field = block.querySelector("input, textarea, [role=radiogroup], [role=group]");
    field?.setAttribute("aria-invalid", "true");
    return field;
  }

  async #submit() {
    if (!this.view.submit || this.root.getAttribute("aria-busy")) return;
    this.showErrors({});
    this.body.querySelector(":scope > .alert-error")?.remove();
    this.root.setAttribute("aria-busy", "true");
    const answer = await this.on.submit(this);
    this.root.removeAttribute("aria-busy");
    if (answer.errors) this.showErrors(answer.errors);
    else if (answer.ok === false) this.showErrors({ "": answer.text ?? "We had some trouble connecting. Try again?" });
  }

  #drawHead() {
    const isPushed = Boolean(this.view.previous_view_id);
    return [
      isPushed && element("button", {
        type: "button", class: "icon-button", "aria-label": "Back", onclick: () => this.on.close(this),
      }, "‹"),
      element("h2", {}, this.title),
      element("span", { class: "modal-app" }, this.app?.name ?? ""),
      element("button", {
        type: "button", class: "icon-button", "aria-label": "Close dialog", onclick: () => this.on.closeAll(this),
      }, "✕"),
    ];
  }

  #drawFoot() {
    const { close, submit } = this.view;
    return [
      element("button", { type: "button", class: "button", onclick: () => this.on.close(this) },
        plain(close) || (submit ? "Cancel" : "Close")),
      submit && element("button", { type: "submit", class: "button button-primary" }, plain(submit)),
    ];
  }
}
