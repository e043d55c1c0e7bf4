// Checkboxes and radio buttons.

import { element, uniqueId } from "./dom.js";
import { drawText } from "./text.js";

/** Draw a group of checkboxes. */
export function drawCheckboxes(slot) {
  const { part, blockId, surface } = slot;
  const state = surface.form.adopt(blockId, part, { selected_options: part.initial_options ?? [] });
  const chosen = (option) => state.selected_options.some((one) => one.value === option.value);
  return drawGroup(slot, "checkbox", chosen, (group) => {
    const boxes = [...group.querySelectorAll("input")];
    return { selected_options: part.options.filter((_, place) => boxes[place].checked) };
  });
}

/** Draw a group of radio buttons. */
export function drawRadioButtons(slot) {
  const { part, blockId, surface } = slot;
  const state = surface.form.adopt(blockId, part, { selected_option: part.initial_option ?? null });
  const chosen = (option) => state.selected_option?.value === option.value;
  return drawGroup(slot, "radio", chosen, (group) => {
    const place = [...group.querySelectorAll("input")].findIndex((button) => button.checked);
    return { selected_option: part.options[place] ?? null };
  });
}

function drawGroup({ part, blockId, surface, input }, type, chosen, read) {
  const name = uniqueId(type);
  const group = element("div", {
    class: "choices",
    role: type === "radio" ? "radiogroup" : "group",
    "aria-label": input.label ?? null,
    "aria-describedby": input.describedBy ?? null,
    "data-action-id": part.action_id,
  }, part.options.map((option) => element("label", { class: "choice" },
    element("input", { type, name, value: option.value, checked: chosen(option) }),
    element("span", { class: "choice-words" },
      element("span", {}, drawText(option.text, surface.workspace)),
      option.description && element("span", { class: "choice-hint" },
        drawText(option.description, surface.workspace))))));
  group.addEventListener("change", () => {
    const value = read(group);
    surface.form.set(blockId, part.action_id, { type: part.type, ...value });
    if (input.dispatches) surface.act(blockId, part, value, group);
  });
  return group;
}
