// A menu that hangs under a button: overflow, shortcuts, message actions.

import { element } from "./dom.js";
import { walkWithArrows } from "./focus.js";

/** Open a menu of {label, hint, sign, checked, choose}; it goes with a choice, Escape or a click elsewhere. */
export function openMenu(anchor, items, { label = null, empty = "Nothing here." } = {}) {
  const close = () => {
    menu.remove();
    anchor.setAttribute("aria-expanded", "false");
    anchor.focus({ preventScroll: true });
  };
  const menu = element("div", { class: "menu", role: "menu", popover: "auto", "aria-label": label },
    label && element("div", { class: "menu-title", role: "presentation" }, label),
    items.length === 0 && element("div", { class: "menu-empty" }, empty),
    items.map((item) => drawItem(item, () => {
      close();
      item.choose();
    })));
  menu.addEventListener("keydown", (event) => walkWithArrows(event, () => [...menu.querySelectorAll("button")]));
  menu.addEventListener("toggle", (event) => event.newState === "closed" && menu.isConnected && close());
  // Inside an open dialog a popover must be the dialog's child, else it is inert.
  (anchor.closest("dialog") ?? document.body).append(menu);
  menu.showPopover();
  hangUnder(menu, anchor);
  anchor.setAttribute("aria-expanded", "true");
  menu.querySelector("button")?.focus();
}

/** Place a floating node under its anchor, or above it where there is no room. */
export function hangUnder(node, anchor) {
  const edge = 8;
  const at = anchor.getBoundingClientRect();
  const below = window.innerHeight - at.bottom - edge;
  const height = Math.min(node.scrollHeight, 360);
  const above = below < height && at.top > below;
  node.style.maxHeight = `${Math.max(above ? at.top - edge : below, 80)}px`;
  node.style.left = `${Math.max(edge, Math.min(at.left, window.innerWidth - node.offsetWidth - edge))}px`;
  node.style.top = above ? "auto" : `${at.bottom + 4}px`;
  node.style.bottom = above ? `${window.innerHeight - at.top + 4}px` : "auto";
}

function drawItem(item, choose) {
  return element("button", {
    type: "button",
    role: item.checked === undefined ? "menuitem" : "menuitemradio",
    "aria-checked": item.checked === undefined ? null : String(item.checked),
    class: "menu-item",
    onclick: choose,
  },
    item.sign && element("span", { class: "menu-sign", "aria-hidden": "true" }, item.sign),
    element("span", { class: "menu-words" },
      element("span", {}, item.label), item.hint && element("span", { class: "menu-hint" }, item.hint)),
    item.mark && element("span", { class: "menu-mark" }, item.mark));
}
