// Sort a folder now: choose or drop it, look at what would happen, do it. The sort runs in the daemon; this page only watches.
import { html, useEffect, useRef, useState } from "../vendor/standalone.mjs";
import { api } from "../api.js";
import { FieldError, Segments } from "../fields.js";
import { FolderField, shortPath } from "../folder-field.js";
import { onRestart, onSort, useEvent } from "../live.js";
import { Button, Icon, Message, Meter, Spinner, count, lasting, tellError, toast } from "../parts.js";
import { takeDropped, useDropped } from "../sorting/dropped.js";
import { Rows } from "../sorting/rows.js";

const CLOSED = "wavized-sort-closed";

const MODES = [
  { value: "copy", label: "Copy", hint: "The samples stay where they are; copies go into the library" },
  { value: "move", label: "Move", hint: "The samples leave this folder" },
  { value: "hardlink", label: "Hard link", hint: "One file in two places; both on the same drive" },
];
const DOING = { copy: "Copies of them go into the library.", move: "They leave this folder.", hardlink: "They are linked into the library." };

// The sort as the daemon tells it; one that was closed here stays closed.
function useSort() {
  const [sort, setSort] = useState(undefined);
  const [closed, setClosed] = useState(sessionStorage.getItem(CLOSED));
  const load = () => api.get("/api/sorts/current").then(setSort, (error) => {
    setSort((now) => now ?? null);
    tellError(error);
  });
  useEffect(() => { load(); }, []);
  useEvent(onSort, setSort);
  useEvent(onRestart, load);
  const close = () => {
    sessionStorage.setItem(CLOSED, String(sort.id));
    setClosed(String(sort.id));
  };
  const shown = sort && !sort.running && String(sort.id) === closed ? null : sort;
  return [shown, setSort, close];
}

async function search({ path, name, files }) {
  if (path) return [path];
  const { paths } = await api.post("/api/folders/find", { name, files });
  return paths;
}

// Look for a dropped folder; fills the field where there is one hit, offers several.
function useFinding(setFolder) {
  const [state, setState] = useState({ looking: "", name: "", paths: null });
  const dropped = useDropped();
  useEffect(() => {
    if (!dropped) return;
    takeDropped();
    setState({ looking: dropped.name, name: dropped.name, paths: null });
    search(dropped).then(
      (paths) => {
        if (paths.length === 1) setFolder(paths[0]);
        setState({ looking: "", name: dropped.name, paths });
      },
      (error) => {
        setState({ looking: "", name: "", paths: null });
        tellError(error);
      },
    );
    if (dropped.more > 0) toast("One folder at a time", { hint: `“${dropped.name}” was taken` });
  }, [dropped]);
  return [state, () => setState({ looking: "", name: "", paths: null })];
}

function Found({ state, home, onTake }) {
  if (state.looking) {
    return html`<p class="cluster" role="status"><${Spinner} />Looking for “${state.looking}” on this computer…</p>`;
  }
  if (!state.paths || state.paths.length === 1) return null;
  if (!state.paths.length) {
    return html`<${Message} kind="warning" title=${`“${state.name}” was not found in the usual places`}>
      The browser does not tell where a dropped folder lies. Type its path here, or choose it.<//>`;
  }
  return html`
    <div class="stack" role="group" aria-label=${`Which “${state.name}”?`}>
      <strong>Which “${state.name}”?</strong>
      ${state.paths.map((path) => html`
        <button type="button" class="candidate" key=${path} onClick=${() => onTake(path)}>
          <${Icon} name="folder" size=${18} /><span>${shortPath(path, home)}</span>
        </button>`)}
    </div>`;
}

function Start({ about, onStarted }) {
  const [folder, setFolder] = useState("");
  const [mode, setMode] = useState(null);
  const [busy, setBusy] = useState("");
  const [error, setError] = useState(null);
  const [finding, forget] = useFinding(setFolder);
  const input = useRef(null);
  const write = (path) => {
    setFolder(path);
    setError(null);
  };
  useEffect(() => {
    api.get("/api/settings").then((settings) => setMode((now) => now || settings.config.mode), () => setMode((now) => now || "copy"));
  }, []);
  const start = async (dryRun) => {
    setBusy(dryRun ? "look" : "file");
    try {
      onStarted(await api.post("/api/sorts", { folder: folder.trim(), mode: mode || undefined, dry_run: dryRun }));
    } catch (failure) {
      setError(failure);
      setBusy("");
      input.current.focus();
    }
  };
  const ready = folder.trim() !== "" && !busy;
  return html`
    <section class="card sort-start" aria-label="Choose a folder">
      <div class="drop-hint"><${Icon} name="folder" size=${30} /><div><strong>Drop a folder anywhere on this page</strong>
        <div class="muted">or choose one below, or type the path of a .zip. Everything in it and below it is heard.</div></div></div>
      <${Found} state=${finding} home=${about.home} onTake=${(path) => { write(path); forget(); input.current.focus(); }} />
      <${FolderField} label="Folder or .zip to sort" title="Choose a folder to sort" about=${about} value=${folder} inputRef=${input}
        placeholder="~/Downloads/a pack" error=${error && error.message} onChange=${(path) => { write(path); forget(); }}
        onEnter=${() => ready && start(true)} />
      ${error && error.hint && html`<p class="small muted">${error.hint}</p>`}
      <div class="spread">
        <${Segments} legend="What happens to the samples" value=${mode} options=${MODES} onChange=${setMode} />
        <span class="muted small mode-words">${mode && MODES.find((one) => one.value === mode).hint}.</span>
      </div>
      <div class="cluster">
        <${Button} kind="primary big" icon="search" disabled=${!ready} busy=${busy === "look"} aria-describedby="sort-words" onClick=${() => start(true)}>
          Show what would happen<//>
        <${Button} kind="quiet" disabled=${!ready} busy=${busy === "file"} onClick=${() => start(false)}>File without a preview<//>
        <span class="why-not" id="sort-words">${folder.trim() ? "A preview changes nothing." : "Choose a folder or a .zip first."}</span>
      </div>
    </section>`;
}

function Numbers({ sort }) {
  const { filed, review, skipped, failed } = sort.counts;
  const all = [
    [filed, sort.dry_run ? "would be filed" : "filed", "good"],
    [review, sort.dry_run ? "would ask you" : "to review", "ask"],
    [skipped, "left alone", ""],
    [failed, sort.dry_run ? "cannot be read" : "failed", "bad"],
  ];
  return html`
    <dl class="sort-numbers">
      ${all.map(([number, words, mood]) => html`
        <div key=${words} data-mood=${number ? mood : ""}><dt>${words}</dt><dd>${number.toLocaleString("en")}</dd></div>`)}
    </dl>`;
}

function Running({ sort, home }) {
  const [stopping, setStopping] = useState(false);
  const stop = () => {
    setStopping(true);
    api.post("/api/sorts/stop").catch((error) => {
      setStopping(false);
      tellError(error);
    });
  };
  const known = sort.total > 0;
  const left = sort.seconds_left != null ? `about ${lasting(sort.seconds_left)} left` : "";
  const progress = known ? `${sort.done.toLocaleString("en")} of ${count(sort.total, "sample")}` : "Looking for samples…";
  return html`
    <section class="card stack" aria-label="Progress">
      <div class="spread">
        <div><h2>${sort.dry_run ? "Listening" : "Filing"}</h2><p class="muted">${shortPath(sort.folder, home)}</p></div>
        <${Button} icon="stop" busy=${stopping} onClick=${stop}>Stop<//>
      </div>
      <${Meter} done=${sort.done} total=${sort.total} label=${progress} />
      <div class="spread numbers"><span>${progress}</span><span class="muted">${left}</span></div>
      <${Numbers} sort=${sort} />
      <p class="small muted">${sort.dry_run
        ? "Nothing is changed by this. Stop ends the listening; what was heard so far stays on this page."
        : "Stop ends after the sample at hand. What is filed stays filed and can be undone; the rest stays where it is."}
        ${" "}You may leave this page: it goes on.</p>
    </section>`;
}

// One sentence on how it ended.
function ending(sort) {
  const { filed, review } = sort.counts;
  if (sort.error) return sort.dry_run ? "The preview did not get through" : "The sort did not get through";
  if (sort.stopped) return sort.dry_run ? "You stopped the preview" : `You stopped. ${count(filed, "sample")} filed`;
  if (sort.done === 0) return "There is no audio in it";
  if (sort.dry_run) {
    if (filed) return `${count(filed, "sample")} would be filed`;
    return review ? "It would file none by itself, but ask you" : "There is nothing to file here";
  }
  return filed ? `${count(filed, "sample")} filed` : "None was filed by itself";
}

function Ended({ sort, home, onStarted, onClose }) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const head = useRef(null);
  const { filed, review } = sort.counts;
  useEffect(() => head.current.focus(), [sort.id]);
  const go = async () => {
    setBusy(true);
    try {
      onStarted(await api.post("/api/sorts", { folder: sort.folder, mode: sort.mode, dry_run: false }));
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  const useful = sort.dry_run && filed + review > 0 && !sort.error;
  const verb = filed ? `File ${count(filed, "sample")}` : `Put ${count(review, "sample")} into Review`;
  return html`
    <section class="card stack" aria-label=${sort.dry_run ? "Preview" : "Summary"}>
      <div><h2 tabindex="-1" ref=${head}>${ending(sort)}</h2><p class="muted">${shortPath(sort.folder, home)}</p></div>
      ${sort.error && html`<${Message} kind="error" title=${sort.error} />`}
      ${sort.done > 0 && html`<${Numbers} sort=${sort} />`}
      ${useful && html`<p>${filed > 0 && DOING[sort.mode]}
        ${review > 0 && ` ${filed ? "The other " : "All "}${count(review, "sample")} it is not sure of wait${review === 1 ? "s" : ""} in Review for your word.`}
        ${sort.stopped && " The preview saw only a part of it; filing goes over all of it."}</p>`}
      ${!sort.dry_run && sort.done > 0 && html`<p class="muted">Everything can be undone, sample by sample, under Filed.</p>`}
      <div class="cluster">
        ${useful && html`<${Button} kind="primary big" icon="check" busy=${busy} onClick=${go}>${verb}<//>`}
        ${!sort.dry_run && review > 0 && html`<a class="button primary" href="#/review"><${Icon} name="review" size=${18} />Review ${review.toLocaleString("en")}</a>`}
        ${!sort.dry_run && filed > 0 && html`<a class="button" href="#/filed"><${Icon} name="filed" size=${18} />See what was filed</a>`}
        <${Button} kind="quiet" onClick=${onClose}>Another folder<//>
      </div>
      <${FieldError} text=${error && [error.message, error.hint].filter(Boolean).join(". ")} />
    </section>`;
}

export default function Sort({ about }) {
  const [sort, setSort, close] = useSort();
  const dropped = useDropped();
  useEffect(() => {
    if (!dropped || !sort) return;
    if (sort.running) {
      takeDropped();
      toast("One sort at a time", { hint: "Wait for this one, or stop it." });
    } else {
      close();
    }
  }, [dropped, sort]);
  const said = sort && !sort.running ? ending(sort) : "";
  let content;
  if (sort === undefined) content = html`<${Spinner} label="Loading" />`;
  else if (!sort) content = html`<${Start} about=${about} onStarted=${setSort} />`;
  else if (sort.running) content = html`<${Running} key=${sort.id} sort=${sort} home=${about.home} /><${Rows} sort=${sort} />`;
  else content = html`<${Ended} key=${sort.id} sort=${sort} home=${about.home} onStarted=${setSort} onClose=${close} /><${Rows} sort=${sort} />`;
  return html`
    <div class="page sort-page">
      <div><h1>Sort a folder</h1><p class="muted">Files what is already on your drive, once: a folder or a .zip. It is not watched afterwards.</p></div>
      <div class="visually-hidden" aria-live="polite">${said}</div>
      ${content}
    </div>`;
}
