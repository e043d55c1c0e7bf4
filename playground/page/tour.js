// First steps: what to try, as whom; one press does the typing or the switching.

import { element, fill } from "./dom.js";
import { drawMrkdwn } from "./mrkdwn.js";

const DISMISSED = "keydesk-tour-dismissed";
const STEP = "keydesk-tour-step";
const ASKS = "maria";
const DECIDES = "priya";
const APPROVALS = "key-approvals";

/** The guide above the messages. */
export class Tour {
  constructor(session) {
    this.session = session;
    this.steps = session.workspace.tour.length ? session.workspace.tour : defaultSteps(session.workspace);
    this.root = element("section", { class: "tour", "aria-label": "First steps" });
    this.draw();
  }

  /** Draw the current step, or nothing once dismissed. */
  draw() {
    const place = Math.min(Number(localStorage.getItem(STEP) ?? 0), this.steps.length - 1);
    this.root.hidden = localStorage.getItem(DISMISSED) === "yes" || this.steps.length === 0;
    if (this.root.hidden) return;
    const step = this.steps[place];
    fill(this.root,
      element("div", { class: "tour-count" }, `Step ${place + 1} of ${this.steps.length}`),
      element("div", { class: "tour-text" }, drawMrkdwn(step.text, this.session.workspace)),
      element("div", { class: "tour-buttons" }, this.#proposal(step),
        place > 0 && this.#button("Back", () => this.#go(place - 1)),
        place < this.steps.length - 1 ? this.#button("Next", () => this.#go(place + 1)) : null,
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

  /** First be the right person, then the command stands ready to be sent. */
  #proposal(step) {
    const { workspace } = this.session;
    const person = personOf(step.user, workspace);
    if (person && person.id !== workspace.me.id) {
      return this.#button(`Act as ${person.real_name}`, () => this.session.actAs(person.id), "button-primary");
    }
    const command = /`(\/[^`]+)`/.exec(step.text)?.[1];
    return command && this.#button(`Type ${command}`, () => this.session.propose(command), "button-primary");
  }

  #button(label, press, style = "") {
    return element("button", { type: "button", class: `button button-small ${style}`, onclick: press }, label);
  }
}

function personOf(name, workspace) {
  return workspace.people.get(name) ?? workspace.humans().find((one) => one.name === name || one.real_name === name);
}

/** The story of one key, told with whom the workspace has. */
function defaultSteps(workspace) {
  const staff = workspace.humans().filter((person) => !person.is_guest && !person.is_stranger && !person.deleted);
  const asks = staff.find((person) => person.name === ASKS) ?? staff[0];
  const decides = staff.find((person) => person.name === DECIDES) ?? staff.find((person) => person !== asks);
  if (!decides) return [];
  const approvals = [...workspace.channels.values()].find((channel) => channel.name === APPROVALS);
  const where = approvals ? `<#${approvals.id}>` : "the approvals channel";
  const step = (person, ...sentences) => ({ user: person.id, text: sentences.join(" ") });
  return [
    step(asks, `You are *${asks.real_name}* and need a key. Send \`/keys request\`,`,
      "choose the project _production_ and say what it is for."),
    step(decides, `Somebody else decides. Be *${decides.real_name}*, open ${where}, read the card and press _Approve_.`),
    step(asks, `Be *${asks.real_name}* again: under *Apps › Keydesk › Messages* press _Create and show my key_.`,
      "It is made while you watch, and shown once."),
    step(asks, "Open *Playground* (top right) and move the clock: keys come to their end,",
      "approvals that nobody used lapse."),
    step(asks, "Now try what must not work: approve your own request, press everything twice,",
      "lose an answer on the way, let somebody leave."),
  ];
}
