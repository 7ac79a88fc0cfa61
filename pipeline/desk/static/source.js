// The left half: pages, text or saved page of one document; lights, finding, coverage.

import { Lights } from "./lights.js";
import { PageView } from "./pages.js";
import { TextView } from "./text.js";

const $ = (id) => document.getElementById(id);
const KINDS = ["record", "context", "boilerplate", "unseen"];

export class Source {
  // `at(path)` is the address of this document under a route; `pick`, `choose`, `seen` and `say`
  // tell what happened here.
  constructor(parts) {
    Object.assign(this, parts, { chosen: null, view: "", covers: false });
    this.ready = this.begin();
  }

  async begin() {
    this.lights = new Lights(await this.get(this.at("/lights")));
    $("pages").addEventListener("scroll", () => this.seen(), { passive: true });
    $("text").addEventListener("scroll", () => this.seen(), { passive: true });
    $("page-number").addEventListener("change", (event) => this.turn(0, Number(event.target.value)));
    $("sought").addEventListener("input", () => this.seek());
    $("finding").addEventListener("keydown", (event) => {
      if (event.key === "Enter") this.nextFound(event.shiftKey ? -1 : 1);
      else if (event.key === "Escape") this.endFind();
      else return;
      event.preventDefault();
    });
    const kept = localStorage.getItem("view");
    await this.show(this.views.includes(kept) && kept !== "saved" ? kept : this.views[0]);
  }

  // --- views --------------------------------------------------------------------------------------

  async show(view) {
    if (!this.views.includes(view)) {
      this.say("This document has no such view.", "warning");
      return;
    }
    if (this.view === view) return;
    this.view = view;
    // Only where there is a choice: a document without pages tells nothing of the next one.
    if (view !== "saved" && this.views.includes("pages")) localStorage.setItem("view", view);
    for (const pane of document.querySelectorAll(".pane")) pane.hidden = true;
    const pane = $(view === "saved" ? "saved-page" : view);
    pane.hidden = false;
    for (const one of this.views) {
      document.querySelector(`[data-act="view-${one}"]`)?.setAttribute("aria-pressed", one === view);
    }
    document.querySelector(".paged").hidden = document.querySelector(".zooming").hidden = view !== "pages";
    const on = {
      pick: this.pick,
      choose: (span) => this.chose(span),
      page: (number) => this.turned(number),
    };
    if (view === "pages") {
      this.pages ??= new PageView(pane, this.lights, {
        image: (number, scale) => `${this.at("/page")}/${number}.png?scale=${scale}`,
        words: (number) => this.get(this.at(`/words/${number}`)),
      }, on);
      this.pages.fit();
    } else if (view === "text") {
      this.text ??= new TextView(pane, this.lights, {
        passages: (first) => this.get(`${this.at("/text")}?first=${first}`),
      }, on);
      await this.text.ready;
    } else if (!pane.src) pane.src = this.at("/saved");
    if (this.id) this.light(this.id, this.field);
    await this.cover();
  }

  // The view that has lights; the saved page has none.
  get lit() {
    return this.view === "pages" ? this.pages : this.view === "text" ? this.text : null;
  }

  // --- lights -------------------------------------------------------------------------------------

  light(id, field) {
    Object.assign(this, { id, field });
    const places = this.places(id, field);
    this.lit?.light(id, field);
    this.lit?.reveal(places.length ? places : this.places(id));
  }

  // Where a field's words are, as the view shown counts them.
  places(id, field) {
    if (this.view === "pages") return this.lights.boxes(id, field).map(({ box }) => box);
    return this.lights.spans(id, field).map(({ span }) => span);
  }

  sees(id, field) {
    const places = this.lit ? this.places(id, field) : [];
    return places.length > 0 && this.lit.sees(places);
  }

  // Take what a save made of a record's lights; `gone` is a record that is no more.
  update(record, gone) {
    if (record) this.lights.update(record);
    else if (gone) this.lights.remove(gone);
    if (this.pages) this.pages.stale = true;
  }

  // Show where words stand that are being written.
  mark({ spans, boxes }) {
    if (this.view === "pages") {
      this.pages.paint("found", [{ className: "", boxes }]);
      this.pages.reveal(boxes);
    } else if (this.view === "text") {
      this.text.mark("found", spans);
      this.text.reveal(spans);
    }
  }

  // Nothing is chosen any more.
  forget() {
    this.chosen = null;
    $("chosen-words").hidden = true;
    if (this.view === "text") this.text.mark("chosen", []);
    else this.pages?.clear("chosen");
  }

  chose(span) {
    this.chosen = span;
    $("chosen-words").hidden = !span;
    if (this.view === "text") this.text.mark("chosen", span ? [span] : []);
    this.choose(span);
  }

  // --- pages --------------------------------------------------------------------------------------

  turn(by, number) {
    if (this.view !== "pages") {
      this.lit?.pane.scrollBy(0, by * this.lit.pane.clientHeight * 0.9);
      return;
    }
    this.pages.goTo((number || this.pages.page) + by);
  }

  turned(number) {
    if (document.activeElement !== $("page-number")) $("page-number").value = number;
  }

  zoom(step) {
    if (this.view !== "pages") return;
    $("zoom").textContent = `${Math.round(this.pages.setZoom(step) * 100)} %`;
    this.seen();
  }

  // --- finding ------------------------------------------------------------------------------------

  find() {
    $("finding").hidden = false;
    $("sought").select();
    $("sought").focus();
  }

  async seek() {
    const sought = $("sought").value;
    const query = new URLSearchParams({ q: sought });
    const found = sought.trim().length > 1 ? await this.get(`${this.at("/find")}?${query}`) : [];
    if (sought !== $("sought").value) return;
    this.found = found;
    this.foundAt = -1;
    if (found.length) this.nextFound(1);
    else {
      this.mark({ spans: [], boxes: [] });
      $("found").textContent = sought.trim().length > 1 ? "none" : "";
    }
  }

  nextFound(by) {
    const count = this.found?.length ?? 0;
    if (!count) return;
    this.foundAt = (this.foundAt + by + count) % count;
    const now = this.found[this.foundAt];
    this.mark({ spans: [now.span], boxes: now.boxes });
    $("found").textContent = `${this.foundAt + 1} of ${count}`;
  }

  endFind() {
    $("finding").hidden = true;
    this.mark({ spans: [], boxes: [] });
    document.querySelector(".field.current .field-value")?.focus({ preventScroll: true });
  }

  // --- coverage -----------------------------------------------------------------------------------

  async coverage() {
    this.covers = !this.covers;
    document.querySelector('[data-act="coverage"]').setAttribute("aria-pressed", this.covers);
    $("legend").hidden = !this.covers;
    await this.cover();
  }

  async cover() {
    if (this.covers) this.blocks ??= (await this.get(`${this.at("/coverage")}?format=json`)).blocks;
    const blocks = this.covers ? this.blocks : [];
    if (this.view === "text") {
      for (const kind of KINDS) {
        const spans = blocks.filter((one) => one.kind === kind).map(({ start, end }) => [start, end]);
        this.text.mark(`coverage-${kind}`, spans);
      }
    } else if (this.view === "pages") {
      this.pages.cover(blocks);
    }
  }
}

// What the keys of the source do, by act.
export const actsOn = (source) => ({
  "view-pages": () => source.show("pages"),
  "view-text": () => source.show("text"),
  "view-saved": () => source.show("saved"),
  coverage: () => source.coverage(),
  find: () => source.find(),
  "next-page": () => source.turn(1),
  "previous-page": () => source.turn(-1),
  "zoom-in": () => source.zoom(1),
  "zoom-out": () => source.zoom(-1),
  "zoom-fit": () => source.zoom(0),
});
