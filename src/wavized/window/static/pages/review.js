import { html } from "../vendor/standalone.mjs";

export default () => html`<div class="page"><h1>review</h1></div>`;
