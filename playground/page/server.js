// The one door to the emulated Slack: its /ui routes and its socket.

const FIRST_WAIT = 400;
const LONGEST_WAIT = 5000;

/** Calls made as one person in one tab. */
export class Server {
  constructor(user, session) {
    this.user = user;
    this.session = session;
  }

  /** GET a /ui route as this person. */
  read(path, query = {}) {
    return call(`${path}?${new URLSearchParams({ user: this.user, session: this.session, ...query })}`);
  }

  /** POST to a /ui route as this person. */
  send(path, body = {}) {
    return post(path, { user: this.user, session: this.session, ...body });
  }

  /** Receive frames until the returned function is called; the socket reconnects by itself. */
  listen({ onFrame, onConnected, onLost }) {
    let socket;
    let wait = FIRST_WAIT;
    let retry;
    let stopped = false;
    const connect = () => {
      socket = new WebSocket(this.#socketAddress());
      socket.onopen = () => {
        wait = FIRST_WAIT;
        onConnected();
      };
      socket.onmessage = (event) => onFrame(JSON.parse(event.data));
      socket.onclose = () => {
        if (stopped) return;
        onLost();
        retry = setTimeout(connect, wait);
        wait = Math.min(wait * 2, LONGEST_WAIT);
      };
    };
    connect();
    return () => {
      stopped = true;
      clearTimeout(retry);
      socket.close();
    };
  }

  #socketAddress() {
    const query = new URLSearchParams({ user: this.user, session: this.session });
    return `${location.origin.replace(/^http/, "ws")}/ui/socket?${query}`;
  }
}

/** POST JSON and return the answer's JSON; a server that cannot be reached answers `ok: false` in words. */
export function post(path, body) {
  return call(path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
}

/** GET (or as `options` say) and return the JSON; a server that cannot be reached answers `ok: false` in words. */
export async function call(path, options = {}) {
  try {
    const answer = await fetch(path, options);
    const body = await answer.json();
    return answer.ok ? body : { ok: false, text: `The playground answered ${answer.status}.`, ...body };
  } catch {
    return { ok: false, error: "unreachable", text: "The playground cannot be reached. Is it still running?" };
  }
}
