// The pictures of pages, in motion: maps to zoom, neighbourhoods as networks to drag and to sift, values where one points.
//
// The server has drawn everything already (`draw`); without this script, or without D3, pages lack nothing.
"use strict";

(() => {
  const d3 = window.d3;
  if (!d3) return;
  const SVG = "http://www.w3.org/2000/svg";
  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const FARTHEST = 12;

  function made(name, attributes = {}, ...content) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...content);
    return element;
  }

  function drawn(name, attributes = {}, ...content) {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    element.append(...content);
    return element;
  }

  function button(text, label, action) {
    const control = made("button", label ? { type: "button", "aria-label": label, title: label } : { type: "button" }, text);
    control.addEventListener("click", action);
    return control;
  }

  // -- what is pointed at ----------------------------------------------------

  /** One note for all pictures: it stays while it is pointed at, and Escape takes it away (WCAG 1.4.13). */
  const note = made("div", { class: "chart-note", "aria-hidden": "true" });
  note.hidden = true;
  let leaving = 0;

  function show(element, text) {
    clearTimeout(leaving);
    note.textContent = text;
    note.hidden = false;
    const box = element.getBoundingClientRect();
    const left = box.left + box.width / 2 - note.offsetWidth / 2;
    const above = box.top - note.offsetHeight - 6;
    note.style.left = `${Math.max(4, Math.min(left, document.documentElement.clientWidth - note.offsetWidth - 4))}px`;
    note.style.top = `${above > 4 ? above : box.bottom + 6}px`;
  }

  function hide() {
    clearTimeout(leaving);
    leaving = setTimeout(() => { note.hidden = true; }, 120);
  }

  function tells(element, text) {
    element.addEventListener("pointerenter", () => show(element, text));
    element.addEventListener("pointerleave", hide);
    element.addEventListener("focus", () => element.matches(":focus-visible") && show(element, text));
    element.addEventListener("blur", hide);
  }

  note.addEventListener("pointerenter", () => clearTimeout(leaving));
  note.addEventListener("pointerleave", hide);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") note.hidden = true; });
  addEventListener("scroll", () => { note.hidden = true; }, { passive: true });
  document.body.append(note);

  // -- nearer and farther ----------------------------------------------------

  /** Makes `layer` within `svg` zoomable by buttons, by Ctrl and wheel, by two fingers; `changed` is told the scale. */
  function zoomable(svg, layer, changed) {
    const { width, height } = svg.viewBox.baseVal;
    const zoom = d3.zoom()
      .scaleExtent([1, FARTHEST])
      .extent([[0, 0], [width, height]])
      .translateExtent([[0, 0], [width, height]])
      .clickDistance(4)
      // A wheel and one finger scroll the page, as everywhere.
      .filter((event) => (event.type === "wheel" ? event.ctrlKey || event.metaKey
        : event.type.startsWith("touch") ? event.touches.length > 1 : !event.button))
      .on("zoom", ({ transform }) => {
        layer.setAttribute("transform", transform);
        note.hidden = true;
        changed(transform.k);
      });
    const selection = d3.select(svg).call(zoom).on("dblclick.zoom", null);
    const moved = () => selection.transition().duration(still.matches ? 0 : 200);
    return [
      button("+", "Zoom in", () => moved().call(zoom.scaleBy, 1.6)),
      button("−", "Zoom out", () => moved().call(zoom.scaleBy, 1 / 1.6)),
      button("Whole", "Show the whole picture", () => moved().call(zoom.transform, d3.zoomIdentity)),
    ];
  }

  function tools(figure, name, ...controls) {
    const bar = made("div", { class: "chart-tools", role: "group", "aria-label": name }, ...controls);
    figure.prepend(bar);
    return bar;
  }

  // -- maps ------------------------------------------------------------------

  function map(figure) {
    const svg = figure.querySelector("svg");
    if (!svg) return;
    const layer = drawn("g");
    layer.append(...[...svg.children].filter((child) => !["desc", "title"].includes(child.localName)));
    svg.append(layer);
    svg.classList.add("zooms");
    for (const area of layer.querySelectorAll("[aria-label]")) tells(area, area.getAttribute("aria-label"));
    for (const shape of layer.querySelectorAll("path")) shape.setAttribute("vector-effect", "non-scaling-stroke");
    const labels = [...layer.querySelectorAll("text")].map((label) => {
      const box = label.getBBox();
      return { label, x: box.x + box.width / 2, y: box.y + box.height / 2 };
    });
    tools(figure, "Map", ...zoomable(svg, layer, (k) => {
      // Names keep their size on the screen, around their own middle.
      for (const { label, x, y } of labels) {
        label.setAttribute("transform", `translate(${x} ${y}) scale(${1 / k}) translate(${-x} ${-y})`);
      }
    }));
  }

  // -- networks --------------------------------------------------------------

  /** What the picture for narrow pages says, line by line, as things and what leads from one to the other. */
  function readNetwork(svg, centre) {
    const nodes = [{ name: centre, href: null, centre: true }];
    const known = new Map();
    const edges = [];
    let open = [];
    let branch = null;
    for (const line of svg.querySelectorAll("text.net-branch, g:not(.net-centre) > a, g:not(.net-centre) > text:not(.net-branch)")) {
      const text = line.localName === "a" ? line.querySelector("text") : line;
      const x = Number(text.getAttribute("x") ?? text.querySelector("[x]")?.getAttribute("x"));
      open = open.filter((o) => o.x < x);
      if (text.classList.contains("net-branch")) {
        branch = { name: text.textContent.trim(), from: open.length ? open[open.length - 1].node : nodes[0] };
        continue;
      }
      const name = line.getAttribute("aria-label") || [...text.childNodes].map((n) => n.textContent).join(" ").trim();
      const href = line.getAttribute("href");
      let node = known.get(href || name);
      if (!node) {
        node = { name, href, language: text.getAttribute("lang") };
        known.set(href || name, node);
        nodes.push(node);
      }
      open.push({ x, node });
      if (branch) edges.push({ source: branch.from, target: node, name: branch.name });
    }
    return { nodes, edges };
  }

  function network(figure) {
    const narrow = figure.querySelector(".net-narrow");
    const centre = figure.querySelector(".net-centre text");
    if (!narrow || !centre) return;
    const told = readNetwork(narrow, [...centre.childNodes].map((n) => n.textContent).join(" ").trim());
    // On a phone its names would lie over each other, and the list that the server has drawn is better.
    if (told.nodes.length < 3 || figure.clientWidth < 480) return;
    const names = [...new Set(told.edges.map((e) => e.name))];
    const only = made("select", { hidden: "" }, made("option", { value: "" }, "Everything"),
      ...names.map((name) => made("option", { value: name }, name)));
    const label = made("label", { hidden: "" }, "Show ", only);
    only.hidden = false;
    const place = made("div", { class: "chart-network", hidden: "" });
    let simulation = null;
    const redraw = () => {
      if (simulation) simulation.stop();
      const edges = told.edges.filter((e) => !only.value || e.name === only.value);
      const shown = new Set([told.nodes[0], ...edges.flatMap((e) => [e.source, e.target])]);
      simulation = laidOut(place, told.nodes.filter((n) => shown.has(n)), edges, figure.querySelector("svg").getAttribute("aria-label"));
    };
    const toggle = button("As a network", "", () => {
      const on = place.hidden;
      toggle.setAttribute("aria-pressed", on);
      place.hidden = label.hidden = !on;
      figure.classList.toggle("is-network", on);
      if (on) redraw();
      else if (simulation) simulation.stop();
    });
    toggle.setAttribute("aria-pressed", "false");
    only.addEventListener("change", redraw);
    tools(figure, "Neighbourhood", toggle, label);
    figure.append(place);
  }

  /** Draws things and lines into `place`, and moves them apart; gives the simulation that does. */
  function laidOut(place, things, lines, title) {
    const width = Math.max(320, Math.min(place.clientWidth || 640, 900));
    const height = Math.max(320, Math.min(640, 130 + things.length * 22));
    const nodes = things.map((thing) => ({ thing }));
    const at = new Map(nodes.map((node) => [node.thing, node]));
    const edges = lines.map((line) => ({ source: at.get(line.source), target: at.get(line.target), name: line.name }));
    const layer = drawn("g");
    const svg = drawn("svg", { viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": title, class: "zooms" }, layer);
    const strokes = edges.map((edge) => {
      const stroke = drawn("line", { class: "net-edge" });
      tells(stroke, `${edge.source.thing.name} ${edge.name}: ${edge.target.thing.name}`);
      return stroke;
    });
    const marks = nodes.map((node) => mark(node, edges, width < 480 ? 22 : 34));
    layer.append(...strokes, ...marks);
    place.replaceChildren(made("div", { class: "chart-tools" }, ...zoomable(svg, layer, () => {})), svg);
    const placed = () => {
      edges.forEach((edge, i) => {
        for (const [key, value] of Object.entries({ x1: edge.source.x, y1: edge.source.y, x2: edge.target.x, y2: edge.target.y })) {
          strokes[i].setAttribute(key, value.toFixed(1));
        }
      });
      nodes.forEach((node, i) => {
        node.x = Math.max(12, Math.min(width - 12, node.x));
        node.y = Math.max(14, Math.min(height - 14, node.y));
        const text = marks[i].querySelector("text");
        // Outwards, unless that leads out of the picture.
        const outwards = text.getComputedTextLength() + 12;
        const left = node.x < width / 2 ? node.x > outwards : node.x + outwards > width;
        marks[i].setAttribute("transform", `translate(${node.x.toFixed(1)} ${node.y.toFixed(1)})`);
        text.setAttribute("text-anchor", node.thing.centre ? "middle" : left ? "end" : "start");
        text.setAttribute("x", node.thing.centre ? 0 : left ? -10 : 10);
      });
    };
    Object.assign(at.get(things[0]), { fx: width / 2, fy: height / 2 });
    const simulation = d3.forceSimulation(nodes)
      .force("lines", d3.forceLink(edges).distance(Math.min(width, height) / 3.4).strength(0.5))
      .force("apart", d3.forceManyBody().strength(-260))
      .force("room", d3.forceCollide(17))
      .force("across", d3.forceX(width / 2).strength(0.03))
      .force("down", d3.forceY(height / 2).strength(0.08))
      .on("tick", placed);
    if (still.matches) simulation.stop().tick(300);
    placed();
    d3.selectAll(marks).data(nodes).call(dragged(simulation, placed));
    return simulation;
  }

  function mark(node, edges, longest) {
    const { thing } = node;
    const text = drawn("text", thing.centre ? { y: -12 } : { y: 5 });
    text.textContent = thing.name.length > longest ? `${thing.name.slice(0, longest - 2).replace(/\s+\S*$/, "")}…` : thing.name;
    if (thing.language) text.setAttribute("lang", thing.language);
    const dot = drawn("circle", { r: thing.centre ? 8 : 6, class: "net-dot" });
    const reach = drawn("circle", { r: 13, class: "net-reach" });
    const shape = thing.href ? drawn("a", { href: thing.href }, reach, dot, text) : drawn("g", {}, reach, dot, text);
    if (thing.href && text.textContent !== thing.name) shape.setAttribute("aria-label", thing.name);
    const ways = edges.filter((edge) => edge.target === node).map((edge) => edge.name);
    if (ways.length) tells(shape, `${thing.name} (${ways.join(", ")})`);
    return shape;
  }

  function dragged(simulation, place) {
    return d3.drag()
      .clickDistance(4)
      .on("start", (event, node) => { if (!event.active && !still.matches) simulation.alphaTarget(0.2).restart(); node.fx = node.x; node.fy = node.y; })
      .on("drag", (event, node) => { node.fx = node.x = event.x; node.fy = node.y = event.y; note.hidden = true; place(); })
      .on("end", (event) => { if (!event.active) simulation.alphaTarget(0); });
  }

  document.querySelectorAll("figure.draw.map").forEach(map);
  document.querySelectorAll("figure.draw.network").forEach(network);
})();
