// What the acting person may know of the workspace, and who wants to hear when it changes.

import { Clock } from "./clock.js";

const SLACKBOT = { USLACKBOT: { id: "USLACKBOT", name: "slackbot", real_name: "Slackbot", initials: "S" } };

/** The people, channels and apps as one person sees them. */
export class Workspace extends EventTarget {
  constructor(state) {
    super();
    this.learn(state);
  }

  /** Take over a fresh answer of /ui/state. */
  learn(state) {
    this.team = state.team ?? { name: "Workspace" };
    this.people = new Map(state.people.map((person) => [person.id, person]));
    this.me = this.people.get(state.me?.id ?? state.me) ?? state.me;
    this.channels = new Map(state.channels.map((channel) => [channel.id, channel]));
    this.apps = state.apps ?? [];
    this.commands = state.commands ?? [];
    this.shortcuts = state.shortcuts ?? [];
    this.providers = state.providers ?? [];
    this.transport = state.transport;
    this.banner = state.banner ?? "Nothing in this workspace is real.";
    this.tour = state.tour ?? [];
    this.botConnected = state.bot?.connected ?? state.bot_connected ?? null;
    this.doubleClicks = state.double ?? false;
    this.clock = new Clock(this.me.tz, state.clock?.offset_seconds ?? 0);
    this.changed();
  }

  /** Tell everyone who draws the workspace. */
  changed() {
    this.dispatchEvent(new Event("change"));
  }

  /** Take over one channel's new state. */
  learnChannel(channel) {
    this.channels.set(channel.id, { ...this.channels.get(channel.id), ...channel });
    this.changed();
  }

  /** People move the clock: every drawn time may now read differently. */
  moveClock(offsetSeconds) {
    this.clock.offsetSeconds = offsetSeconds;
    this.dispatchEvent(new Event("clock"));
    this.changed();
  }

  /** The people one can act as: neither apps nor bots. */
  humans() {
    return [...this.people.values()].filter((person) => !person.is_bot);
  }

  /** A person, app or stranger; one that is not known still has a name to draw. */
  person(id) {
    const unknown = { id, name: id, real_name: id, initials: "?" };
    return this.people.get(id) ?? this.#appAsPerson(id) ?? SLACKBOT[id] ?? unknown;
  }

  /** The app whose bot user or id this is. */
  app(id) {
    return this.apps.find((app) => app.bot_user_id === id || app.bot_id === id || app.id === id);
  }

  /** A channel's name as the sidebar and mentions show it, without its sign. */
  channelName(channel) {
    if (channel.type !== "dm") return channel.name;
    const other = this.person(channel.with);
    return other.real_name || other.name;
  }

  /** Channels of the sidebar's sections: rooms, talks between people, talks with apps. */
  sections() {
    const all = [...this.channels.values()].filter((one) => one.is_member !== false && !one.is_archived);
    const isApp = (channel) => channel.type === "dm" && Boolean(this.app(channel.with));
    return {
      rooms: all.filter((channel) => channel.type !== "dm"),
      talks: all.filter((channel) => channel.type === "dm" && !isApp(channel)),
      browsable: [...this.channels.values()].filter((one) => one.is_member === false && !one.is_archived),
    };
  }

  /** The direct channel with this person or bot, if it exists yet. */
  talkWith(id) {
    return [...this.channels.values()].find((channel) => channel.type === "dm" && channel.with === id);
  }

  #appAsPerson(id) {
    const app = this.app(id);
    return app && { id, name: app.name, real_name: app.name, is_bot: true };
  }
}
