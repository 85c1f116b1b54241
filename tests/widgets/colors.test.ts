import assert from "node:assert/strict";
import { test } from "node:test";
import { contrast, parse, readableOn, toHex } from "../../widgets/src/colors.ts";

const WHITE = [255, 255, 255];
const DARK = [0x24, 0x2b, 0x28];

test("given two colors, when their contrast is measured, then it is WCAG's number", () => {
  assert.equal(contrast(WHITE, [0, 0, 0]), 21);
  assert.equal(contrast(WHITE, WHITE), 1);
  assert.equal(contrast(parse("#767676"), WHITE).toFixed(2), "4.54");
});

test("given any accent, when it is made readable, then its contrast is at least 4.5 on both surfaces", () => {
  for (let hue = 0; hue < 4096; hue += 37) {
    const accent = parse(`#${hue.toString(16).padStart(3, "0").replace(/./g, "$&$&")}`);
    for (const surface of [WHITE, DARK]) {
      assert.ok(contrast(readableOn(accent, surface), surface) >= 4.5, toHex(accent));
    }
  }
});

test("given an accent that can be read as it is, when it is made readable, then it stays", () => {
  assert.equal(toHex(readableOn(parse("#1d4a3c"), WHITE)), "#1d4a3c");
});

test("given a green that is too dark for the dark surface, when it is made readable, then it is a lighter green", () => {
  const [red = 0, green = 0, blue = 0] = readableOn(parse("#1d4a3c"), DARK);
  assert.ok(green > blue && blue > red);
});
