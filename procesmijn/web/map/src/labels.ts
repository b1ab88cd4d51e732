/** Where the figure of an edge stands: on its longest stretch, on the first spot that is free. */

import type { Box, Point } from "./graph";

const SPOTS = [0.5, 0.35, 0.65, 0.22, 0.78, 0.12, 0.88];
const AIR = 3;

export interface Wanted {
  points: Point[];
  width: number;
  height: number;
  /** Whether it is left out where it would stand on another line. */
  isModest: boolean;
}

/** A box for each, or none; those that come first choose first. */
export function labels(wanted: Wanted[], nodes: Box[]): (Box | null)[] {
  const taken: Box[] = [...nodes];
  const lines = wanted.map(({ points }) => stretches(points).map(boxOf));
  return wanted.map((each, own) => {
    let chosen: Box | null = null;
    const longest = stretches(each.points).sort((a, b) => length(b) - length(a));
    search: for (const [a, b] of longest) {
      if (length([a, b]) <= 14) break;
      for (const part of SPOTS) {
        const box = boxAt(a, b, part, each);
        if (taken.some((other) => meets(box, other))) continue;
        const isClear = lines.every(
          (others, other) => other === own || others.every((line) => !meets(line, box)),
        );
        if (isClear || (!each.isModest && chosen === null)) chosen = box;
        if (isClear) break search;
      }
    }
    if (chosen) taken.push(chosen);
    return chosen;
  });
}

function stretches(points: Point[]): [Point, Point][] {
  return points.slice(1).map((point, number) => [points[number]!, point]);
}

function length([a, b]: [Point, Point]): number {
  return Math.abs(a.x - b.x) + Math.abs(a.y - b.y);
}

function boxAt(a: Point, b: Point, part: number, { width, height }: Wanted): Box {
  return {
    x: a.x + (b.x - a.x) * part - width / 2,
    y: a.y + (b.y - a.y) * part - height / 2,
    width,
    height,
  };
}

function meets(one: Box, other: Box): boolean {
  return (
    one.x < other.x + other.width + AIR &&
    other.x < one.x + one.width + AIR &&
    one.y < other.y + other.height + AIR &&
    other.y < one.y + one.height + AIR
  );
}

function boxOf([a, b]: [Point, Point]): Box {
  return {
    x: Math.min(a.x, b.x),
    y: Math.min(a.y, b.y),
    width: Math.abs(a.x - b.x),
    height: Math.abs(a.y - b.y),
  };
}
