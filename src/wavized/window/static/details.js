// All that is known of one sample, in a dialog: how it sounds and looks, why it is where it is, what can be done.
import { html, useEffect, useState } from "./vendor/standalone.mjs";
import { api } from "./api.js";
import { onJobs, useEvent } from "./live.js";
import { Button, Dialog, Icon, Name } from "./parts.js";
import { PlayButton, CategoryButton, Sureness } from "./samples.js";
import { Waveform, loadWaveform } from "./waveform.js";
import { explained, isArchive, modeWords, named, sentence, stateWords, whole } from "./words.js";

const SHOWN_SCORES = 5;

const percent = (share) => `${Math.floor(share * 100)} %`;

function Scores({ job, about }) {
  const ranked = Object.entries(job.scores).sort((a, b) => b[1] - a[1]).slice(0, SHOWN_SCORES);
  if (!ranked.length) return null;
  return html`
    <section>
      <h3>What it could be</h3>
      <dl class="scores">
        ${ranked.map(([label, share]) => html`
          <div key=${label} data-category=${label}>
            <dt>${named(about, label)}</dt>
            <dd><span class="score-bar" aria-hidden="true"><span style=${{ width: `${100 * share}%` }}></span></span><span class="numbers">${percent(share)}</span></dd>
          </div>`)}
      </dl>
    </section>`;
}

function Witnesses({ job }) {
  const said = job.evidence.map((witness) => witness.says).filter(Boolean);
  if (!said.length) return null;
  return html`
    <section>
      <h3>What speaks for it</h3>
      <ul class="witnesses">${said.map((words, i) => html`<li key=${i}>${sentence(words)}</li>`)}</ul>
    </section>`;
}

function Spectrogram({ job }) {
  const [failed, fail] = useState(false);
  useEffect(() => fail(false), [job.id]);
  if (failed) return html`<p class="muted small">There is no spectrogram of this sample.</p>`;
  return html`
    <figure class="spectrogram">
      <div><img src=${`/api/jobs/${job.id}/spectrogram`} width="480" height="160" loading="lazy" onError=${() => fail(true)}
        alt="Spectrogram: the low end at the bottom, time from left to right" />
        <span class="axis small" aria-hidden="true"><b>16 kHz</b><b>600 Hz</b><b>20 Hz</b></span></div>
      <figcaption class="muted small">Spectrogram, 20 Hz at the bottom to 16 kHz at the top</figcaption>
    </figure>`;
}

const date = (at) => new Date(at * 1000).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });

function Facts({ job, sound }) {
  const facts = [
    ["State", `${stateWords[job.state]}${job.corrected && job.state === "filed" ? ", as you said" : ""}`],
    ["Length", sound && `${sound.seconds.toFixed(2)} s, peak ${sound.peak_dbfs.toFixed(1)} dBFS`],
    ["Came from", html`<span class="path">${job.path}</span>`],
    ["Filed as", job.target && html`<span class="path">${job.target}</span>`],
    ["How", job.target && modeWords[job.mode]],
    ["Arrived", date(job.created_at)],
    ["Last changed", date(job.updated_at)],
    ["Heard by", job.model],
  ];
  return html`
    <dl class="facts">
      ${facts.filter(([, value]) => value).map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
    </dl>`;
}

function useSound(id) {
  const [sound, change] = useState(null);
  useEffect(() => {
    let here = true;
    change(null);
    if (id) loadWaveform(id).then((data) => here && change(data), () => {});
    return () => { here = false; };
  }, [id]);
  return sound;
}

export function Details({ job: given, about, actions, onClose }) {
  const [job, change] = useState(given);
  const [here, find] = useState(true);
  const sample = !isArchive(job);
  const sound = useSound(sample && job.id);
  useEffect(() => {
    api.get(`/api/jobs/${given.id}`).then((found) => {
      change(found);
      find(found.here !== false);
    }, () => {});
  }, [given.id]);
  useEvent(onJobs, ({ jobs }) => {
    const mine = jobs.find((one) => one.id === given.id);
    if (mine) change(whole(mine));
  }, [given.id]);
  const act = (what) => async (...words) => {
    const after = await what(...words);
    if (after) change(after);
    return after;
  };
  const mine = { ...actions, correct: act(actions.correct), undo: act(actions.undo), retry: act(actions.retry) };
  const filed = job.state === "filed";
  return html`
    <${Dialog} title=${html`<${Name} text=${job.name} />`} onClose=${onClose}>
      <div class="details" data-category=${job.category}>
        ${sample && html`<div class="details-sound">
          <${PlayButton} job=${job} big=${true} />
          <${Waveform} id=${job.id} name=${job.name} category=${job.category} wide=${true} />
        </div>`}
        ${!here && html`<p class="field-error"><${Icon} name="warning" size=${16} /> The file is no longer where it was.</p>`}
        ${sample && html`<div class="cluster">
          <${CategoryButton} job=${job} about=${about} actions=${mine} />
          <${Sureness} job=${job} />
        </div>`}
        <p>${explained(job)}</p>
        <div class="details-why"><${Scores} job=${job} about=${about} /><${Witnesses} job=${job} /></div>
        ${sample && html`<${Spectrogram} job=${job} />`}
        <${Facts} job=${job} sound=${sound} />
        <div class="cluster">
          ${filed && html`<${Button} icon="folder" onClick=${() => actions.open(job, "target")}>Open its folder<//>`}
          <${Button} icon="file" onClick=${() => actions.open(job, "source")}>Show the original<//>
          ${filed && html`<${Button} icon="undo" onClick=${() => mine.undo(job)}>Undo<//>`}
          ${sample && job.state === "failed" && html`<${Button} icon="retry" onClick=${() => mine.retry(job)}>Try again<//>`}
        </div>
      </div>
    <//>`;
}
