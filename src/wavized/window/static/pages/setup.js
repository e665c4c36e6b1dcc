// The first run: which folders to watch, which library to file into, copy or move. Nothing is written before "Start watching".
import { html, useEffect, useState } from "../vendor/standalone.mjs";
import { api } from "../api.js";
import { Choices, FieldError, Segments, useOpening, useSettled } from "../fields.js";
import { FolderField, shortPath } from "../folder-field.js";
import { Button, Icon, Message, Spinner } from "../parts.js";

const WAIT_MS = 300;

const EXISTING = [
  { value: "leave", label: "Leave it", hint: "What lies there already stays as it is; only new samples are filed" },
  { value: "file", label: "File it too", hint: "What lies there already is filed as well" },
];

const MODES = [
  { value: "copy", label: "Copy", hint: "The sample stays where it is and a copy goes into your library. The safe choice." },
  { value: "move", label: "Move", hint: "The sample leaves its folder. Saves room, but whatever remembers its old place will miss it." },
];
const HARDLINK = {
  value: "hardlink", label: "Hard link",
  hint: "One file in two places, taking no extra room. Both folders must be on the same drive.",
};

const sent = ({ watch, library, mode }) => ({
  library,
  mode,
  watch: watch.filter((one) => one.chosen).map(({ path, existing, exclude }) => ({ path, existing, exclude })),
});

// Why it cannot start yet, or "" where it can.
function obstacle(body, answer) {
  if (!body.watch.length) return "Choose at least one folder to watch.";
  if (!body.library.trim()) return "Select your library.";
  if (!answer) return "Looking at your folders…";
  return answer.problems.length ? "Something above needs another look." : "";
}

function Step({ number, title, lead, children }) {
  return html`
    <li class="card step">
      <h2><span class="step-number" aria-hidden="true">${number}</span>${title}</h2>
      <p class="muted">${lead}</p>
      ${children}
    </li>`;
}

function WatchChoice({ folder, home, error, warning, onChange }) {
  return html`
    <li class="watch-choice" data-chosen=${folder.chosen}>
      <label class="watch-name">
        <input type="checkbox" checked=${folder.chosen} onChange=${(event) => onChange({ chosen: event.currentTarget.checked })} />
        <span><strong>${shortPath(folder.path, home)}</strong>${folder.why && html`<span class="muted small">${folder.why}</span>`}</span>
      </label>
      ${folder.chosen && html`
        <div class="watch-existing">
          <span class="small muted" aria-hidden="true">What is in it already</span>
          <${Segments} legend=${`What is in ${folder.path} already`} value=${folder.existing} options=${EXISTING}
            onChange=${(existing) => onChange({ existing })} />
        </div>`}
      <${FieldError} text=${folder.chosen && error} />
      ${folder.chosen && !error && warning && html`<div class="watch-warning small"><${Icon} name="warning" size=${16} /><span>${warning}</span></div>`}
    </li>`;
}

function AddFolder({ about, first, onAdd }) {
  const [open, setOpen] = useState(first);
  const [path, setPath] = useState("");
  const [input, opener] = useOpening(open);
  const add = () => {
    if (!path.trim()) return;
    onAdd(path.trim());
    setPath("");
    if (!first) setOpen(false);
  };
  if (!open) return html`<div ref=${opener}><${Button} icon="plus" onClick=${() => setOpen(true)}>Add a folder<//></div>`;
  return html`
    <div class="add-folder">
      <${FolderField} label="Another folder to watch" title="Choose a folder to watch" about=${about} value=${path} inputRef=${input}
        placeholder="~/Downloads" onChange=${setPath} onEnter=${add} />
      <div class="cluster">
        <${Button} icon="plus" disabled=${!path.trim()} onClick=${add}>Watch this folder<//>
        ${!first && html`<${Button} kind="quiet" onClick=${() => setOpen(false)}>Cancel<//>`}
      </div>
    </div>`;
}

function Modes({ mode, onChange }) {
  const [advanced, setAdvanced] = useState(mode === "hardlink");
  return html`
    <${Choices} legend="Copy or move" value=${mode} options=${advanced ? [...MODES, HARDLINK] : MODES} onChange=${onChange} />
    ${!advanced && html`
      <div><button type="button" class="word-button" onClick=${() => setAdvanced(true)}>Another way: hard links, for those who know them</button></div>`}
    ${mode === "move" && html`
      <${Message} kind="warning" title="Splice and your projects remember where a sample lay">
        They will not find it any more once it has moved. For samples you work with, copy.
      <//>`}`;
}

export default function Setup({ about }) {
  const [draft, setDraft] = useState(null);
  const [failure, setFailure] = useState(null);
  const [starting, setStarting] = useState(false);
  const [checked, setChecked] = useState({ body: null, answer: null });
  const change = (part) => setDraft((now) => ({ ...now, ...part }));

  useEffect(() => {
    const fill = (proposal) => setDraft({
      ...proposal,
      watch: proposal.watch.map((one) => ({ existing: "leave", ...one, chosen: true })),
    });
    api.get("/api/setup").then(fill, setFailure);
  }, []);

  const body = draft && JSON.stringify(sent(draft));
  const settled = useSettled(body, WAIT_MS);
  useEffect(() => {
    if (!settled) return undefined;
    const stopping = new AbortController();
    api.post("/api/setup/check", JSON.parse(settled), { signal: stopping.signal }).then(
      (answer) => setChecked({ body: settled, answer }),
      (error) => error.name !== "AbortError" && setFailure(error),
    );
    return () => stopping.abort();
  }, [settled]);

  if (!draft) {
    return failure
      ? html`<${Message} kind="error" title=${failure.message}>${failure.hint}<//>`
      : html`<${Spinner} label="Looking for your folders" />`;
  }

  const wanted = JSON.parse(body);
  const current = checked.body === body ? checked.answer : null;
  const answer = checked.answer || { problems: [], warnings: [], sentence: "" };
  const missing = obstacle(wanted, current);
  const of = (list, field, index) =>
    list.filter((one) => one.field === field && (index === undefined || one.index === index)).map((one) => one.message).join(" ");
  const chosen = draft.watch.filter((one) => one.chosen);
  const warnings = answer.warnings.filter((one) => one.field !== "library" && one.field !== "mode" && one.index === undefined);

  const alter = (index, part) => change({ watch: draft.watch.map((one, at) => (at === index ? { ...one, ...part } : one)) });
  const add = (path) => {
    const known = draft.watch.findIndex((one) => one.path === path);
    if (known >= 0) alter(known, { chosen: true });
    else change({ watch: [...draft.watch, { path, why: "added by you", exclude: [], existing: "leave", chosen: true }] });
  };
  const start = async () => {
    setStarting(true);
    setFailure(null);
    try {
      await api.post("/api/setup", wanted);
      location.hash = "#/now";
    } catch (error) {
      setFailure(error);
      setStarting(false);
      if (error.problems.length) setChecked({ body, answer: { ...answer, problems: error.problems } });
    }
  };

  return html`
    <div class="setup">
      <header>
        <h1>Welcome. Three choices, then it works by itself.</h1>
        <p class="lead muted">Wavized listens to the samples you download and files every bass one-shot into the right folder of your library.</p>
      </header>
      <ol class="steps">
        <${Step} number="1" title="Which folders should it watch?"
          lead=${draft.watch.length ? "These are where samples usually arrive. Everything below them counts too."
            : "The folder your downloads arrive in, for instance. Everything below it counts too."}>
          ${draft.watch.length > 0 && html`
            <ul class="watch-choices">
              ${draft.watch.map((folder, index) => html`
                <${WatchChoice} key=${folder.path} folder=${folder} home=${about.home}
                  error=${of(answer.problems, "watch", chosen.indexOf(folder))}
                  warning=${of(answer.warnings, "watch", chosen.indexOf(folder))} onChange=${(part) => alter(index, part)} />`)}
            </ul>`}
          <${AddFolder} about=${about} first=${draft.watch.length === 0} onAdd=${add} />
        <//>
        <${Step} number="2" title="Select your library"
          lead="Where the sorted samples go. The one you have is welcome: nothing in it is ever changed or overwritten.">
          <${FolderField} label="Library folder" title="Select your library" about=${about} value=${draft.library}
            error=${current && of(current.problems, "library")} missing=""
            onChange=${(library) => change({ library })} />
          ${!answer.problems.length && of(answer.warnings, "library") && html`<p class="small muted">${of(answer.warnings, "library")}</p>`}
        <//>
        <${Step} number="3" title="Copy or move?" lead="What happens to the original when a sample is filed.">
          <${Modes} mode=${draft.mode} onChange=${(mode) => change({ mode })} />
          <${FieldError} text=${current && of(current.problems, "mode")} />
          ${draft.mode !== "move" && of(answer.warnings, "mode") && html`<${Message} kind="warning" title=${of(answer.warnings, "mode")} />`}
        <//>
      </ol>
      <section class="card finish" aria-label="What will happen">
        <div class="finish-words" aria-live="polite">
          ${answer.sentence && !missing && html`<p class="promise">${answer.sentence}</p>`}
          ${warnings.map((one) => html`<${Message} key=${one.message} kind="warning" title=${one.message} />`)}
          ${failure && html`<${Message} kind="error" title=${failure.message}>${failure.hint}<//>`}
        </div>
        <div class="cluster">
          <${Button} kind="primary big" icon="play" busy=${starting} disabled=${missing !== ""} aria-describedby="why-not" onClick=${start}>
            Start watching
          <//>
          <span id="why-not" class="why-not" role="status">${starting ? "One moment…" : missing}</span>
        </div>
        <p class="small muted">Nothing is filed with a guess: what it is not sure of waits for your word. Your choices are written to
          ${" "}<code>${shortPath(draft.config, about.home)}</code> and can be changed at any time.</p>
      </section>
    </div>`;
}
