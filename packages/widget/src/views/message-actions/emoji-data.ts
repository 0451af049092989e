/** Offered first, without opening the picker. */
export const QUICK_EMOJI: readonly string[] = ['👍', '❤️', '😂', '😮', '😢', '🙏'];

/** The picker's groups, in the order of the texts that name them. A small choice of what every system can draw. */
export const EMOJI_GROUPS: readonly (readonly string[])[] = [
  '😀 😃 😄 😁 😆 😅 😂 🙂 😉 😊 😇 😍 😘 😋 😜 🤪 🤗 🤔 🤐 😐 😑 😶 😏 😒 🙄 😬 😌 😔 😴 😷 🤒 🤢 🤯 🥳 😎 🤓 😕 😟 😮 😳 🥺 😨 😰 😢 😭 😱 😞 😩 😤 😡 😈 💀 💩 🤡 👻 👽 🤖',
  '👋 🤚 ✋ 👌 ✌️ 🤞 🤟 🤙 👈 👉 👆 👇 👍 👎 ✊ 👊 👏 🙌 👐 🤝 🙏 ✍️ 💪 👀 🧠 👶 🧒 🧑 👩 👨 🧓 🙅 🙆 🤷 🤦 🙋 🏃 💃 🕺 👪',
  '🐶 🐱 🐭 🐰 🦊 🐻 🐼 🐨 🐯 🦁 🐮 🐷 🐸 🐵 🐔 🐧 🐦 🦆 🦉 🐴 🦄 🐝 🦋 🐌 🐢 🐍 🐙 🦀 🐠 🐬 🐳 🦭 🌵 🌲 🌴 🌱 🍀 🍁 🌸 🌹 🌻 🌞 🌙 ⭐ 🌈 ☁️ ⚡ ❄️ 🔥 🌊',
  '🍏 🍊 🍋 🍌 🍉 🍇 🍓 🍒 🍑 🍍 🥝 🍅 🥑 🥕 🌽 🥔 🍞 🧀 🥚 🍳 🥞 🍔 🍟 🍕 🌮 🥗 🍝 🍜 🍣 🍦 🍰 🎂 🍫 🍪 🍿 ☕ 🍵 🍺 🍷 🥂',
  '⚽ 🏀 🎾 🏐 🎱 🏓 🥊 🚴 🏊 ⛷️ 🎮 🎲 🎯 🎸 🎹 🎤 🎨 🎬 📚 🚗 🚌 🚲 🚂 ✈️ 🚀 ⛵ 🏠 🏢 🏖️ 🏔️ 🗺️ ⏰ 💻 📱 📷 💡 🔑 🎁 🎉 🎈',
  '❤️ 🧡 💛 💚 💙 💜 🖤 💔 💯 💥 💤 ✅ ❌ ❓ ❗ ⚠️ ⛔ ♻️ ➕ ➖ 🔔 🔒 🆗 🆕 🔝 ▶️ ⏸️ ⏳ 📌 📎',
].map((group) => group.split(' '));
