/** The discovered model in a page: a figure says in `data-bpmn` where it is, and gets the drawing. */

import Viewer from "bpmn-js/lib/NavigatedViewer";

export async function show(figure: HTMLElement): Promise<void> {
  const { bpmn = "", failed = "" } = figure.dataset;
  const box = document.createElement("div");
  box.className = "canvas";
  try {
    const answer = await fetch(bpmn);
    if (!answer.ok) throw new Error(await answer.text());
    figure.replaceChildren(box);
    const viewer = new Viewer({ container: box });
    await viewer.importXML(await answer.text());
    viewer.get<{ zoom: (how: string, at: string) => void }>("canvas").zoom("fit-viewport", "auto");
  } catch {
    figure.textContent = failed;
  }
}
