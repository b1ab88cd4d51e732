/**
 * How edges run: out of a port on the right, along, and into one on the left, at right angles. In
 * each gap between two ranks verticals have tracks of their own; past a rank an edge takes the nearest
 * channel that is free of nodes and of other edges.
 */

import { NODE, type Graph, type GraphEdge, type Point } from "./graph";
import type { Places } from "./place";

const PORT = 12;
const TRACK = 13;
const OFF_NODE = 11;
const LEAST_GAP = 45;
const GAP_MARGIN = 22;
const APART = 12;

export interface Routed {
  points: Point[][];
  /** Left side of each rank. */
  x: number[];
  width: number;
  height: number;
  /** By how much everything is lower than it was placed: room for what goes back above. */
  down: number;
}

interface Run {
  edge: GraphEdge;
  from: number;
  to: number;
  /** In which gaps its verticals are; the gap before the first rank is -1. */
  out: number;
  in: number;
  /** Where it runs between these two; null where both are one. */
  along: "source" | "target" | "free" | null;
  channel: number;
  sourceY: number;
  targetY: number;
  /** Back over the top of its nodes. */
  isArch: boolean;
}

interface Span {
  first: number;
  last: number;
  y: number;
  source: string;
  target: string;
}

interface Vertical {
  gap: number;
  from: number;
  to: number;
  track: number;
  x: number;
}

export function route(graph: Graph, places: Places): Routed {
  const middle = (id: string): number => places.nodes.get(id)!.y + NODE.height / 2;
  const runs = graph.edges.map((edge) => started(edge, places, middle));
  const spans: Span[] = [];
  const order = runs.map((_, number) => number);
  order.sort((a, b) => reach(runs[a]!) - reach(runs[b]!) || a - b);
  for (const number of order) channel(runs[number]!, graph, places, middle, spans);
  ports(runs, middle);
  const down = Math.max(0, 8 - Math.min(0, ...runs.map((run) => run.channel)));

  const verticals = runs.map((run) => verticalsOf(run));
  const x = tracks(verticals, places.ranks, runs);
  const points = runs.map((run, number) => drawn(run, verticals[number]!, x.left, places, down));
  return {
    points,
    x: x.left,
    width: x.width,
    height: Math.max(places.height, ...runs.map((run) => run.channel + 8)) + down,
    down: down,
  };
}

function started(edge: GraphEdge, places: Places, middle: (id: string) => number): Run {
  const from = places.nodes.get(edge.from)!.rank;
  const to = places.nodes.get(edge.to)!.rank;
  const run: Run = {
    edge,
    from,
    to,
    out: from,
    in: to - 1,
    along: null,
    channel: 0,
    sourceY: middle(edge.from),
    targetY: middle(edge.to),
    isArch: false,
  };
  run.isArch = to <= from && edge.from !== edge.to && to < from && arches(run, places);
  return run;
}

/** Whether it can go back over the top: nothing stands above either end in its lane and beyond. */
function arches(run: Run, places: Places): boolean {
  const source = places.nodes.get(run.edge.from)!;
  const target = places.nodes.get(run.edge.to)!;
  const top = Math.min(source.y, target.y) - OFF_NODE;
  return [...places.nodes.values()].every((node) => {
    if (node === source || node === target) return true;
    const own = node.rank === source.rank ? source : node.rank === target.rank ? target : null;
    return own === null || node.y + NODE.height <= top - OFF_NODE || node.y >= own.y;
  });
}

function reach(run: Run): number {
  return Math.abs(run.to - run.from) * 1000 + Math.abs(run.targetY - run.sourceY);
}

/** Choose where an edge runs past what stands between its ends. */
function channel(
  run: Run,
  graph: Graph,
  places: Places,
  middle: (id: string) => number,
  spans: Span[],
): void {
  const { edge } = run;
  if (run.in === run.out) return; // of neighbouring ranks
  const first = Math.min(run.out, run.in) + 1;
  const last = Math.max(run.out, run.in);
  const between = [...places.nodes].filter(
    ([id, node]) =>
      node.rank >= first - 1 && node.rank <= last + 1 && id !== edge.from && id !== edge.to,
  );
  const inner = between.filter(([, node]) => node.rank >= first && node.rank <= last);
  const own = run.in < run.out ? [edge.from, edge.to].map((id) => places.nodes.get(id)!) : [];
  const blocks = [...(run.isArch || run.in < run.out ? inner : between).map(([, node]) => node), ...own];
  const isFree = (y: number, side: "source" | "target" | "free"): boolean =>
    blocks.every((node) => y <= node.y - OFF_NODE || y >= node.y + NODE.height + OFF_NODE) &&
    spans.every(
      (span) =>
        span.last < first - 1 ||
        span.first > last + 1 ||
        Math.abs(span.y - y) >= (side === "free" ? APART : 2 * APART) ||
        (side === "source" && span.source === edge.from && span.y === y) ||
        (side === "target" && span.target === edge.to && span.y === y),
    );
  const candidates: { y: number; side: "source" | "target" | "free" }[] = [];
  const forward = run.in > run.out;
  if (forward && !edge.rework) {
    candidates.push({ y: run.sourceY, side: "source" }, { y: run.targetY, side: "target" });
  }
  const tops = [run.sourceY, run.targetY];
  const rows = [
    ...blocks.flatMap((node) => [node.y - OFF_NODE, node.y + NODE.height + OFF_NODE]),
    ...spans.flatMap((span) => [span.y - APART, span.y + APART]),
    ...graph.lanes.flatMap((_, lane) => {
      const { y, height } = places.lanes[lane]!;
      return [y, y + height];
    }),
    Math.min(...tops) - NODE.height / 2 - OFF_NODE - 4,
  ];
  const above = Math.min(middle(edge.from), middle(edge.to)) - NODE.height / 2 - OFF_NODE;
  for (const y of rows) {
    if (run.isArch && y > above) continue;
    candidates.push({ y, side: "free" });
  }
  const cost = (y: number, side: string): number =>
    Math.abs(y - run.sourceY) +
    Math.abs(y - run.targetY) +
    (side === "free" ? 24 : 0) +
    (edge.rework && y > Math.min(...tops) ? 60 : 0);
  const best = candidates
    .filter(({ y, side }) => isFree(y, side))
    .sort((a, b) => cost(a.y, a.side) - cost(b.y, b.side))[0];
  const chosen = best ?? { y: run.isArch ? above : Math.max(...tops) + 40, side: "free" as const };
  run.along = chosen.side;
  run.channel = chosen.y;
  spans.push({ first, last, y: chosen.y, source: edge.from, target: edge.to });
}

/** Spread the ends of edges on their nodes, in the order in which they go elsewhere. */
function ports(runs: Run[], middle: (id: string) => number): void {
  const next = (run: Run, isSource: boolean): number => {
    if (run.along === "free") return run.channel;
    return isSource ? middle(run.edge.to) : middle(run.edge.from);
  };
  for (const isSource of [true, false]) {
    const sides = new Map<string, Run[]>();
    for (const run of runs) {
      if (run.isArch) continue;
      const id = isSource ? run.edge.from : run.edge.to;
      sides.set(id, [...(sides.get(id) ?? []), run]);
    }
    for (const [id, own] of sides) {
      own.sort(
        (a, b) =>
          next(a, isSource) - next(b, isSource) ||
          (isSource ? a.to - b.to : b.from - a.from) ||
          (a.edge.to < b.edge.to ? -1 : 1),
      );
      const step = Math.min(PORT, (NODE.height - 8) / Math.max(own.length - 1, 1));
      own.forEach((run, number) => {
        const y = middle(id) + (number - (own.length - 1) / 2) * step;
        if (isSource) run.sourceY = y;
        else run.targetY = y;
      });
    }
  }
  for (const run of runs) {
    if (run.along === "source") run.channel = run.sourceY;
    if (run.along === "target") run.channel = run.targetY;
  }
}

function verticalsOf(run: Run): Vertical[] {
  if (run.isArch) return [];
  const at = (gap: number, from: number, to: number): Vertical[] =>
    from === to ? [] : [{ gap, from, to, track: 0, x: 0 }];
  if (run.along === null) return at(run.out, run.sourceY, run.targetY);
  return [
    ...at(run.out, run.sourceY, run.channel),
    ...at(run.in, run.channel, run.targetY),
  ];
}

/** Give verticals of a gap tracks on which they nowhere meet, and each rank its place. */
function tracks(all: Vertical[][], ranks: number, runs: Run[]): { left: number[]; width: number } {
  const most = new Map<number, number>();
  for (let gap = -1; gap < ranks; gap += 1) {
    const own = all.flat().filter((each) => each.gap === gap);
    // Those that go down leave the track on the right to what starts higher; those that go up likewise.
    own.sort((a, b) => sortKey(a) - sortKey(b));
    const done: Vertical[] = [];
    for (const each of own) {
      const meets = done.filter(
        (other) =>
          Math.min(each.from, each.to) < Math.max(other.from, other.to) + 12 &&
          Math.max(each.from, each.to) > Math.min(other.from, other.to) - 12,
      );
      each.track = Math.max(-1, ...meets.map((other) => other.track)) + 1;
      done.push(each);
    }
    if (own.length) most.set(gap, Math.max(...own.map((each) => each.track)) + 1);
  }
  const wide = (gap: number): number => 2 * GAP_MARGIN + TRACK * ((most.get(gap) ?? 1) - 1);
  const left: number[] = [];
  let x = most.has(-1) ? wide(-1) : 12;
  const begins = new Map<number, number>([[-1, 0]]);
  for (let rank = 0; rank < ranks; rank += 1) {
    left.push(x);
    x += NODE.width;
    begins.set(rank, x);
    if (rank < ranks - 1) x += Math.max(LEAST_GAP, wide(rank));
    else x += runs.some((run) => run.out === rank && !run.isArch) && most.has(rank) ? wide(rank) : 12;
  }
  for (const each of all.flat()) {
    const room = each.gap === -1 ? wide(-1) : (left[each.gap + 1] ?? x) - begins.get(each.gap)!;
    const used = TRACK * ((most.get(each.gap) ?? 1) - 1);
    each.x = begins.get(each.gap)! + (room - used) / 2 + TRACK * each.track;
  }
  return { left, width: x };
}

function sortKey(each: Vertical): number {
  return each.to > each.from ? -each.from : each.from - 1e6;
}

function drawn(run: Run, own: Vertical[], left: number[], places: Places, down: number): Point[] {
  const source = { x: left[run.from]! + NODE.width, y: run.sourceY };
  const target = { x: left[run.to]!, y: run.targetY };
  if (run.isArch) {
    const from = places.nodes.get(run.edge.from)!;
    const to = places.nodes.get(run.edge.to)!;
    const out = left[run.from]! + NODE.width * 0.28;
    const back = left[run.to]! + NODE.width * 0.62;
    return lowered(
      [
        { x: out, y: from.y },
        { x: out, y: run.channel },
        { x: back, y: run.channel },
        { x: back, y: to.y },
      ],
      down,
    );
  }
  const points = [source];
  for (const vertical of own) {
    points.push({ x: vertical.x, y: vertical.from }, { x: vertical.x, y: vertical.to });
  }
  points.push(target);
  return lowered(points, down);
}

function lowered(points: Point[], down: number): Point[] {
  return points.map(({ x, y }) => ({ x, y: y + down }));
}
