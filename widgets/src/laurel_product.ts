/** The product block's script, independent of the launcher's: a shop may use either without the other. */

import { ProductPointsElement } from "./product_points.ts";

if (!customElements.get("laurel-product-points")) {
  customElements.define("laurel-product-points", ProductPointsElement);
}
