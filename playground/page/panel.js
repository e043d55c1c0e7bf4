// What Slack does not have: the clock that moves, things that go wrong, who is who.

import { element, outsideLink } from "./dom.js";
import { providerFaults, slackFaults } from "./faults.js";
import { drawLeaving } from "./leaving.js";
import { personRow } from "./people_menu.js";
import { post } from "./server.js";
import { toast } from "./toast.js";

const OPEN = "keydesk-panel-open";
const HOUR = 3600;
const STEPS = [["+1 hour", HOUR], ["+1 day", 24 * HOUR], ["+7 days", 7 * 24 * HOUR]];
const UNITS = { minutes: 60, hours: HOUR, days: 24 * HOUR };
const TICK_MS = 1000;
const FOLLOWS = "What follows: a waiting request expires after 24 h, an approval that nobody opened after 24 h, " +
  "and keys end on time.";
const ROOM_FOR_FOUR_COLUMNS = 1400;

/** The column on the right, opened and closed by its button. */
export class PlaygroundPanel {
  constructor(session) {
    this.session = session;
    this.state = element("span", { class: "bot-dot", "aria-hidden": "true" });
    this.button = element("button", {
      type: "button", class: "panel-button", "aria-controls": "playground", onclick: () => this.toggle(),
    }, this.state, "Playground");
    this.now = element("output", { class: "now", "aria-label": "The workspace's time" });
    this.bot = element("div", { class: "bot-state", role: "status" });
    this.faults = [...session.workspace.providers.map(providerFaults), slackFaults()];
    this.root = element("aside", { class: "pane panel", id: "playground", "aria-label": "Playground" },
      element("header", { class: "pane-head" },
        element("div", { class: "pane-names" }, element("h2", {}, "Playground")),
        element("button", {
          type: "button", class: "icon-button", "aria-label": "Close playground panel",
          onclick: () => this.toggle(false),
        }, "✕")),
      element("div", { class: "panel-scroll" }, this.#drawBot(), this.#drawClock(), this.#drawFinger(),
        this.faults.map((one) => one.root), drawLeaving(session), this.#drawPeople(), this.#drawProviders(),
        this.#drawGuide()));
    this.#show(localStorage.getItem(OPEN) === "yes");
    this.draw();
    this.ticking = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Let the clock's display rest: the page goes to another person. */
  stop() {
    clearInterval(this.ticking);
  }

  /** Open or close the panel. */
  toggle(open = this.root.hidden) {
    this.#show(open);
    localStorage.setItem(OPEN, open ? "yes" : "no");
    if (open && window.innerWidth < ROOM_FOR_FOUR_COLUMNS) this.session.closeThread();
    this.session.tour.draw();
  }

  /** Draw what may have changed: time and connection. */
  draw() {
    const { botConnected, transport } = this.session.workspace;
    const words = { true: "connected", false: "not connected" }[botConnected] ?? "unknown";
    this.bot.textContent = `Bot: ${words} · ${transport === "http" ? "signed HTTP" : "Socket Mode"}`;
    this.state.dataset.connected = String(botConnected);
    this.button.title = this.bot.textContent;
    this.#drawNow();
  }

  #show(open) {
    this.root.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    if (open) for (const one of this.faults) one.refresh();
  }

  #tick() {
    this.#drawNow();
    if (!this.root.hidden) for (const one of this.faults) one.tick();
  }

  #drawNow() {
    const { clock } = this.session.workspace;
    const seconds = clock.now() / 1000;
    const moved = clock.offsetSeconds ? ` (moved ${span(clock.offsetSeconds)})` : "";
    this.now.textContent = `${clock.fillTemplate(seconds, "{date_num} {time_secs}")}${moved}`;
  }

  #drawBot() {
    return part("Bot", this.bot);
  }

  #drawClock() {
    const amount = element("input", {
      type: "number", min: "1", value: "14", class: "text-field", "aria-label": "How many",
    });
    const unit = element("select", { class: "text-field", "aria-label": "Unit" },
      Object.keys(UNITS).map((name) => element("option", { value: name, selected: name === "days" }, name)));
    const custom = (event) => {
      event.preventDefault();
      this.#advance(Number(amount.value) * UNITS[unit.value]);
    };
    return part("Clock", this.now,
      element("div", { class: "panel-buttons" }, STEPS.map(([label, seconds]) => element("button", {
        type: "button", class: "button button-small", onclick: () => this.#advance(seconds),
      }, label))),
      element("form", { class: "panel-row", onsubmit: custom }, amount, unit,
        element("button", { type: "submit", class: "button button-small" }, "Move forward")),
      element("p", { class: "panel-hint" }, FOLLOWS),
      element("p", { class: "panel-hint" }, `Only forward. Times are in ${this.session.workspace.clock.zone}.`));
  }

  async #advance(seconds) {
    const answer = await post("/clock", { advance_seconds: seconds });
    if (answer.offset_seconds === undefined) return toast(answer.text ?? answer.error, { failed: true });
    return this.session.workspace.moveClock(answer.offset_seconds);
  }

  #drawFinger() {
    const box = element("input", {
      type: "checkbox", checked: this.session.workspace.doubleClicks,
      onchange: async () => {
        const answer = await post("/ui/double", { enabled: box.checked });
        if (answer.ok === false) toast(answer.text ?? answer.error, { failed: true });
        this.session.workspace.doubleClicks = box.checked;
      },
    });
    return part("Impatient finger", element("label", { class: "choice" }, box,
      element("span", {}, "Send every press twice, as a double click does")));
  }

  #drawProviders() {
    const { providers } = this.session.workspace;
    if (providers.length === 0) return null;
    return part("Emulated providers", providers.map((one) =>
      element("div", {}, outsideLink(one.url, one.name), element("span", { class: "panel-hint" }, ` ${one.url}`))));
  }

  #drawPeople() {
    return part("People", element("div", { class: "panel-people", role: "menu", "aria-label": "People" },
      this.session.workspace.humans().map((person) => personRow(person, this.session))));
  }

  #drawGuide() {
    return part("First steps", element("button", {
      type: "button", class: "button button-small", onclick: () => this.session.tour.restart(),
    }, "Show the first steps again"));
  }
}

function part(title, ...children) {
  return element("section", { class: "panel-part" }, element("h3", {}, title), children);
}

function span(seconds) {
  const days = Math.floor(seconds / 86400);
  const hours = Math.round((seconds % 86400) / HOUR);
  return [days && `${days} d`, hours && `${hours} h`].filter(Boolean).join(" ") || `${Math.round(seconds / 60)} min`;
}
