// Shown once on the page Now, right after the first run: that it works, and what to do next.
import { html } from "./vendor/standalone.mjs";
import { Button, Icon } from "./parts.js";

export const Welcome = ({ onClose }) => html`
  <section class="card welcome" aria-label="Welcome">
    <${Icon} name="check" size=${28} />
    <div>
      <h2>All set. Wavized is watching.</h2>
      <p>Download a pack, or sort a folder you have. You can close this window: it goes on in the background.</p>
      <div class="cluster"><a class="button primary" href="#/sort"><${Icon} name="sort" size=${18} />Sort a folder</a></div>
    </div>
    <${Button} kind="quiet" icon="close" label="Close the welcome" onClick=${onClose} />
  </section>`;
