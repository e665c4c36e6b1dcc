import { html } from "../vendor/standalone.mjs";

export default () => html`<div class="page"><h1>sort</h1></div>`;
