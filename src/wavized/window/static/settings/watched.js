// The watched folders: add, remove, and how each is treated. Changes are kept by the page until they are saved.
import { html, useEffect, useState } from "../vendor/standalone.mjs";
import { FieldError, LinesField, Segments, Switch, useOpening } from "../fields.js";
import { FolderField, shortPath } from "../folder-field.js";
import { Button, Icon, count } from "../parts.js";

const EXISTING = [
  { value: "leave", label: "Leave it", hint: "What the folder holds when it is watched for the first time stays as it is" },
  { value: "file", label: "File it too", hint: "What the folder holds when it is watched for the first time is filed too" },
];
const MODES = [
  { value: null, label: "As below", hint: "The way that is set for all folders" },
  { value: "copy", label: "Copy", hint: "The sample stays, a copy goes into the library" },
  { value: "move", label: "Move", hint: "The sample leaves this folder" },
  { value: "hardlink", label: "Hard link", hint: "One file in two places" },
];
const POLLING = [
  { value: null, label: "Find out", hint: "Right for nearly every drive" },
  { value: false, label: "Wait to be told", hint: "The system tells of new files" },
  { value: true, label: "Look again and again", hint: "For network drives" },
];

const NEW = { existing: "leave", mode: null, include: [], exclude: [], recursive: true, polling: null };

// What is special about a folder, in a few words.
function treatment(folder) {
  return [
    folder.mode && { copy: "copies", move: "moves", hardlink: "links" }[folder.mode],
    folder.recursive ? "with all below it" : "without what is below it",
    folder.existing === "file" && "files what was there already",
    folder.include.length && `only ${count(folder.include.length, "pattern")}`,
    folder.exclude.length && `without ${count(folder.exclude.length, "pattern")}`,
  ].filter(Boolean).join(", ");
}

function Details({ folder, problem, onChange }) {
  const isMove = folder.mode === "move";
  return html`
    <div class="watched-details">
      <div class="pair"><span aria-hidden="true">What was in it already</span>
        <${Segments} legend="What was in it already" value=${folder.existing} options=${EXISTING} onChange=${(existing) => onChange({ existing })} /></div>
      <div class="pair"><span aria-hidden="true">Samples from here</span>
        <${Segments} legend="How samples from here are filed" value=${folder.mode} options=${MODES} onChange=${(mode) => onChange({ mode })} /></div>
      ${isMove && html`<p class="small warn-text">Splice and your projects will not find moved samples any more.</p>`}
      <${Switch} label="Folders below it too" checked=${folder.recursive} onChange=${(recursive) => onChange({ recursive })} />
      <div class="two">
        <${LinesField} label="Listen only to" value=${folder.include} placeholder="*.wav" error=${problem("include")}
          hint="Patterns, one a line. Empty means everything." onChange=${(include) => onChange({ include })} />
        <${LinesField} label="Leave out" value=${folder.exclude} placeholder="Drums/**" error=${problem("exclude")}
          hint="Patterns such as Drums/** or *loop*, one a line." onChange=${(exclude) => onChange({ exclude })} />
      </div>
      <div class="pair"><span aria-hidden="true">How new files are noticed</span>
        <${Segments} legend="How new files are noticed" value=${folder.polling} options=${POLLING} onChange=${(polling) => onChange({ polling })} /></div>
    </div>`;
}

function Watched({ folder, index, home, problem, onChange, onRemove }) {
  const wrong = problem(`watch[${index}]`);
  const [open, setOpen] = useState(false);
  useEffect(() => { if (wrong) setOpen(true); }, [wrong]);
  return html`
    <li class="watched">
      <div class="watched-head">
        <button type="button" class="disclose" aria-expanded=${open ? "true" : "false"} onClick=${() => setOpen(!open)}>
          <${Icon} name="more" size=${16} /><span><strong>${shortPath(folder.path, home)}</strong><span class="muted small">${treatment(folder)}</span></span>
        </button>
        <${Button} kind="quiet" icon="close" label=${`Stop watching ${folder.path}`} onClick=${onRemove} />
      </div>
      <${FieldError} text=${wrong} />
      ${open && html`<${Details} folder=${folder} problem=${(key) => problem(`watch[${index}].${key}`)} onChange=${onChange} />`}
    </li>`;
}

export function WatchedFolders({ value, onChange, about, problem }) {
  const [adding, setAdding] = useState(false);
  const [path, setPath] = useState("");
  const [input, opener] = useOpening(adding);
  const add = () => {
    if (!path.trim()) return;
    onChange([...value, { ...NEW, path: path.trim() }]);
    setPath("");
    setAdding(false);
  };
  return html`
    ${value.length ? html`
      <ul class="watched-list">
        ${value.map((folder, index) => html`
          <${Watched} key=${folder.path} folder=${folder} index=${index} home=${about.home} problem=${problem}
            onChange=${(part) => onChange(value.map((one, at) => (at === index ? { ...one, ...part } : one)))}
            onRemove=${() => onChange(value.filter((_, at) => at !== index))} />`)}
      </ul>` : html`<p class="muted">No folder is watched. Add the one your samples arrive in.</p>`}
    ${adding ? html`
      <div class="add-folder">
        <${FolderField} label="Folder to watch" title="Choose a folder to watch" about=${about} value=${path} inputRef=${input}
          placeholder="~/Downloads" missing="There is no such folder yet; it is watched as soon as it appears" onChange=${setPath} onEnter=${add} />
        <div class="cluster"><${Button} icon="plus" disabled=${!path.trim()} onClick=${add}>Watch this folder<//>
          <${Button} kind="quiet" onClick=${() => setAdding(false)}>Cancel<//></div>
      </div>` : html`<div ref=${opener}><${Button} icon="plus" onClick=${() => setAdding(true)}>Add a folder<//></div>`}`;
}
