// A wall-clock time of the program's own zone: a day and a time of day, read as one, null while there is no day.
class Moment extends HTMLElement {
  get day() { return this.querySelector("s-date-field"); }
  get time() { return this.querySelector("s-text-field"); }
  get value() { return this.day.value; }

  read() {
    const time = this.time.value.trim() || "00:00";
    const right = /^([01]?\d|2[0-3]):[0-5]\d$/.test(time);
    this.problem = !right;
    if (!this.day.value || !right) return null;
    return `${this.day.value}T${time.padStart(5, "0")}:00`;
  }

  static observedAttributes = ["error"];
  attributeChangedCallback() {
    const message = this.getAttribute("error");
    if (message) this.day.setAttribute("error", message);
    else this.day.removeAttribute("error");
  }
}

customElements.define("laurel-moment", Moment);

/** How far a zone's clock is from UTC at an instant, in milliseconds. */
function offset(instant, zone) {
  const parts = new Intl.DateTimeFormat("en-US", {
    timeZone: zone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric",
    second: "numeric",
  }).formatToParts(instant);
  const { year, month, day, hour, minute, second } = Object.fromEntries(parts.map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}

/** The instant of a wall-clock time in a zone; the first of two where it is repeated, past the gap where it is skipped. */
export function instantOf(local, zone) {
  if (!local) return null;
  const written = Date.parse(`${local}Z`);
  const early = written - offset(written - 24 * 3600 * 1000, zone);
  const late = written - offset(early, zone);
  return new Date(early + offset(early, zone) === written ? early : late).toISOString();
}
