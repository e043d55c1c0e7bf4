// Short notices at the foot of the page; they go by themselves.

import { element } from "./dom.js";

const SHOWN_FOR_MS = 7000;

/** Show a notice; a failure is read out at once by screen readers. With `press` it leads somewhere. */
export function toast(text, { failed = false, press = null } = {}) {
  const shelf = shelfOfNotices();
  if ([...shelf.children].some((shown) => shown.textContent === text)) return;
  const follow = () => {
    note.remove();
    press();
  };
  const note = element("div", { class: failed ? "toast toast-failed" : "toast", role: failed ? "alert" : "status" },
    press ? element("button", { type: "button", class: "toast-press", onclick: follow }, text) : text);
  shelf.append(note);
  // A modal dialog covers the page; shown anew, the shelf rises above it.
  shelf.hidePopover();
  shelf.showPopover();
  setTimeout(() => note.remove(), SHOWN_FOR_MS);
}

function shelfOfNotices() {
  const existing = document.querySelector(".toasts");
  if (existing) return existing;
  const made = element("div", { class: "toasts", popover: "manual" });
  document.body.append(made);
  return made;
}
