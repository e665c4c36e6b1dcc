// Hold filing back, for a while or until resumed, and go on. The daemon keeps the time; here it is only told.
import { html, useEffect, useRef, useState } from "./vendor/standalone.mjs";
import { api } from "./api.js";
import { MenuButton } from "./menu.js";
import { Button, Icon, Spinner, tellError, timeOfDay } from "./parts.js";

const LENGTHS = [
  { text: "For 15 minutes", icon: "clock", minutes: 15 },
  { text: "For 1 hour", icon: "clock", minutes: 60 },
  { text: "Until I resume", icon: "pause" },
];

// "Paused", with the time at which it ends where it does by itself.
export const pausedWords = (status) => (status.paused_until ? `Paused until ${timeOfDay(status.paused_until)}` : "Paused");

export function PauseButton({ status, kind = "" }) {
  const [busy, setBusy] = useState(false);
  const box = useRef(null);
  const asked = useRef(null);
  const paused = status.state === "paused";
  const ask = async (path, body) => {
    setBusy(true);
    asked.current = path === "/api/pause";
    await api.post(path, body).catch(tellError);
    setBusy(false);
  };
  // The button that was pressed gives way to its counterpart: whoever pressed it by keyboard goes on from there.
  useEffect(() => {
    if (busy || asked.current !== paused) return;
    asked.current = null;
    if (document.activeElement === document.body) box.current.querySelector("button").focus();
  }, [paused, busy]);
  const items = () => LENGTHS.map(({ minutes, ...item }) => ({ ...item, act: () => ask("/api/pause", minutes ? { minutes } : {}) }));
  return html`
    <span class="pausing" ref=${box}>
      ${paused
        ? html`<${Button} kind=${kind} icon="play" busy=${busy} onClick=${() => ask("/api/resume")}>Resume<//>`
        : html`
          <${MenuButton} class="button" label="Pause" items=${items}>
            ${busy ? html`<${Spinner} />` : html`<${Icon} name="pause" size=${18} />`}<span>Pause</span><${Icon} name="down" size=${15} />
          <//>`}
    </span>`;
}
