// How sure is sure enough: the model's own figures put into words and a picture.
import { html } from "../vendor/standalone.mjs";
import { Choices, FieldError } from "../fields.js";
import { Category } from "../parts.js";

const LOWEST = 0.5;
const FIRST_OWN = 0.9;

const percent = (share) => `${Math.round(100 * share * 10) / 10} %`;

// Shares filed and wrong among those at a threshold, between the measured points on a straight line.
export function estimate(coverage, threshold) {
  const points = [...coverage].sort((one, other) => one.threshold - other.threshold);
  if (!points.length) return null;
  const after = points.findIndex((point) => point.threshold >= threshold);
  if (after < 0) return points[points.length - 1];
  if (after === 0) return points[0];
  const [low, high] = [points[after - 1], points[after]];
  const share = (threshold - low.threshold) / (high.threshold - low.threshold);
  const between = (key) => low[key] + share * (high[key] - low[key]);
  return { threshold, filed: between("filed"), wrong: between("wrong") };
}

const rough = (share) => {
  const number = 100 * share;
  if (number === 0) return "none";
  return number < 1 ? "fewer than 1" : `about ${Math.round(number)}`;
};

// "Would file about 18 of 100 samples by itself; about 11 in 100 of those would be wrong."
export function coverageWords({ filed, wrong }) {
  if (filed === 0) return "Would file none by itself: you decide on every sample.";
  const files = `Would file ${rough(filed)} of 100 samples by itself`;
  if (wrong === 0) return `${files}. None of those was wrong in the test, but so few were filed that this is no promise.`;
  const wrongly = wrong < 0.01 ? `fewer than 1 in 100 of those` : `about ${Math.round(100 * wrong)} in 100 of those`;
  return `${files}; ${wrongly} would go into a wrong folder.`;
}

function Picture({ filed, wrong }) {
  const bad = 100 * filed * wrong;
  const good = 100 * filed - bad;
  return html`
    <div class="coverage" aria-hidden="true">
      <div class="coverage-bar"><i class="right" style=${{ width: `${good}%` }}></i><i class="wrong" style=${{ width: `${bad}%` }}></i></div>
      <div class="coverage-legend small"><span><i class="right"></i>filed right</span><span><i class="wrong"></i>filed wrong</span>
        <span><i></i>waits for you, or left alone</span></div>
    </div>`;
}

function ByCategory({ model, categories }) {
  return html`
    <ul class="levels">
      ${categories.map(({ label, folder }) => html`
        <li key=${label}><${Category} name=${label} folder=${folder} /> <span class="numbers">${percent(model.file_above_for[label] ?? model.file_above)}</span></li>`)}
    </ul>`;
}

function measured(metrics) {
  const held = metrics && metrics.held_out;
  return held && typeof held.filed === "number" ? { filed: held.filed, wrong: held.wrong_among_filed || 0 } : null;
}

// value: null (as the model says) or a probability from 0 to 1
export function Sureness({ value, onChange, model, categories, error }) {
  const own = value != null;
  const shown = own ? estimate(model.coverage || [], value) : measured(model.metrics) || estimate(model.coverage || [], model.file_above);
  const lowest = Math.min(LOWEST, own ? value : LOWEST);
  return html`
    <${Choices} legend="How sure is sure enough" value=${own ? "own" : "model"}
      onChange=${(kind) => onChange(kind === "model" ? null : Math.max(FIRST_OWN, 0))}
      options=${[
        { value: "model", label: "As the model says", hint: "Recommended. A level of its own for each kind of bass, stricter where it errs more often." },
        { value: "own", label: "One level of my own", hint: "The same for every kind of bass. Higher asks you more often, lower asks less and errs more." },
      ]} />
    ${!own && html`<${ByCategory} model=${model} categories=${categories} />`}
    ${own && html`
      <div class="field slider">
        <label for="file-above">File from <output for="file-above">${percent(value)}</output> sure</label>
        <input type="range" id="file-above" min=${lowest} max="1" step="0.01" value=${value} aria-valuetext=${`${percent(value)} sure`}
          aria-describedby="coverage-words" onInput=${(event) => onChange(event.currentTarget.valueAsNumber)} />
        <div class="spread small muted" aria-hidden="true"><span>files more, errs more</span><span>asks more, errs less</span></div>
      </div>`}
    <${FieldError} text=${error} />
    ${shown && html`<${Picture} ...${shown} />
      <p id="coverage-words" aria-live="polite">${coverageWords(shown)}</p>
      <p class="small muted">Measured with sounds it had never heard. Your packs may be easier or harder; whatever it files can be undone.</p>`}
    ${own && html`<div><button type="button" class="word-button" onClick=${() => onChange(null)}>Back to what the model says</button></div>`}`;
}
