// How things are at this moment, in words: what is being done, what came of it, where everything lies.
import { html, useEffect, useMemo, useState } from "../vendor/standalone.mjs";
import { actionsOf } from "../actions.js";
import { api } from "../api.js";
import { Details } from "../details.js";
import { shortPath } from "../folder-field.js";
import { onJobs, onReconnect, useEvent } from "../live.js";
import { Button, Icon, Meter, Name, count, lasting, tellError } from "../parts.js";
import { PauseButton, pausedWords } from "../pausing.js";
import { CategoryButton, NameAndOrigin, PlayButton, Sureness, When } from "../samples.js";
import { Waveform } from "../waveform.js";
import { whole } from "../words.js";

const LATEST = 8;

// What the state means and what to do about it. `link` is [text, address].
function explain(status) {
  const waiting = status.pending ? `${count(status.pending, "sample")} ${status.pending === 1 ? "waits" : "wait"}. ` : "";
  if (status.state === "degraded") {
    return { mood: "bad", icon: "warning", title: "The model cannot be used", text: status.detail,
      more: `${waiting}New samples are noted, nothing is moved and nothing is lost. It goes on by itself once the model is there.`,
      link: ["See the model", "#/settings"] };
  }
  if (status.state === "paused") {
    const then = status.paused_until ? "then, or as soon as you resume" : "as soon as you resume";
    return { mood: "pause", icon: "pause", title: pausedWords(status), more: `${waiting}New samples are noted and filed ${then}.` };
  }
  if (status.detail) {
    return { mood: "bad", icon: "warning", title: "Waiting", text: status.detail,
      more: `${waiting}Everything stays where it is, and it goes on by itself.`, link: ["Open the settings", "#/settings"] };
  }
  const trouble = (status.folders || []).filter((folder) => folder.state === "missing" || folder.state === "error");
  if (!status.watching.length) {
    return { mood: "pause", icon: "folder", title: "No folder is watched yet",
      more: "Choose the folder your samples are downloaded to, or sort one now.", link: ["Choose folders", "#/settings"] };
  }
  if (status.pending) {
    const title = status.worker === "starting" ? "Getting ready to listen" : "Listening";
    return { mood: "work", icon: "now", title, more: "Sure ones are filed by themselves; the others wait for you in Review." };
  }
  if (trouble.length) {
    return { mood: "bad", icon: "warning", title: trouble.length === 1 ? "A watched folder is missing" : "Watched folders are missing",
      text: trouble.map((folder) => `${folder.path}: ${folder.detail || folder.state}`).join(" · "),
      more: trouble.map((folder) => folder.hint).filter(Boolean)[0] || "It goes on by itself once the folder is there." };
  }
  return { mood: "good", icon: "check", title: "All caught up",
    more: `Watching ${count(status.watching.length, "folder")}. New samples are heard and filed as they arrive.` };
}

function Hero({ status }) {
  const { mood, icon, title, text, more, link } = explain(status);
  return html`
    <section class="card hero" data-mood=${mood} aria-labelledby="hero-title">
      <span class="hero-icon"><${Icon} name=${icon} size=${26} /></span>
      <div class="hero-words" role="status">
        <h2 id="hero-title">${title}</h2>
        ${text && html`<p>${text}</p>`}
        <p class="muted">${more}</p>
      </div>
      <div class="cluster hero-act">
        ${link && html`<a class="button" href=${link[1]}>${link[0]}</a>`}
        <${PauseButton} status=${status} kind="primary" />
      </div>
      <${Flood} status=${status} />
    </section>`;
}

function Flood({ status }) {
  if (!status.pending) return null;
  const { total, done, seconds_left: left } = status.progress || { total: 0, done: 0, seconds_left: null };
  const words = total ? `${done.toLocaleString("en")} of ${total.toLocaleString("en")} done` : `${count(status.pending, "sample")} to go`;
  const rest = status.state === "paused" ? "paused" : left ? `about ${lasting(left)} left` : total ? "estimating the time left" : "";
  return html`
    <div class="flood">
      <${Meter} done=${done} total=${total} label="Samples heard" />
      <p class="spread small numbers"><span>${words}</span><span class="muted">${rest}</span></p>
    </div>`;
}

function Counts({ status }) {
  const cards = [
    { href: "#/filed", icon: "filed", number: status.filed, text: "Filed", hint: "in your library" },
    { href: "#/review", icon: "review", number: status.review, text: "To review", hint: status.review ? "waiting for your word" : "nothing to ask", strong: status.review > 0 },
    { href: "#/skipped", icon: "skipped", number: status.skipped, text: "Left alone", hint: "loops, drums, duplicates" },
    { href: "#/skipped?why=failed", icon: "warning", number: status.failed, text: "Failed", hint: status.failed ? "look why" : "nothing went wrong", bad: status.failed > 0 },
  ];
  return html`
    <ul class="counts" aria-label="Counts">
      ${cards.map((card) => html`
        <li key=${card.text}>
          <a class=${`card count-card ${card.strong ? "strong" : ""} ${card.bad ? "bad" : ""}`} href=${card.href}>
            <span class="count-top"><${Icon} name=${card.icon} size=${18} />${card.text}</span>
            <b class="numbers">${card.number.toLocaleString("en")}</b>
            <span class="muted small">${card.hint}</span>
          </a>
        </li>`)}
    </ul>`;
}

// The newest filed samples, kept up to date by what the daemon tells.
function useLatest() {
  const [jobs, change] = useState(null);
  const load = () => api.get(`/api/jobs?states=filed&order=newest&limit=${LATEST}`).then((answer) => change(answer.jobs), tellError);
  useEffect(() => { load(); }, []);
  useEvent(onReconnect, load);
  useEvent(onJobs, ({ jobs: told, more }) => {
    if (more) load();
    change((before) => {
      const rest = new Map((before || []).map((job) => [job.id, job]));
      for (const job of told) job.state === "filed" ? rest.set(job.id, whole(job)) : rest.delete(job.id);
      return [...rest.values()].sort((a, b) => b.updated_at - a.updated_at || b.id - a.id).slice(0, LATEST);
    });
  });
  return jobs;
}

function Latest({ about, status }) {
  const jobs = useLatest();
  const [opened, open] = useState(null);
  const actions = useMemo(() => actionsOf(about), [about]);
  return html`
    <section class="stack" aria-labelledby="latest">
      <div class="spread"><h2 id="latest">Just filed</h2>${status.filed > 0 && html`<a href="#/filed">All ${status.filed.toLocaleString("en")}</a>`}</div>
      ${jobs && jobs.length === 0 && html`
        <p class="card muted">Nothing yet. Put a bass sample into a watched folder, or <a href="#/sort">sort a folder now</a>.</p>`}
      ${jobs && jobs.length > 0 && html`
        <ul class="card latest">
          ${jobs.map((job) => html`
            <li key=${job.id} class="latest-row" data-category=${job.category} data-job=${job.id}>
              <${PlayButton} job=${job} />
              <${Waveform} id=${job.id} name=${job.name} category=${job.category} />
              <${NameAndOrigin} job=${job} />
              <${CategoryButton} job=${job} about=${about} actions=${actions} />
              <${Sureness} job=${job} />
              <${When} at=${job.updated_at} />
              <${Button} kind="quiet" icon="info" label=${`Details of ${job.name}`} onClick=${() => open(job)} />
            </li>`)}
        </ul>`}
      ${opened && html`<${Details} job=${opened} about=${about} actions=${actions} onClose=${() => open(null)} />`}
    </section>`;
}

const FOLDER_WORDS = { watching: "Watching", polling: "Looked at regularly", missing: "Not there", error: "Cannot be watched" };

function Folder({ path, state, detail, home }) {
  const bad = state === "missing" || state === "error";
  const words = state === "library" ? "Library" : FOLDER_WORDS[state] || "Watching";
  return html`
    <li class="folder-row">
      <span class=${`folder-icon ${bad ? "bad" : ""}`}><${Icon} name=${bad ? "warning" : state === "library" ? "filed" : "folder"} /></span>
      <div><span class="muted small">${words}${bad && detail ? `: ${detail}` : ""}</span><${Name} text=${shortPath(path, home)} /></div>
      <${Button} icon="folder" aria-label=${`Open folder ${path}`} onClick=${() => api.post("/api/folders/open", { path }).catch(tellError)}>Open folder<//>
    </li>`;
}

function Folders({ about, status }) {
  const watched = status.folders || status.watching.map((path) => ({ path, state: "watching" }));
  return html`
    <section class="stack" aria-labelledby="folders">
      <h2 id="folders">Folders</h2>
      <ul class="card folders">
        ${status.library && html`<${Folder} key="library" path=${status.library} state="library" home=${about.home} />`}
        ${watched.map((folder) => html`<${Folder} key=${folder.path} ...${folder} home=${about.home} />`)}
      </ul>
    </section>`;
}

export default function Now({ about, status }) {
  return html`
    <div class="page">
      <h1>Now</h1>
      <${Hero} status=${status} />
      <${Counts} status=${status} />
      <${Latest} about=${about} status=${status} />
      <${Folders} about=${about} status=${status} />
    </div>`;
}
