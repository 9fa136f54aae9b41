// Stands in for the panel's module in all panels but the first: takes the module that the page has, or asks
// the kernel for it once a page. Not built, not bundled; the wheel carries it as it is.

const ASK_AGAIN_MS = 3000;
const OTHERS_MS = 300; // in which the panel that carries the module may still be loading it

function fetchModule(model) {
  const viewId = `r${crypto.getRandomValues(new Uint32Array(2)).join("")}`;
  const request = { v: 1, kind: "panel_module", request_id: `${viewId}-1`, view_id: viewId };
  return new Promise((resolve, reject) => {
    const pieces = [];
    const ask = () => model.send(request);
    const timer = setInterval(ask, ASK_AGAIN_MS);
    const hear = (message) => {
      if (message?.request_id !== request.request_id) return;
      if (message.kind === "chunk") pieces[message.index] = message.text;
      else if (message.kind === "reply" && message.accepted) clearInterval(timer);
      if (message.fault || message.kind === "answer") {
        clearInterval(timer);
        model.off("msg:custom", hear);
        if (message.fault) reject(new Error(message.fault.message));
        else resolve(JSON.parse(pieces.join("")));
      }
    };
    model.on("msg:custom", hear);
    ask();
  });
}

async function load(model) {
  const { js, css } = await fetchModule(model);
  document.head.append(Object.assign(document.createElement("style"), { textContent: css }));
  const url = URL.createObjectURL(new Blob([js], { type: "text/javascript" }));
  try {
    return (await import(/* webpackIgnore: true */ url)).default;
  } finally {
    URL.revokeObjectURL(url);
  }
}

async function panel(model) {
  const page = (globalThis.nbmlPage ??= {});
  if (!page.panel) await new Promise((resolve) => setTimeout(resolve, OTHERS_MS));
  page.panel ??= load(model).catch((error) => {
    page.panel = undefined;
    throw error;
  });
  const entry = await page.panel;
  return typeof entry === "function" ? entry() : entry;
}

export default {
  async render(context) {
    const ends = [];
    let isGone = false;
    panel(context.model)
      .then(async (entry) => {
        if (isGone) return;
        ends.push(await entry.initialize?.(context));
        ends.unshift(await entry.render(context));
      })
      .catch((error) => {
        if (!isGone) context.el.textContent = String(error.message ?? error);
      });
    return () => {
      isGone = true;
      for (const end of ends) end?.();
    };
  },
};
