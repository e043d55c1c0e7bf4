// The panel's forms for trouble at Slack and at the providers, and what is armed at present.

import { element, fill } from "./dom.js";
import { faultWords, POINTINGS, PROVIDER, REFUSED, SLACK, TIMES } from "./fault_kinds.js";
import { call, post } from "./server.js";
import { toast } from "./toast.js";

const DELIVERIES = {
  duplicate: "Deliver the next event twice",
  redeliver: "Deliver the last payload again",
  drop: "Drop the bot's connection",
};

/** The part about the emulated Slack. */
export function slackFaults() {
  const part = new FaultPart("Slack", "/faults", SLACK);
  part.root.append(element("div", { class: "panel-row" }, Object.entries(DELIVERIES).map(([delivery, words]) =>
    button(words, async () => part.learn(await post("/faults", { delivery }), `${words}: done.`)))), refusedBlocks(part));
  return part;
}

/** The row that chooses which blocks Slack refuses from now on, and how it points at them. */
function refusedBlocks(part) {
  const types = choice("Slack: blocks that it refuses", REFUSED.map(([words]) => words));
  const pointing = choice("Slack: how it points at them", POINTINGS.map(([words]) => words));
  return element("div", { class: "panel-row" }, "Refuse", types, pointing,
    button("Refuse", async () => part.learn(await post("/faults/blocks",
      { types: REFUSED[types.selectedIndex][1], pointing: POINTINGS[pointing.selectedIndex][1] }))));
}

/** The part about one emulated provider. */
export function providerFaults(provider) {
  return new FaultPart(provider.name, `/providers/${encodeURIComponent(provider.name)}/faults`, PROVIDER);
}

/** A form that arms faults at one address, and the list of those that wait for a call. */
class FaultPart {
  constructor(name, address, table) {
    Object.assign(this, { address, table });
    this.call = choice(`${name}: which call`, table.calls.map(([words]) => words));
    this.kind = choice(`${name}: what goes wrong`, table.kinds.map(([words]) => words));
    this.times = choice(`${name}: how often`, TIMES.map(([words]) => words));
    this.armed = element("div", { class: "faults-armed", role: "status", "aria-label": `Armed at ${name}` });
    this.root = element("section", { class: "panel-part", "aria-label": `Trouble at ${name}` },
      element("h3", {}, `Trouble at ${name}`),
      element("form", { onsubmit: (event) => this.#arm(event) },
        element("div", { class: "panel-row" }, "Next", this.call),
        element("div", { class: "panel-row" }, this.kind),
        element("div", { class: "panel-row" }, this.times,
          element("button", { type: "submit", class: "button button-small" }, "Arm"))),
      this.armed);
  }

  /** Ask what is armed: calls use faults up without telling. */
  async refresh() {
    this.learn(await call(this.address));
  }

  /** Ask again while something is armed. */
  tick() {
    if (this.armed.childElementCount > 0) this.refresh();
  }

  /** Draw what an answer says is armed; with words, say so too. */
  learn(answer, words = null) {
    if (!answer.faults) return toast(answer.text ?? answer.error, { failed: true });
    if (words) toast(words);
    const lines = answer.faults.map((fault) => faultWords(fault, this.table));
    if (answer.duplicate_next) lines.push("the next event is delivered twice");
    const refused = answer.refused_blocks?.types ?? [];
    if (refused.length > 0) lines.push(`blocks are refused: ${refused.join(", ")} (until cleared)`);
    // Drawn anew only when it changed, so that a press on Clear is never lost.
    if (lines.join("\n") === this.lines) return null;
    this.lines = lines.join("\n");
    return fill(this.armed, lines.length > 0 && [
      element("ul", { class: "faults-list" }, lines.map((line) => element("li", {}, line))),
      button("Clear", async () => this.learn(await call(this.address, { method: "DELETE" })))]);
  }

  async #arm(event) {
    event.preventDefault();
    const [, match] = this.table.calls[this.call.selectedIndex];
    const [, kind] = this.table.kinds[this.kind.selectedIndex];
    const [, times] = TIMES[this.times.selectedIndex];
    this.learn(await post(this.address, { ...match, ...kind, times }));
  }
}

function button(label, press) {
  return element("button", { type: "button", class: "button button-small", onclick: press }, label);
}

function choice(label, options) {
  return element("select", { class: "text-field wide", "aria-label": label },
    options.map((words) => element("option", {}, words)));
}
