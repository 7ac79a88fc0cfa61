// Where the words of each record stand: spans of the frozen text, and boxes on the pages.

const ASIDE = /^tags\./; // words that speak for a tag lie within the record's own words

export class Lights {
  // `data`: {pages: [[number, width, height]], records: [{id, title, fields: {field: {spans, boxes}}}]}
  // with spans [start, end] in characters and boxes [page, x0, top, x1, bottom] in points.
  constructor(data) {
    this.pages = data.pages;
    this.records = new Map(data.records.map((record) => [record.id, record]));
  }

  // Take what a save made of one record.
  update(record) {
    this.records.set(record.id, record);
    this.byPage = null;
  }

  remove(id) {
    this.records.delete(id);
    this.byPage = null;
  }

  fields(id) {
    return Object.entries(this.records.get(id)?.fields ?? {});
  }

  // The boxes of a field, or of all fields that have some.
  boxes(id, field) {
    return this.fields(id)
      .filter(([name]) => !field || name === field)
      .flatMap(([name, lit]) => lit.boxes.map((box) => ({ field: name, box })));
  }

  spans(id, field) {
    return this.fields(id)
      .filter(([name]) => !field || name === field)
      .flatMap(([name, lit]) => lit.spans.map((span) => ({ field: name, span })));
  }

  // What all records have on a page: [{id, field, box}].
  onPage(number) {
    if (!this.byPage) {
      this.byPage = new Map();
      for (const id of this.records.keys()) {
        for (const { field, box } of this.boxes(id)) {
          if (ASIDE.test(field)) continue;
          if (!this.byPage.has(box[0])) this.byPage.set(box[0], []);
          this.byPage.get(box[0]).push({ id, field, box });
        }
      }
    }
    return this.byPage.get(number) ?? [];
  }

  // The record and field whose words are at a point of a page: of several, the nearest around it.
  at(number, x, y) {
    const size = ({ box }) => (box[3] - box[1]) * (box[4] - box[2]);
    return this.onPage(number)
      .filter(({ box }) => box[1] <= x && x <= box[3] && box[2] <= y && y <= box[4])
      .sort((one, other) => size(one) - size(other))[0];
  }

  // The record and field whose words hold a character of the text: of several, the shortest.
  atCharacter(offset) {
    let found = null;
    for (const id of this.records.keys()) {
      for (const { field, span } of this.spans(id)) {
        if (ASIDE.test(field) || offset < span[0] || offset >= span[1]) continue;
        const length = span[1] - span[0];
        if (!found || length < found.length) found = { id, field, length };
      }
    }
    return found;
  }
}
