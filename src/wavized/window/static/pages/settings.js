// Settings: everything here stands in the user's YAML file. Changes are collected and saved together; autostart acts at once.
import { html, useState } from "../vendor/standalone.mjs";
import { api } from "../api.js";
import { Choices, LinesField, NumberField, Switch, TextField } from "../fields.js";
import { FolderField, shortPath } from "../folder-field.js";
import { Button, Icon, Message, Spinner, count, tellError, toast } from "../parts.js";
import { Card } from "../settings/card.js";
import { useDraft } from "../settings/draft.js";
import { Sureness } from "../settings/sureness.js";
import { WatchedFolders } from "../settings/watched.js";

const MODES = [
  { value: "copy", label: "Copy", hint: "The sample stays where it is and a copy goes into your library. The safe choice." },
  { value: "move", label: "Move", hint: "The sample leaves its folder. Splice and your projects will not find it there any more." },
  { value: "hardlink", label: "Hard link", hint: "One file in two places, taking no extra room. Both folders must be on the same drive." },
];

const KEYS = {
  library: "library", watch: "watched folders", mode: "copy or move", folders: "folder names", sidecars: "files that go along",
  file_above: "how sure", margin: "lead over the second guess", reject_above: "left alone from", names: "names and tags", archives: "archives",
  max_seconds: "longest sample", max_megabytes: "largest file", memory_megabytes: "memory limit", settle_seconds: "settling time", rescan_seconds: "looking through",
  model: "model", worker_idle_seconds: "resting time", worker_timeout_seconds: "time limit", batch_size: "batch size",
  tray: "tray icon", notifications: "messages",
};

const Group = ({ id, title, lead, children }) => html`
  <section class="setting-group" aria-labelledby=${id}>
    <div><h2 id=${id}>${title}</h2>${lead && html`<p class="muted small">${lead}</p>`}</div>
    <div class="card stack">${children}</div>
  </section>`;

function Folders({ draft, categories }) {
  const folders = draft.value("folders");
  const labels = [...new Set([...categories.map((one) => one.label), ...Object.keys(folders)])];
  return html`
    <div class="folder-names">
      ${labels.map((label) => html`
        <${TextField} key=${label} label=${label} value=${folders[label] ?? label} error=${draft.problem(`folders.${label}`)}
          mark=${html`<i class="dot" data-category=${label} aria-hidden="true"></i>`}
          onChange=${(name) => draft.set("folders", { ...folders, [label]: name })} />`)}
    </div>
    ${draft.problems.some((one) => one.key === "folders") && html`<${Message} kind="error" title=${draft.problem("folders")} />`}`;
}

function Autostart({ autostart, onChanged }) {
  const [busy, setBusy] = useState(false);
  const change = async (enabled) => {
    setBusy(true);
    try {
      onChanged(await api.post("/api/autostart", { enabled }));
    } catch (error) {
      onChanged({ ...autostart });
      tellError(error);
    }
    setBusy(false);
  };
  return html`<${Switch} label="Start when I log in" hint=${autostart.detail} checked=${autostart.enabled} busy=${busy}
    disabled=${!autostart.available} onChange=${change} />`;
}

function Numbers({ draft, fields }) {
  return html`<div class="two">
    ${fields.map(({ key, ...field }) => html`
      <${NumberField} key=${key} ...${field} value=${draft.value(key)} error=${draft.problem(key)} onChange=${(value) => draft.set(key, value)} />`)}
  </div>`;
}

const LIMITS = [
  { key: "max_seconds", label: "Longest sample", unit: "seconds", min: 0.1, max: 600, hint: "Longer sounds are no one-shots and are left alone." },
  { key: "max_megabytes", label: "Largest file", unit: "megabytes", min: 0.1, max: 100000, hint: "Larger files are left alone." },
];
const TIMES = [
  { key: "settle_seconds", label: "A download is complete after", unit: "seconds", min: 0.1, max: 3600, hint: "So long it must not have changed." },
  { key: "rescan_seconds", label: "Look through all folders every", unit: "seconds", min: 1, max: 604800, hint: "In case the system forgot to tell of a file." },
  { key: "worker_idle_seconds", label: "The ear rests after", unit: "seconds", min: 0, max: 604800, hint: "It takes memory, and comes back by itself." },
  { key: "worker_timeout_seconds", label: "Time for a batch", unit: "seconds", min: 1, max: 3600, hint: "After that the ear is started anew." },
  { key: "memory_megabytes", label: "Memory for opening samples", unit: "megabytes", min: 500, max: 1000000, hint: "A damaged file that asks for more is left out." },
  { key: "batch_size", label: "Samples heard in one go", min: 1, max: 256, step: 1 },
];

function thresholds(model) {
  return [
    { key: "margin", label: "Lead over the second guess", min: 0, max: 1, open: `as the model says: ${model.margin}`,
      hint: "From 0 to 1. Files only what is ahead by at least this much." },
    { key: "reject_above", label: "Left alone from", min: 0, max: 1, open: `as the model says: ${model.reject_above}`,
      hint: "From 0 to 1. So likely a loop or no bass at all." },
  ];
}

function figure(metrics) {
  const clean = metrics && metrics.held_out && metrics.held_out.clean;
  return clean && clean.n ? `On ${count(clean.n, "bass", "basses")} it had never heard, its first guess was right in ${Math.round(100 * clean.accuracy)} of 100 cases.` : "";
}

function Model({ model, draft, about }) {
  const [shown, show] = useState(false);
  return html`
    <p><strong>${model.id}</strong>${figure(model.metrics) && html`<br />${figure(model.metrics)}`}</p>
    ${model.card && html`
      <div><button type="button" class="disclose" aria-expanded=${shown ? "true" : "false"} onClick=${() => show(!shown)}>
        <${Icon} name="more" size=${16} /><span>How it was made, what it was measured on, and its limits</span></button></div>`}
    ${shown && html`<${Card} text=${model.card} />`}
    <${FolderField} label="A model of your own" title="Choose a model folder" about=${about} value=${draft.value("model") || ""}
      hint="A model folder. Leave it empty for the one that comes with Wavized." placeholder="the one that comes with Wavized"
      error=${draft.problem("model")} onChange=${(path) => draft.set("model", path.trim() ? path : null)} />`;
}

function SaveBar({ draft, home }) {
  const save = async () => {
    if (await draft.save()) toast("Saved");
  };
  const reload = async (keep) => {
    if (!keep) draft.discard();
    await draft.load();
  };
  const names = Object.keys(draft.changes).map((key) => KEYS[key] || key).join(", ");
  const homeless = draft.problems.filter((one) => !one.key || !(one.key.split(/[.[]/)[0] in KEYS));
  return html`
    <div class="save-bar" data-shown=${draft.dirty > 0} role="region" aria-label="Unsaved changes">
      ${draft.conflict ? html`
        <${Message} kind="warning" title="The file was changed elsewhere meanwhile">
          Nothing was saved, so that nothing of it is lost. Load it again; then save.
          <div class="cluster"><${Button} kind="primary" onClick=${() => reload(true)}>Load again, keep my changes<//>
            <${Button} onClick=${() => reload(false)}>Load again, drop my changes<//></div><//>`
      : draft.error && draft.dirty > 0 && html`
        <${Message} kind="error" title=${draft.error.message}>${[...homeless.map((one) => one.message), draft.error.hint].filter(Boolean).join(" ")}<//>`}
      ${draft.dirty > 0 && !draft.conflict && html`
        <div class="spread"><span role="status"><strong>Not saved yet:</strong> ${names}</span>
          <span class="cluster"><${Button} onClick=${draft.discard} disabled=${draft.saving}>Discard<//>
            <${Button} kind="primary" icon="check" busy=${draft.saving} onClick=${save}>Save<//></span></div>`}
    </div>`;
}

export default function Settings({ about }) {
  const draft = useDraft();
  const { settings } = draft;
  if (!settings) {
    return html`<div class="page"><h1>Settings</h1>
      ${draft.error ? html`<${Message} kind="error" title=${draft.error.message}>${draft.error.hint}<//>` : html`<${Spinner} label="Loading" />`}</div>`;
  }
  const { model } = settings;
  const flip = (key) => ({ checked: draft.value(key), onChange: (on) => draft.set(key, on) });
  return html`
    <div class="page settings">
      <div><h1>Settings</h1>
        <p class="muted">Everything here is written into <code>${shortPath(settings.path, about.home)}</code>; your remarks in it stay.</p></div>
      <${Group} id="s-watch" title="Watched folders" lead="New samples in these are heard and filed.">
        <${WatchedFolders} value=${draft.value("watch")} about=${about} problem=${draft.problem} onChange=${(watch) => draft.set("watch", watch)} />
        <${Switch} label="Look into .zip archives" ...${flip("archives")}
          hint="Packs often come as one. What is filed is copied out of it; the archive itself stays as it is." /><//>
      <${Group} id="s-library" title="Library" lead="Where sorted samples go. Nothing in it is ever overwritten.">
        <${FolderField} label="Library folder" title="Select your library" about=${about} value=${draft.value("library")}
          missing="Not there yet; it will be made for you" error=${draft.problem("library")} onChange=${(path) => draft.set("library", path)} />
        <h3>What its folders are called</h3>
        <${Folders} draft=${draft} categories=${about.categories} /><//>
      <${Group} id="s-mode" title="Copy or move" lead="For all watched folders that have no setting of their own.">
        <${Choices} legend="Copy or move" value=${draft.value("mode")} options=${MODES} onChange=${(mode) => draft.set("mode", mode)} /><//>
      <${Group} id="s-sure" title="How sure" lead="A sample it is less sure of waits for your word in Review.">
        <${Sureness} value=${draft.value("file_above")} model=${model} categories=${about.categories} error=${draft.problem("file_above")}
          onChange=${(value) => draft.set("file_above", value)} />
        <${Switch} label="Names and tags count too" ...${flip("names")}
          hint="What file names, tags and Splice's catalogue say may help or hinder. They never file a sample by themselves." /><//>
      <${Group} id="s-limits" title="Limits"><${Numbers} draft=${draft} fields=${LIMITS} /><//>
      <${Group} id="s-background" title="In the background">
        <${Autostart} autostart=${settings.autostart} onChanged=${draft.setAutostart} />
        <${Switch} label="Icon in the tray" ...${flip("tray")} hint="Takes effect at the next start." />
        <${Switch} label="Messages" ...${flip("notifications")} hint="A short note when samples were filed or wait for you." /><//>
      <${Group} id="s-model" title="The ear" lead="The model that listens. It runs on this computer alone."><${Model} model=${model} draft=${draft} about=${about} /><//>
      <${Group} id="s-fine" title="Fine tuning" lead="Right for nearly everybody as it is.">
        <details class="fine"><summary>Thresholds, times and files that go along</summary>
          <div class="stack">
            <${Numbers} draft=${draft} fields=${[...thresholds(model), ...TIMES]} />
            <${LinesField} label="Files that go along" value=${draft.value("sidecars")} error=${draft.problem("sidecars")}
              hint="Endings, one a line: with .asd, kick.wav.asd goes along with kick.wav." onChange=${(endings) => draft.set("sidecars", endings)} />
          </div></details><//>
      <${SaveBar} draft=${draft} home=${about.home} />
    </div>`;
}
