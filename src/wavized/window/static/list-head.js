// The head of a long list: how many there are, search, filters, order; and what is shown where there is nothing.
import { html } from "./vendor/standalone.mjs";
import { Button, Icon, Message, Spinner, count } from "./parts.js";

export const Search = ({ value, onInput, label }) => html`
  <label class="search">
    <span class="visually-hidden">${label}</span><${Icon} name="search" size=${18} />
    <input type="search" value=${value} placeholder="Search" title=${label} spellcheck=${false} autocomplete="off"
      onInput=${(event) => onInput(event.target.value)}
      onKeyDown=${(event) => event.key === "ArrowDown" && (event.target.blur(), event.preventDefault())} />
  </label>`;

export const Pick = ({ label, value, options, onPick }) => html`
  <label class="pick">
    <span class="visually-hidden">${label}</span>
    <select value=${value} title=${label} onChange=${(event) => onPick(event.target.value)}>
      ${options.map((option) => html`<option key=${option.value} value=${option.value} selected=${option.value === value}>${option.text}</option>`)}
    </select>
  </label>`;

const Moving = ({ checked, onChange }) => html`
  <label class="check"><input type="checkbox" checked=${checked} onChange=${(event) => onChange(event.target.checked)} /><span>Play while moving</span></label>`;

export function ListHead({ title, total, narrowed, onClear, moving, onMoving, children, hints = [] }) {
  const known = total !== null && total !== undefined;
  return html`
    <div class="page-head">
      <h1>${title}</h1>
      <p class="key-hints muted small" aria-hidden="true">
        <span><kbd>↑</kbd> <kbd>↓</kbd> move</span>
        ${hints.map(([key, what]) => html`<span key=${key}><kbd>${key}</kbd> ${what}</span>`)}
      </p>
    </div>
    <div class="list-head">
      <div class="list-tools">${children}</div>
      <div class="list-foot">
        <div class="list-count muted small numbers">
          <span role="status">${known ? count(total, "sample") : html`<${Spinner} /> Looking…`}</span>
          ${narrowed && html`<button type="button" class="link" onClick=${onClear}>Show all</button>`}
        </div>
        <${Moving} checked=${moving} onChange=${onMoving} />
      </div>
    </div>`;
}

// children: what is shown where the answer is that there is nothing.
export function ListState({ pages, children }) {
  if (!pages) return null;
  if (pages.error) {
    return html`<${Message} kind="error" title=${pages.error.message}>
      ${pages.error.hint} <${Button} icon="retry" onClick=${() => pages.refresh()}>Try again<//><//>`;
  }
  return pages.total === 0 ? children : null;
}
