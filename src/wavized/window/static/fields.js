// Fields of forms: each with its label, its help and its error in words. They hold no value of their own.
import { html, useEffect, useId, useLayoutEffect, useRef, useState } from "./vendor/standalone.mjs";
import { Icon } from "./parts.js";

const ids = (...all) => all.filter(Boolean).join(" ") || undefined;

export const FieldError = ({ id, text }) =>
  text ? html`<div class="field-error" id=${id}><${Icon} name="warning" size=${16} /><span>${text}</span></div>` : null;

// A few choices of which one holds: side by side, each with its own words. options: [{ value, label, hint }]
export function Segments({ legend, value, options, onChange, disabled = false, shown = false }) {
  const name = useId();
  return html`
    <fieldset class="segments" disabled=${disabled}>
      <legend class=${shown ? "label" : "visually-hidden"}>${legend}</legend>
      <div class="segments-row">
        ${options.map((option) => html`
          <label key=${option.value} title=${option.hint}>
            <input type="radio" name=${name} checked=${option.value === value} onChange=${() => onChange(option.value)} />
            <span>${option.label}</span>
          </label>`)}
      </div>
    </fieldset>`;
}

// The same, where each choice needs a sentence.
export function Choices({ legend, value, options, onChange }) {
  const name = useId();
  return html`
    <fieldset class="choices">
      <legend class="visually-hidden">${legend}</legend>
      ${options.map((option) => html`
        <label key=${option.value} class="choice">
          <input type="radio" name=${name} checked=${option.value === value} onChange=${() => onChange(option.value)} />
          <span><strong>${option.label}</strong><span class="muted">${option.hint}</span></span>
        </label>`)}
    </fieldset>`;
}

export function Switch({ label, hint, checked, onChange, disabled = false, busy = false }) {
  const id = useId();
  return html`
    <div class="switch-row">
      <div><label for=${id}>${label}</label>${hint && html`<div class="muted small" id=${`${id}-hint`}>${hint}</div>`}</div>
      <input class="switch" type="checkbox" role="switch" id=${id} checked=${checked} disabled=${disabled || busy}
        aria-busy=${busy ? "true" : undefined} aria-describedby=${hint ? `${id}-hint` : undefined}
        onChange=${(event) => onChange(event.currentTarget.checked)} />
    </div>`;
}

export function TextField({ label, hint, value, onChange, error, mark, ...rest }) {
  const id = useId();
  return html`
    <div class="field">
      <label for=${id}>${mark}${label}</label>
      <input type="text" id=${id} value=${value} spellcheck="false" autocomplete="off" aria-invalid=${error ? "true" : undefined}
        aria-describedby=${ids(hint && `${id}-hint`, error && `${id}-error`)}
        onInput=${(event) => onChange(event.currentTarget.value)} ...${rest} />
      ${hint && html`<div class="muted small" id=${`${id}-hint`}>${hint}</div>`}
      <${FieldError} id=${`${id}-error`} text=${error} />
    </div>`;
}

// A number with its unit. Nothing written means null, where `open` says in words what holds then.
export function NumberField({ label, hint, unit, value, onChange, error, open, min, max, step = "any" }) {
  const id = useId();
  const [text, setText] = useState(value ?? "");
  useEffect(() => {
    if ((text === "" ? null : Number(text)) !== (value ?? null)) setText(value ?? "");
  }, [value]);
  const change = (event) => {
    setText(event.currentTarget.value);
    const number = event.currentTarget.valueAsNumber;
    if (!Number.isNaN(number)) onChange(number);
    else if (open && event.currentTarget.value === "") onChange(null);
  };
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <div class="number">
        <input type="number" id=${id} value=${text} min=${min} max=${max} step=${step} placeholder=${open}
          aria-invalid=${error ? "true" : undefined} aria-describedby=${ids(hint && `${id}-hint`, error && `${id}-error`)}
          onInput=${change} />
        ${unit && html`<span class="muted">${unit}</span>`}
      </div>
      ${hint && html`<div class="muted small" id=${`${id}-hint`}>${hint}</div>`}
      <${FieldError} id=${`${id}-error`} text=${error} />
    </div>`;
}

// A list of short texts, one a line.
export function LinesField({ label, hint, value, onChange, error, placeholder }) {
  const id = useId();
  const [text, setText] = useState(value.join("\n"));
  const written = (all) => all.split("\n").map((line) => line.trim()).filter(Boolean);
  useEffect(() => {
    if (JSON.stringify(written(text)) !== JSON.stringify(value)) setText(value.join("\n"));
  }, [JSON.stringify(value)]);
  const change = (event) => {
    setText(event.currentTarget.value);
    onChange(written(event.currentTarget.value));
  };
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <textarea id=${id} class="mono" rows=${Math.max(2, text.split("\n").length)} value=${text} spellcheck="false" placeholder=${placeholder}
        aria-invalid=${error ? "true" : undefined} aria-describedby=${ids(hint && `${id}-hint`, error && `${id}-error`)}
        onInput=${change}></textarea>
      ${hint && html`<div class="muted small" id=${`${id}-hint`}>${hint}</div>`}
      <${FieldError} id=${`${id}-error`} text=${error} />
    </div>`;
}

// The value as it was when it last stood still.
export function useSettled(value, wait) {
  const [settled, settle] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => settle(value), wait);
    return () => clearTimeout(timer);
  }, [JSON.stringify(value), wait]);
  return settled;
}

// The keyboard's place where a button opens a field: in the field while it is open, afterwards on the button again.
export function useOpening(open) {
  const field = useRef(null);
  const opener = useRef(null);
  const was = useRef(open);
  useLayoutEffect(() => {
    if (was.current === open) return;
    was.current = open;
    const target = open ? field.current : opener.current && opener.current.querySelector("button");
    if (target) target.focus();
  }, [open]);
  return [field, opener];
}
