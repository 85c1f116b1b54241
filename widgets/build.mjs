// Builds the theme app extension's scripts: the loader as a classic script (Shopify loads it with <script async>), the
// panel as a module that the loader imports on first use. The operations are sent by their hash, so it is baked in here.
import { createHash } from "node:crypto";
import { readFile, rename } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build, transform } from "esbuild";

const root = new URL("../", import.meta.url);
const path = (relative) => fileURLToPath(new URL(relative, root));

async function documentId(name) {
  const document = await readFile(path(`graphql/operations/${name}.graphql`));
  return JSON.stringify(`sha256:${createHash("sha256").update(document).digest("hex")}`);
}

const minifiedStyles = {
  name: "minified-styles",
  setup(bundler) {
    bundler.onLoad({ filter: /\.css$/ }, async ({ path: file }) => {
      const source = await readFile(file, "utf8");
      const { code } = await transform(source, { loader: "css", minify: true, target: "chrome123" });
      return { contents: code.trim(), loader: "text" };
    });
  },
};

const shared = {
  bundle: true,
  minify: true,
  target: "es2022",
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  plugins: [minifiedStyles],
  define: {
    PANEL_DOCUMENT_ID: await documentId("panel"),
    PRODUCT_DOCUMENT_ID: await documentId("product"),
    REWARDS_DOCUMENT_ID: await documentId("rewards"),
    QUOTE_DOCUMENT_ID: await documentId("quote"),
    REDEEM_DOCUMENT_ID: await documentId("reward_redeem"),
    CANCEL_DOCUMENT_ID: await documentId("redemption_cancel"),
    MEMBER_DOCUMENT_ID: await documentId("member_update"),
    STANDING_DOCUMENT_ID: await documentId("standing"),
    MEMBERSHIP_CANCEL_DOCUMENT_ID: await documentId("membership_cancel"),
    MEMBERSHIP_PAUSE_DOCUMENT_ID: await documentId("membership_pause"),
    MEMBERSHIP_RESUME_DOCUMENT_ID: await documentId("membership_resume"),
    MEMBERSHIP_CHANGE_PLAN_DOCUMENT_ID: await documentId("membership_change_plan"),
    MEMBERSHIP_CHANGE_QUOTE_DOCUMENT_ID: await documentId("membership_change_quote"),
    GAME_DOCUMENT_ID: await documentId("game"),
    LEADERBOARD_DOCUMENT_ID: await documentId("leaderboard"),
    LEAGUE_DOCUMENT_ID: await documentId("league"),
    FRIENDS_DOCUMENT_ID: await documentId("friends"),
    CHALLENGE_JOIN_DOCUMENT_ID: await documentId("challenge_join"),
    CHALLENGE_LEAVE_DOCUMENT_ID: await documentId("challenge_leave"),
    STREAK_REPAIR_DOCUMENT_ID: await documentId("streak_repair"),
    STREAK_PAUSE_DOCUMENT_ID: await documentId("streak_pause"),
    LEADERBOARD_OPT_IN_DOCUMENT_ID: await documentId("leaderboard_opt_in"),
    LEADERBOARD_OPT_OUT_DOCUMENT_ID: await documentId("leaderboard_opt_out"),
    LEAGUE_OPT_IN_DOCUMENT_ID: await documentId("league_opt_in"),
    LEAGUE_OPT_OUT_DOCUMENT_ID: await documentId("league_opt_out"),
    QUARANTINE_APPEAL_DOCUMENT_ID: await documentId("quarantine_appeal"),
    FRIEND_ADD_DOCUMENT_ID: await documentId("friend_add"),
    FRIEND_REMOVE_DOCUMENT_ID: await documentId("friend_remove"),
    OFFERS_DOCUMENT_ID: await documentId("offers"),
    OFFER_CLAIM_DOCUMENT_ID: await documentId("offer_claim"),
    OFFER_QUOTE_DOCUMENT_ID: await documentId("offer_quote"),
  },
};

// Renamed into place when it is complete, so that a page which is loaded meanwhile never gets half of it.
async function asset(entry, output, format) {
  const outfile = path(`build/extension/${output}`);
  await build({ ...shared, format, entryPoints: [path(`widgets/src/${entry}`)], outfile });
  await rename(outfile, path(`widgets/extension/assets/${output}`));
}

await Promise.all([
  asset("laurel.ts", "laurel.js", "iife"),
  asset("laurel_product.ts", "laurel-product.js", "iife"),
  asset("laurel_panel.ts", "laurel-panel.js", "esm"),
  asset("laurel_standing.ts", "laurel-standing.js", "esm"),
  asset("laurel_game.ts", "laurel-game.js", "esm"),
  asset("laurel_offers.ts", "laurel-offers.js", "esm"),
]);
