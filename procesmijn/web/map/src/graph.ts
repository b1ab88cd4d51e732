/** What the page gives to be drawn: labels and figures are words already, in the reader's language. */

export interface Lane {
  label: string;
  /** A class of the style sheet. */
  tone: string;
}

export interface GraphNode {
  id: string;
  label: string;
  /** Place of its lane. */
  lane: number;
  cases: string;
  title: string;
}

export interface GraphEdge {
  from: string;
  to: string;
  cases: number;
  kind: "handover" | "within" | "beside";
  state: string;
  agreed: boolean;
  rework: boolean;
  value: string;
  width: number;
  title: string;
  url: string;
  selected: boolean;
}

export interface Graph {
  lanes: Lane[];
  nodes: GraphNode[];
  edges: GraphEdge[];
}

export interface Point {
  x: number;
  y: number;
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const NODE = { width: 98, height: 44 };

/** How wide a text is, in pixels. */
export type Measure = (text: string, isBold: boolean) => number;
