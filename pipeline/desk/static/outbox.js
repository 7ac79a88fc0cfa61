// Acts on their way to the server: one after the other, each until it is answered.
// An act keeps its id when it is sent again, so that the server takes it once.

const PATIENCE = 15_000; // milliseconds until an answer counts as lost
const WAITS = [500, 1000, 2000, 4000, 8000];

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID(); // only where the browser trusts the origin
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export async function post(url, body, signal) {
  return fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf() },
    body: JSON.stringify(body),
    signal,
  });
}

// Take the token of a session that began since this page was loaded; whether there is another.
async function renewed() {
  const page = await fetch(location.href, { headers: { Accept: "text/html" } });
  const made = new DOMParser().parseFromString(await page.text(), "text/html");
  const token = made.querySelector('meta[name="csrf-token"]')?.content;
  if (!token || token === csrf()) return false;
  document.querySelector('meta[name="csrf-token"]').content = token;
  return true;
}

export class Outbox {
  // `told(count, again, why)` is called whenever the number of unsent acts changes, with a function
  // that tries at once, and why they wait.
  constructor(told) {
    this.told = told;
    this.waiting = [];
    this.busy = false;
    addEventListener("online", () => this.again());
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length) event.preventDefault();
    });
  }

  get empty() {
    return this.waiting.length === 0;
  }

  // Send; gives {status, answer}, however long it takes.
  send(url, body) {
    return new Promise((done) => {
      this.waiting.push({ url, body, done });
      this.work();
    });
  }

  again() {
    this.wake?.();
  }

  async work() {
    if (this.busy) return;
    this.busy = true;
    let late = false; // whether an act could not be sent at once, and is not yet
    for (let tries = 0; this.waiting.length; ) {
      const { url, body, done } = this.waiting[0];
      const reply = await this.tryOnce(url, body);
      if (reply) {
        this.waiting.shift();
        tries = 0;
        late &&= this.waiting.length > 0;
        this.told(late ? this.waiting.length : 0, () => this.again(), this.why);
        done(reply);
      } else {
        late = true;
        this.told(this.waiting.length, () => this.again(), this.why);
        await this.pause(WAITS[Math.min(tries++, WAITS.length - 1)]);
      }
    }
    this.busy = false;
  }

  // The reply, or nothing when it was lost, the server was not well, or one must come in again.
  async tryOnce(url, body) {
    this.why = "for the desk to answer";
    try {
      const response = await post(url, body, AbortSignal.timeout(PATIENCE));
      if (response.status >= 500) return null;
      if (response.status === 401) this.why = "until you come in again, in another tab";
      if (response.status === 401 || (response.status === 403 && (await renewed()))) return null;
      return { status: response.status, answer: await response.json() };
    } catch {
      return null;
    }
  }

  pause(milliseconds) {
    return new Promise((done) => {
      const timer = setTimeout(done, milliseconds);
      this.wake = () => {
        clearTimeout(timer);
        done();
      };
    });
  }
}
