// Elements of the page. Values become text nodes or attributes, never markup.

const SVG = "http://www.w3.org/2000/svg";

/** Build an HTML element; `on…` functions listen, true and false switch an attribute on and off. */
export function element(tag, attributes = {}, ...children) {
  return dress(document.createElement(tag), attributes, children);
}

/** Build an SVG element. */
export function drawing(tag, attributes = {}, ...children) {
  return dress(document.createElementNS(SVG, tag), attributes, children);
}

/** Replace all that a node holds; nothing (null, false) is left out. */
export function fill(node, ...children) {
  node.replaceChildren(...present(children));
  return node;
}

/** A number that no other element of this page has, for `id` and what points at it. */
export function uniqueId(prefix) {
  uniqueId.last = (uniqueId.last ?? 0) + 1;
  return `${prefix}-${uniqueId.last}`;
}

/** A link that leaves the page in a new tab; a scheme other than http, https and mailto is drawn as text. */
export function outsideLink(address, ...children) {
  if (!/^(https?:\/\/|mailto:)/i.test(address)) return element("span", {}, ...children);
  return element("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, ...children);
}

/** True when the page may load this picture: its own origin or inline data. */
export function isOwnPicture(address) {
  if (!address) return false;
  return /^data:image\//.test(address) || new URL(address, location.href).origin === location.origin;
}

function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...present(children));
  return node;
}

function present(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}
