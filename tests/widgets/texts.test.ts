import assert from "node:assert/strict";
import { test } from "node:test";
import { dayText, decimal, moneyText } from "../../widgets/src/formats.ts";
import { Texts } from "../../widgets/src/texts.ts";

const english = new Texts({ "points.one": "[count] point", "points.other": "[count] points", hello: "Hello, [name]" }, "en");
const chinese = new Texts({ "points.one": "[count] 积分", "points.other": "[count] 积分" }, "zh-CN");

test("given a number of points, when it is put into words, then form and digits are the language's own", () => {
  assert.equal(english.points(1), "1 point");
  assert.equal(english.points(0), "0 points");
  assert.equal(english.points(1_245), "1,245 points");
  assert.equal(chinese.points(1), "1 积分");
});

test("given a name that looks like markup or a placeholder, when it is filled in, then it stays as it is", () => {
  assert.equal(english.get("hello", { name: "<img src=x onerror=alert(1)> [count] $&" }), "Hello, <img src=x onerror=alert(1)> [count] $&");
});

test("given a key that is not there, when its text is asked for, then there is none", () => {
  assert.equal(english.get("nothing"), "");
});

test("given a locale that nobody knows, when texts are made, then numbers are English", () => {
  assert.equal(new Texts({}, "xx-not-a-locale").number(1_000), "1,000");
  assert.equal(new Texts({}, undefined).number(1_000), "1,000");
});

test("given an amount, when it is shown, then its currency's sign and digits are kept", () => {
  assert.equal(moneyText("45.00", "USD", "en"), "$45");
  assert.equal(moneyText("36.75", "USD", "en"), "$36.75");
  assert.equal(moneyText("4500", "JPY", "en"), "¥4,500");
  assert.equal(moneyText("9007199254740993.01", "USD", "en"), "$9,007,199,254,740,993.01");
});

test("given a currency that the browser does not know, when an amount is shown, then it is plain", () => {
  assert.equal(moneyText("12.50", "not a currency", "en"), "12.50 not a currency");
});

test("given a day, when it is shown, then the year is told only when it is not this one", () => {
  const today = new Date(2026, 10, 30);
  assert.equal(dayText("2026-11-22T12:00:00Z", "en", today), "Nov 22");
  assert.equal(dayText("2025-11-22T12:00:00Z", "en", today), "Nov 22, 2025");
  assert.equal(dayText("2026-11-22T12:00:00Z", "zh-CN", today), "11月22日");
  assert.equal(dayText("no day", "en", today), "");
});

test("given a price in hundredths, when it is sent, then it is the shortest exact decimal", () => {
  const prices = ["4500", "1850", "40000", "5", "0", "67512", ""];
  assert.deepEqual(prices.map(decimal), ["45", "18.5", "400", "0.05", "0", "675.12", "0"]);
  assert.equal(decimal("12,50"), "");
});
