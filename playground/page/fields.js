// Fields that people type into: text, numbers, addresses, dates and times.

import { element, uniqueId } from "./dom.js";
import { plain } from "./text.js";

const INPUT_TYPES = { number_input: "number", email_text_input: "email", url_text_input: "url" };

/** Draw any text-like input, with a counter where its length is limited. */
export function drawTextInput(slot) {
  const { part, blockId, surface, input } = slot;
  const remembered = surface.form.adopt(blockId, part, initialText(part));
  const long = part.multiline || part.type === "rich_text_input";
  const counter = part.max_length && element("span", { class: "counter", id: uniqueId("counter") });
  const field = element(long ? "textarea" : "input", {
    ...commonAttributes(slot),
    "aria-describedby": [input.describedBy, counter?.id].filter(Boolean).join(" ") || null,
    type: long ? null : INPUT_TYPES[part.type] ?? "text",
    step: part.type === "number_input" ? (part.is_decimal_allowed ? "any" : "1") : null,
    min: part.min_value ?? null,
    max: part.max_value ?? null,
    rows: long ? 4 : null,
    placeholder: plain(part.placeholder) || null,
    autofocus: part.focus_on_load ?? null,
  });
  field.value = typedText(remembered);
  const count = () => counter && showCount(counter, field, part.max_length);
  field.addEventListener("input", () => {
    surface.form.set(blockId, part.action_id, textValue(part, field.value));
    count();
    if (input.dispatches && dispatchesOn(part, "on_character_entered")) send(slot, field);
  });
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || (long && !event.ctrlKey && !event.metaKey)) return;
    if (!long) event.preventDefault();
    if (input.dispatches && dispatchesOn(part, "on_enter_pressed")) send(slot, field);
  });
  count();
  return element("div", { class: "field" }, field, counter);
}

/** Draw a date picker. */
export function drawDatePicker(slot) {
  return drawPicker(slot, "date", "selected_date", slot.part.initial_date ?? null);
}

/** Draw a time picker. */
export function drawTimePicker(slot) {
  return drawPicker(slot, "time", "selected_time", slot.part.initial_time ?? null);
}

/** Draw a date-and-time picker; Slack's value is seconds since 1970. */
export function drawDateTimePicker(slot) {
  const asSeconds = (words) => (words ? Math.floor(Date.parse(words) / 1000) : null);
  const asWords = (seconds) => (seconds ? localMinute(seconds) : "");
  const { initial_date_time: initial = null } = slot.part;
  return drawPicker(slot, "datetime-local", "selected_date_time", initial, asSeconds, asWords);
}

function drawPicker(slot, type, key, initial, read = (words) => words || null, show = (value) => value ?? "") {
  const { part, blockId, surface, input } = slot;
  const remembered = surface.form.adopt(blockId, part, { [key]: initial });
  const field = element("input", {
    ...commonAttributes(slot), type, "aria-label": input.label ?? (plain(part.placeholder) || `Pick a ${type}`),
  });
  field.value = show(remembered[key]);
  field.addEventListener("change", () => {
    const value = { [key]: read(field.value) };
    surface.form.set(blockId, part.action_id, { type: part.type, ...value });
    if (input.dispatches) surface.act(blockId, part, value, field);
  });
  return field;
}

function commonAttributes({ part, input }) {
  return {
    class: "text-field",
    "aria-label": input.label ?? (plain(part.placeholder) || null),
    "aria-describedby": input.describedBy ?? null,
    "aria-required": input.required ? "true" : null,
    "data-action-id": part.action_id,
  };
}

function send({ part, blockId, surface }, field) {
  const { type: _, ...value } = textValue(part, field.value);
  surface.act(blockId, part, value, field);
}

function dispatchesOn(part, trigger) {
  return (part.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"]).includes(trigger);
}

function initialText(part) {
  return part.type === "rich_text_input"
    ? { rich_text_value: part.initial_value ?? null }
    : { value: part.initial_value ?? null };
}

function textValue(part, text) {
  if (part.type !== "rich_text_input") return { type: part.type, value: text === "" ? null : text };
  const words = [{ type: "rich_text_section", elements: [{ type: "text", text }] }];
  return { type: part.type, rich_text_value: text === "" ? null : { type: "rich_text", elements: words } };
}

function typedText(remembered) {
  const rich = remembered.rich_text_value?.elements ?? [];
  return remembered.value ?? rich.flatMap((part) => part.elements.map((word) => word.text ?? "")).join("\n");
}

function showCount(counter, field, limit) {
  const left = limit - field.value.length;
  counter.textContent = String(left);
  counter.setAttribute("aria-label", `${left} characters left`);
  counter.classList.toggle("over", left < 0);
}

function localMinute(seconds) {
  const local = new Date(seconds * 1000 - new Date(seconds * 1000).getTimezoneOffset() * 60000);
  return local.toISOString().slice(0, 16);
}
