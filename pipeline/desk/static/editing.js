// What opens a sheet: texts, tags, places, targets, notes, history.

import * as drafts from "./drafts.js";
import { pick } from "./pick.js";
import { post } from "./outbox.js";
import { open, close } from "./sheet.js";

const TEXTS = ["name", "description", "rationale"];

export class Editing {
  constructor(parts) {
    Object.assign(this, parts);
    this.turn = 0;
    this.writing = {
      ask: async (wording) => {
        const response = await post(this.at("/ground"), wording).catch(() => null);
        return response?.ok ? response.json() : { text: wording.text, spans: [], boxes: [] };
      },
      lit: (found) => this.source.mark(found),
    };
  }

  title(field = this.pane.field) {
    return this.pane.row(field)?.querySelector(".field-label").firstChild.textContent ?? "Record";
  }

  field() {
    const row = this.pane.row();
    if (!row) return;
    if (row.dataset.kind === "codes") this.tags([row.dataset.field]);
    else if (row.dataset.kind === "place") this.place();
    else this.words(row.dataset.field, this.pane.text());
  }

  // --- texts --------------------------------------------------------------------------------------

  words(field, value) {
    drafts.write(this.title(field), [["", { [field]: value }]], {
      ...this.writing,
      done: ([draft]) => {
        const words = draft[field];
        if (!words) {
          this.say("There are no words. To leave the field empty, reject it.", "warning");
          return;
        }
        const again = () => {
          this.pane.focus(field);
          this.words(field, words.text);
        };
        this.acts.send({ act: "edit", field, words }, { again });
      },
    });
  }

  add() {
    const span = this.source.chosen;
    const empty = { name: "", description: "", rationale: "" };
    const [[, description]] = drafts.write("A new record", [["", empty]], {
      ...this.writing,
      hint: "Words chosen in the source go where you are writing.",
      done: (made) => this.acts.send({ act: "add", drafts: made, place: this.placeOf() }),
    });
    description.area.focus();
    if (span) drafts.take(span);
    this.source.forget();
  }

  // A new record stands where the record shown stands.
  placeOf() {
    const steps = this.pane.row("place")?.querySelectorAll(".step") ?? [];
    return { parent: this.pane.head?.dataset.parent || null, path: [...steps].map((one) => one.dataset.raw) };
  }

  split() {
    if (!this.pane.id) return;
    const own = Object.fromEntries(TEXTS.map((field) => [field, this.pane.text(field)]));
    const { rationale, ...other } = own;
    const columns = [["The first keeps the tags", { ...other, ...(rationale && { rationale }) }],
      ["The second", { name: "", description: own.description }]];
    drafts.write("Split in two", columns, {
      ...this.writing,
      hint: "Leave in each what belongs to it.",
      done: (made) => this.acts.send({ act: "split", drafts: made }),
    });
  }

  note(field) {
    const sheet = open("sheet-note", `Note: ${field === "record" ? "the record" : this.title(field)}`, {
      done: () => {
        const note = sheet.querySelector("textarea").value;
        close();
        this.acts.send({ act: "note", field, note }, { again: () => this.note(field) });
      },
    });
    sheet.querySelector("textarea").focus();
  }

  // Of a field; without one, of the record with all its fields.
  async history(field) {
    const { id } = this.pane;
    const sheet = open("sheet-history", `History: ${this.title(field)}`);
    const room = sheet.querySelector("[data-past]");
    room.focus();
    const response = await fetch(`${this.at("/history")}?${new URLSearchParams({ record: id, field })}`);
    room.innerHTML = response.ok ? await response.text() : "";
  }

  async asItWas(digest) {
    const sheet = open("sheet-history", "As it was when it was decided");
    const room = sheet.querySelector("[data-past]");
    room.focus();
    const query = new URLSearchParams({ record: this.pane.id, field: this.pane.field, saw: digest });
    const response = await fetch(`${this.at("/before")}?${query}`);
    room.innerHTML = response.ok ? await response.text() : "";
  }

  // --- tags ---------------------------------------------------------------------------------------

  // Tags of some taxonomies; of the current one, or of all when the current field is no tag.
  async tags(fields) {
    const current = this.pane.row();
    fields ??= current?.dataset.kind === "codes" ? [current.dataset.field] : null;
    if (fields?.length === 1) this.pane.focus(fields[0]);
    this.concepts ??= this.get(this.at("/concepts"));
    const every = await this.concepts;
    const offered = every.filter(({ id }) => !fields || fields.includes(`tags.${id}`));
    const many = offered.length > 1;
    const items = () => offered.flatMap((one) => this.items(one, many));
    const list = pick(many ? "Tags" : offered[0].title, items(), {
      placeholder: many ? "Code or a few letters, of any taxonomy" : "Code or a few letters",
      hint: "Enter: primary. Shift+Enter: other, or take it away.",
      stays: true,
      picked: ([taxonomy, code], other) => {
        this.codes(`tags.${taxonomy}`, code, other);
        if (other) list.renew(items());
      },
    });
  }

  items({ id, label, concepts }, many) {
    const { primary, other } = this.given(`tags.${id}`);
    return concepts.map((one) => ({
      value: [id, one.code],
      code: /^\d/.test(one.code) ? one.code : "",
      title: one.label,
      more: `${one.also.join(" ")} ${one.definition}`,
      detail: many ? `${label}: ${one.definition}` : one.definition,
      depth: one.depth,
      count: one.count,
      mark: one.code === primary ? "primary" : other.includes(one.code) ? "other" : "",
    }));
  }

  // The codes that a field shows, with what was chosen since.
  given(field) {
    const row = this.pane.row(field);
    const codes = (role) => [...(row?.querySelectorAll(`.tag.${role}`) ?? [])].map((tag) => tag.dataset.code);
    return { primary: codes("primary")[0] ?? null, other: codes("other") };
  }

  codes(field, code, asOther) {
    const { primary, other } = this.given(field);
    const rest = other.filter((one) => one !== code);
    let codes = { primary: code, other: rest };
    if (asOther) {
      const had = code === primary || other.includes(code);
      codes = { primary: code === primary ? null : primary, other: had ? rest : [...other, code] };
    }
    if (codes.primary || codes.other.length) this.acts.send({ act: "edit", field, codes });
    else this.acts.send({ act: "reject", field });
  }

  // --- place and target ---------------------------------------------------------------------------

  records({ top = false } = {}) {
    const { id } = this.pane;
    const all = [...this.source.lights.records.values()].filter((one) => one.id !== id);
    const items = all.map((one) => ({ value: one.id, title: one.title, more: one.id, detail: "" }));
    return top ? [{ value: "", title: "At the top of the document", more: "top", detail: "" }, ...items] : items;
  }

  // `elsewhere`: other documents are searched too.
  target(act, title, elsewhere = false) {
    if (!this.pane.id) return;
    pick(title, this.records(), {
      placeholder: "A few letters of its name",
      hint: elsewhere ? "Enter chooses. Other documents are searched too." : "Enter chooses.",
      more: elsewhere ? (typed) => this.elsewhere(typed) : null,
      picked: (value) => {
        const target = typeof value === "string" ? { record: value } : value;
        this.acts.send({ act, target }, { onward: true });
      },
    });
  }

  async elsewhere(typed) {
    const query = new URLSearchParams({ q: typed, status: "all", format: "json" });
    const { records } = await this.get(`/?${query}`);
    return records
      .filter((one) => one.document !== this.name)
      .map(({ document, record, name }) => ({
        value: { document, record }, title: name, more: "", detail: document,
      }));
  }

  place() {
    const { parent, path } = this.placeOf();
    const title = (id) => this.source.lights.records.get(id)?.title ?? "no other record";
    const sheet = open("sheet-place", "Place", {
      done: () => {
        const steps = area.value.split("\n");
        close();
        this.put(parent, steps);
      },
    });
    const area = sheet.querySelector("textarea");
    area.value = path.join("\n");
    sheet.querySelector("[data-parent]").textContent = title(parent);
    sheet.querySelector("[data-move]").addEventListener("click", () => this.move());
    area.focus();
  }

  put(parent, path) {
    this.acts.send({ act: "edit", field: "place", place: { parent: parent || null, path } });
  }

  move() {
    if (!this.pane.id) return;
    pick("Move it below", this.records({ top: true }), {
      placeholder: "A few letters of the record above",
      hint: "Enter chooses.",
      picked: (parent) => this.put(parent, this.placeOf().path),
    });
  }

  // Below the record before it that stands beside it.
  indent() {
    const { parent, path } = this.placeOf();
    const all = [...this.source.lights.records.values()];
    const at = all.findIndex(({ id }) => id === this.pane.id);
    const above = all.slice(0, at).findLast((one) => (one.parent ?? null) === parent);
    if (above) this.put(above.id, path);
    else this.say("No record before it stands beside it.", "warning");
  }

  outdent() {
    const { parent, path } = this.placeOf();
    if (!parent) this.say("It stands below no other record.", "warning");
    else this.put(this.source.lights.records.get(parent)?.parent ?? null, path);
  }
}
