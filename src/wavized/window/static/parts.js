// Small parts that every page uses: icons, buttons, chips, meters, dialogs, messages. They keep no state of the daemon.
import { html, useEffect, useRef, useState } from "./vendor/standalone.mjs";

const ICONS = {
  now: "M3 12h4l3 8 4-16 3 8h4",
  filed: "M3 6.5A1.5 1.5 0 0 1 4.5 5H9l2 2.5h8.5A1.5 1.5 0 0 1 21 9v9.5a1.5 1.5 0 0 1-1.5 1.5h-15A1.5 1.5 0 0 1 3 18.5z",
  review: "M9.1 9a3 3 0 1 1 4.4 2.7c-1 .6-1.5 1.2-1.5 2.3M12 17.6v.1M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  skipped: "M5 5l14 14M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18z",
  sort: "M4 6h16M7 12h10M10 18h4",
  settings: "M4 7h9M17 7h3M4 17h3M11 17h9M15 4.5v5M9 14.5v5",
  play: "M7 4.5v15l12-7.5z",
  pause: "M8 5v14M16 5v14",
  stop: "M6.5 6.5h11v11h-11z",
  undo: "M4 9h10a6 6 0 0 1 0 12H9M4 9l4-4M4 9l4 4",
  folder: "M3 7a2 2 0 0 1 2-2h4l2 2.5h8a2 2 0 0 1 2 2V17a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2z",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  search: "M10.5 4a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13zM15.5 15.5 20 20",
  check: "M4.5 12.5l5 5 10-11",
  close: "M6 6l12 12M18 6L6 18",
  retry: "M20 12a8 8 0 1 1-2.5-5.8M20 3v4.5h-4.5",
  more: "M9 5l7 7-7 7",
  warning: "M12 4 2.5 20h19zM12 10v4.5M12 17.3v.1",
  info: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 11v6M12 7.5v.1",
  plus: "M12 5v14M5 12h14",
  down: "M6 9l6 6 6-6",
  clock: "M12 3a9 9 0 1 1 0 18 9 9 0 0 1 0-18zM12 7v5l3.5 2.5",
  dots: "M5.5 12h.1M12 12h.1M18.5 12h.1",
  later: "M5 5l9 7-9 7zM18 5v14",
};

export const Icon = ({ name, size = 20 }) => html`
  <svg class=${`icon icon-${name}`} width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${ICONS[name]} />
  </svg>`;

// kind: "primary", "quiet", "danger" or none. With `label` and no children it is an icon alone.
export function Button({ kind = "", icon, label, children, busy = false, disabled = false, ...rest }) {
  return html`
    <button type="button" class=${`button ${kind} ${children ? "" : "icon-only"}`} aria-label=${label} title=${label}
      aria-busy=${busy ? "true" : undefined} disabled=${disabled || busy} ...${rest}>
      ${busy ? html`<${Spinner} />` : icon && html`<${Icon} name=${icon} size=${18} />`}
      ${children && html`<span>${children}</span>`}
    </button>`;
}

export const Spinner = ({ label }) => html`<span class="spinner" role=${label ? "status" : undefined} aria-label=${label}></span>`;

// What a sample was filed as; the colour is never the only sign.
export const Category = ({ name, folder }) => html`
  <span class="category" data-category=${name}><i aria-hidden="true"></i>${folder || name}</span>`;

// done of total, or moving without end where total is unknown.
export function Meter({ done, total, label }) {
  const known = total > 0;
  const share = known ? Math.min(100, (100 * done) / total) : 0;
  return html`
    <div class=${`meter ${known ? "" : "endless"}`} role="progressbar" aria-label=${label} aria-valuemin="0"
      aria-valuemax=${known ? total : undefined} aria-valuenow=${known ? done : undefined}>
      <span style=${known ? { width: `${share}%` } : undefined}></span>
    </div>`;
}

// How sure the ear was, as a bar with words and a number.
export function Confidence({ value }) {
  if (value == null) return null;
  const percent = Math.floor(value * 100);
  return html`
    <span class="confidence" title=${`${percent} % sure`}>
      <span class="confidence-bar" aria-hidden="true"><span style=${{ width: `${percent}%` }}></span></span>
      <span>${sureness(value)}<span class="muted"> ${percent} %</span></span>
    </span>`;
}

export const sureness = (value) =>
  value >= 0.95 ? "Very sure" : value >= 0.85 ? "Sure" : value >= 0.65 ? "Fairly sure" : value >= 0.45 ? "Not sure" : "Guessing";

export const Empty = ({ icon = "info", title, children }) => html`
  <div class="empty"><${Icon} name=${icon} size=${36} /><h2>${title}</h2><div class="muted">${children}</div></div>`;

export const Message = ({ kind = "info", title, children }) => html`
  <div class=${`message ${kind}`} role=${kind === "error" ? "alert" : "note"}>
    <${Icon} name=${kind === "info" ? "info" : "warning"} />
    <div><strong>${title}</strong>${children && html`<div>${children}</div>`}</div>
  </div>`;

// A long name keeps its beginning and its end; the whole stands in the title and is what screen readers say.
export const Name = ({ text }) => {
  const letters = Array.from(text);
  const cut = Math.max(0, letters.length - 10);
  const [start, end] = [letters.slice(0, cut).join(""), letters.slice(cut).join("")];
  return html`<span class="name" title=${text}><span class="visually-hidden">${text}</span>
    <span aria-hidden="true">${start}</span><span aria-hidden="true">${end}</span></span>`;
};

export function Dialog({ title, onClose, children }) {
  const box = useRef(null);
  useEffect(() => {
    const dialog = box.current;
    if (!dialog.open) dialog.showModal();
    return () => dialog.open && dialog.close();
  }, []);
  return html`
    <dialog ref=${box} class="dialog" aria-labelledby="dialog-title" onClose=${onClose}
      onClick=${(event) => event.target === box.current && onClose()}>
      <header><h2 id="dialog-title">${title}</h2><${Button} kind="quiet" icon="close" label="Close" onClick=${onClose} /></header>
      <div class="dialog-body">${children}</div>
    </dialog>`;
}

// --- messages that come and go ------------------------------------------------------------------------------
let show = () => {};
let number = 0;

// kind "error" stays until closed; `undo` is called when the user takes it back.
export const toast = (text, { kind = "info", hint = "", undo = null } = {}) => show({ id: ++number, text, kind, hint, undo });
export const tellError = (error) => toast(error.message, { kind: "error", hint: error.hint });

export function Toasts() {
  const [all, change] = useState([]);
  const drop = (id) => change((now) => now.filter((one) => one.id !== id));
  show = (one) => {
    change((now) => [...now.slice(-2), one]);
    if (one.kind !== "error") setTimeout(() => drop(one.id), one.undo ? 8000 : 5000);
  };
  return html`
    <div class="toasts" aria-live="polite" aria-relevant="additions">
      ${all.map((one) => html`
        <div key=${one.id} class=${`toast ${one.kind}`} role=${one.kind === "error" ? "alert" : "status"}>
          <div><div>${one.text}</div>${one.hint && html`<div class="muted">${one.hint}</div>`}</div>
          ${one.undo && html`<${Button} kind="quiet" onClick=${() => { drop(one.id); one.undo(); }}>Undo<//>`}
          <${Button} kind="quiet" icon="close" label="Dismiss" onClick=${() => drop(one.id)} />
        </div>`)}
    </div>`;
}

// --- words ---------------------------------------------------------------------------------------------------
export const count = (number, noun, plural = `${noun}s`) => `${number.toLocaleString("en")} ${number === 1 ? noun : plural}`;

export function ago(seconds) {
  const past = Date.now() / 1000 - seconds;
  if (past < 60) return "just now";
  if (past < 3600) return `${Math.floor(past / 60)} min ago`;
  if (past < 86400) return `${Math.floor(past / 3600)} h ago`;
  if (past < 7 * 86400) return count(Math.floor(past / 86400), "day") + " ago";
  const date = new Date(seconds * 1000);
  const year = date.getFullYear() === new Date().getFullYear() ? undefined : "numeric";
  return date.toLocaleDateString("en", { day: "numeric", month: "short", year });
}

// A time within a day from now, as 15:20; the tray and the terminal say it the same way.
export function timeOfDay(seconds) {
  const date = new Date(seconds * 1000);
  const time = date.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return date.toDateString() === new Date().toDateString() ? time : `tomorrow ${time}`;
}

export function lasting(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(1)} h`;
}
