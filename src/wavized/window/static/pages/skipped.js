// What was left alone and what failed, each with its named reason; anything can be filed anyway.
import { html, useMemo, useState } from "../vendor/standalone.mjs";
import { actionsOf, categoryItems } from "../actions.js";
import { Details } from "../details.js";
import { JobList } from "../job-list.js";
import { useJobs } from "../job-pages.js";
import { asked, useRemembered, useSettled } from "../keys.js";
import { ListHead, ListState, Pick, Search } from "../list-head.js";
import { MenuButton } from "../menu.js";
import { Button, Empty, Icon } from "../parts.js";
import { NameAndOrigin, PlayButton, SampleMenu, When } from "../samples.js";
import { Waveform } from "../waveform.js";
import { REASONS, explained, isArchive, reasonOf } from "../words.js";

const WHY = [{ value: "", text: "Every reason" }, ...REASONS.map(({ key, text }) => ({ value: key, text }))];
const ORDERS = [
  { value: "newest", text: "Newest first" },
  { value: "failed", text: "Failed first" },
  { value: "oldest", text: "Oldest first" },
  { value: "name", text: "By name" },
];
const AT_REST = ["skipped", "failed"];

function FileAnyway({ job, about, actions, reachable }) {
  return html`
    <${MenuButton} class="button file-anyway" reachable=${reachable} label=${`File ${job.name} anyway as`}
      items=${() => categoryItems({ ...about, rejects: [] }, job, (category) => actions.correct(job, category))}>
      <span>File it anyway as…</span><${Icon} name="down" size=${15} />
    <//>`;
}

function SkippedRow({ job, chosen, about, actions, onOpen }) {
  const reason = reasonOf(job);
  const rests = AT_REST.includes(job.state);
  const sample = !isArchive(job);
  return html`
    <div role="gridcell" class="cell-play">${sample && html`<${PlayButton} job=${job} reachable=${chosen} />`}</div>
    <div role="gridcell" class="cell-wave">
      ${sample && html`<${Waveform} id=${job.id} name=${job.name} category="none" reachable=${chosen} />`}</div>
    <div role="gridcell" class="cell-name"><${NameAndOrigin} job=${job} /></div>
    <div role="gridcell" class="cell-reason">
      <span class=${`tag ${job.state === "failed" ? "bad" : ""}`}>${rests ? reason.text : job.state === "filed" ? "Filed" : "Under way"}</span>
      <span class="reason small" title=${job.reason}>${explained(job)}</span>
    </div>
    <div role="gridcell" class="cell-when"><${When} at=${job.updated_at} /></div>
    <div role="gridcell" class="cell-act">
      ${sample && job.state === "failed" && html`
        <${Button} kind="quiet" icon="retry" tabindex=${chosen ? 0 : -1} label=${`Try ${job.name} again`} onClick=${() => actions.retry(job)} />`}
      ${sample && rests && html`<${FileAnyway} job=${job} about=${about} actions=${actions} reachable=${chosen} />`}
      <${SampleMenu} job=${job} about=${about} actions=${actions} onOpen=${onOpen} reachable=${chosen} />
    </div>`;
}

export default function Skipped({ about }) {
  const first = useMemo(asked, []);
  const [words, search] = useState(first.search || "");
  const [why, pick] = useState(first.why || "");
  const [order, sort] = useRemembered("skipped.order", "newest");
  const [moving, setMoving] = useRemembered("skipped.moving", false);
  const [opened, open] = useState(null);
  const held = useJobs({ states: "skipped,failed", why, order, search: useSettled(words.trim(), 180) });
  const actions = useMemo(() => actionsOf(about, (job) => held.shown?.apply(job)), [about]);
  const narrowed = Boolean(words.trim() || why);
  const clear = () => { search(""); pick(""); };
  const press = (key, job, box) => {
    if (key === "r" && job.state === "failed" && !isArchive(job)) actions.retry(job);
    else if (key === "c") box.querySelector(".chosen .file-anyway")?.click();
    else if (key === "u" && job.state === "filed") actions.undo(job);
    else return false;
    return true;
  };
  return html`
    <div class="page list-page">
      <${ListHead} title="Left alone" total=${held.shown?.total} narrowed=${narrowed} onClear=${clear} moving=${moving} onMoving=${setMoving}
        hints=${[["Space", "play"], ["Enter", "details"], ["C", "file anyway"], ["R", "try again"]]}>
        <${Search} value=${words} onInput=${search} label="Search in names and folders" />
        <${Pick} label="Reason" value=${why} options=${WHY} onPick=${pick} />
        <${Pick} label="Order" value=${order} options=${ORDERS} onPick=${sort} />
      <//>
      <${ListState} pages=${held.shown}>
        ${narrowed
          ? html`<${Empty} icon="search" title="Nothing fits"><p>No sample was left alone for that.</p><${Button} onClick=${clear}>Show all<//><//>`
          : html`<${Empty} icon="check" title="Nothing was left alone">
              <p>Loops, drums, duplicates and files that cannot be read appear here, each with its reason. They stay where they are.</p><//>`}
      <//>
      <${JobList} held=${held} label="Samples left alone" Row=${SkippedRow} onOpen=${open} onKey=${press} playMoving=${moving} wide=${1150} about=${about} actions=${actions} />
      ${opened && html`<${Details} job=${opened} about=${about} actions=${actions} onClose=${() => open(null)} />`}
    </div>`;
}
