// Acts on the record shown: sent, acknowledged, taken back; and what to do when one is stale.

import { keyOf, shown } from "./keys.js";
import { Outbox, newId } from "./outbox.js";
import { open, close } from "./sheet.js";

const CLOCK = new Intl.DateTimeFormat([], { timeStyle: "medium" });
const stack = (name) => JSON.parse(sessionStorage.getItem(name) ?? "[]");
const keep = (name, list) => sessionStorage.setItem(name, JSON.stringify(list));

export class Acts {
  constructor(parts) {
    Object.assign(this, parts);
    this.pending = new Set();
    const again = this.banner.querySelector("button");
    const count = this.banner.querySelector("span");
    this.outbox = new Outbox((waiting, now, why) => {
      this.banner.hidden = !waiting;
      again.onclick = now;
      count.textContent = `${waiting} ${waiting === 1 ? "act waits" : "acts wait"} ${why}.`;
    });
  }

  onField(part, after) {
    const { field } = this.pane;
    if (field) this.send({ ...part, field }, after);
  }

  // Send an act: {act, field, words, codes, ...}; of a whole record without `field`. `again` opens
  // what was typed anew if someone decided meanwhile. `onward` goes to the next record when it is
  // saved, `down` to the field below.
  async send(part, { onward = false, down = false, again = null } = {}) {
    const { pane, name } = this;
    const record = part.act === "add" ? "" : pane.id;
    const about = JSON.stringify([record, part.act, part.field]);
    if (this.moving || this.pending.has(about) || (!record && part.act !== "add")) return;
    this.pending.add(about);
    const fields = part.fields ?? [part.field ?? "record"];
    const base = Object.fromEntries(fields.map((field) => [field, pane.base(field)]));
    const body = { action: newId(), record, saw: record && pane.saw, base, ...part };
    // What comes after it, while it is still on its way, builds upon it.
    if (record) for (const field of fields) pane.sent.set(field, `${body.action}/${name}/${record}/${field}`);
    this.say("Saving…");
    const { status, answer } = await this.outbox.send(this.at("/act"), body);
    this.pending.delete(about);
    const here = pane.id === record;
    for (const field of fields) {
      if (pane.sent.get(field)?.startsWith(body.action)) pane.sent.delete(field);
    }
    if (status === 200) this.saved(answer, { here, onward, down, field: part.field });
    else if (status === 409) this.stale(answer, part, { here, onward, down, again });
    else this.say(answer.error ?? "This was not saved.", "bad");
  }

  async saved(answer, { here, onward, down, field }) {
    keep("acts", [...stack("acts"), this.name]);
    keep("undone", []);
    this.acknowledge(answer);
    this.source.update(answer.lights);
    if (onward && here) {
      this.moving = true; // what is pressed now was meant for a record that is not shown yet
      await this.next({ kept: true }).catch((error) => this.say(error.message, "bad"));
      this.moving = false;
      return;
    }
    if (here) this.pane.show(answer.html, field);
    else if (!this.pane.id || answer.said.startsWith("Made")) this.go(answer.record, undefined, { kept: true });
    if (here && down && this.pane.field === field) this.pane.step(1);
  }

  acknowledge({ said, when }) {
    this.say(`${said} · saved ${CLOCK.format(new Date(when))}`, "good");
  }

  // --- the record as a whole ----------------------------------------------------------------------

  acceptRecord(threshold) {
    const { pane } = this;
    const { fields, unseen, alone } = pane.ready(threshold);
    const title = (row) => row.querySelector(".field-label").firstChild.textContent;
    const { status } = pane.head?.dataset ?? {};
    if (["rejected", "duplicate", "merged"].includes(status)) {
      this.say(`It is ${status}: ${shown(keyOf("reset-record"))} gives it back.`, "warning");
    } else if (alone) {
      pane.focus(alone.dataset.field);
      this.say(`${title(alone)} must be decided by itself.`, "warning");
    } else if (unseen) {
      pane.walk(unseen);
      this.say(`Not accepted yet: you had not seen all of ${title(unseen)}. Look, then accept again.`, "warning");
    } else if (!fields.length) this.next().catch((error) => this.say(error.message, "bad"));
    else this.send({ act: "accept", fields }, { onward: true });
  }

  keepOrTake(act) {
    if ("changed" in (this.pane.row()?.dataset ?? {})) this.onField({ act: "accept", take: act === "take" });
    else this.say("Nothing changed in this field since it was decided.");
  }

  // --- undo and redo ------------------------------------------------------------------------------

  async back(redo) {
    const [from, to] = redo ? ["undone", "acts"] : ["acts", "undone"];
    const list = stack(from);
    const where = list.at(-1) ?? this.name;
    const path = `/undo/${where.split("/").map(encodeURIComponent).join("/")}`;
    const { status, answer } = await this.outbox.send(path, { action: newId(), redo });
    if (status !== 200) {
      this.say(answer.error ?? "Nothing was taken back.", "warning");
      if (status === 422) keep(from, list.slice(0, -1));
      return;
    }
    keep(from, list.slice(0, -1));
    keep(to, [...stack(to), where]);
    if (where !== this.name) {
      const path = where.split("/").map(encodeURIComponent).join("/");
      location.assign(`/review/${path}?${new URLSearchParams({ record: answer.record })}`);
      return;
    }
    this.acknowledge(answer);
    this.source.update(answer.lights, answer.record);
    if (!answer.html) this.go("", undefined, { kept: true });
    else if (answer.record === this.pane.id) this.pane.show(answer.html, answer.field);
    else this.go(answer.record, answer.field, { onward: true, kept: true });
  }

  // --- someone decided meanwhile ------------------------------------------------------------------

  // Theirs beside ours; one key takes theirs, one decides anew with ours.
  stale(answer, part, { here, onward, down, again }) {
    const { pane } = this;
    const theirs = answer.stale ?? [];
    if (here) pane.show(answer.html, part.field);
    this.source.update(answer.lights);
    const who = [...new Set(theirs.map((one) => one.curator))].join(", ");
    const title = answer.changed
      ? "The document was read again since this was shown"
      : `${who} decided since this was shown`;
    this.say(`Not saved: ${title.toLowerCase()}.`, "bad");
    const ours = (field) => ({ field, label: "", act: "", value: "", curator: "", when: "" });
    const rows = theirs.length ? theirs : [ours(part.field ?? "record")];
    const takeTheirs = () => {
      close();
      this.say("Theirs stands.");
    };
    const decideAnew = () => {
      close();
      if (again) again();
      else this.send(part, { onward, down });
    };
    const sheet = open("sheet-stale", title, {
      keys: { [keyOf("take")]: takeTheirs, [keyOf("keep")]: decideAnew },
    });
    sheet.querySelector("[data-hint]").textContent = "Yours is not saved, and nothing of it is lost.";
    sheet.querySelector("[data-rows]").append(
      ...rows.map((one) => {
        const row = document.createElement("tr");
        const now = pane.row(one.field)?.querySelector(".field-value")?.innerText ?? "";
        const cells = [one.label, one.act ? `${one.curator} ${one.act} ${one.value}` : now, words(part)];
        for (const text of cells) {
          const cell = row.insertCell();
          cell.dir = "auto";
          cell.textContent = text;
        }
        return row;
      }),
    );
    const take = sheet.querySelector("[data-take]");
    const mine = sheet.querySelector("[data-keep]");
    take.querySelector("kbd").textContent = shown(keyOf("take"));
    mine.querySelector("kbd").textContent = shown(keyOf("keep"));
    take.onclick = takeTheirs;
    mine.onclick = decideAnew;
    mine.focus();
  }
}

// What an act says, in words.
function words({ act, words: typed, codes, place, note, drafts }) {
  if (typed) return typed.text;
  if (codes) return [codes.primary, ...(codes.other ?? [])].filter(Boolean).join(", ");
  if (place) return place.path.join(" › ");
  if (drafts) return drafts.map((one) => one.name?.text ?? one.description?.text).join(" | ");
  return note || act;
}
