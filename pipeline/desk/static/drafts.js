// Texts being written, each beside how far its words stand in the document.

import { open, close } from "./sheet.js";

const PAUSE = 250; // milliseconds after the last letter until the words are looked up
const SAYS = {
  exact: ["good", "Exactly as in the document"],
  normalised: ["good", "As in the document, but for print (breaks, hyphens, quotes)"],
  partial: ["warning", "Only partly in the document"],
  absent: ["bad", "Not in the document: these are your own words"],
};
const NAMES = { name: "Name", description: "Description", rationale: "Rationale" };

let current = null; // the text that words chosen in the source go into

export const takesWords = () => Boolean(current?.isConnected);

// Put words chosen in the source into the text that is being written.
export async function take(span) {
  const { text } = await current.ask({ text: "", span });
  current.area.value = text;
  current.span = span;
  current.look();
  current.area.focus();
}

class Text {
  constructor(name, heading, value, ask, lit) {
    const part = document.getElementById("draft-field").content.cloneNode(true);
    this.element = part.firstElementChild;
    this.area = part.querySelector("textarea");
    this.says = part.querySelector(".ground");
    Object.assign(this, { name, ask, lit, span: null, turn: 0 });
    const label = part.querySelector("label");
    this.area.id = `draft-${Math.random().toString(36).slice(2)}`;
    label.htmlFor = this.area.id;
    label.textContent = heading;
    this.area.value = value;
    this.area.addEventListener("focus", () => {
      current = this;
      this.look();
    });
    this.area.addEventListener("input", () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.look(), PAUSE);
    });
  }

  get isConnected() {
    return this.area.isConnected;
  }

  get value() {
    return this.area.value.trim() ? { text: this.area.value, span: this.span } : null;
  }

  async look() {
    const turn = ++this.turn;
    if (!this.value) {
      this.says.textContent = "";
      this.lit({ spans: [], boxes: [] });
      return;
    }
    const found = await this.ask(this.value);
    if (turn !== this.turn || !this.isConnected) return;
    const [tone, words] = SAYS[found.grounding] ?? ["", ""];
    this.says.className = `ground small ${tone}`;
    this.says.textContent = words;
    this.lit(found);
  }
}

// Ask for texts: `columns` is [[heading, {name: value}]], a column for each record that they make.
// `ask(wording)` gives its grounding, `lit` shows it in the source, `done(drafts)` takes them.
export function write(title, columns, { ask, lit, done, hint }) {
  let texts = [];
  const sheet = open("sheet-words", title, {
    done: () => {
      const drafts = texts.map((column) =>
        Object.fromEntries(column.map((text) => [text.name, text.value])),
      );
      close();
      done(drafts);
    },
    onClose: () => {
      current = null;
      lit({ spans: [], boxes: [] });
    },
  });
  if (hint) sheet.querySelector("[data-hint]").textContent = hint;
  const room = sheet.querySelector("[data-drafts]");
  texts = columns.map(([heading, values]) => {
    const column = room.appendChild(document.createElement("fieldset"));
    if (heading) column.appendChild(document.createElement("legend")).textContent = heading;
    return Object.entries(values).map(([name, value]) => {
      const text = new Text(name, NAMES[name] ?? title, value, ask, lit);
      text.element.classList.add(name === "name" ? "short" : "long");
      column.append(text.element);
      return text;
    });
  });
  room.classList.toggle("alone", texts.flat().length === 1);
  const [first] = texts[0];
  first.area.focus();
  first.area.setSelectionRange(first.area.value.length, first.area.value.length);
  return texts;
}
