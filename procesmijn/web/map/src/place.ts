/** Where nodes stand: rank and order are dagre's, and y is ours, a lane for each party. */

import { Graph as Ranked, layout as rankAndOrder } from "@dagrejs/dagre";

import { NODE, type Graph } from "./graph";

/** Between nodes of one rank in one lane, and above the first and below the last of a lane. */
const STACKED = 26;
const PADDED = 15;
const MOST_RANKING = 80;

export interface Placed {
  rank: number;
  /** Top. */
  y: number;
}

export interface Places {
  nodes: Map<string, Placed>;
  ranks: number;
  lanes: { y: number; height: number }[];
  height: number;
}

export function place(graph: Graph): Places {
  const rankOf = ranks(graph);
  const columns = [...new Set([...rankOf.values()].map((each) => each.x))].sort((a, b) => a - b);
  const rank = new Map(columns.map((x, number) => [x, number]));
  const stacks = new Map<string, string[]>();
  for (const node of graph.nodes) {
    const key = `${node.lane}/${rank.get(rankOf.get(node.id)!.x)}`;
    stacks.set(key, [...(stacks.get(key) ?? []), node.id]);
  }
  const nodes = new Map<string, Placed>();
  const lanes: Places["lanes"] = [];
  let y = 0;
  graph.lanes.forEach((_, lane) => {
    const own = [...stacks].filter(([key]) => key.startsWith(`${lane}/`));
    const most = Math.max(1, ...own.map(([, ids]) => ids.length));
    const height = tall(most) + 2 * PADDED;
    for (const [key, ids] of own) {
      ids.sort((a, b) => rankOf.get(a)!.y - rankOf.get(b)!.y || (a < b ? -1 : 1));
      const top = y + (height - tall(ids.length)) / 2;
      ids.forEach((id, number) => {
        nodes.set(id, {
          rank: Number(key.split("/")[1]),
          y: top + number * (NODE.height + STACKED),
        });
      });
    }
    lanes.push({ y, height });
    y += height;
  });
  return { nodes, ranks: columns.length, lanes, height: y };
}

function tall(stacked: number): number {
  return stacked * NODE.height + (stacked - 1) * STACKED;
}

/** Rework goes back, so it ranks nothing; nor does what only happens side by side, if it can help it. */
function ranks(graph: Graph): Map<string, { x: number; y: number }> {
  const ranked = new Ranked({ multigraph: false });
  ranked.setGraph({ rankdir: "LR", ranker: "network-simplex", nodesep: STACKED, ranksep: 45 });
  ranked.setDefaultEdgeLabel(() => ({}));
  for (const node of graph.nodes) {
    ranked.setNode(node.id, { width: NODE.width, height: NODE.height });
  }
  // What is strong is met first, so that where the process goes round, what is weak goes back; and of
  // very many edges the weak rank nothing, unless a node has no other: each costs time.
  const strongest = [...graph.edges].sort((a, b) => b.cases - a.cases);
  const begun = new Set<string>();
  const ended = new Set<string>();
  for (const edge of strongest) {
    if (edge.rework || edge.from === edge.to || ranked.hasEdge(edge.to, edge.from)) continue;
    if (ranked.edgeCount() >= MOST_RANKING && begun.has(edge.from) && ended.has(edge.to)) continue;
    begun.add(edge.from);
    ended.add(edge.to);
    ranked.setEdge(edge.from, edge.to, { weight: 1 + Math.log2(edge.cases), minlen: 1 });
  }
  rankAndOrder(ranked);
  return new Map(
    graph.nodes.map((node) => {
      const { x, y } = ranked.node(node.id) as { x: number; y: number };
      return [node.id, { x: Math.round(x), y }];
    }),
  );
}
