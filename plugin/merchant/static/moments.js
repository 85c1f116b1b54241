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
