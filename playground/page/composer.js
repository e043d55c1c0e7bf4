// Where one types: messages, slash commands with completion, and the line's history by arrow up.

import { commandIn, CompletionList, completions } from "./completion.js";
import { element } from "./dom.js";
import { openMenu } from "./menu.js";

/** The field at the foot of a channel or thread. */
export class Composer {
  #recalled = -1;

  constructor(session, { channel, threadTs = null, label, onNotice }) {
    Object.assign(this, { session, channel, threadTs, onNotice });
    this.field = element("textarea", {
      class: "composer-field", rows: "1", "aria-label": label, placeholder: label, enterkeyhint: "send",
    });
    this.usage = element("div", { class: "composer-usage", hidden: true });
    this.list = new CompletionList(this.field, { onChoose: (offer) => this.#complete(offer) });
    this.sendButton = element("button", {
      type: "submit", class: "send", "aria-label": "Send now", title: "Send now", disabled: true,
    }, "➤");
    this.root = element("form", { class: "composer", onsubmit: (event) => this.#onSubmit(event) },
      this.list.root, this.usage,
      element("div", { class: "composer-box" }, this.field,
        element("div", { class: "composer-tools" }, threadTs ? null : this.#drawShortcuts(),
          element("span", { class: "composer-hint" }, "Enter sends · Shift+Enter for a new line"), this.sendButton)));
    this.#listen();
    this.write(session.draft(this.#draftKey));
  }

  get #draftKey() {
    return `${this.channel}/${this.threadTs ?? ""}`;
  }

  /** Put words into the field as if they had been typed. */
  write(text, { focus = false } = {}) {
    this.field.value = text;
    this.#onInput();
    if (focus) this.field.focus();
  }

  #listen() {
    this.field.addEventListener("input", () => this.#onInput());
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    this.field.addEventListener("blur", () => this.list.show([]));
  }

  #onInput() {
    const { workspace } = this.session;
    this.session.keepDraft(this.#draftKey, this.field.value);
    this.sendButton.disabled = this.field.value.trim() === "";
    const found = completions(this.field.value, this.field.selectionStart, workspace);
    this.list.show(document.activeElement === this.field ? found : []);
    const command = commandIn(this.field.value, workspace);
    this.usage.hidden = !command;
    this.usage.textContent = command ? `${command.command} ${command.usage_hint} — ${command.description}` : "";
    this.#grow();
  }

  #grow() {
    this.field.style.height = "auto";
    // Before the field stands on the page it has no height to measure.
    if (this.field.scrollHeight) this.field.style.height = `${this.field.scrollHeight}px`;
  }

  #onKey(event) {
    const wantsToSend = event.key === "Enter" && !event.shiftKey && !event.isComposing;
    const isWhole = this.list.active?.insert.trim() === this.field.value.trim();
    if (!(wantsToSend && isWhole) && this.list.takesKey(event)) return;
    if (wantsToSend) {
      event.preventDefault();
      this.root.requestSubmit();
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      this.#recall(event);
    }
  }

  /** Walk through what was sent before: up from an empty field, on from a recalled line. */
  #recall(event) {
    const sent = this.session.sentLines;
    const isRecalled = this.#recalled >= 0 && this.field.value === sent[this.#recalled];
    if (!isRecalled && (this.field.value !== "" || event.key === "ArrowDown")) return;
    const place = isRecalled ? this.#recalled + (event.key === "ArrowUp" ? -1 : 1) : sent.length - 1;
    if (place < 0) return;
    event.preventDefault();
    this.#recalled = place;
    this.write(sent[place] ?? "");
    this.list.show([]);
  }

  #complete(offer) {
    const rest = this.field.value.slice(this.field.selectionStart);
    const text = this.field.value.slice(0, offer.from) + offer.insert;
    this.write(text + rest, { focus: true });
    this.field.setSelectionRange(text.length, text.length);
    this.list.show([]);
  }

  async #onSubmit(event) {
    event.preventDefault();
    const text = this.field.value.trim();
    if (!text) return;
    this.write("");
    this.list.show([]);
    await this.#send(text);
  }

  async #send(text) {
    const body = { channel: this.channel, text, ...(this.threadTs ? { thread_ts: this.threadTs } : {}) };
    const answer = await this.session.server.send("/ui/message", body);
    this.session.rememberLine(text);
    if (answer.ok !== false) return;
    this.onNotice(answer.text ?? answer.error);
    const canBeMended = answer.error === "unknown_command" || answer.error === "unreachable";
    if (canBeMended && this.field.value === "") this.write(text);
  }

  #drawShortcuts() {
    const button = element("button", {
      type: "button", class: "icon-button", "aria-label": "Shortcuts", title: "Shortcuts", "aria-haspopup": "menu",
      onclick: () => openMenu(button, this.#shortcuts(), {
        label: "Shortcuts", empty: "No app offers a shortcut here.",
      }),
    }, "⚡");
    return button;
  }

  #shortcuts() {
    return this.session.workspace.shortcuts.filter((one) => one.type === "global").map((shortcut) => ({
      label: shortcut.name, hint: shortcut.description, sign: "⚡", choose: () => this.session.useShortcut(shortcut),
    }));
  }
}
