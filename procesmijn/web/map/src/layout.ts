/** A graph becomes a picture: numbers and texts only, so that it can be measured without a browser. */

import { NODE, type Box, type Graph, type Measure, type Point } from "./graph";
import { labels } from "./labels";
import { place } from "./place";
import { route } from "./route";

const RADIUS = 9;
const PILL_HEIGHT = 20;
const TEXT = { width: NODE.width - 16 };

export interface Drawing {
  width: number;
  height: number;
  lanes: { y: number; height: number }[];
  nodes: (Box & { lines: string[]; countLine: number })[];
  edges: { path: string; head: string; label: Box | null }[];
}

export function layout(graph: Graph, measure: Measure): Drawing {
  const places = place(graph);
  const routed = route(graph, places);
  const nodes = graph.nodes.map((node) => {
    const { rank, y } = places.nodes.get(node.id)!;
    return {
      x: routed.x[rank]!,
      y: y + routed.down,
      ...NODE,
      ...wrapped(node.label, node.cases, measure),
    };
  });
  const order = graph.edges.map((_, number) => number);
  const weight = (number: number): number => {
    const { kind, width } = graph.edges[number]!;
    return width + (kind === "handover" ? 100 : 0);
  };
  order.sort((a, b) => weight(b) - weight(a));
  const found = labels(
    order.map((number) => {
      const { kind, value, state } = graph.edges[number]!;
      const isPill = kind === "handover";
      const icon = isPill && (state === "met" || state === "breached") ? 16 : 0;
      return {
        points: routed.points[number]!,
        width: measure(value, isPill) + (isPill ? 14 + icon : 4),
        height: isPill ? PILL_HEIGHT : 16,
        isModest: !isPill,
      };
    }),
    nodes,
  );
  const labelOf = new Map(order.map((number, place) => [number, found[place]!]));
  return {
    width: routed.width,
    height: routed.height,
    lanes: places.lanes.map(({ y, height }, number) =>
      number ? { y: y + routed.down, height } : { y: 0, height: height + routed.down },
    ),
    nodes,
    edges: graph.edges.map((edge, number) => ({
      ...line(routed.points[number]!, edge.width),
      label: labelOf.get(number) ?? null,
    })),
  };
}

/** At most two lines, one of them with room for the number of cases: the second, if that will do. */
function wrapped(
  label: string,
  cases: string,
  measure: Measure,
): { lines: string[]; countLine: number } {
  const fits = (text: string, room: number): boolean => measure(text, true) <= room;
  const less = TEXT.width - measure(cases, false) - 5;
  const words = label.split(/\s+/);
  const firstWithin = (room: number): [string, string] => {
    let end = 1;
    while (end < words.length && fits(words.slice(0, end + 1).join(" "), room)) end += 1;
    return [words.slice(0, end).join(" "), words.slice(end).join(" ")];
  };
  const [long, rest] = firstWithin(TEXT.width);
  if (!fits(rest, less)) {
    const [short, more] = firstWithin(less);
    if (fits(short, less) && fits(more, TEXT.width)) return { lines: [short, more], countLine: 0 };
  }
  const lines = [cut(long, TEXT.width, fits), ...(rest ? [cut(rest, less, fits)] : [])];
  return { lines, countLine: 1 };
}

function cut(text: string, room: number, fits: (text: string, room: number) => boolean): string {
  if (fits(text, room)) return text;
  let end = text.length;
  while (end > 1 && !fits(`${text.slice(0, end)}…`, room)) end -= 1;
  return `${text.slice(0, end).trimEnd()}…`;
}

/** A line with round corners, which ends where its head begins. */
function line(points: Point[], width: number): { path: string; head: string } {
  const wide = Math.max(5, width / 2 + 2.5);
  const long = wide * 1.15 + 2;
  const tip = points[points.length - 1]!;
  const before = points[points.length - 2]!;
  const toward = (from: Point, to: Point, by: number): Point => {
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1;
    return { x: to.x - ((to.x - from.x) / length) * by, y: to.y - ((to.y - from.y) / length) * by };
  };
  const end = toward(before, tip, long - 1);
  const trail = [...points.slice(0, -1), end];
  let path = `M${at(trail[0]!)}`;
  for (let number = 1; number < trail.length - 1; number += 1) {
    const [a, corner, b] = [trail[number - 1]!, trail[number]!, trail[number + 1]!];
    const reach = Math.min(RADIUS, distance(a, corner) / 2, distance(corner, b) / 2);
    path += `L${at(toward(a, corner, reach))}Q${at(corner)} ${at(toward(b, corner, reach))}`;
  }
  path += `L${at(end)}`;
  const isLevel = Math.abs(tip.y - before.y) < Math.abs(tip.x - before.x);
  const base = toward(before, tip, long);
  const side = isLevel ? { x: 0, y: wide } : { x: wide, y: 0 };
  const head = `M${at(tip)}L${at({ x: base.x + side.x, y: base.y + side.y })}L${at({
    x: base.x - side.x,
    y: base.y - side.y,
  })}Z`;
  return { path, head };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}

function at({ x, y }: Point): string {
  return `${round(x)} ${round(y)}`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
