// The samples of a sort: what goes where, how sure, and why; grouped by outcome, each group to be shown alone.
import { html, useState } from "../vendor/standalone.mjs";
import { query } from "../api.js";
import { Category, Confidence, Name, count } from "../parts.js";

const SHOWN = 100;

const VERDICTS = {
  review: { planned: "Asks you", done: "In Review", page: "review" },
  skip: { planned: "Left alone", done: "Left alone", page: "skipped" },
  failed: { planned: "Cannot be read", done: "Failed", page: "skipped" },
  file: { planned: "", done: "", page: "filed" },
};

// Which group a row belongs to: a folder of the library, or an outcome.
const groupOf = (row) => (row.verdict === "file" ? `to ${row.folder}` : row.verdict);

// [{ key, label, category, number }] of everything counted, not only of the rows that are shown.
function groups(sort) {
  const categories = new Map(sort.rows.filter((row) => row.verdict === "file").map((row) => [row.folder, row.category]));
  const folders = Object.entries(sort.by_folder).sort((one, other) => other[1] - one[1]);
  const rest = [
    ["review", sort.dry_run ? "Would ask you" : "To review", sort.counts.review],
    ["skip", "Left alone", sort.counts.skipped],
    ["failed", sort.dry_run ? "Cannot be read" : "Failed", sort.counts.failed],
  ];
  return [
    ...folders.map(([name, number]) => ({ key: `to ${name}`, label: name, category: categories.get(name), number })),
    ...rest.map(([key, label, number]) => ({ key, label, number })),
  ].filter((group) => group.number > 0);
}

function Groups({ all, total, chosen, onChoose }) {
  return html`
    <div class="groups" role="group" aria-label="Show">
      <button type="button" class="group" aria-pressed=${chosen === "" ? "true" : "false"} onClick=${() => onChoose("")}>
        <span>All</span><b>${total.toLocaleString("en")}</b>
      </button>
      ${all.map((group) => html`
        <button type="button" key=${group.key} class="group" data-category=${group.category} data-kind=${group.key}
          aria-pressed=${chosen === group.key ? "true" : "false"} onClick=${() => onChoose(chosen === group.key ? "" : group.key)}>
          <i aria-hidden="true"></i><span>${group.label}</span><b>${group.number.toLocaleString("en")}</b>
        </button>`)}
    </div>`;
}

function Place({ row, dryRun }) {
  if (row.verdict === "file") return html`<${Category} name=${row.category} folder=${row.folder} />`;
  const verdict = VERDICTS[row.verdict] || VERDICTS.failed;
  return html`<span class="verdict" data-kind=${row.verdict}>${dryRun ? verdict.planned : verdict.done}</span>`;
}

function Row({ row, dryRun }) {
  const { page } = VERDICTS[row.verdict] || VERDICTS.failed;
  const link = page === "review" ? "#/review" : `#/${page}?${query({ search: row.name })}`;
  const name = html`<${Name} text=${row.name} />`;
  return html`
    <tr role="row">
      <th role="rowheader" scope="row" class="row-name">
        ${row.id != null && !dryRun ? html`<a href=${link}>${name}</a>` : name}
      </th>
      <td role="cell" class="row-place"><${Place} row=${row} dryRun=${dryRun} /></td>
      <td role="cell" class="row-sure">${row.verdict === "file" || row.verdict === "review" ? html`<${Confidence} value=${row.confidence} />` : null}</td>
      <td role="cell" class="row-why">${row.reason}</td>
    </tr>`;
}

export function Rows({ sort }) {
  const [chosen, choose] = useState("");
  const [most, setMost] = useState(SHOWN);
  const all = groups(sort);
  const group = all.find((one) => one.key === chosen);
  const fitting = sort.rows.filter((row) => !group || groupOf(row) === chosen);
  const rows = sort.running ? fitting.slice(-most).reverse() : fitting.slice(0, most);
  const whole = group ? group.number : sort.done;
  if (!sort.rows.length) return null;
  return html`
    <section class="sort-rows" aria-label="Samples">
      <${Groups} all=${all} total=${sort.done} chosen=${group ? chosen : ""} onChoose=${(key) => { choose(key); setMost(SHOWN); }} />
      <div class="table-frame">
        <table role="table" class="rows">
          <thead><tr role="row">
            <th role="columnheader" scope="col">Sample</th>
            <th role="columnheader" scope="col">${sort.dry_run ? "Would go to" : "Went to"}</th>
            <th role="columnheader" scope="col">How sure</th>
            <th role="columnheader" scope="col">Why</th>
          </tr></thead>
          <tbody>${rows.map((row, index) => html`<${Row} key=${row.id ?? `${row.name} ${index}`} row=${row} dryRun=${sort.dry_run} />`)}</tbody>
        </table>
      </div>
      <div class="spread small muted">
        <span>${rows.length < whole ? `${count(rows.length, "sample")} of ${whole.toLocaleString("en")} shown` : ""}
          ${fitting.length < whole ? ` (a list keeps the last ${sort.rows.length}; the counts are of all)` : ""}</span>
        ${rows.length < fitting.length && html`
          <button type="button" class="word-button" onClick=${() => setMost(most + 4 * SHOWN)}>Show more</button>`}
      </div>
    </section>`;
}
