// What the selects offer: fixed options, the bot's answers, people, channels. One plain shape for all:
// {value, label, hint, group, chosen}, where `chosen` is what Slack sends.

import { plain } from "./text.js";

const DEFAULT_MIN_QUERY = 3;
const CHANNEL_SIGNS = { channel: "#", private: "🔒 " };

/** The state keys of a select: which one holds the value, which one the block starts with. */
export function keysOf(type) {
  const several = type.startsWith("multi_");
  const noun = { users: "user", conversations: "conversation", channels: "channel" }[sourceName(type)] ?? "option";
  const plural = several ? "s" : "";
  return { several, noun, value: `selected_${noun}${plural}`, initial: `initial_${noun}${plural}` };
}

/** Offers that match the typed words, or {notice} when there is something to say instead. */
export async function offers({ part, blockId, surface }, query) {
  switch (sourceName(part.type)) {
    case "external": return externalOffers(part, blockId, surface, query);
    case "users": return { offers: matching(peopleOffers(surface.workspace), query) };
    case "conversations": return { offers: matching(channelOffers(part, surface.workspace), query) };
    case "channels": return { offers: matching(channelOffers(part, surface.workspace, ["channel"]), query) };
    default: return { offers: matching(optionOffers(part), query) };
  }
}

/** What a remembered value is called. */
export function labelOf(type, chosen, workspace) {
  if (!chosen) return "";
  const { noun } = keysOf(type);
  if (noun === "option") return plain(chosen.text);
  if (noun === "user") return workspace.person(chosen).real_name || workspace.person(chosen).name;
  const channel = workspace.channels.get(chosen);
  return channel ? `${CHANNEL_SIGNS[channel.type] ?? ""}${workspace.channelName(channel)}` : chosen;
}

/** The value that tells two choices apart. */
export function valueOf(chosen) {
  return chosen?.value ?? chosen;
}

function sourceName(type) {
  return type.replace(/^multi_/, "").replace(/_select$/, "");
}

async function externalOffers(part, blockId, surface, query) {
  const least = part.min_query_length ?? DEFAULT_MIN_QUERY;
  if (query.length < least) return { notice: `Type ${least} or more characters to search` };
  const answer = await surface.options(blockId, part, query);
  if (answer.ok === false) return { notice: answer.text ?? "The options could not be loaded." };
  return { offers: optionOffers(answer) };
}

function optionOffers({ options, option_groups: groups }) {
  if (!groups) return (options ?? []).map((option) => optionOffer(option));
  return groups.flatMap((group) => group.options.map((option) => optionOffer(option, plain(group.label))));
}

function optionOffer(option, group = null) {
  return {
    value: option.value, label: plain(option.text), hint: plain(option.description), group, chosen: option,
  };
}

function peopleOffers(workspace) {
  return [...workspace.people.values()].filter((person) => !person.deleted).map((person) => ({
    value: person.id, label: person.real_name || person.name, hint: person.title, group: null, chosen: person.id,
  }));
}

const CONVERSATION_TYPES = { public: "channel", private: "private", im: "dm" };

function channelOffers(part, workspace, only = null) {
  const included = part.filter?.include?.map((name) => CONVERSATION_TYPES[name]);
  const types = only ?? included ?? ["channel", "private", "dm"];
  const isOffered = (channel) => types.includes(channel.type) && !channel.is_archived
    && !(part.filter?.exclude_external_shared_channels && channel.is_ext_shared);
  return [...workspace.channels.values()].filter(isOffered).map((channel) => ({
    value: channel.id, label: labelOf("channels_select", channel.id, workspace), hint: "", group: null,
    chosen: channel.id,
  }));
}

function matching(all, query) {
  const words = query.trim().toLowerCase();
  return words ? all.filter((offer) => offer.label.toLowerCase().includes(words)) : all;
}
