// Somebody leaves the company, or comes back: what a leaver's keys and requests do can be watched.

import { element, fill } from "./dom.js";
import { toast } from "./toast.js";

/** The panel's part about leavers. */
export function drawLeaving(session) {
  const { workspace } = session;
  const select = element("select", { class: "text-field wide", "aria-label": "Who" });
  const button = element("button", { type: "submit", class: "button button-small" });
  const chosen = () => workspace.people.get(select.value);
  const relabel = () => {
    button.textContent = chosen()?.deleted ? "Reactivate" : "Deactivate";
  };
  const act = async (event) => {
    event.preventDefault();
    const changes = { deleted: !chosen().deleted };
    const answer = await session.server.send("/ui/person", { person: select.value, changes });
    if (answer.ok === false) return toast(answer.text ?? answer.error, { failed: true });
    toast(`${chosen().real_name} was ${changes.deleted ? "deactivated" : "reactivated"}.`);
    await session.learnState();
    return relabel();
  };
  const others = workspace.humans().filter((person) => person.id !== workspace.me.id);
  fill(select, others.map((person) => element("option", { value: person.id }, person.real_name)));
  select.addEventListener("change", relabel);
  relabel();
  return element("section", { class: "panel-part" }, element("h3", {}, "Somebody leaves"),
    element("form", { class: "panel-row", onsubmit: act }, select, button));
}
