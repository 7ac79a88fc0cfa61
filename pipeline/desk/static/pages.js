// The pages of a document as images, with lights over them. Sizes are reserved before images come.

import { wordsBetween, wordNear } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const LAYERS = ["coverage", "others", "record", "found", "chosen"];
const SCALES = [1, 1.5, 2, 3, 4]; // pixels a point; few, so that the server draws a page seldom
const ZOOMS = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3];
const PAD = 24; // pixels kept between lit words and the edge of the pane
const CLICK = 4; // pixels that a hand may move in a click

export class PageView {
  // `source`: {image(number, scale), words(number)}; `on`: {pick({id, field}), choose(span), page(n)}
  constructor(pane, lights, source, on) {
    Object.assign(this, { pane, lights, source, on, zoom: 1, sheets: new Map(), wordsOf: new Map() });
    this.near = new IntersectionObserver((seen) => this.approach(seen), {
      root: pane,
      rootMargin: "60%",
    });
    pane.replaceChildren(...lights.pages.map((page) => this.sheet(page)));
    pane.addEventListener("scroll", () => on.page(this.page), { passive: true });
    pane.addEventListener("pointerdown", (event) => this.press(event));
    new ResizeObserver(() => this.fit()).observe(pane);
    this.fit();
  }

  sheet([number, width, height]) {
    const figure = document.createElement("figure");
    figure.className = "sheet-page";
    figure.dataset.page = number;
    figure.style.aspectRatio = `${width} / ${height}`;
    const image = figure.appendChild(new Image());
    image.alt = `Page ${number} of ${this.lights.pages.length}`;
    image.loading = "lazy";
    image.decoding = "async";
    image.draggable = false;
    const svg = figure.appendChild(document.createElementNS(SVG, "svg"));
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const layers = LAYERS.map((name) => {
      const layer = svg.appendChild(document.createElementNS(SVG, "g"));
      layer.setAttribute("class", name);
      return [name, layer];
    });
    this.sheets.set(number, { figure, image, width, ...Object.fromEntries(layers) });
    this.near.observe(figure);
    return figure;
  }

  // --- size ---------------------------------------------------------------------------------------

  fit() {
    this.pane.style.setProperty("--zoom", this.zoom);
    if (!this.pane.clientWidth) return; // another view is shown
    for (const [number, { figure, image, width }] of this.sheets) {
      const wanted = (figure.clientWidth / width) * devicePixelRatio;
      const scale = SCALES.find((one) => one >= wanted * 0.95) ?? SCALES.at(-1);
      const address = this.source.image(number, scale);
      if (image.getAttribute("src") !== address) image.src = address;
    }
  }

  setZoom(step) {
    const { page, zoom } = this;
    const others = ZOOMS.filter((one) => (step > 0 ? one > zoom : one < zoom));
    this.zoom = step === 0 ? 1 : ((step > 0 ? others[0] : others.at(-1)) ?? zoom);
    const { figure } = this.sheets.get(page);
    const at = (this.pane.scrollTop - figure.offsetTop) / figure.clientHeight;
    this.fit();
    this.pane.scrollTop = figure.offsetTop + at * figure.clientHeight;
    return this.zoom;
  }

  // --- moving -------------------------------------------------------------------------------------

  // The number of the page that a third of the pane's height down is.
  get page() {
    const line = this.pane.scrollTop + this.pane.clientHeight / 3;
    let found = this.lights.pages[0]?.[0] ?? 1;
    let low = 0;
    let high = this.lights.pages.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const [number] = this.lights.pages[middle];
      if (this.sheets.get(number).figure.offsetTop <= line) {
        found = number;
        low = middle + 1;
      } else high = middle - 1;
    }
    return found;
  }

  goTo(number) {
    const sheet = this.sheets.get(number);
    if (sheet) this.pane.scrollTop = sheet.figure.offsetTop - 8;
  }

  // Where a box is, in pixels of the pane's content.
  pixels([number, x0, top, x1, bottom]) {
    const { figure, width } = this.sheets.get(number);
    const scale = figure.clientWidth / width;
    const [left, above] = [figure.offsetLeft, figure.offsetTop];
    return {
      left: left + x0 * scale,
      right: left + x1 * scale,
      top: above + top * scale,
      bottom: above + bottom * scale,
    };
  }

  // Whether all the boxes are in sight.
  sees(boxes) {
    const { scrollTop, scrollLeft, clientHeight, clientWidth } = this.pane;
    return boxes.every((box) => {
      const { left, right, top, bottom } = this.pixels(box);
      return (
        top >= scrollTop && bottom <= scrollTop + clientHeight &&
        left >= scrollLeft - 1 && right <= scrollLeft + clientWidth + 1
      );
    });
  }

  // Bring boxes into sight: all of them if they fit, else the first.
  reveal(boxes) {
    if (!boxes.length || this.sees(boxes)) return;
    const { pane } = this;
    const places = boxes.map((box) => this.pixels(box));
    const [top, bottom] = [places[0].top, Math.max(...places.map((place) => place.bottom))];
    const [left, right] = [places[0].left, Math.max(...places.map((place) => place.right))];
    const room = pane.clientHeight - (bottom - top);
    pane.scrollTop = top - (room > 2 * PAD ? Math.min(room / 2, pane.clientHeight / 4) : PAD);
    if (left < pane.scrollLeft || right > pane.scrollLeft + pane.clientWidth) {
      pane.scrollLeft = left - PAD;
    }
  }

  // --- lights -------------------------------------------------------------------------------------

  rect(layer, [number, x0, top, x1, bottom], className, field) {
    const rect = document.createElementNS(SVG, "rect");
    const at = { x: x0, y: top, width: x1 - x0, height: bottom - top, class: className };
    for (const [name, value] of Object.entries(at)) rect.setAttribute(name, value);
    if (field) rect.dataset.field = field;
    this.sheets.get(number)?.[layer].append(rect);
    return rect;
  }

  clear(layer) {
    for (const sheet of this.sheets.values()) {
      if (sheet[layer].firstChild) sheet[layer].replaceChildren();
    }
  }

  // Light a record: its current field strongly, its others faintly.
  light(id, field) {
    if (this.id !== id || this.stale) {
      this.clear("record");
      this.rects = this.lights
        .boxes(id)
        .map(({ field: name, box }) => this.rect("record", box, "", name));
      this.id = id;
      this.stale = false;
      for (const [number, sheet] of this.sheets) if (sheet.near) this.outline(number);
    }
    for (const rect of this.rects) {
      const tag = rect.dataset.field.startsWith("tags.");
      const lit = rect.dataset.field === field;
      rect.setAttribute("class", lit ? "strong" : tag ? "none" : "faint");
      if (lit) rect.parentNode.append(rect);
    }
  }

  approach(seen) {
    for (const { target, isIntersecting } of seen) {
      const number = Number(target.dataset.page);
      this.sheets.get(number).near = isIntersecting;
      if (isIntersecting) {
        this.outline(number);
        this.coverPage(number);
      } else this.sheets.get(number).others.replaceChildren();
    }
  }

  outline(number) {
    this.sheets.get(number).others.replaceChildren();
    for (const { id, box } of this.lights.onPage(number)) {
      if (id !== this.id) this.rect("others", box, "");
    }
  }

  // Colour the blocks [{start, end, kind}] of the pages near by; none takes the colours away.
  cover(blocks) {
    this.clear("coverage");
    this.pane.classList.toggle("covered", blocks.length > 0);
    this.blocks = blocks;
    for (const number of this.sheets.keys()) this.coverPage(number);
  }

  async coverPage(number) {
    const sheet = this.sheets.get(number);
    if (!sheet.near || !this.blocks?.length || sheet.coverage.firstChild) return;
    const words = await this.words(number);
    if (!words.length || sheet.coverage.firstChild) return;
    const [first, last] = [words[0][0], words.at(-1)[1]];
    for (const { start, end, kind } of this.blocks) {
      if (start >= last || end <= first) continue;
      for (const box of wordsBetween(words, [start, end])) {
        this.rect("coverage", [number, ...box], kind);
      }
    }
  }

  // Colour places by kind, or by nothing: [{className, boxes}].
  paint(layer, places) {
    this.clear(layer);
    for (const { className, boxes } of places) {
      for (const box of boxes) this.rect(layer, box, className);
    }
  }

  // --- the mouse ----------------------------------------------------------------------------------

  point(event) {
    const figure = event.target.closest?.(".sheet-page");
    if (!figure) return null;
    const number = Number(figure.dataset.page);
    const place = figure.getBoundingClientRect();
    const scale = place.width / this.sheets.get(number).width;
    return [number, (event.clientX - place.left) / scale, (event.clientY - place.top) / scale];
  }

  async words(number) {
    if (!this.wordsOf.has(number)) this.wordsOf.set(number, this.source.words(number));
    return this.wordsOf.get(number);
  }

  // A click picks the record under it; a drag chooses words in reading order.
  press(event) {
    const start = this.point(event);
    if (!start || event.button) return;
    const { clientX, clientY } = event;
    let dragged = false;
    let span = null;
    const first = this.words(start[0]).then((words) => wordNear(words, start[1], start[2]));
    const move = async (moved) => {
      dragged ||= Math.hypot(moved.clientX - clientX, moved.clientY - clientY) > CLICK;
      const now = this.point(moved);
      if (!dragged || !now) return;
      const from = await first;
      const to = wordNear(await this.words(now[0]), now[1], now[2]);
      if (!from || !to) return;
      span = [Math.min(from[0], to[0]), Math.max(from[1], to[1])];
      await this.choose(span, start[0], now[0]);
    };
    const release = async (released) => {
      this.pane.removeEventListener("pointermove", move);
      if (dragged) {
        await move(released);
        if (span) this.on.choose(span);
        return;
      }
      this.clear("chosen");
      this.on.choose(null);
      const found = this.lights.at(...start);
      if (found) this.on.pick(found);
    };
    this.pane.addEventListener("pointermove", move);
    addEventListener("pointerup", release, { once: true });
    event.preventDefault();
    this.pane.focus({ preventScroll: true });
  }

  async choose(span, one, other) {
    this.clear("chosen");
    if (!span) return;
    for (let page = Math.min(one, other); page <= Math.max(one, other); page++) {
      for (const box of wordsBetween(await this.words(page), span)) {
        this.rect("chosen", [page, ...box], "");
      }
    }
  }
}
