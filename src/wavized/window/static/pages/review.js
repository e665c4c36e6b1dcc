// One sample at a time that Wavized was not sure of: hear it, say what it is, and the next comes by itself.
import { html, useEffect, useRef, useState } from "../vendor/standalone.mjs";
import { Details } from "../details.js";
import { actionsOf } from "../actions.js";
import { useKeys, useRemembered } from "../keys.js";
import { Pick } from "../list-head.js";
import { Button, Empty, Icon, Message, Meter, Name, Spinner, count, toast } from "../parts.js";
import { player, usePlayer } from "../player.js";
import { useReviewQueue } from "../review-queue.js";
import { PlayButton } from "../samples.js";
import { Waveform, loadWaveform } from "../waveform.js";
import { explained, isCategory, lastOf, named, parentOf } from "../words.js";

const ORDERS = [
  { value: "newest", text: "Newest first" },
  { value: "oldest", text: "Oldest first" },
  { value: "-confidence", text: "Surest first" },
  { value: "category", text: "By category" },
];
const UP_NEXT = 6;
const LOOP_KEY = "l";

const percent = (share) => `${Math.floor(share * 100)} %`;

// The two likeliest categories: what was asked about, then what was heard most.
function guesses(job, about) {
  const heard = Object.entries(job.scores).sort((a, b) => b[1] - a[1]).map(([label]) => label);
  const all = [...job.candidates, job.category, ...heard].filter((label) => label && isCategory(about, label));
  return [...new Set(all)].slice(0, 2);
}

const rejectKey = (label) => (label === "not_bass" ? "0" : label === "loop" ? LOOP_KEY : null);

function Guess({ job, about, label, first, onAnswer }) {
  return html`
    <button type="button" class=${`guess ${first ? "first" : ""}`} data-category=${label} onClick=${() => onAnswer(label)}>
      <span class="guess-name"><i class="spot" aria-hidden="true"></i>${named(about, label)}</span>
      <span class="guess-share numbers">${job.scores[label] === undefined ? "" : percent(job.scores[label])}</span>
      ${first && html`<kbd aria-label="Enter">Enter</kbd>`}
    </button>`;
}

function Labels({ about, onAnswer, onLater, only }) {
  return html`
    <div class="labels" role="group" aria-label="Say what it is">
      ${about.categories.map(({ label, folder }, i) => html`
        <button key=${label} type="button" class="label-key" data-category=${label} onClick=${() => onAnswer(label)}>
          ${i < 9 && html`<kbd>${i + 1}</kbd>`}<i class="spot" aria-hidden="true"></i><span>${folder}</span>
        </button>`)}
    </div>
    <div class="others" role="group" aria-label="Or">
      ${about.rejects.map((label) => html`
        <button key=${label} type="button" class="label-key reject" onClick=${() => onAnswer(label)}>
          ${rejectKey(label) && html`<kbd>${rejectKey(label).toUpperCase()}</kbd>`}<${Icon} name="skipped" size=${15} /><span>${named(about, label)}</span>
        </button>`)}
      <button type="button" class="label-key" disabled=${only} onClick=${onLater}>
        <kbd>S</kbd><${Icon} name="later" size=${15} /><span>Later</span>
      </button>
    </div>`;
}

function Card({ job, about, failure, onAnswer, onLater, onUndo, canUndo, only, onOpen, box }) {
  const heard = usePlayer(job.id);
  const [first, second] = guesses(job, about);
  return html`
    <article class="card review-card" data-category=${job.category} data-job=${job.id} aria-labelledby="review-name">
      <header ref=${box} tabindex="-1" class="review-head">
        <h2 id="review-name"><${Name} text=${job.name} /></h2>
        <p class="muted small" title=${job.path}>from ${job.from ?? lastOf(parentOf(job.path))}</p>
      </header>
      ${failure && html`<${Message} kind="error" title=${`Your answer could not be carried out: ${failure.message}`}>${failure.hint}<//>`}
      <div class="review-sound">
        <${PlayButton} job=${job} big=${true} />
        <${Waveform} id=${job.id} name=${job.name} category=${job.category} wide=${true} />
      </div>
      ${heard?.error && html`<p class="field-error"><${Icon} name="warning" size=${16} /> ${heard.error}</p>`}
      ${heard?.blocked && html`<p class="muted small">Press <kbd>Space</kbd> to hear it.</p>`}
      <p class="review-reason">${explained(job)}.</p>
      <div class="guesses" role="group" aria-label="The two likeliest">
        ${first && html`<${Guess} job=${job} about=${about} label=${first} first=${true} onAnswer=${onAnswer} />`}
        ${second && html`<${Guess} job=${job} about=${about} label=${second} onAnswer=${onAnswer} />`}
      </div>
      <${Labels} about=${about} onAnswer=${onAnswer} onLater=${onLater} only=${only} />
      <div class="review-foot">
        <${Button} kind="quiet" icon="undo" disabled=${!canUndo} onClick=${onUndo}>Undo <kbd>U</kbd><//>
        <${Button} kind="quiet" icon="info" onClick=${() => onOpen(job)}>Why <kbd>W</kbd><//>
      </div>
    </article>`;
}

function UpNext({ queue, about, onPick }) {
  const next = queue.queue.slice(1, 1 + UP_NEXT);
  if (!next.length) return null;
  return html`
    <aside class="up-next" aria-label="Up next">
      <h3>Up next</h3>
      <ul>
        ${next.map((job) => html`
          <li key=${job.id}>
            <button type="button" class="next-item" data-category=${job.category} onClick=${() => onPick(job.id)}>
              <i class="spot" aria-hidden="true"></i>
              <span><${Name} text=${job.name} /><span class="muted small">${job.category ? `perhaps ${named(about, job.category)}` : "no guess"}</span></span>
            </button>
          </li>`)}
      </ul>
      ${queue.left - 1 - next.length > 0 && html`<p class="muted small numbers">and ${count(queue.left - 1 - next.length, "more sample", "more samples")}</p>`}
    </aside>`;
}

function Summary({ queue, about }) {
  const sums = new Map();
  for (const { label } of queue.given) sums.set(label, (sums.get(label) || 0) + 1);
  return html`
    <p class="cluster center">${[...sums].map(([label, number]) => html`
      <span key=${label} class="category" data-category=${label}><i aria-hidden="true"></i>${named(about, label)}: ${number}</span>`)}</p>`;
}

function AllDone({ queue, about, onUndo }) {
  const given = queue.given.length;
  return html`
    <${Empty} icon="check" title=${given ? "All answered, thank you" : "Nothing to review"}>
      ${given
        ? html`<p>You answered ${count(given, "sample")}. Changed your mind? Each one can still be changed under Filed or Left alone.</p><${Summary} queue=${queue} about=${about} />`
        : html`<p>Samples that Wavized is not sure of wait here for your word. Right now it has no question.</p>`}
      <p class="cluster center"><a class="button primary" href="#/filed">See what is filed</a>
        ${given > 0 && html`<${Button} icon="undo" onClick=${onUndo}>Undo the last answer <kbd>U</kbd><//>`}</p>
    <//>`;
}

// Hear the sample when it is shown, and have the next one's sound and picture ready.
function useHearing(queue, byItself, paused) {
  const job = queue.current;
  useEffect(() => {
    if (job && byItself && !paused) player.play(job.id, { unasked: true });
    if (!job) player.stop();
  }, [job?.id, byItself, paused]);
  const [next, after] = queue.queue.slice(1, 3);
  useEffect(() => {
    if (next) player.prepare(next.id);
    for (const one of [next, after]) if (one) loadWaveform(one.id).catch(() => {});
  }, [next?.id, after?.id]);
  useEffect(() => () => player.stop(), []);
}

export default function Review({ about }) {
  const [order, sort] = useRemembered("review.order", "newest");
  const [byItself, setByItself] = useRemembered("review.plays", true);
  const [opened, open] = useState(null);
  const [said, say] = useState("");
  const head = useRef(null);
  const queue = useReviewQueue(about, order);
  const job = queue.current;
  useHearing(queue, byItself, opened !== null);
  const focusCard = () => requestAnimationFrame(() => head.current?.focus({ preventScroll: true }));

  const give = (label) => {
    if (!job) return;
    say(isCategory(about, label) ? `Filed under ${named(about, label)}` : `${named(about, label)}: left alone`);
    queue.give(label);
    focusCard();
  };
  const later = () => { queue.later(); focusCard(); };
  const undo = async () => {
    const taken = queue.undo();
    focusCard();
    if (await taken) say("The last answer is taken back");
    else toast("There is no answer to undo yet");
  };

  useKeys((key) => {
    if (key === "u" || key === "z") undo();
    else if (!job) return false;
    else if (key === " ") player.toggle(job.id);
    else if (key === "Enter" && guesses(job, about)[0]) give(guesses(job, about)[0]);
    else if (key === "s" || key === "ArrowRight") later();
    else if (key === "w") open(job);
    else if (key >= "1" && key <= "9" && about.categories[key - 1]) give(about.categories[key - 1].label);
    else {
      const reject = about.rejects.find((label) => rejectKey(label) === key);
      if (!reject) return false;
      give(reject);
    }
    return true;
  });

  const done = queue.given.length;
  const total = done + queue.left;
  return html`
    <div class="page review-page">
      <div class="page-head">
        <h1>Review</h1>
        <div class="cluster">
          <label class="check"><input type="checkbox" checked=${byItself} onChange=${(event) => setByItself(event.target.checked)} /><span>Play by itself</span></label>
          <${Pick} label="Order" value=${order} options=${ORDERS} onPick=${sort} />
        </div>
      </div>
      <div class="visually-hidden" role="status">${said}</div>
      ${queue.error && html`<${Message} kind="error" title=${queue.error.message}>${queue.error.hint}
        <${Button} icon="retry" onClick=${() => queue.load()}>Try again<//><//>`}
      ${queue.total === null && !queue.error && html`<p><${Spinner} label="Looking for questions" /></p>`}
      ${queue.total !== null && total > 0 && html`
        <div class="review-progress"><${Meter} done=${done} total=${total} label="Answered" />
          <span class="small numbers">${done.toLocaleString("en")} of ${total.toLocaleString("en")} answered</span></div>`}
      ${job && html`
        <div class="review">
          <${Card} job=${job} about=${about} failure=${queue.failures.get(job.id)} onAnswer=${give} onLater=${later} onUndo=${undo}
            canUndo=${done > 0} only=${queue.queue.length < 2} onOpen=${open} box=${head} />
          <${UpNext} queue=${queue} about=${about} onPick=${(id) => { queue.pick(id); focusCard(); }} />
        </div>`}
      ${!job && queue.total !== null && !queue.loading && html`<${AllDone} queue=${queue} about=${about} onUndo=${undo} />`}
      ${opened && html`<${Details} job=${opened} about=${about} actions=${actionsOf(about)} onClose=${() => { open(null); focusCard(); }} />`}
    </div>`;
}
