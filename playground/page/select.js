// Selects with typeahead, single and multi: a combobox and its list, driven by keyboard or finger.

import { element, fill, uniqueId } from "./dom.js";
import { hangUnder } from "./menu.js";
import { keysOf, labelOf, offers, valueOf } from "./select_source.js";
import { plain } from "./text.js";

const TYPING_PAUSE_MS = 180;

/** Draw a select of any kind. */
export function drawSelect(slot) {
  return new Select(slot).root;
}

class Select {
  #offers = [];
  #active = -1;
  #asked = 0;
  #pause;

  constructor(slot) {
    const { part, blockId, surface, input } = slot;
    this.slot = slot;
    this.keys = keysOf(part.type);
    const initial = part[this.keys.initial] ?? (this.keys.several ? [] : null);
    this.value = surface.form.adopt(blockId, part, { [this.keys.value]: initial })[this.keys.value];
    this.list = element("div", { class: "menu listbox", role: "listbox", popover: "manual", id: uniqueId("list") });
    this.field = element("input", {
      class: "text-field select-field",
      type: "text",
      role: "combobox",
      autocomplete: "off",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.list.id,
      "aria-label": input.label ?? (plain(part.placeholder) || "Choose"),
      "aria-describedby": input.describedBy ?? null,
      "aria-required": input.required ? "true" : null,
    });
    this.chips = element("div", { class: "chips" });
    this.root = element("div", { class: "select", "data-action-id": part.action_id }, this.chips, this.field,
      element("span", { class: "select-arrow", "aria-hidden": "true" }, "▾"), this.list);
    this.#listen();
    this.#showValue();
  }

  get isOpen() {
    return this.field.getAttribute("aria-expanded") === "true";
  }

  #listen() {
    this.field.addEventListener("click", () => this.#browse());
    this.field.addEventListener("input", () => this.#search(this.field.value));
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    this.field.addEventListener("blur", () => this.#leave());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault()); // keeps the focus in the field
  }

  #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (this.isOpen) this.#activate(this.#active + step);
      else this.#browse();
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (this.isOpen && this.#offers[this.#active]) this.#choose(this.#offers[this.#active]);
      else if (!this.isOpen) this.#browse();
    } else if (event.key === "Escape" && this.isOpen) {
      event.preventDefault(); // Escape closes the list, not the modal around it
      event.stopPropagation();
      this.#close();
    } else if (event.key === "Backspace" && this.keys.several && this.field.value === "") {
      this.#set(this.value.slice(0, -1));
    }
  }

  /** Show everything; the first letter typed replaces the chosen name. */
  #browse() {
    if (this.isOpen) return;
    this.field.select();
    this.#open("");
  }

  #open(query) {
    this.field.setAttribute("aria-expanded", "true");
    this.list.showPopover();
    this.#load(query);
  }

  #search(query) {
    if (!this.isOpen) this.#open(query);
    clearTimeout(this.#pause);
    const isRemote = this.slot.part.type.includes("external");
    this.#pause = setTimeout(() => this.#load(query), isRemote ? TYPING_PAUSE_MS : 0);
  }

  async #load(query) {
    const asked = ++this.#asked;
    const answer = await offers(this.slot, query);
    if (asked !== this.#asked || !this.isOpen) return; // a later question is under way
    this.#offers = answer.offers ?? [];
    fill(this.list, answer.notice && element("div", { class: "menu-empty" }, answer.notice),
      answer.offers?.length === 0 && element("div", { class: "menu-empty" }, "No results"),
      this.#offers.map((offer, place) => this.#drawOffer(offer, place)));
    this.#activate(Math.max(0, this.#offers.findIndex((offer) => this.#isChosen(offer))));
    this.list.style.minWidth = `${this.root.offsetWidth}px`;
    hangUnder(this.list, this.root);
  }

  #drawOffer(offer, place) {
    const startsGroup = offer.group && offer.group !== this.#offers[place - 1]?.group;
    return [
      startsGroup && element("div", { class: "menu-title", role: "presentation" }, offer.group),
      element("div", {
        class: "menu-item", role: "option", id: `${this.list.id}-${place}`,
        "aria-selected": String(this.#isChosen(offer)), "data-value": offer.value,
        onclick: () => this.#choose(offer), onpointermove: () => this.#activate(place),
      }, element("span", { class: "menu-words" },
        element("span", {}, offer.label), offer.hint && element("span", { class: "menu-hint" }, offer.hint))),
    ];
  }

  #activate(place) {
    const drawn = [...this.list.querySelectorAll("[role=option]")];
    this.#active = drawn.length ? (place + drawn.length) % drawn.length : -1;
    drawn.forEach((option, index) => option.classList.toggle("active", index === this.#active));
    drawn[this.#active]?.scrollIntoView({ block: "nearest" });
    this.field.setAttribute("aria-activedescendant", drawn[this.#active]?.id ?? "");
  }

  #isChosen(offer) {
    return [this.value].flat().some((chosen) => valueOf(chosen) === offer.value);
  }

  #choose(offer) {
    if (!this.keys.several) {
      this.#close();
      return this.#set(offer.chosen);
    }
    const without = this.value.filter((chosen) => valueOf(chosen) !== offer.value);
    const limit = this.slot.part.max_selected_items ?? Infinity;
    if (without.length < this.value.length) this.#set(without);
    else if (this.value.length < limit) this.#set([...this.value, offer.chosen]);
    if (this.isOpen) this.#load("");
  }

  #set(value) {
    const { part, blockId, surface, input } = this.slot;
    const changed = JSON.stringify(value) !== JSON.stringify(this.value);
    this.value = value;
    this.#showValue();
    surface.form.set(blockId, part.action_id, { type: part.type, [this.keys.value]: value });
    if (changed && input.dispatches) surface.act(blockId, part, { [this.keys.value]: value }, this.root);
  }

  #close() {
    clearTimeout(this.#pause);
    this.list.hidePopover();
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
    this.#showValue();
  }

  #leave() {
    const cleared = !this.keys.several && this.isOpen && this.field.value === "" && this.value;
    if (this.isOpen) this.#close();
    if (cleared && this.slot.input.required === false) this.#set(null);
  }

  #showValue() {
    const { part, surface } = this.slot;
    const name = (chosen) => labelOf(part.type, chosen, surface.workspace);
    const hint = plain(part.placeholder) || "Choose";
    this.field.value = this.keys.several ? "" : name(this.value);
    this.field.placeholder = this.keys.several && this.value.length ? "" : hint;
    if (!this.keys.several) return;
    fill(this.chips, this.value.map((chosen) => element("span", { class: "chip" }, name(chosen),
      element("button", {
        type: "button", class: "chip-remove", "aria-label": `Remove ${name(chosen)}`,
        onclick: () => this.#set(this.value.filter((one) => valueOf(one) !== valueOf(chosen))),
      }, "×"))));
  }
}
