// The frozen text of a document in reading order, with lights over its words. Nothing of it is
// markup here: every character is put in as text, and hidden ones are named.

const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const ORDER = ["coverage-unseen", "coverage-boilerplate", "coverage-context", "coverage-record",
  "others", "faint", "strong", "found", "chosen"];
const LINE = 60; // pixels kept above words that come into sight

// Characters as the server counts them (code points) and as strings here do (UTF-16 units).
const points = (text) => (/[\ud800-\udfff]/.test(text) ? [...text].length : text.length);
const units = (text, count) =>
  /[\ud800-\udfff]/.test(text) ? [...text].slice(0, count).join("").length : count;

export class TextView {
  // `source`: {passages(first)}, giving {passages, next}; `on`: {pick({id, field}), choose(span)}
  constructor(pane, lights, source, on) {
    Object.assign(this, { pane, lights, source, on, blocks: [] });
    pane.addEventListener("pointerup", (event) => this.release(event));
    this.ready = this.load();
  }

  async load() {
    const sheet = document.createElement("div");
    sheet.className = "sheet-text";
    this.pane.replaceChildren(sheet);
    for (let first = 0; first !== null; ) {
      const { passages, next } = await this.source.passages(first);
      sheet.append(...passages.map((one) => (one.rows instanceof Array ? this.table(one) : this.passage(one))));
      first = next;
    }
    const everybody = [...this.lights.records.keys()].flatMap((id) => this.lights.spans(id));
    const own = everybody.filter(({ field }) => !field.startsWith("tags."));
    this.mark("others", own.map(({ span }) => span));
  }

  passage(one, tag = "div") {
    const element = document.createElement(tag);
    element.className = `passage ${one.kind}`;
    element.dir = "auto";
    element.dataset.start = one.start;
    if (one.level) element.dataset.level = Math.min(one.level, 6);
    for (const piece of one.pieces) {
      const into = piece.kind
        ? element.appendChild(Object.assign(document.createElement("span"), { className: piece.kind }))
        : element;
      this.fill(into, piece.text);
    }
    this.blocks.push({ start: one.start, end: one.end, element });
    return element;
  }

  table(one) {
    const table = document.createElement("table");
    for (const row of one.rows) {
      const tr = table.insertRow();
      for (const cell of row) {
        const td = tr.appendChild(this.passage(cell, cell.head ? "th" : "td"));
        td.colSpan = cell.columns;
        td.rowSpan = cell.rows;
      }
    }
    return table;
  }

  fill(element, text) {
    for (let rest = text; rest; ) {
      const at = rest.search(HIDDEN);
      if (at !== 0) element.append(at < 0 ? rest : rest.slice(0, at));
      if (at < 0) return;
      const mark = element.appendChild(document.createElement("span"));
      mark.className = "control";
      mark.dataset.code = `U+${rest.charCodeAt(at).toString(16).toUpperCase().padStart(4, "0")}`;
      mark.textContent = rest[at];
      rest = rest.slice(at + 1);
    }
  }

  // --- places -------------------------------------------------------------------------------------

  // The first block that ends after a character.
  blockAt(offset) {
    let low = 0;
    let high = this.blocks.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.blocks[middle].end > offset) high = middle;
      else low = middle + 1;
    }
    return this.blocks[low];
  }

  point(offset, atEnd) {
    const block = this.blockAt(atEnd ? offset - 1 : offset);
    if (!block) return null;
    let left = Math.max(0, offset - block.start);
    const walker = document.createTreeWalker(block.element, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = points(node.data);
      if (left < length || (atEnd && left === length)) return [node, units(node.data, left)];
      left -= length;
    }
    return [block.element, block.element.childNodes.length];
  }

  range([start, end]) {
    const [from, to] = [this.point(start, false), this.point(end, true)];
    if (!from || !to) return null;
    const range = new Range();
    range.setStart(...from);
    range.setEnd(...to);
    return range;
  }

  // The character at a place of the page; nothing outside the text.
  offset(node, at) {
    const element = (node.nodeType === 3 ? node.parentElement : node).closest?.("[data-start]");
    if (!element || !this.pane.contains(element)) return null;
    const before = new Range();
    before.setStart(element, 0);
    before.setEnd(node, at);
    return Number(element.dataset.start) + points(before.toString());
  }

  // --- lights -------------------------------------------------------------------------------------

  mark(name, spans) {
    if (!globalThis.CSS?.highlights) return;
    const ranges = spans.map((span) => this.range(span)).filter(Boolean);
    const highlight = new Highlight(...ranges);
    highlight.priority = ORDER.indexOf(name);
    CSS.highlights.set(name, highlight);
  }

  light(id, field) {
    const spans = this.lights.spans(id);
    const lit = (one) => one.field === field;
    this.mark("strong", spans.filter(lit).map(({ span }) => span));
    const rest = spans.filter((one) => !lit(one) && !one.field.startsWith("tags."));
    this.mark("faint", rest.map(({ span }) => span));
  }

  rects(span) {
    return [...(this.range(span)?.getClientRects() ?? [])];
  }

  sees(spans) {
    const { top, bottom } = this.pane.getBoundingClientRect();
    return spans.flatMap((span) => this.rects(span)).every((one) => one.top >= top && one.bottom <= bottom);
  }

  async reveal(spans) {
    await this.ready;
    if (!spans.length || this.sees(spans)) return;
    const [first] = this.rects(spans[0]);
    if (first) this.pane.scrollTop += first.top - this.pane.getBoundingClientRect().top - LINE;
  }

  get page() {
    return 1;
  }

  // --- the mouse ----------------------------------------------------------------------------------

  release(event) {
    const chosen = getSelection();
    if (!chosen.isCollapsed && this.pane.contains(chosen.anchorNode)) {
      const range = chosen.getRangeAt(0);
      const start = this.offset(range.startContainer, range.startOffset);
      const end = this.offset(range.endContainer, range.endOffset);
      if (start !== null && end !== null && start < end) this.on.choose([start, end]);
      return;
    }
    this.on.choose(null);
    const caret = document.caretPositionFromPoint
      ? document.caretPositionFromPoint(event.clientX, event.clientY)
      : document.caretRangeFromPoint(event.clientX, event.clientY);
    const at = caret && this.offset(caret.offsetNode ?? caret.startContainer, caret.offset ?? caret.startOffset);
    const found = at === null ? null : this.lights.atCharacter(at);
    if (found) this.on.pick(found);
  }
}
