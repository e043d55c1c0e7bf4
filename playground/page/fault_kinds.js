// What can go wrong on demand, in words and as the emulators' /faults want to hear it.

/** How often. */
export const TIMES = [["once", 1], ["3 times", 3], ["10 times", 10], ["until cleared", null]];

/** Blocks that a workspace may refuse. */
export const REFUSED = [
  ["tables and charts", ["table", "data_visualization"]],
  ["tables", ["table"]],
  ["charts", ["data_visualization"]],
  ["no blocks", []],
];

/** How Slack points at what it refuses. */
export const POINTINGS = [
  ["pointing at the type", "type"],
  ["pointing at the block", "block"],
  ["pointing into the block", "inside"],
  ["pointing elsewhere", "elsewhere"],
  ["pointing at nothing", "nothing"],
];

const SLOW_SECONDS = 5;
const LATE_SECONDS = 20;

/** The emulated Slack. */
export const SLACK = {
  calls: [["any call", { method: "*" }], ...[
    "chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.update", "views.publish",
    "users.info", "conversations.open",
  ].map((method) => [method, { method }])],
  kinds: [
    ["is refused: too many calls (429)", { kind: "ratelimited" }],
    ["fails: server error (500)", { kind: "http_500" }],
    ["is refused: bad token", { kind: "error", error: "invalid_auth" }],
    ["takes 5 seconds", { kind: "slow", seconds: SLOW_SECONDS }],
    ["is dropped before it takes effect", { kind: "timeout_before" }],
    ["takes effect, then its answer is lost", { kind: "timeout_after" }],
  ],
};

/** An emulated provider. */
export const PROVIDER = {
  calls: [
    ["create a key", call("POST", "/keys$")],
    ["delete a key", call("DELETE", "/keys/")],
    ["list keys", call("GET", "/keys$")],
    ["list projects", call("GET", "/projects$")],
    ["any call", call(null, "")],
  ],
  kinds: [
    ["is refused: too many calls (429)", { kind: "429", retry_after: "2" }],
    ["fails: server error (500)", { kind: "500" }],
    ["is refused: unknown credential (401)", { kind: "401" }],
    ["is refused: not permitted (403)", { kind: "403" }],
    ["takes 5 seconds", { kind: "slow", seconds: SLOW_SECONDS }],
    ["is never answered, and has no effect", { kind: "timeout_before" }],
    ["takes effect, then is never answered", { kind: "timeout_after" }],
    [`is never answered, and lands ${LATE_SECONDS} s late`, { kind: "late", seconds: LATE_SECONDS }],
    ["takes effect, then the connection drops", { kind: "drop_after" }],
    ["is answered by a gateway's HTML page (502)", { kind: "html" }],
    ["takes effect, and its answer is cut in half", { kind: "truncated" }],
  ],
};

/** Say an armed fault in words, with what it has left. */
export function faultWords(fault, { calls, kinds }) {
  const call = calls.find(([, match]) => agrees(match, fault))?.[0] ?? fault.method ?? "a call";
  const kind = kinds.find(([, given]) => given.kind === fault.kind)?.[0] ?? fault.kind;
  const left = TIMES.find(([, times]) => times === fault.times)?.[0] ?? `${fault.times} times`;
  return `${call} ${kind} (${left})`;
}

function call(method, pathRegex) {
  return { match: { method, path_regex: pathRegex } };
}

function agrees(match, fault) {
  return Object.entries(match).every(([name, value]) => JSON.stringify(value) === JSON.stringify(fault[name]));
}
