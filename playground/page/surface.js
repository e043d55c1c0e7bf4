// Where blocks stand - a message, a modal or the Home tab - and how their elements reach the bot.

import { confirmed } from "./confirm.js";
import { Form } from "./form.js";
import { toast } from "./toast.js";

/** One message or view: its values, its container for the server, and its buttons' way to the bot. */
export class Surface {
  constructor(container, { workspace, server }) {
    this.container = container;
    this.workspace = workspace;
    this.server = server;
    this.form = new Form();
  }

  /**
   * Ask for confirmation if the element wants it, send the action and wait for the bot's ack.
   * `control` shows that it is busy. Answers false when the person said no or the bot did not ack.
   */
  async act(blockId, part, value, control) {
    if (part.confirm && !(await confirmed(part.confirm, this.workspace))) return false;
    control?.setAttribute("aria-busy", "true");
    const answer = await this.server.send("/ui/action", {
      container: this.container,
      block_id: blockId,
      action_id: part.action_id,
      type: part.type,
      ...value,
      state: { values: this.form.values() },
    });
    control?.removeAttribute("aria-busy");
    if (answer.ok === false) toast(answer.text ?? answer.error, { failed: true });
    return answer.ok !== false;
  }

  /** The options of an external select that match what was typed. */
  options(blockId, part, query) {
    const { container } = this;
    return this.server.send("/ui/options", { container, block_id: blockId, action_id: part.action_id, query });
  }
}
