/** How long the layout of 40 activities and 200 edges takes: `npm run bench`. */

import type { Graph } from "./graph";
import { layout } from "./layout";

declare const process: { cpuUsage: (since?: object) => { user: number } };

const ACTIVITIES = 40;
const EDGES = 200;
const LANES = 7;

/** A process that mostly goes on, sometimes skips, and sometimes goes back. */
function made(seed: number): Graph {
  let state = seed;
  const random = (below: number): number => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x6d2b79f5;
    return ((state ^ (state >>> 14)) >>> 0) % below;
  };
  const edges = new Map<string, [number, number]>();
  for (let to = 1; to < ACTIVITIES; to += 1) edges.set(`${to - 1}>${to}`, [to - 1, to]);
  for (let tries = 0; edges.size < EDGES && tries < 100 * EDGES; tries += 1) {
    const from = random(ACTIVITIES);
    const to = Math.min(from + 1 + random(9), ACTIVITIES - 1);
    const pair: [number, number] = random(8) ? [from, to] : [to, from];
    if (from !== to) edges.set(pair.join(">"), pair);
  }
  return {
    lanes: Array.from({ length: LANES }, (_, lane) => ({ label: `Party ${lane}`, tone: "p1" })),
    nodes: Array.from({ length: ACTIVITIES }, (_, id) => ({
      id: String(id),
      label: `Activity number ${id}`,
      lane: random(LANES),
      cases: "100",
      title: "",
    })),
    edges: [...edges.values()].map(([from, to]) => ({
      from: String(from),
      to: String(to),
      cases: 10 + random(1000),
      kind: "handover",
      state: "met",
      agreed: true,
      rework: false,
      value: "2.1 d",
      width: 2,
      title: "",
      url: "",
      selected: false,
    })),
  };
}

const milliseconds = Array.from({ length: 15 }, (_, seed) => {
  const graph = made(seed + 1);
  const begin = process.cpuUsage();
  layout(graph, (text) => text.length * 6.5);
  return process.cpuUsage(begin).user / 1000;
}).sort((a, b) => a - b);
console.log(
  `${ACTIVITIES} activities, ${EDGES} edges, processor time: median ${milliseconds[7]!.toFixed(0)} ms,` +
    ` longest ${milliseconds[14]!.toFixed(0)} ms`,
);
