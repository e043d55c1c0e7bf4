// The question that a confirm object puts before an action.

import { element } from "./dom.js";
import { drawText } from "./text.js";

/** Ask; resolves to true only when the person agreed. */
export function confirmed(question, workspace) {
  return new Promise((resolve) => {
    const answer = (value) => () => dialog.close(value);
    const style = question.style === "danger" ? "danger" : "primary";
    const dialog = element("dialog", { class: "confirm", "aria-label": question.title?.text ?? "Are you sure?" },
      element("h2", {}, drawText(question.title ?? { type: "plain_text", text: "Are you sure?" }, workspace)),
      element("div", { class: "confirm-text" }, drawText(question.text, workspace)),
      element("div", { class: "dialog-buttons" },
        element("button", { type: "button", class: "button", onclick: answer("no") },
          question.deny?.text ?? "Cancel"),
        element("button", { type: "button", class: `button button-${style}`, onclick: answer("yes"), autofocus: true },
          question.confirm?.text ?? "Confirm")));
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}
