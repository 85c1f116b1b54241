/** The loader: defines the launcher once, however often a theme loads it. */

import { LauncherElement } from "./launcher.ts";

if (!customElements.get("laurel-launcher")) customElements.define("laurel-launcher", LauncherElement);
