// The emoji names that bots and people commonly write; any other name stays as typed, as in Slack.

const EMOJI = {
  "+1": "👍", "-1": "👎", alarm_clock: "⏰", arrow_down: "⬇️", arrow_left: "⬅️", arrow_right: "➡️", arrow_up: "⬆️",
  bar_chart: "📊", bell: "🔔", blue_heart: "💙", book: "📖", books: "📚", boom: "💥", broom: "🧹", bug: "🐛",
  building_construction: "🏗️", bulb: "💡", calendar: "📅", chart_with_downwards_trend: "📉",
  chart_with_upwards_trend: "📈", clap: "👏", clipboard: "📋", clock1: "🕐", closed_lock_with_key: "🔐",
  construction: "🚧", credit_card: "💳", crystal_ball: "🔮", dizzy: "💫", dollar: "💵", door: "🚪", email: "✉️",
  envelope: "✉️", exclamation: "❗", eyes: "👀", file_folder: "📁", fire: "🔥", gear: "⚙️", ghost: "👻", green_heart: "💚",
  grey_question: "❔", hammer_and_wrench: "🛠️", heart: "❤️", heavy_check_mark: "✔️", hourglass: "⌛",
  hourglass_flowing_sand: "⏳", house: "🏠", inbox_tray: "📥", information_source: "ℹ️", joy: "😂", key: "🔑",
  label: "🏷️", large_blue_circle: "🔵", large_green_circle: "🟢", large_orange_circle: "🟠",
  large_purple_circle: "🟣", large_yellow_circle: "🟡", link: "🔗", lock: "🔒", mag: "🔍", mailbox: "📫",
  mega: "📣", memo: "📝", microphone: "🎤", minus: "➖", money_with_wings: "💸", moneybag: "💰", muscle: "💪",
  new: "🆕", no_bell: "🔕", no_entry: "⛔", no_entry_sign: "🚫", ok_hand: "👌", old_key: "🗝️", open_file_folder: "📂",
  outbox_tray: "📤", package: "📦", page_facing_up: "📄", paperclip: "📎", partying_face: "🥳", pencil2: "✏️",
  people_holding_hands: "🧑‍🤝‍🧑", point_right: "👉", pray: "🙏", pushpin: "📌", question: "❓", raised_hands: "🙌",
  receipt: "🧾", recycle: "♻️", red_circle: "🔴", repeat: "🔁", robot_face: "🤖", rocket: "🚀", rotating_light: "🚨",
  sad: "😢", satellite: "📡", scroll: "📜", seedling: "🌱", shield: "🛡️", slightly_smiling_face: "🙂", smile: "😄",
  snowflake: "❄️", sparkles: "✨", speech_balloon: "💬", star: "⭐", stopwatch: "⏱️", sunny: "☀️", tada: "🎉",
  thinking_face: "🤔", thumbsdown: "👎", thumbsup: "👍", timer_clock: "⏲️", triangular_flag_on_post: "🚩",
  unlock: "🔓", wastebasket: "🗑️", warning: "⚠️", wave: "👋", white_check_mark: "✅", white_circle: "⚪",
  wrench: "🔧", x: "❌", zap: "⚡", zzz: "💤",
};

/** The character of a short name, or null. */
export function emoji(name) {
  return Object.hasOwn(EMOJI, name) ? EMOJI[name] : null;
}

/** Replace the known `:names:` of a plain text. */
export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+-]+):/g, (whole, name) => emoji(name) ?? whole);
}
