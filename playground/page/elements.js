// Interactive elements: each is drawn with its remembered value and tells the bot where Slack would.

import { drawCheckboxes, drawRadioButtons } from "./choices.js";
import { drawDatePicker, drawDateTimePicker, drawTextInput, drawTimePicker } from "./fields.js";
import { element, isOwnPicture } from "./dom.js";
import { openMenu } from "./menu.js";
import { drawSelect } from "./select.js";
import { plain } from "./text.js";

const DRAWN = {
  button: drawButton,
  workflow_button: drawButton,
  icon_button: drawButton,
  image: drawThumbnail,
  overflow: drawOverflow,
  checkboxes: drawCheckboxes,
  radio_buttons: drawRadioButtons,
  datepicker: drawDatePicker,
  timepicker: drawTimePicker,
  datetimepicker: drawDateTimePicker,
  plain_text_input: drawTextInput,
  rich_text_input: drawTextInput,
  number_input: drawTextInput,
  email_text_input: drawTextInput,
  url_text_input: drawTextInput,
};

/**
 * Draw one element. `input` carries what an input block adds: label, describedBy, required, dispatches.
 * Outside of an input block every change is an action.
 */
export function drawElement(part, blockId, surface, input = { dispatches: true }) {
  const slot = { part: { action_id: `${part.type}-action`, ...part }, blockId, surface, input };
  if (/_select$/.test(part.type)) return drawSelect(slot);
  if (Object.hasOwn(DRAWN, part.type)) return DRAWN[part.type](slot);
  return element("div", { class: "unknown-block", role: "note" }, `The playground does not draw “${part.type}”.`);
}

function drawButton({ part, blockId, surface }) {
  const style = part.style ? ` button-${part.style}` : "";
  const press = () => {
    if (button.getAttribute("aria-busy")) return;
    if (part.url) window.open(part.url, "_blank", "noopener");
    surface.act(blockId, part, part.value === undefined ? {} : { value: part.value }, button);
  };
  const button = element("button", {
    type: "button",
    class: `button${style}`,
    "data-action-id": part.action_id,
    "aria-label": part.accessibility_label ?? null,
    onclick: press,
  }, plain(part.text) || part.icon);
  return button;
}

function drawThumbnail({ part }) {
  return isOwnPicture(part.image_url ?? "")
    ? element("img", { class: "thumbnail", src: part.image_url, alt: part.alt_text })
    : element("span", { class: "thumbnail absent-picture", role: "img", "aria-label": part.alt_text }, part.alt_text);
}

function drawOverflow({ part, blockId, surface }) {
  const choose = (option) => {
    if (option.url) window.open(option.url, "_blank", "noopener");
    surface.act(blockId, part, { selected_option: option }, button);
  };
  const button = element("button", {
    type: "button",
    class: "button overflow",
    "aria-label": "More options",
    "aria-haspopup": "menu",
    "data-action-id": part.action_id,
    onclick: () => openMenu(button, part.options.map((option) => ({
      label: plain(option.text), hint: plain(option.description), choose: () => choose(option),
    }))),
  }, "⋯");
  return button;
}
