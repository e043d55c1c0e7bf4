// First steps: what to try, as whom; one press switches the person, opens the place or does the typing.

import { element, fill } from "./dom.js";
import { drawMrkdwn } from "./mrkdwn.js";

const DISMISSED = "keydesk-tour-dismissed";
const STEP = "keydesk-tour-step";

/** The guide above the messages; its steps come from the server, which knows the seed. */
export class Tour {
  constructor(session) {
    this.session = session;
    this.steps = session.workspace.tour;
    this.root = element("section", { class: "tour", "aria-label": "First steps", hidden: true });
  }

  /** Draw the current step and what helps to take it, or nothing once dismissed. */
  draw() {
    const place = Math.min(Number(localStorage.getItem(STEP) ?? 0), this.steps.length - 1);
    this.root.hidden = localStorage.getItem(DISMISSED) === "yes" || this.steps.length === 0;
    if (this.root.hidden) return;
    const step = this.steps[place];
    const help = this.#help(step);
    // Drawn anew only when it changed, so that a press is never lost.
    const drawn = `${place} ${help?.label}`;
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    fill(this.root,
      element("div", { class: "tour-count" }, `Step ${place + 1} of ${this.steps.length}`),
      element("div", { class: "tour-text" }, drawMrkdwn(step.text, this.session.workspace)),
      element("div", { class: "tour-buttons" },
        help && button(help.label, help.press, "button-primary"),
        place > 0 && button("Back", () => this.#go(place - 1)),
        place < this.steps.length - 1 && button("Next", () => this.#go(place + 1)),
        element("button", {
          type: "button", class: "icon-button", "aria-label": "Dismiss first steps", onclick: () => this.dismiss(),
        }, "✕")));
  }

  /** Put the guide away; the panel brings it back. */
  dismiss() {
    localStorage.setItem(DISMISSED, "yes");
    this.draw();
  }

  /** Begin again. */
  restart() {
    localStorage.removeItem(DISMISSED);
    this.#go(0);
  }

  #go(place) {
    localStorage.setItem(STEP, String(place));
    this.draw();
  }

  /** First be the right person, then at the right place, then the command stands ready to be sent. */
  #help(step) {
    const { workspace } = this.session;
    if (step.user && step.user !== workspace.me.id) {
      const name = workspace.person(step.user).real_name;
      return { label: `Act as ${name}`, press: () => this.session.actAs(step.user) };
    }
    const place = step.open && this.#place(step.open);
    if (place && !place.isOpen) return { label: `Open ${place.name}`, press: place.open };
    return step.command && { label: `Type ${step.command}`, press: () => this.session.propose(step.command) };
  }

  /** Where a step happens: "panel", "messages" (with the app) or a channel's id. */
  #place(name) {
    const { panel, workspace } = this.session;
    if (name === "panel") {
      return { name: "Playground", isOpen: !panel.root.hidden, open: () => panel.toggle(true) };
    }
    const [app] = workspace.apps;
    if (name === "messages") {
      const isOpen = this.session.openAppId === app.id && this.session.pane.tab === "messages";
      return { name: app.name, isOpen, open: () => this.session.openApp(app, "messages") };
    }
    const channel = workspace.channels.get(name);
    const isOpen = this.session.openChannelId === name;
    return channel && { name: `#${channel.name}`, isOpen, open: () => this.session.openChannel(name) };
  }
}

function button(label, press, style = "") {
  return element("button", { type: "button", class: `button button-small ${style}`, onclick: press }, label);
}
