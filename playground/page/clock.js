// The workspace's clock, which people move forward, and times in the acting person's own zone.

const HALF_A_YEAR_MS = 183 * 86400 * 1000;
const DAY_MS = 86400 * 1000;

/** Present moment and date words for one person's zone. */
export class Clock {
  constructor(zone, offsetSeconds) {
    this.zone = usable(zone);
    this.offsetSeconds = offsetSeconds;
  }

  /** The workspace's present, in milliseconds since 1970. */
  now() {
    return Date.now() + this.offsetSeconds * 1000;
  }

  /** "2:05 PM" */
  time(seconds) {
    return this.#words(seconds, { hour: "numeric", minute: "2-digit" });
  }

  /** "Saturday, November 21st at 2:05:09 PM", for a time's tooltip. */
  exact(seconds) {
    return `${this.#long(seconds)} at ${this.#words(seconds, { timeStyle: "medium" })}`;
  }

  /** "Today", "Yesterday" or "Friday, November 20th": the line between two days' messages. */
  divider(seconds) {
    return capital(this.#near(seconds) ?? this.#long(seconds));
  }

  /** "2026-11-21" in the zone: what tells two days apart. */
  day(seconds) {
    const part = this.#parts(seconds);
    return `${part.year}-${part.month}-${part.day}`;
  }

  /** Fill a `<!date^…>` template, such as "{date_short_pretty} at {time}". */
  fillTemplate(seconds, template) {
    return template.replace(/\{(\w+)\}/g, (whole, name) => this.#token(seconds, name) ?? whole);
  }

  #token(seconds, name) {
    const near = name.endsWith("_pretty") ? this.#near(seconds) : null;
    switch (name) {
      case "date_num": return this.day(seconds);
      case "date_slash": return this.day(seconds).replaceAll("-", "/");
      case "date": case "date_pretty": return near ?? this.#dateWords(seconds, "long");
      case "date_short": case "date_short_pretty": return near ?? this.#dateWords(seconds, "short");
      case "date_long": case "date_long_pretty": return near ?? this.#long(seconds);
      case "day_divider_pretty": return near ?? this.#long(seconds);
      case "time": return this.time(seconds);
      case "time_secs": return this.#words(seconds, { timeStyle: "medium" });
      case "ago": return ago(this.now() / 1000 - seconds);
      default: return null;
    }
  }

  #near(seconds) {
    const days = (Date.parse(this.day(seconds)) - Date.parse(this.day(this.now() / 1000))) / DAY_MS;
    return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? null;
  }

  /** "November 21st" or "Nov 21"; the year only when it is more than half a year away, as Slack has it. */
  #dateWords(seconds, length) {
    const far = Math.abs(this.now() - seconds * 1000) > HALF_A_YEAR_MS;
    const month = this.#words(seconds, { month: length });
    const day = Number(this.#parts(seconds).day);
    const dayWord = length === "long" ? ordinal(day) : String(day);
    return far ? `${month} ${dayWord}, ${this.#parts(seconds).year}` : `${month} ${dayWord}`;
  }

  #long(seconds) {
    return `${this.#words(seconds, { weekday: "long" })}, ${this.#dateWords(seconds, "long")}`;
  }

  #parts(seconds) {
    const format = new Intl.DateTimeFormat("en-US", {
      timeZone: this.zone, year: "numeric", month: "2-digit", day: "2-digit",
    });
    return Object.fromEntries(format.formatToParts(seconds * 1000).map((part) => [part.type, part.value]));
  }

  #words(seconds, options) {
    const words = new Intl.DateTimeFormat("en-US", { timeZone: this.zone, ...options }).format(seconds * 1000);
    return words.replaceAll("\u202f", " "); // the narrow space before AM surprises people who search for "2:05 PM"
  }
}

/** "in 3 days", "2 hours ago" */
function ago(seconds) {
  const units = [["day", 86400], ["hour", 3600], ["minute", 60]];
  const [unit, size] = units.find(([, length]) => Math.abs(seconds) >= length) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.trunc(seconds / size), unit);
}

function ordinal(day) {
  const teen = day >= 11 && day <= 13;
  return `${day}${(!teen && { 1: "st", 2: "nd", 3: "rd" }[day % 10]) || "th"}`;
}

function capital(words) {
  return words[0].toUpperCase() + words.slice(1);
}

function usable(zone) {
  try {
    new Intl.DateTimeFormat("en-US", { timeZone: zone });
    return zone;
  } catch {
    return "UTC";
  }
}
