// A channel, or the thread under one of its messages: head, messages, composer.

import { Composer } from "./composer.js";
import { element, fill } from "./dom.js";
import { MessageList } from "./message_list.js";
import { drawMrkdwn } from "./mrkdwn.js";

/** Words that only this person sees, in Slackbot's name, as Slack answers a command that failed. */
function slackbotSays(text, channel, session, threadTs) {
  const ts = (session.workspace.clock.now() / 1000).toFixed(6);
  return {
    ts, channel, user: "USLACKBOT", text: text.replaceAll("&", "&amp;").replaceAll("<", "&lt;"),
    ephemeral: true, ...(threadTs ? { thread_ts: threadTs } : {}),
  };
}

/** The middle of the page: one channel. */
export class Conversation {
  #hasNews = false;

  constructor(session, channelId) {
    this.session = session;
    this.channelId = channelId;
    const name = this.#name();
    this.list = new MessageList(session, { label: `Messages in ${name}` });
    this.composer = new Composer(session, {
      channel: channelId, label: `Message ${name}`, onNotice: (text) => this.notice(text),
    });
    this.head = element("header", { class: "pane-head" });
    this.earlier = element("button", {
      type: "button", class: "button button-small earlier", hidden: true, onclick: () => this.#loadEarlier(),
    }, "Show earlier messages");
    this.list.root.prepend(this.earlier);
    this.root = element("section", { class: "pane conversation", "aria-label": name, "data-channel": channelId },
      this.head, this.list.root, this.#drawFoot());
    this.drawHead();
  }

  /** The channel that is read here: this one. (An app's pane answers with the channel of its messages.) */
  get conversation() {
    return this;
  }

  /** Tell the server that what arrived meanwhile was read: reading the messages says so. */
  leave() {
    if (this.#hasNews) this.session.server.read("/ui/messages", { channel: this.channelId });
  }

  /** Times and names may read differently now. */
  redraw() {
    this.list.redraw();
  }

  /** Load and draw the messages. */
  async load() {
    const answer = await this.session.server.read("/ui/messages", { channel: this.channelId });
    if (answer.ok === false) return this.notice(answer.text ?? "The messages could not be loaded.");
    this.earlier.hidden = !answer.has_more;
    this.list.show(answer.messages);
    this.list.toTheEnd();
  }

  /** Take a message that belongs to the channel's own line, not to a thread. */
  take(message) {
    if (!message.thread_ts || message.thread_ts === message.ts || message.subtype === "thread_broadcast") {
      this.#hasNews = true;
      this.list.take(message);
    }
  }

  /** Say something in Slackbot's name. */
  notice(text) {
    this.list.take(slackbotSays(text, this.channelId, this.session));
    this.list.toTheEnd();
  }

  /** Draw the channel's name, topic and size again. */
  drawHead() {
    const { workspace } = this.session;
    const channel = workspace.channels.get(this.channelId);
    const other = channel?.type === "dm" ? workspace.person(channel.with) : null;
    fill(this.head, this.session.drawerButton(),
      element("div", { class: "pane-names" },
        element("h1", {}, this.#name(), other?.is_bot && element("span", { class: "app-badge" }, "APP"),
          channel?.is_ext_shared && element("span", { class: "badge" }, "shared outside")),
        element("div", { class: "topic" }, other ? other.title || "" : drawMrkdwn(channel?.topic ?? "", workspace))),
      !other && channel?.num_members !== undefined && element("span", { class: "members", title: "Members" },
        `👤 ${channel.num_members}`));
  }

  /** The composer; a channel one is not in, or that is archived, says so instead. */
  #drawFoot() {
    const channel = this.session.workspace.channels.get(this.channelId);
    if (channel?.is_archived) return element("div", { class: "read-only" }, "This channel is archived.");
    if (!channel || channel.is_member !== false) return this.composer.root;
    return element("div", { class: "read-only" }, `You are looking at ${this.#name()}, but are not a member. `,
      element("button", {
        type: "button", class: "button button-primary", onclick: () => this.#join(),
      }, "Join channel"));
  }

  async #join() {
    const answer = await this.session.server.send("/ui/membership", { channel: this.channelId, joined: true });
    if (answer.ok === false) return this.notice(answer.text ?? answer.error);
    await this.session.learnState();
    return this.session.openChannel(this.channelId);
  }

  async #loadEarlier() {
    const height = this.list.root.scrollHeight;
    const answer = await this.session.server.read("/ui/messages", {
      channel: this.channelId, before: this.list.firstTs,
    });
    this.earlier.hidden = !answer.has_more;
    this.list.show(answer.messages ?? []);
    this.list.root.scrollTop = this.list.root.scrollHeight - height;
  }

  #name() {
    const channel = this.session.workspace.channels.get(this.channelId);
    if (!channel) return this.channelId;
    const sign = { dm: "", private: "🔒" }[channel.type] ?? "#";
    return sign + this.session.workspace.channelName(channel);
  }
}

/** The side panel: one thread. */
export class Thread {
  constructor(session, channelId, ts) {
    Object.assign(this, { session, channelId, ts });
    this.list = new MessageList(session, { label: "Thread", inThread: true });
    this.composer = new Composer(session, {
      channel: channelId, threadTs: ts, label: "Reply…", onNotice: (text) => this.notice(text),
    });
    this.root = element("aside", { class: "pane thread", "aria-label": "Thread", "data-channel": channelId },
      element("header", { class: "pane-head" },
        element("div", { class: "pane-names" }, element("h2", {}, "Thread")),
        element("button", {
          type: "button", class: "icon-button", "aria-label": "Close thread", onclick: () => session.closeThread(),
        }, "✕")),
      this.list.root, this.composer.root);
  }

  /** Load and draw the thread. */
  async load() {
    const answer = await this.session.server.read("/ui/replies", { channel: this.channelId, ts: this.ts });
    if (answer.ok === false) return this.notice(answer.text ?? "The thread could not be loaded.");
    this.list.show(answer.messages);
    this.list.toTheEnd();
  }

  /** Take a message if it belongs to this thread. */
  take(message) {
    const isHere = message.channel === this.channelId && (message.ts === this.ts || message.thread_ts === this.ts);
    if (isHere) this.list.take(message);
  }

  /** Say something in Slackbot's name. */
  notice(text) {
    this.list.take(slackbotSays(text, this.channelId, this.session, this.ts));
  }
}
