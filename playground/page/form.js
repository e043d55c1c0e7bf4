// What people have typed or chosen in the blocks of one message or view, in Slack's state.values shape.

/** Values by block and action; they outlive a redraw while both ids stay the same. */
export class Form {
  #values = new Map();
  #seen = new Set();

  /** The value to draw: what was typed or chosen, else the block's initial one. */
  adopt(blockId, element, initial) {
    const key = keyOf(blockId, element.action_id);
    this.#seen.add(key);
    if (!this.#values.has(key) || this.#values.get(key).value.type !== element.type) {
      this.set(blockId, element.action_id, { type: element.type, ...initial });
    }
    return this.#values.get(key).value;
  }

  /** Remember what was typed or chosen. */
  set(blockId, actionId, value) {
    this.#values.set(keyOf(blockId, actionId), { blockId, actionId, value });
  }

  /** Draw, then forget the values whose fields are gone. */
  redraw(draw) {
    this.#seen.clear();
    draw();
    for (const key of this.#values.keys()) {
      if (!this.#seen.has(key)) this.#values.delete(key);
    }
  }

  /** All values: {block_id: {action_id: {type, …}}} */
  values() {
    const values = {};
    for (const { blockId, actionId, value } of this.#values.values()) {
      (values[blockId] ??= {})[actionId] = value;
    }
    return values;
  }
}

function keyOf(blockId, actionId) {
  return `${blockId}\n${actionId}`;
}
