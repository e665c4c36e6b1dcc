// Why no tray icon can be seen and what mends it: on the page Now until it is put aside.
import { html, useState } from "./vendor/standalone.mjs";
import { api } from "./api.js";
import { Button, tellError } from "./parts.js";

export function Hint({ hint }) {
  const [gone, setGone] = useState(false);
  const close = async () => {
    try {
      await api.post("/api/hint/dismiss", {});
      setGone(true);
    } catch (error) {
      tellError(error);
    }
  };
  if (gone || !hint) return null;
  return html`
    <section class="card hint" aria-label="About the tray icon">
      <div>
        <h2>${hint.message}</h2>
        ${hint.commands.length
          ? html`
            <p>Everything works from this window. For the icon and its menu, type in a terminal:</p>
            <ol>${hint.commands.map((command) => html`<li key=${command}><code>${command}</code></li>`)}</ol>
            <p>Then log out and in, or quit Wavized and start it again.</p>`
          : html`<p>${hint.hint}</p>`}
      </div>
      <${Button} kind="quiet" icon="close" label="Close the hint on the tray icon" onClick=${close} />
    </section>`;
}
