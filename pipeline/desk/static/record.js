// The right half: the fields of one record, which of them is current, and which were seen.

import { keyOf, label, shown } from "./keys.js";

const OPEN = new Set(["undecided", "conflict"]);
const LINE = 18; // pixels: what stays in sight of a text that moves on

export class RecordPane {
  // `on.field(field)` is called when another field is current; `on.look()` says whether all the
  // words of a field are in sight in the source.
  constructor(root, about, on) {
    Object.assign(this, { root, about, on, field: "", seen: new Set(), sent: new Map() });
    root.addEventListener("focusin", (event) => {
      const row = event.target.closest(".field");
      if (row) this.become(row);
    });
    root.addEventListener("pointerdown", (event) => {
      const row = event.target.closest(".field");
      if (row && !event.target.closest("a, button, .field-value")) {
        event.preventDefault();
        this.focus(row.dataset.field);
      }
    });
    root.addEventListener("scroll", () => this.look(), { capture: true, passive: true });
    new ResizeObserver(() => this.look()).observe(root);
    this.labels();
  }

  get head() {
    return this.root.querySelector(".record-head");
  }

  get id() {
    return this.head?.dataset.record ?? "";
  }

  get saw() {
    return this.head?.dataset.saw ?? "";
  }

  get rows() {
    return [...this.root.querySelectorAll(".field")];
  }

  row(field = this.field) {
    return this.rows.find((row) => row.dataset.field === field);
  }

  // Show a record as the server made it; the current field stays current.
  show(html, field) {
    const before = this.id;
    const scroll = this.root.querySelector(".fields")?.scrollTop ?? 0;
    const typing = document.activeElement?.closest("input, textarea, .sheet, dialog");
    this.root.innerHTML = html;
    if (this.id !== before) {
      this.seen.clear();
      this.sent.clear();
    } else this.root.querySelector(".fields").scrollTop = scroll;
    this.labels();
    const known = this.row(field ?? (this.id === before ? this.field : "")) ?? this.first();
    this.field = "";
    if (known && typing) this.become(known);
    else if (known) this.focus(known.dataset.field);
    this.look();
  }

  labels() {
    label(this.root);
    for (const mark of this.root.querySelectorAll("[data-key]")) {
      mark.textContent = shown(keyOf(mark.dataset.key));
    }
  }

  first() {
    const open = this.rows.find((row) => this.open(row));
    return open ?? this.rows.find((row) => !("empty" in row.dataset)) ?? this.rows[0];
  }

  become(row) {
    if (this.field === row.dataset.field && row.classList.contains("current")) return;
    this.root.querySelector(".field.current")?.classList.remove("current");
    row.classList.add("current");
    this.field = row.dataset.field;
    this.on.field(this.field);
    const parts = row.querySelector(".field-about").cloneNode(true).childNodes;
    this.about.replaceChildren(...parts);
    label(this.about);
  }

  focus(field) {
    const row = this.row(field);
    if (!row) return;
    row.querySelector(".field-value").focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
    this.become(row);
  }

  step(by) {
    const { rows } = this;
    const at = rows.findIndex((row) => row.dataset.field === this.field);
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    if (next) this.focus(next.dataset.field);
  }

  // --- what was decided and seen ------------------------------------------------------------------

  open(row) {
    const { status } = row.dataset;
    return !("empty" in row.dataset) && (OPEN.has(status) || "changed" in row.dataset);
  }

  // Note which fields are wholly in sight: all of the text here, or all of its words in the source.
  look() {
    for (const row of this.rows) {
      if (!this.within(row)) continue;
      if (this.whole(row) || this.on.look(row.dataset.field)) this.seen.add(row.dataset.field);
    }
  }

  // Whether a field's row is in sight.
  within(row) {
    const frame = this.root.querySelector(".fields").getBoundingClientRect();
    const place = row.getBoundingClientRect();
    return place.top >= frame.top - 1 && place.bottom <= frame.bottom + 1;
  }

  // Whether the end of a field's text is in sight, or has been.
  whole(row) {
    const value = row.querySelector(".field-value");
    return value.scrollTop + value.clientHeight >= value.scrollHeight - 2;
  }

  // The fields to accept with the whole record, and the first that keeps it from being accepted.
  ready(threshold) {
    this.look();
    const rows = this.rows.filter((row) => this.open(row));
    const sure = (row) => threshold && Number(row.dataset.confidence ?? 0) >= threshold;
    const unseen = rows.filter((row) => !this.seen.has(row.dataset.field) && !sure(row));
    // What the coders differ in, or what changed since, is decided by itself.
    const alone = rows.find((row) => row.dataset.status === "conflict" || "changed" in row.dataset);
    return { fields: rows.map((row) => row.dataset.field), unseen: unseen[0] ?? null, alone };
  }

  // Bring an unseen field, or the next lines of one that was in sight, before the eyes.
  walk(row) {
    const value = row.querySelector(".field-value");
    const further = this.within(row);
    this.focus(row.dataset.field);
    if (further) value.scrollTop += Math.max(value.clientHeight - LINE, value.clientHeight / 2);
    this.look();
  }

  // The key of the last decision on a field that is known here, sent or stored.
  base(field) {
    const stored = field === "record" ? this.head?.dataset.base : this.row(field)?.dataset.base;
    return this.sent.get(field) ?? stored ?? "";
  }

  // The words of a field as shown.
  text(field = this.field) {
    return this.row(field)?.querySelector("[data-raw]")?.dataset.raw ?? "";
  }
}
