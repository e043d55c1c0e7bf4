// Starts the page as the person named in the address (?user=U…&channel=C…), and switches between people.

import { element } from "./dom.js";
import { call, Server } from "./server.js";
import { Session } from "./session.js";

// One tab is one session: what Slack shows only to an open window goes to this one, and is gone on reload.
const TAB = crypto.randomUUID();
const RETRY_MS = 1500;

let current;

async function actAs(user, channel) {
  const query = user ? `?${new URLSearchParams({ user })}` : "";
  const state = await call(`/ui/state${query}`);
  if (!state.people) {
    tellTrouble(state.text ?? "The playground answered nothing usable.");
    setTimeout(() => actAs(user, channel), RETRY_MS);
    return;
  }
  const me = state.me?.id ?? state.me;
  const place = channel ?? current?.openChannelId;
  current?.stop();
  history.replaceState(null, "", `/?${new URLSearchParams({ user: me })}`);
  current = new Session({ server: new Server(me, TAB), state, actAs: (other) => actAs(other) });
  await current.start(place);
}

function tellTrouble(text) {
  document.body.replaceChildren(element("p", { class: "trouble", role: "alert" }, text));
}

const address = new URLSearchParams(location.search);
actAs(address.get("user"), address.get("channel"));
