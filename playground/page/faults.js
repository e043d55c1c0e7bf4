// What can go wrong on demand: the emulated Slack answers badly, once, or delivers oddly.

import { element } from "./dom.js";
import { call, post } from "./server.js";
import { toast } from "./toast.js";

const METHODS = ["*", "chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.update",
  "views.publish", "users.info", "conversations.open"];
const KINDS = {
  ratelimited: "is refused: too many calls (429)",
  http_500: "fails with a server error (500)",
  timeout_before: "is dropped before it takes effect",
  timeout_after: "takes effect, then the answer is lost",
  slow: "takes 5 seconds",
};
const DELIVERIES = {
  duplicate: "Deliver the next event twice",
  redeliver: "Deliver the last payload again",
  drop: "Drop the bot's connection",
};
const SLOW_SECONDS = 5;

/** The panel's part about faults. */
export function drawFaults() {
  const method = choice("Bot's call", METHODS.map((name) => [name, name === "*" ? "any call" : name]));
  const kind = choice("What happens", Object.entries(KINDS));
  const arm = async (event) => {
    event.preventDefault();
    const seconds = kind.value === "slow" ? SLOW_SECONDS : 1;
    const words = `The bot's next ${method.selectedOptions[0].text} ${KINDS[kind.value]}.`;
    tell(await post("/faults", { method: method.value, kind: kind.value, seconds }), words);
  };
  return element("section", { class: "panel-part" }, element("h3", {}, "Trouble at Slack"),
    element("form", { onsubmit: arm },
      element("div", { class: "panel-row" }, "Next ", method),
      element("div", { class: "panel-row" }, kind),
      element("div", { class: "panel-row" },
        element("button", { type: "submit", class: "button button-small" }, "Arm"),
        button("All well again", recover))),
    element("div", { class: "panel-row" }, Object.entries(DELIVERIES).map(([delivery, words]) =>
      button(words, async () => tell(await post("/faults", { delivery }), `${words}: done.`)))));
}

async function recover() {
  tell(await call("/faults", { method: "DELETE" }), "Nothing goes wrong now.");
}

function button(label, press) {
  return element("button", { type: "button", class: "button button-small", onclick: press }, label);
}

function tell(answer, words) {
  if (answer.ok === false) toast(answer.text ?? answer.error, { failed: true });
  else toast(words);
}

function choice(label, options) {
  return element("select", { class: "text-field wide", "aria-label": label },
    options.map(([value, words]) => element("option", { value }, words)));
}
