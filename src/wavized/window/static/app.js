// The page's frame: which page is shown, the state line, messages. Everything the daemon tells comes through live.js.
import { html, render, useEffect, useState } from "./vendor/standalone.mjs";
import { connect, onNotice, onRestart, useEvent, useLive } from "./live.js";
import { Icon, Spinner, Toasts, toast } from "./parts.js";
import { PauseButton, pausedWords } from "./pausing.js";
import { Hint } from "./hint.js";
import { DropTarget } from "./sorting/dropped.js";
import { Welcome } from "./welcome.js";
import Filed from "./pages/filed.js";
import Now from "./pages/now.js";
import Review from "./pages/review.js";
import Settings from "./pages/settings.js";
import Setup from "./pages/setup.js";
import Skipped from "./pages/skipped.js";
import Sort from "./pages/sort.js";

const PAGES = {
  now: { title: "Now", page: Now },
  filed: { title: "Filed", page: Filed },
  review: { title: "Review", page: Review, count: (status) => status.review },
  skipped: { title: "Left alone", page: Skipped, count: (status) => status.failed },
  sort: { title: "Sort a folder", page: Sort },
  settings: { title: "Settings", page: Settings },
};

const wanted = () => location.hash.replace(/^#\/?/, "").split("?")[0] || "now";

function usePage() {
  const [name, change] = useState(wanted());
  useEffect(() => {
    const follow = () => change(wanted());
    addEventListener("hashchange", follow);
    return () => removeEventListener("hashchange", follow);
  }, []);
  return name in PAGES ? name : "now";
}

export function stateLine(status) {
  if (!status) return { mood: "wait", text: "Connecting…" };
  const left = status.pending ? `, ${status.pending.toLocaleString("en")} to go` : "";
  if (status.state === "degraded") return { mood: "bad", text: "Needs attention" };
  if (status.state === "stopped") return { mood: "pause", text: "Not set up yet" };
  if (status.state === "paused") return { mood: "pause", text: `${pausedWords(status)}${left}` };
  if (status.detail) return { mood: "bad", text: "Waiting" };
  if (status.pending) return { mood: "work", text: `Working${left}` };
  const folders = status.watching.length;
  return { mood: "good", text: folders ? `Watching ${folders} folder${folders === 1 ? "" : "s"}` : "Watching no folder" };
}

function State({ status, connected }) {
  const { mood, text } = connected ? stateLine(status) : { mood: "wait", text: "Not connected" };
  return html`<div class="state" data-mood=${mood} role="status"><i aria-hidden="true"></i><span>${text}</span></div>`;
}

function Navigation({ name, status }) {
  return html`
    <nav aria-label="Pages">
      ${Object.entries(PAGES).map(([key, page]) => {
        const number = status && page.count ? page.count(status) : 0;
        return html`
          <a key=${key} href=${`#/${key}`} aria-current=${key === name ? "page" : undefined}>
            <${Icon} name=${key} /><span>${page.title}</span>
            ${number > 0 && html`<b class="count" aria-label=${`${number} waiting`}>${number > 999 ? "999+" : number}</b>`}
          </a>`;
      })}
    </nav>`;
}

const Brand = () => html`<div class="brand"><img src="/static/icon.svg" width="28" height="28" alt="" /><span>Wavized</span></div>`;

function Frame({ name, live, children }) {
  const { status, connected } = live;
  useEffect(() => {
    document.title = `${PAGES[name].title} · Wavized`;
    document.querySelector("main").scrollTop = 0;
  }, [name]);
  return html`
    <a class="skip-link" href="#main" onClick=${(event) => { event.preventDefault(); document.querySelector("main").focus(); }}>
      Skip to the page
    </a>
    <div class="frame">
      <header class="side">
        <${Brand} />
        <${Navigation} name=${name} status=${status} />
        <div class="side-state">
          <${State} status=${status} connected=${connected} />
          ${status && status.state !== "stopped" && html`<${PauseButton} status=${status} />`}
        </div>
      </header>
      <main id="main" tabindex="-1">${children}</main>
    </div>
    <${DropTarget} />`;
}

const Notice = ({ title, children }) => html`
  <main class="alone" id="main"><${Brand} /><h1>${title}</h1>${children}</main>`;

function App() {
  const live = useLive();
  const name = usePage();
  const [welcome, setWelcome] = useState(false);
  useEffect(connect, []);
  useEffect(() => {
    if (live.about && live.about.setup) setWelcome(true);
  }, [live.about]);
  useEvent(onNotice, (notice) => toast(notice.message, { hint: notice.hint }));
  useEvent(onRestart, () => toast("Wavized was restarted. This page is connected again."));
  const { about, status, connected, locked } = live;
  let content;
  if (locked) {
    content = html`<${Notice} title="This page is no longer signed in">
      <p>Open the window again from Wavized's icon in the tray, or type <code>wavized open</code>.</p><//>`;
  } else if (!about || !status) {
    content = html`<${Notice} title="Connecting…"><p><${Spinner} label="Connecting" /></p><//>`;
  } else if (about.setup) {
    content = html`<main class="alone wide" id="main"><${Brand} /><${Setup} about=${about} /></main>`;
  } else {
    const Page = PAGES[name].page;
    content = html`
      <${Frame} name=${name} live=${live}>
        ${welcome && name === "now" && html`<${Welcome} onClose=${() => setWelcome(false)} />`}
        ${name === "now" && html`<${Hint} hint=${status.hint} />`}
        <${Page} key=${name} about=${about} status=${status} />
      <//>`;
  }
  return html`
    ${!connected && about && !locked && html`
      <div class="banner" role="alert"><${Spinner} /> Wavized does not answer. This page connects again by itself as soon as it runs.</div>`}
    ${content}
    <${Toasts} />`;
}

render(html`<${App} />`, document.getElementById("app"));
