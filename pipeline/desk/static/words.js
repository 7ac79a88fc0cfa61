// Words on a page: [start, end, x0, top, x1, bottom] each, in reading order.

// The word at a point, or the nearest one; nothing on a page without words.
export function wordNear(words, x, y) {
  let nearest = null;
  let least = Infinity;
  for (const word of words) {
    const across = Math.max(word[2] - x, 0, x - word[4]);
    const down = Math.max(word[3] - y, 0, y - word[5]);
    // A point beside a line means that line, however far its last word is.
    const distance = across + 8 * down;
    if (distance < least) [nearest, least] = [word, distance];
  }
  return nearest;
}

// The boxes of the words within a span of the text, those of one line joined.
export function wordsBetween(words, [start, end]) {
  const boxes = [];
  for (const [from, to, ...box] of words) {
    if (to <= start || from >= end) continue;
    const last = boxes.at(-1);
    if (last && Math.abs(last[1] - box[1]) < 1 && box[0] >= last[0]) {
      last[2] = Math.max(last[2], box[2]);
      last[3] = Math.max(last[3], box[3]);
    } else boxes.push([...box]);
  }
  return boxes;
}
