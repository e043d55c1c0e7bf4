// Redrawing takes the focus away: these bring it back to the same place.

/** Run `redraw` on what stands in `container`; focus and text selection stay with the same field. */
export function keepingFocus(container, redraw) {
  const held = container.contains(document.activeElement) ? remember(document.activeElement) : null;
  const top = container.scrollTop;
  redraw();
  container.scrollTop = top;
  if (held) restore(container, held);
}

/** Arrow keys, Home and End walk through `items()`; used by menus and lists. */
export function walkWithArrows(event, items) {
  const all = items();
  const place = all.indexOf(document.activeElement);
  const target = {
    ArrowDown: all[(place + 1) % all.length],
    ArrowUp: all[(place - 1 + all.length) % all.length],
    Home: all[0],
    End: all.at(-1),
  }[event.key];
  if (!target) return;
  event.preventDefault();
  target.focus();
}

function remember(field) {
  const block = field.closest("[data-block-id]")?.dataset.blockId;
  const action = field.closest("[data-action-id]")?.dataset.actionId;
  const selection = selectionOf(field);
  return { block, action, value: field.value, tag: field.tagName, selection };
}

function selectionOf(field) {
  try {
    return [field.selectionStart, field.selectionEnd];
  } catch {
    return null; // number and date fields have no text selection
  }
}

function restore(container, held) {
  const field = find(container, held);
  if (!field) return container.closest("[tabindex]")?.focus({ preventScroll: true });
  field.focus({ preventScroll: true });
  if (held.selection?.[0] !== null && held.selection && field.setSelectionRange && held.tag !== "BUTTON") {
    trySelecting(field, held.selection);
  }
}

function find(container, held) {
  if (held.action === undefined) return null;
  const block = held.block === undefined ? "" : `[data-block-id="${CSS.escape(held.block)}"] `;
  const owner = container.querySelector(`${block}[data-action-id="${CSS.escape(held.action)}"]`);
  if (!owner || owner.matches("input, textarea, button")) return owner;
  const fields = [...owner.querySelectorAll("input, textarea, button")];
  return fields.find((field) => field.tagName === held.tag && field.value === held.value) ?? fields[0];
}

function trySelecting(field, [start, end]) {
  try {
    field.setSelectionRange(start, end);
  } catch {
    // the field's type has no text selection
  }
}
