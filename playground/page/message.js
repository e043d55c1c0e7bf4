// One message as Slack draws it: who, when, blocks or text, files, thread, and what can be done with it.

import { avatar } from "./avatar.js";
import { drawBlocks } from "./blocks.js";
import { element } from "./dom.js";
import { openMenu } from "./menu.js";
import { drawMrkdwn } from "./mrkdwn.js";

/** Fill an article with a message. `surface` carries its form values over a redraw. */
export function drawMessage(article, message, session, surface, { inThread = false } = {}) {
  const { workspace } = session;
  const author = authorOf(message, workspace);
  const seconds = Number(message.ts);
  article.dataset.ts = message.ts;
  article.dataset.channel = message.channel;
  article.setAttribute("aria-label", `${author.real_name || author.name}, ${workspace.clock.time(seconds)}`);
  article.classList.toggle("ephemeral", Boolean(message.ephemeral));
  article.replaceChildren(
    element("div", { class: "message-side" },
      avatar(author),
      element("span", { class: "message-side-time" }, workspace.clock.time(seconds).replace(/ ?[AP]M/, ""))),
    element("div", { class: "message-main" },
      message.ephemeral ? element("div", { class: "only-you" }, "👁 Only visible to you") : "",
      drawHead(author, seconds, workspace),
      drawBody(message, surface),
      drawFiles(message.files ?? [], workspace.me),
      inThread ? "" : drawThreadLink(message, session)),
    drawToolbar(message, session, inThread));
}

/** Who wrote it: a person, an app under its own or another name. */
export function authorOf(message, workspace) {
  const author = workspace.person(message.user ?? message.bot_id);
  const isBot = Boolean(message.bot_id) || author.is_bot;
  return { ...author, is_bot: isBot, real_name: message.username ?? author.real_name };
}

function drawHead(author, seconds, workspace) {
  return element("div", { class: "message-head" },
    element("span", { class: "message-author" }, author.real_name || author.name),
    author.is_bot && element("span", { class: "app-badge" }, "APP"),
    element("time", { class: "message-time", title: workspace.clock.exact(seconds) }, workspace.clock.time(seconds)));
}

function drawBody(message, surface) {
  const { workspace } = surface;
  const edited = message.edited && element("span", { class: "edited" }, " (edited)");
  const hasBlocks = message.blocks?.length > 0;
  const isFileOnly = !message.text && message.files?.length > 0;
  return element("div", { class: "message-body" },
    hasBlocks ? drawBlocks(message.blocks, surface) : !isFileOnly && drawMrkdwn(message.text ?? "", workspace),
    edited,
    (message.attachments ?? []).map((attachment) => drawAttachment(attachment, surface)));
}

function drawAttachment(attachment, surface) {
  const node = element("div", { class: "attachment" },
    attachment.blocks ? drawBlocks(attachment.blocks, surface)
      : drawMrkdwn(attachment.text ?? attachment.fallback ?? "", surface.workspace));
  if (attachment.color) node.style.borderLeftColor = `#${attachment.color.replace("#", "")}`;
  return node;
}

function drawFiles(files, me) {
  if (!files.length) return "";
  return element("div", { class: "files" }, files.map((file) => element("a", {
    class: "file", href: ownAddress(file.url_private_download ?? file.url_private, me), download: file.name,
    "data-file": file.id,
  },
    element("span", { class: "file-sign", "aria-hidden": "true" }, "📄"),
    element("span", { class: "file-words" },
      element("span", { class: "file-name" }, file.title || file.name),
      element("span", { class: "file-size" }, `${file.name} · ${sizeWords(file.size)} · Download`)))));
}

/** The file as this page reaches it: on its own origin, as the acting person. */
function ownAddress(address, me) {
  return address ? `${new URL(address, location.href).pathname}?${new URLSearchParams({ user: me.id })}` : null;
}

function sizeWords(bytes = 0) {
  return bytes < 1024 ? `${bytes} bytes` : `${(bytes / 1024).toFixed(1)} kB`;
}

function drawThreadLink(message, session) {
  if (!message.reply_count) return "";
  const words = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  return element("button", {
    type: "button", class: "thread-link", onclick: () => session.openThread(message.channel, message.ts),
  }, words, element("span", { class: "thread-link-hint" }, "View thread"));
}

function drawToolbar(message, session, inThread) {
  if (message.ephemeral) return "";
  const reply = !inThread && element("button", {
    type: "button", class: "icon-button", "aria-label": "Reply in thread", title: "Reply in thread",
    onclick: () => session.openThread(message.channel, message.thread_ts ?? message.ts),
  }, "💬");
  const more = element("button", {
    type: "button", class: "icon-button", "aria-label": "More actions", title: "More actions", "aria-haspopup": "menu",
    onclick: () => openMenu(more, messageShortcuts(message, session), {
      label: "More actions", empty: "No app offers a shortcut for messages.",
    }),
  }, "⋮");
  return element("div", { class: "message-toolbar" }, reply, more);
}

function messageShortcuts(message, session) {
  return session.workspace.shortcuts.filter((one) => one.type === "message").map((shortcut) => ({
    label: shortcut.name,
    hint: shortcut.description,
    sign: "⚡",
    choose: () => session.useShortcut(shortcut, { channel: message.channel, message_ts: message.ts }),
  }));
}
