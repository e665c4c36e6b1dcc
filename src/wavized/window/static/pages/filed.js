// Everything that was filed: to hear, to look through, to put right. Loads what is in view alone.
import { html, useMemo, useState } from "../vendor/standalone.mjs";
import { actionsOf } from "../actions.js";
import { Details } from "../details.js";
import { JobList } from "../job-list.js";
import { useJobs } from "../job-pages.js";
import { asked, useRemembered, useSettled } from "../keys.js";
import { ListHead, ListState, Pick, Search } from "../list-head.js";
import { Button, Empty } from "../parts.js";
import { CategoryButton, NameAndOrigin, PlayButton, SampleMenu, Sureness, When } from "../samples.js";
import { Waveform } from "../waveform.js";

const STATES = [
  { value: "filed,reverted", text: "Filed and undone" },
  { value: "filed", text: "Filed" },
  { value: "reverted", text: "Undone" },
];
const ORDERS = [
  { value: "newest", text: "Newest first" },
  { value: "oldest", text: "Oldest first" },
  { value: "name", text: "By name" },
  { value: "category", text: "By category" },
  { value: "-confidence", text: "Surest first" },
  { value: "confidence", text: "Least sure first" },
];

function FiledRow({ job, chosen, layout, about, actions, onOpen }) {
  const filed = job.state === "filed";
  return html`
    <div role="gridcell" class="cell-play"><${PlayButton} job=${job} reachable=${chosen} /></div>
    <div role="gridcell" class="cell-wave">
      <${Waveform} id=${job.id} name=${job.name} category=${job.category} reachable=${chosen} /></div>
    <div role="gridcell" class="cell-name"><${NameAndOrigin} job=${job} /></div>
    <div role="gridcell" class="cell-category"><${CategoryButton} job=${job} about=${about} actions=${actions} reachable=${chosen} /></div>
    <div role="gridcell" class="cell-sure">${filed ? html`<${Sureness} job=${job} />` : html`<span class="tag">Undone</span>`}</div>
    <div role="gridcell" class="cell-when"><${When} at=${job.updated_at} /></div>
    <div role="gridcell" class="cell-act">
      ${layout !== "narrow" && html`
        <${Button} kind="quiet" icon=${filed ? "undo" : "retry"} tabindex=${chosen ? 0 : -1}
          label=${filed ? `Undo: take ${job.name} out again` : `File ${job.name} again`}
          onClick=${() => (filed ? actions.undo(job) : actions.correct(job, job.category))} />
        <${Button} kind="quiet" icon=${filed ? "folder" : "file"} tabindex=${chosen ? 0 : -1}
          label=${filed ? `Open the folder of ${job.name}` : `Show the original of ${job.name}`}
          onClick=${() => actions.open(job, filed ? "target" : "source")} />`}
      <${SampleMenu} job=${job} about=${about} actions=${actions} onOpen=${onOpen} reachable=${chosen} />
    </div>`;
}

export default function Filed({ about, status }) {
  const first = useMemo(asked, []);
  const [words, search] = useState(first.search || "");
  const [category, pick] = useState(first.category || "");
  const [states, show] = useState(first.states || "filed,reverted");
  const [order, sort] = useRemembered("filed.order", "newest");
  const [moving, setMoving] = useRemembered("filed.moving", false);
  const [opened, open] = useState(null);
  const held = useJobs({ states, category, order, search: useSettled(words.trim(), 180) });
  const pages = held.shown;
  const actions = useMemo(() => actionsOf(about, (job) => held.shown?.apply(job)), [about]);
  const narrowed = Boolean(words.trim() || category || states !== "filed,reverted");
  const clear = () => { search(""); pick(""); show("filed,reverted"); };
  const press = (key, job, box) => {
    if (key === "u" && job.state === "filed") actions.undo(job);
    else if (key === "c") box.querySelector(".chosen .category-button")?.click();
    else return false;
    return true;
  };
  const categories = [{ value: "", text: "Every category" }, ...about.categories.map(({ label, folder }) => ({ value: label, text: folder }))];
  return html`
    <div class="page list-page">
      <${ListHead} title="Filed" total=${pages?.total} narrowed=${narrowed} onClear=${clear} moving=${moving} onMoving=${setMoving}
        hints=${[["Space", "play"], ["Enter", "details"], ["C", "category"], ["U", "undo"]]}>
        <${Search} value=${words} onInput=${search} label="Search in names and folders" />
        <${Pick} label="Category" value=${category} options=${categories} onPick=${pick} />
        <${Pick} label="Show" value=${states} options=${STATES} onPick=${show} />
        <${Pick} label="Order" value=${order} options=${ORDERS} onPick=${sort} />
      <//>
      <${ListState} pages=${pages}>
        ${narrowed
          ? html`<${Empty} icon="search" title="Nothing fits"><p>No sample fits this search.</p><${Button} onClick=${clear}>Show all<//><//>`
          : html`<${Empty} icon="filed" title="Nothing is filed yet">
              <p>What lands in a watched folder and is surely a bass one-shot is filed by itself and appears here.</p>
              <p class="cluster center">${status.review > 0 && html`<a class="button primary" href="#/review">Review ${status.review.toLocaleString("en")}</a>`}
                <a class="button" href="#/sort">Sort a folder</a></p><//>`}
      <//>
      <${JobList} held=${held} label="Filed samples" Row=${FiledRow} onOpen=${open} onKey=${press} playMoving=${moving} about=${about} actions=${actions} />
      ${opened && html`<${Details} job=${opened} about=${about} actions=${actions} onClose=${() => open(null)} />`}
    </div>`;
}
