// The parts a sample is shown with on every page: play button, category to choose, sureness, its menu.
import { html } from "./vendor/standalone.mjs";
import { categoryItems } from "./actions.js";
import { MenuButton } from "./menu.js";
import { Confidence, Icon, Name, ago } from "./parts.js";
import { player, usePlayer } from "./player.js";
import { isArchive, lastOf, named, parentOf } from "./words.js";

export function PlayButton({ job, big = false, reachable = true }) {
  const heard = usePlayer(job.id);
  const playing = Boolean(heard?.playing);
  const failed = Boolean(heard?.error);
  const label = failed ? `${heard.error}. Try again` : `${playing ? "Pause" : "Play"} ${job.name}`;
  return html`
    <button type="button" class=${`play ${big ? "big" : ""} ${playing ? "playing" : ""}`} aria-label=${label} title=${failed ? label : undefined}
      tabindex=${reachable ? 0 : -1} data-category=${job.category} onClick=${() => player.toggle(job.id)}>
      <${Icon} name=${failed ? "warning" : playing ? "pause" : "play"} size=${big ? 26 : 18} />
    </button>`;
}

// The category a sample has, which is also where another one is chosen.
export function CategoryButton({ job, about, actions, reachable = true }) {
  const filed = job.state === "filed";
  const text = job.category ? named(about, job.category) : "Not known";
  return html`
    <${MenuButton} class=${`category-button ${filed ? "" : "unfiled"}`} reachable=${reachable}
      label=${`${filed ? "Filed under" : "File as"} ${text}: choose another`}
      items=${() => categoryItems(about, job, (category) => actions.correct(job, category))}>
      <span class="category" data-category=${job.category}><i aria-hidden="true"></i><span>${text}</span></span>
      <${Icon} name="down" size=${15} />
    <//>`;
}

export function Sureness({ job }) {
  if (job.corrected) {
    return html`<span class="sureness"><${Icon} name="check" size=${16} />${job.state === "reverted" ? "You undid it" : "Your choice"}</span>`;
  }
  return html`<${Confidence} value=${job.confidence} />`;
}

export const When = ({ at }) => html`
  <time class="muted numbers" datetime=${new Date(at * 1000).toISOString()} title=${new Date(at * 1000).toLocaleString("en")}>${ago(at)}</time>`;

// The name, and below it where the sample came from.
export const NameAndOrigin = ({ job }) => html`
  <div class="job-name">
    <${Name} text=${job.name} />
    <span class="job-from muted small" title=${job.path}>from ${job.from ?? lastOf(parentOf(job.path))}<span class="job-when"> · ${ago(job.updated_at)}</span></span>
  </div>`;

export function SampleMenu({ job, about, actions, onOpen, reachable = true }) {
  const filed = job.state === "filed";
  const items = () => [
    { text: "Details", icon: "info", act: () => onOpen(job) },
    ...(filed ? [{ text: "Open its folder", icon: "folder", act: () => actions.open(job, "target") }] : []),
    { text: "Show the original", icon: "file", act: () => actions.open(job, "source") },
    ...(job.state === "failed" && !isArchive(job) ? [{ text: "Try again", icon: "retry", act: () => actions.retry(job) }] : []),
    ...(filed ? [{ text: "Undo", icon: "undo", act: () => actions.undo(job) }] : []),
    ...(job.state === "reverted" && job.category
      ? [{ text: `File under ${named(about, job.category)} again`, icon: "filed", act: () => actions.correct(job, job.category) }]
      : []),
  ];
  return html`
    <${MenuButton} class="button quiet icon-only" label=${`More for ${job.name}`} items=${items} reachable=${reachable}>
      <${Icon} name="dots" />
    <//>`;
}
