/** One tab stop for the whole map; arrows go along its edges, `n` to the next that is below target. */

import type { Graph } from "./graph";

export function walk(svg: SVGElement, graph: Graph, nodes: SVGElement[], edges: SVGElement[]): void {
  const all = [...nodes, ...edges];
  const place = new Map(graph.nodes.map((node, number) => [node.id, nodes[number]!]));
  const siblings = (edge: number): SVGElement[] =>
    edges.filter((_, number) => graph.edges[number]!.from === graph.edges[edge]!.from);
  const top = (each: SVGElement): number => each.getBoundingClientRect().top;
  const left = (each: SVGElement): number => each.getBoundingClientRect().left;
  const beside = (list: SVGElement[], here: SVGElement, step: number): SVGElement | undefined =>
    list[list.indexOf(here) + step];

  let stop = edges.find((_, number) => graph.edges[number]!.selected) ?? nodes[0];
  stop?.setAttribute("tabindex", "0");
  const go = (to: SVGElement | undefined): void => {
    if (!to) return;
    for (const each of all) each.setAttribute("tabindex", "-1");
    to.setAttribute("tabindex", "0");
    to.focus();
  };

  const moves: Record<string, (here: SVGElement) => SVGElement | undefined> = {
    ArrowRight: (here) => {
      const edge = edges.indexOf(here);
      if (edge >= 0) return place.get(graph.edges[edge]!.to);
      return edges.find((_, number) => place.get(graph.edges[number]!.from) === here);
    },
    ArrowLeft: (here) => {
      const edge = edges.indexOf(here);
      if (edge >= 0) return place.get(graph.edges[edge]!.from);
      return edges.find((_, number) => place.get(graph.edges[number]!.to) === here);
    },
    ArrowDown: (here) => next(here, 1),
    ArrowUp: (here) => next(here, -1),
    n: (here) => {
      const late = edges.filter((_, number) => graph.edges[number]!.state === "breached");
      return late[(late.indexOf(here) + 1) % Math.max(late.length, 1)];
    },
  };
  const next = (here: SVGElement, step: number): SVGElement | undefined => {
    const edge = edges.indexOf(here);
    if (edge >= 0) return beside(siblings(edge), here, step);
    const inOrder = [...nodes].sort((a, b) => left(a) - left(b) || top(a) - top(b));
    return beside(inOrder, here, step);
  };

  svg.addEventListener("keydown", (event) => {
    const here = (event.target as Element).closest<SVGElement>("[tabindex]");
    const move = moves[event.key];
    if (!here || !move || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    go(move(here));
  });
}
