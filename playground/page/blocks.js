// Layout blocks of messages, modals and the Home tab.

import { drawChart } from "./charts.js";
import { drawElement } from "./elements.js";
import { element, isOwnPicture, outsideLink, uniqueId } from "./dom.js";
import { drawMarkdown } from "./markdown.js";
import { drawRichText } from "./rich_text.js";
import { drawDataTable, drawTable } from "./tables.js";
import { drawText, plain } from "./text.js";

const ALERT_SIGNS = { info: "ℹ️", warning: "⚠️", error: "⛔", success: "✅", default: "💬" };

const DRAWN = {
  section: drawSection,
  header: (block) => element("h3", { class: "block-header" }, plain(block.text)),
  context: drawContext,
  context_actions: drawActions,
  actions: drawActions,
  divider: () => element("hr"),
  image: (block) => drawImage(block, "block-image"),
  input: drawInput,
  rich_text: (block, { workspace }) => drawRichText(block, workspace),
  markdown: (block) => drawMarkdown(block.text),
  table: (block, { workspace }) => drawTable(block, workspace),
  data_table: (block, { workspace }) => drawDataTable(block, workspace),
  data_visualization: (block) => drawChart(block),
  alert: drawAlert,
  video: drawVideo,
  card: drawCard,
  container: drawContainer,
};

/** Draw blocks in order; a block that the playground does not know says so. */
export function drawBlocks(blocks, surface) {
  return blocks.map((block, place) => drawBlock({ block_id: `block-${place}`, ...block }, surface));
}

function drawBlock(block, surface) {
  const draw = Object.hasOwn(DRAWN, block.type) ? DRAWN[block.type] : drawUnknown;
  return element("div", { class: `block block-${block.type}`, "data-block-id": block.block_id }, draw(block, surface));
}

function drawUnknown(block) {
  return element("div", { class: "unknown-block", role: "note" },
    `The playground does not draw “${block.type}” blocks. Slack may.`);
}

function drawSection(block, surface) {
  const { workspace } = surface;
  return element("div", { class: "section" },
    element("div", { class: "section-body" },
      block.text && element("div", { class: "section-text" }, drawText(block.text, workspace)),
      block.fields && element("div", { class: "section-fields" },
        block.fields.map((field) => element("div", { class: "section-field" }, drawText(field, workspace))))),
    block.accessory && element("div", { class: "section-accessory" },
      drawElement(block.accessory, block.block_id, surface)));
}

function drawContext(block, surface) {
  return element("div", { class: "context" }, block.elements.map((part) => (part.type === "image"
    ? drawImage(part, "context-image")
    : element("span", { class: "context-text" }, drawText(part, surface.workspace)))));
}

function drawActions(block, surface) {
  const parts = block.elements.map((part) => drawElement(part, block.block_id, surface));
  return element("div", { class: "actions" }, parts);
}

function drawInput(block, surface) {
  const hint = block.hint && element("div", { class: "input-hint", id: uniqueId("hint") },
    drawText(block.hint, surface.workspace));
  const error = element("div", { class: "input-error", id: uniqueId("error"), role: "alert" });
  const label = plain(block.label);
  const field = drawElement(block.element, block.block_id, surface, {
    label,
    describedBy: [error.id, hint?.id].filter(Boolean).join(" "),
    required: !block.optional,
    dispatches: Boolean(block.dispatch_action),
  });
  return element("div", { class: "input" },
    element("div", { class: "input-label", "aria-hidden": "true" },
      label, block.optional && element("span", { class: "optional" }, " (optional)")),
    field, error, hint);
}

function drawImage(block, className) {
  const address = block.image_url ?? block.slack_file?.url ?? "";
  const picture = isOwnPicture(address)
    ? element("img", { src: address, alt: block.alt_text })
    : element("span", { class: "absent-picture", role: "img", "aria-label": block.alt_text },
      "🖼 ", block.alt_text);
  const title = block.title && element("figcaption", {}, plain(block.title));
  return element("figure", { class: className }, title, picture);
}

function drawAlert(block, { workspace }) {
  const level = Object.hasOwn(ALERT_SIGNS, block.level) ? block.level : "default";
  return element("div", { class: `alert alert-${level}`, role: "alert" },
    element("span", { "aria-hidden": "true" }, ALERT_SIGNS[level]), element("div", {}, drawText(block.text, workspace)));
}

function drawVideo(block, { workspace }) {
  return element("div", { class: "video" },
    outsideLink(block.title_url ?? block.video_url, "▶ ", plain(block.title)),
    block.description && element("div", { class: "input-hint" }, drawText(block.description, workspace)));
}

function drawCard(block, surface) {
  const { workspace } = surface;
  const part = (name, text) => text && element("div", { class: `card-${name}` }, drawText(text, workspace));
  return element("div", { class: "card" },
    block.hero_image && drawImage(block.hero_image, "card-hero"),
    part("title", block.title), part("subtitle", block.subtitle), part("body", block.body),
    block.actions && drawActions({ ...block, elements: block.actions }, surface), part("subtext", block.subtext));
}

function drawContainer(block, surface) {
  const children = drawBlocks(block.children ?? block.blocks ?? [], surface);
  if (!block.collapsible) {
    return element("div", { class: "card" }, element("div", { class: "card-title" }, plain(block.title)), children);
  }
  return element("details", { class: "card", open: !block.collapsed },
    element("summary", { class: "card-title" }, plain(block.title)), children);
}
