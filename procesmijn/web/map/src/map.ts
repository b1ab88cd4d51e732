/**
 * The process map in a page: a figure says in `data-graph` what there is, and gets the picture.
 *
 * Everything that is chosen is an address; here it is only drawn, walked through with the keyboard and
 * looked at from nearer by.
 */

import type { Box, Graph, GraphEdge } from "./graph";
import { walk } from "./keys";
import { layout, type Drawing } from "./layout";

const SVG = "http://www.w3.org/2000/svg";
/** Smaller than this nobody reads it: then it scrolls, and the names of the lanes stay. */
const LEGIBLE = 0.88;
/** Of the names of lanes: as wide as the longest word asks for. */
const NARROWEST = 96;
const WIDEST = 160;
/** Wider than any window: a band goes on to where the picture ends, however it is scaled. */
const ENDLESS = 9999;
const CLOSEST = 2;
const FURTHEST = 0.3;

export function show(figure: HTMLElement): void {
  const graph = JSON.parse(figure.dataset["graph"] ?? "null") as Graph;
  const drawing = layout(graph, measure(figure));
  const words = graph.lanes.flatMap((lane) => lane.label.split(/\s+/));
  const widest = Math.max(0, ...words.map((word) => measure(figure)(word, true)));
  const side = Math.ceil(Math.min(Math.max(widest + 20, NARROWEST), WIDEST));
  const names = element("svg", { class: "names", width: side, height: drawing.height, "aria-hidden": "true" });
  const svg = element("svg", { class: "drawing", role: "group", "aria-label": label(figure) });
  const box = document.createElement("div");
  box.className = "panes";
  box.append(names, svg);
  graph.lanes.forEach((lane, number) => {
    const { y, height } = drawing.lanes[number]!;
    const stripe = number % 2 ? "lane even" : "lane";
    names.append(element("rect", { class: stripe, y, width: side, height }));
    names.append(element("rect", { class: `margin ${lane.tone}`, y, width: 4, height }));
    names.append(...laneName(lane.label, y + height / 2, side - 16, measure(figure)));
    svg.append(element("rect", { class: stripe, y, width: ENDLESS, height }));
    for (const each of [names, svg]) each.append(element("path", { class: "rule", d: `M0 ${y}H${ENDLESS}` }));
  });
  const edges = graph.edges.map((edge, number) => line(edge, drawing.edges[number]!));
  // What is thin lies above what is thick, handovers above the rest, and what is chosen above all.
  const order = graph.edges.map((_, number) => number);
  order.sort((a, b) => height(graph.edges[a]!) - height(graph.edges[b]!));
  for (const number of order) svg.append(edges[number]!);
  const nodes = graph.nodes.map((node, number) => {
    const { x, y, width, height: tall, lines, countLine } = drawing.nodes[number]!;
    const tone = graph.lanes[node.lane]!.tone;
    const group = element("g", { class: `node ${tone}`, role: "img", "aria-label": node.title, tabindex: -1 });
    group.append(titled(node.title), element("rect", { x, y, width, height: tall, rx: 6 }));
    lines.forEach((text, place) => {
      group.append(written(text, { class: "label", x: x + 8, y: y + 18 + 15 * place }));
    });
    group.append(written(node.cases, { class: "count", x: x + width - 8, y: y + 18 + 15 * countLine, "text-anchor": "end" }));
    svg.append(group);
    return group;
  });
  order.forEach((number) => {
    const found = drawing.edges[number]!.label;
    if (found) svg.append(figureOn(graph.edges[number]!, found));
  });
  figure.replaceChildren(box);
  zoom(figure, box, svg, names, side, drawing);
  walk(svg, graph, nodes, edges);
}

function height(edge: GraphEdge): number {
  return (edge.selected ? 1000 : 0) + (edge.kind === "handover" ? 100 : 0) - edge.width;
}

function classes(edge: GraphEdge): string {
  const state = edge.kind === "handover" ? ` s-${edge.state}` : "";
  return `edge ${edge.kind}${state}${edge.kind === "handover" && !edge.agreed ? " bare" : ""}${
    edge.rework ? " rework" : ""
  }${edge.selected ? " selected" : ""}`;
}

function line(edge: GraphEdge, { path, head }: Drawing["edges"][number]): SVGElement {
  const link = element("a", {
    class: classes(edge),
    href: edge.url,
    "aria-label": edge.title,
    tabindex: -1,
    ...(edge.selected ? { "aria-current": "true" } : {}),
  });
  link.append(
    titled(edge.title),
    element("path", { class: "reach", d: path }),
    element("path", { class: "halo", d: path, "stroke-width": edge.width + 6 }),
    element("path", { class: "line", d: path, "stroke-width": edge.width }),
    element("path", { class: "head", d: head }),
  );
  return link;
}

/** The figure on an edge; who cannot see it hears it with the line. */
function figureOn(edge: GraphEdge, { x, y, width, height: tall }: Box): SVGElement {
  const group = element("a", { class: `${classes(edge)} figure`, href: edge.url, tabindex: -1, "aria-hidden": "true" });
  const isPill = edge.kind === "handover";
  if (isPill) group.append(element("rect", { class: "pill", x, y, width, height: tall, rx: tall / 2 }));
  let left = x + width / 2;
  if (isPill && edge.state === "met") {
    group.append(icon(x + 5, y + 4, ["M6 .2a5.8 5.8 0 1 1 0 11.6A5.8 5.8 0 0 1 6 .2Z", "M3.4 6.2 5.2 8 8.6 4.4"]));
    left += 8;
  } else if (isPill && edge.state === "breached") {
    group.append(icon(x + 5, y + 3.5, ["M6 .6 11.8 11.4H.2Z", "M6 4.4v3.2M6 9v.8"]));
    left += 8;
  }
  group.append(written(edge.value, { x: left, y: y + tall / 2 + 4, "text-anchor": "middle" }));
  return group;
}

function icon(x: number, y: number, [shape, sign]: [string, string]): SVGElement {
  const group = element("g", { transform: `translate(${x} ${y})` });
  group.append(element("path", { class: "fill", d: shape }), element("path", { class: "cut", d: sign }));
  return group;
}

function laneName(label: string, middle: number, room: number, width: ReturnType<typeof measure>): SVGElement[] {
  const lines: string[] = [];
  for (const word of label.split(/\s+/)) {
    const last = lines[lines.length - 1];
    if (last !== undefined && width(`${last} ${word}`, true) <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  const top = middle - (lines.length - 1) * 7.5 + 4;
  return lines.map((text, number) => written(text, { class: "lane-name", x: 12, y: top + 15 * number }));
}

/** Nearer by, further off, or all of it. */
function zoom(
  figure: HTMLElement, box: HTMLElement, svg: SVGElement, names: SVGElement, side: number, drawing: Drawing,
): void {
  const whole = (): number => Math.min(1, (box.clientWidth - side) / drawing.width);
  let scale = Math.max(whole(), LEGIBLE);
  const set = (wanted: number): void => {
    scale = Math.min(Math.max(wanted, FURTHEST), CLOSEST);
    for (const [each, width] of [[svg, drawing.width], [names, side]] as const) {
      each.setAttribute("viewBox", `0 0 ${width} ${drawing.height}`);
      each.setAttribute("width", String(each === svg ? Math.max(width * scale, box.clientWidth - side * scale) : width * scale));
      each.setAttribute("height", String(drawing.height * scale));
      each.setAttribute("preserveAspectRatio", "xMinYMin");
    }
  };
  set(scale);
  const by: Record<string, () => void> = {
    in: () => set(scale * 1.2),
    out: () => set(scale / 1.2),
    fit: () => set(whole()),
  };
  const section = figure.closest("section");
  for (const button of section?.querySelectorAll<HTMLElement>("[data-zoom]") ?? []) {
    button.closest<HTMLElement>("[hidden]")?.removeAttribute("hidden");
    button.onclick = () => by[button.dataset["zoom"] ?? ""]?.();
  }
  svg.addEventListener("keydown", (event) => {
    const wanted = { "+": "in", "=": "in", "-": "out", "0": "fit" }[event.key];
    if (wanted && !event.ctrlKey && !event.metaKey) by[wanted]?.();
  });
}

function label(figure: HTMLElement): string {
  return figure.closest("section")?.querySelector("h2")?.textContent ?? "";
}

function measure(figure: HTMLElement): (text: string, isBold: boolean) => number {
  const context = document.createElement("canvas").getContext("2d")!;
  const family = getComputedStyle(figure).fontFamily;
  return (text, isBold) => {
    context.font = `${isBold ? "650 " : ""}12px ${family}`;
    return context.measureText(text).width;
  };
}

function element(name: string, attributes: Record<string, string | number>): SVGElement {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return made;
}

function written(text: string, attributes: Record<string, string | number>): SVGElement {
  const made = element("text", attributes);
  made.textContent = text;
  return made;
}

function titled(text: string): SVGElement {
  const made = element("title", {});
  made.textContent = text;
  return made;
}
