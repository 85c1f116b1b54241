/** What the panel wears, in the order in which later rules win. */

import base from "./base.css";
import deck from "./deck.css";
import palette from "./palette.css";
import panel from "./panel.css";
import bar from "./panel_bar.css";
import body from "./panel_body.css";
import slider from "./points_slider.css";
import redemptions from "./redemptions.css";
import cards from "./reward_cards.css";
import sections from "./small_sections.css";
import standing from "./standing_cards.css";
import ticket from "./ticket.css";

export const styles = [base, palette, panel, bar, body, cards, redemptions, sections, ticket, slider, deck, standing] as const;
