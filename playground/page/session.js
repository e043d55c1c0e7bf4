// One person's visit: the whole page as they see it, from their workspace to their open modals.

import { AppPane } from "./app_pane.js";
import { Conversation, Thread } from "./conversation.js";
import { element, fill } from "./dom.js";
import { takeFrame } from "./frames.js";
import { Modals } from "./modals.js";
import { PeopleMenu } from "./people_menu.js";
import { PlaygroundPanel } from "./panel.js";
import { Sidebar } from "./sidebar.js";
import { toast } from "./toast.js";
import { Tour } from "./tour.js";
import { Workspace } from "./workspace.js";

const MOST_LINES = 50;
const ROOM_FOR_FOUR_COLUMNS = 1400;

/** Build the page for one person; `actAs` replaces it by another's. */
export class Session {
  #drafts = new Map();
  #stopListening;

  constructor({ server, state, actAs }) {
    this.server = server;
    this.actAs = actAs;
    this.workspace = new Workspace(state);
    this.sentLines = [];
    this.modals = new Modals(this);
    this.sidebar = new Sidebar(this);
    this.panel = new PlaygroundPanel(this);
    this.tour = new Tour(this);
    this.stage = element("main", { class: "stage" });
    this.side = element("div", { class: "side", hidden: true });
    this.connection = element("div", { class: "connection", role: "status", hidden: true });
    this.root = this.#drawPage();
    this.workspace.addEventListener("change", () => this.#redrawFrame());
    this.workspace.addEventListener("clock", () => this.#redrawTimes());
    this.workspace.addEventListener("open", (event) => this.openChannel(event.detail));
  }

  /** Take the page, listen to the server, and open a first channel. */
  async start(channelId) {
    document.body.replaceChildren(this.root);
    this.#stopListening = this.server.listen({
      onFrame: (frame) => takeFrame(this, frame),
      onConnected: () => {
        if (this.isLost) this.#refresh();
        this.#learnConnection(false);
      },
      onLost: () => this.#learnConnection(true),
    });
    const { rooms, talks } = this.workspace.sections();
    const known = this.workspace.channels.has(channelId) ? channelId : (rooms[0] ?? talks[0])?.id;
    if (known) await this.openChannel(known);
  }

  /** Let go of the server. */
  stop() {
    this.conversation?.leave();
    this.panel.stop();
    this.#stopListening?.();
  }

  /** Show a channel; a talk with an app opens the app's messages. */
  openChannel(id) {
    const channel = this.workspace.channels.get(id);
    if (!channel) return toast("You cannot see this channel.");
    const app = channel.type === "dm" ? this.workspace.app(channel.with) : null;
    if (app) return this.openApp(app, "messages");
    return this.#show(new Conversation(this, id));
  }

  /** Show an app's Home, Messages or About. */
  openApp(app, tab = app.home_tab === false ? "messages" : "home") {
    return this.#show(new AppPane(this, app, tab));
  }

  /** Show the direct messages with somebody; the first time they are made. */
  async openTalk(personId) {
    const answer = await this.server.send("/ui/dm", { with: personId });
    if (answer.ok === false) return toast(answer.text ?? answer.error, { failed: true });
    if (!this.workspace.channels.has(answer.channel)) await this.learnState();
    return this.openChannel(answer.channel);
  }

  /** The channel whose messages are on the page, if any. */
  get conversation() {
    return this.pane?.conversation ?? null;
  }

  /** Its id. */
  get openChannelId() {
    return this.conversation?.channelId ?? null;
  }

  /** The app whose pane is open, if any. */
  get openAppId() {
    return this.pane?.app?.id ?? null;
  }

  /** Show a thread beside the channel. */
  openThread(channelId, ts) {
    if (window.innerWidth < ROOM_FOR_FOUR_COLUMNS) this.panel.toggle(false);
    this.thread = new Thread(this, channelId, ts);
    fill(this.side, this.thread.root).hidden = false;
    this.thread.composer.field.focus();
    return this.thread.load();
  }

  /** Take the thread away. */
  closeThread() {
    this.thread = null;
    fill(this.side).hidden = true;
  }

  /** Draw a message where it belongs, else count it as unread. */
  takeMessage(message, { isNew = false } = {}) {
    this.thread?.take(message);
    const isHere = this.openChannelId === message.channel;
    if (isHere) this.conversation.take(message);
    else if (isNew && message.user !== this.workspace.me.id) this.#countUnread(message);
  }

  /** A message was deleted, or an ephemeral one replaced by nothing. */
  removeMessage(channelId, ts) {
    if (this.openChannelId === channelId) this.conversation.list.remove(ts);
    this.thread?.list.remove(ts);
  }

  /** The bot published this person's Home. */
  publishHome(view) {
    this.pane?.publish?.(view);
  }

  /** The bot came or went. */
  learnBot({ connected, transport }) {
    this.workspace.botConnected = connected;
    this.workspace.transport = transport ?? this.workspace.transport;
    this.workspace.changed();
  }

  /** Start a global or message shortcut. */
  async useShortcut(shortcut, place = {}) {
    const answer = await this.server.send("/ui/shortcut", { callback_id: shortcut.callback_id, ...place });
    if (answer.ok === false) toast(answer.text ?? answer.error, { failed: true });
  }

  /** Put words into the open channel's composer, or into the first channel's, as the tour proposes. */
  async propose(text) {
    if (!this.conversation) await this.openChannel(this.workspace.sections().rooms[0]?.id);
    this.conversation?.composer.write(text, { focus: true });
  }

  /** What was typed and not yet sent in one place. */
  draft(key) {
    return this.#drafts.get(key) ?? "";
  }

  /** Keep an unsent text until one comes back to its place. */
  keepDraft(key, text) {
    this.#drafts.set(key, text);
  }

  /** Keep a sent line for the arrow-up history. */
  rememberLine(text) {
    this.sentLines = [...this.sentLines.filter((line) => line !== text), text].slice(-MOST_LINES);
  }

  /** The button that opens the channel drawer on narrow windows. */
  drawerButton() {
    return element("button", {
      type: "button", class: "icon-button drawer-button", "aria-label": "Channels", "aria-controls": "sidebar",
      onclick: () => this.root.classList.add("drawer-open"),
    }, "☰");
  }

  /** Ask for the whole workspace again. */
  async learnState() {
    const state = await this.server.read("/ui/state");
    if (state.ok !== false) this.workspace.learn(state);
  }

  #drawPage() {
    const closeDrawer = () => this.root.classList.remove("drawer-open");
    return element("div", { class: "page", onkeydown: (event) => event.key === "Escape" && closeDrawer() },
      element("div", { class: "top" },
        element("div", { class: "banner", role: "note" }, this.workspace.banner),
        new PeopleMenu(this).root, this.panel.button),
      this.connection,
      element("div", { class: "columns" }, this.sidebar.root,
        element("div", { class: "scrim", onclick: closeDrawer }),
        element("div", { class: "middle" }, this.tour.root, this.stage), this.side, this.panel.root),
      this.modals.root);
  }

  async #show(pane) {
    this.conversation?.leave();
    this.pane = pane;
    this.root.classList.remove("drawer-open");
    this.closeThread();
    fill(this.stage, pane.root);
    this.#redrawFrame();
    await pane.load();
    this.#redrawFrame();
    // On a phone the focus would open the keyboard over what one came to read.
    if (window.matchMedia("(hover: hover)").matches) this.conversation?.composer.field.focus({ preventScroll: true });
  }

  #countUnread(message) {
    const channel = this.workspace.channels.get(message.channel);
    if (!channel) return this.learnState();
    const isReply = message.thread_ts && message.thread_ts !== message.ts;
    if (channel.is_member === false || isReply) return null;
    channel.unread = (channel.unread ?? 0) + 1;
    this.workspace.changed();
    if (channel.type === "dm") {
      const name = this.workspace.channelName(channel);
      toast(`New message from ${name}`, { press: () => this.openChannel(channel.id) });
    }
    return null;
  }

  /** After a lost connection: whatever happened meanwhile is asked for. */
  async #refresh() {
    await this.learnState();
    const app = this.workspace.app(this.openAppId);
    if (app) await this.openApp(app, this.pane.tab);
    else if (this.openChannelId) await this.openChannel(this.openChannelId);
  }

  #learnConnection(isLost) {
    this.isLost = isLost;
    this.#drawConnection();
  }

  /** Silence has a reason: the server is gone, or the bot is. */
  #drawConnection() {
    const { apps, botConnected } = this.workspace;
    this.connection.hidden = !this.isLost && botConnected !== false;
    if (this.connection.hidden) return;
    this.connection.textContent = this.isLost ? "Connection lost. Trying again…"
      : `${apps[0]?.name ?? "The bot"} is not connected: commands and buttons fail until it is back.`;
  }

  #redrawFrame() {
    this.#drawConnection();
    const open = this.workspace.channels.get(this.openChannelId);
    if (open) open.unread = 0;
    this.sidebar.draw();
    this.panel.draw();
    this.tour.draw();
    this.pane?.drawHead?.();
    const unread = [...this.workspace.channels.values()].some((channel) => channel.unread);
    document.title = `${unread ? "• " : ""}${this.workspace.me.real_name} - ${this.workspace.team.name} (playground)`;
  }

  #redrawTimes() {
    this.pane?.redraw();
    this.thread?.list.redraw();
    this.modals.redraw();
  }
}
