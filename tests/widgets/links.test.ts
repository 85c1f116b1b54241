import assert from "node:assert/strict";
import { test } from "node:test";
import { applyLink, shopLink } from "../../widgets/src/links.ts";

const PAGE = "http://shop.test/zh/products/mug";

test("given the shop's own path, when it is followed, then it stays in the shop and ends in the shopper's own cart", () => {
  assert.equal(applyLink("/discount/LRL-AB", undefined, PAGE), "http://shop.test/discount/LRL-AB?redirect=%2Fcart");
  assert.equal(applyLink("/discount/LRL-AB?redirect=/cart", "/zh/cart", PAGE), "http://shop.test/discount/LRL-AB?redirect=%2Fzh%2Fcart");
});

test("given a path that the program names, when it is followed, then it is in the shopper's language and never a script", () => {
  Object.assign(globalThis, { location: { href: PAGE } });
  assert.equal(shopLink("/products/plus", "/zh/cart"), "http://shop.test/zh/products/plus");
  assert.equal(shopLink("/cart/1:1?selling_plan=2", "/cart"), "http://shop.test/cart/1:1?selling_plan=2");
  assert.equal(shopLink("https://club.test/a", "/zh/cart"), "https://club.test/a");
  assert.deepEqual(["javascript:alert(1)", "", null, undefined].map((address) => shopLink(address, "/cart")), [undefined, undefined, undefined, undefined]);
});

test("given a cart that is not a path of the shop, when a link is made, then it is not used", () => {
  for (const cart of ["https://evil.test/cart", "javascript:alert(1)"]) {
    assert.equal(applyLink("/discount/A?redirect=/cart", cart, PAGE), "http://shop.test/discount/A?redirect=%2Fcart");
  }
});

test("given another address, when it is not secure or no address at all, then there is no link", () => {
  const addresses = ["javascript:alert(1)", "data:text/html,x", "http://evil.test/discount/A", "vbscript:x", "https://", null, ""];
  assert.deepEqual(addresses.map((address) => applyLink(address, "/cart", PAGE)), addresses.map(() => undefined));
  assert.equal(applyLink("https://other.test/discount/A?redirect=/cart", "/zh/cart", PAGE), "https://other.test/discount/A?redirect=/cart");
});
