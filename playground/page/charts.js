// The data_visualization block as a small drawing, with its figures as text for screen readers.

import { drawing, element } from "./dom.js";

const WIDTH = 480;
const HEIGHT = 220;
const LEFT = 48;
const BOTTOM = 28;
const TOP = 10;
const PLOT = { width: WIDTH - LEFT - 8, height: HEIGHT - TOP - BOTTOM };
const SHORT = new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 });
const FULL = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

/** Draw a pie, bar, line or area chart. */
export function drawChart(block) {
  const { chart } = block;
  const names = chart.type === "pie" ? chart.segments.map((one) => one.label) : chart.series.map((one) => one.name);
  return element("figure", { class: "chart" },
    element("figcaption", {}, block.title),
    drawing("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: "img", "aria-label": inWords(block) },
      chart.type === "pie" ? drawPie(chart.segments) : drawAxes(chart)),
    element("ul", { class: "legend", "aria-hidden": "true" }, names.map((name, place) =>
      element("li", { class: `series-${place % 6}` }, legendWords(chart, name, place)))));
}

function legendWords(chart, name, place) {
  return chart.type === "pie" ? `${name} · ${FULL.format(chart.segments[place].value)}` : name;
}

function inWords({ title, chart }) {
  const list = (points) => points.map((point) => `${point.label} ${FULL.format(point.value)}`).join(", ");
  if (chart.type === "pie") return `${title}: ${list(chart.segments)}`;
  return `${title}: ${chart.series.map((one) => `${one.name}: ${list(one.data)}`).join("; ")}`;
}

function drawPie(segments) {
  const total = segments.reduce((sum, one) => sum + one.value, 0) || 1;
  let from = 0;
  return segments.map((one, place) => {
    const start = from;
    from += one.value / total;
    return withTitle(drawing("path", { d: slice(start, from), class: `series-${place % 6} mark` }), one);
  });
}

function slice(start, end) {
  const radius = HEIGHT / 2 - TOP;
  const point = (share) => {
    const angle = share * 2 * Math.PI - Math.PI / 2;
    return `${WIDTH / 2 + radius * Math.cos(angle)} ${HEIGHT / 2 + radius * Math.sin(angle)}`;
  };
  const until = Math.min(end, start + 0.99999); // a full circle's arc would start and end at one point: nothing
  const large = until - start > 0.5 ? 1 : 0;
  return `M${WIDTH / 2} ${HEIGHT / 2}L${point(start)}A${radius} ${radius} 0 ${large} 1 ${point(until)}Z`;
}

function drawAxes(chart) {
  const categories = chart.axis_config?.categories ?? chart.series[0].data.map((point) => point.label);
  const values = chart.series.flatMap((one) => one.data.map((point) => point.value));
  const step = niceStep((Math.max(...values, 0) - Math.min(...values, 0)) / 4);
  const low = Math.floor(Math.min(...values, 0) / step) * step;
  const high = Math.max(Math.ceil(Math.max(...values, 0) / step) * step, low + step);
  const scale = {
    x: (place) => LEFT + ((place + 0.5) * PLOT.width) / categories.length,
    y: (value) => TOP + PLOT.height * (1 - (value - low) / (high - low)),
    band: PLOT.width / categories.length,
  };
  const draw = { bar: drawBars, line: drawLine, area: drawArea }[chart.type] ?? drawBars;
  return [drawGrid(low, high, step, scale), drawCategories(categories, scale),
    chart.series.map((one, place) => draw(one, place, scale, chart.series.length))];
}

function niceStep(rough) {
  const size = 10 ** Math.floor(Math.log10(rough || 1));
  return [1, 2, 2.5, 5, 10].map((factor) => factor * size).find((step) => step >= rough) ?? 1;
}

function drawGrid(low, high, step, scale) {
  const count = Math.round((high - low) / step);
  return Array.from({ length: count + 1 }, (_, place) => low + place * step).map((value) => [
    drawing("line", { x1: LEFT, x2: WIDTH - 8, y1: scale.y(value), y2: scale.y(value), class: "grid" }),
    drawing("text", { x: LEFT - 6, y: scale.y(value) + 4, "text-anchor": "end" }, SHORT.format(value)),
  ]);
}

function drawCategories(categories, scale) {
  const every = Math.ceil(categories.length / 8);
  return categories.map((name, place) => place % every === 0
    && drawing("text", { x: scale.x(place), y: HEIGHT - 10, "text-anchor": "middle" }, shortened(name)));
}

function drawBars(series, place, scale, count) {
  const width = Math.min((scale.band * 0.7) / count, 48);
  return series.data.map((point, category) => withTitle(drawing("rect", {
    x: scale.x(category) + (place - count / 2) * width,
    y: Math.min(scale.y(point.value), scale.y(0)),
    width: Math.max(width - 1, 1),
    height: Math.abs(scale.y(point.value) - scale.y(0)),
    rx: 2,
    class: `series-${place % 6} mark`,
  }), point));
}

function drawLine(series, place, scale) {
  const points = series.data.map((point, category) => `${scale.x(category)},${scale.y(point.value)}`);
  return [
    drawing("polyline", { points: points.join(" "), class: `series-${place % 6} stroke` }),
    series.data.map((point, category) => withTitle(drawing("circle", {
      cx: scale.x(category), cy: scale.y(point.value), r: 3, class: `series-${place % 6} mark`,
    }), point)),
  ];
}

function drawArea(series, place, scale) {
  const points = series.data.map((point, category) => `${scale.x(category)},${scale.y(point.value)}`);
  const floor = [`${scale.x(series.data.length - 1)},${scale.y(0)}`, `${scale.x(0)},${scale.y(0)}`];
  return [drawing("polygon", { points: [...points, ...floor].join(" "), class: `series-${place % 6} under` }),
    drawLine(series, place, scale)];
}

function withTitle(mark, point) {
  mark.append(drawing("title", {}, `${point.label}: ${FULL.format(point.value)}`));
  return mark;
}

function shortened(name) {
  return name.length > 9 ? `${name.slice(0, 8)}…` : name;
}
