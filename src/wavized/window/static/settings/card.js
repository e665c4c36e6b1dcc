// A model's README as plain readable text: headings, lists, tables, code. Text only: nothing in it becomes a link, a picture or markup.
import { html } from "../vendor/standalone.mjs";

const cells = (line) => line.trim().replace(/^\||\|$/g, "").split(/(?<!\\)\|/).map((cell) => cell.trim().replaceAll("\\\\", "\\"));

// [{ kind: "heading"|"list"|"table"|"code"|"text", ... }] of Markdown as model cards use it
export function blocks(text) {
  const all = [];
  const lines = text.replace(/\r\n?/g, "\n").replace(/^---\n[\s\S]*?\n---\n/, "").split("\n");
  let at = 0;
  const gather = (fits) => {
    const some = [];
    while (at < lines.length && fits(lines[at])) some.push(lines[at++]);
    return some;
  };
  while (at < lines.length) {
    const line = lines[at];
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (!line.trim()) at += 1;
    else if (heading) {
      all.push({ kind: "heading", level: heading[1].length, text: heading[2] });
      at += 1;
    } else if (line.startsWith("```")) {
      at += 1;
      all.push({ kind: "code", text: gather((one) => !one.startsWith("```")).join("\n") });
      at += 1;
    } else if (line.startsWith("|")) {
      const [head, ...body] = gather((one) => one.startsWith("|")).filter((one) => !/^[|\s:-]+$/.test(one)).map(cells);
      all.push({ kind: "table", head: head || [], body });
    } else if (/^\s*[-*] /.test(line)) {
      const items = [];
      for (const one of gather((next) => /^\s*[-*] /.test(next) || /^\s+\S/.test(next))) {
        if (/^\s*[-*] /.test(one)) items.push(one.replace(/^\s*[-*] /, ""));
        else items[items.length - 1] += ` ${one.trim()}`;
      }
      all.push({ kind: "list", items });
    } else {
      const some = [lines[at++], ...gather((one) => one.trim() && !/^(#{1,6}\s|```|\||\s*[-*] )/.test(one))];
      all.push({ kind: "text", text: some.join(" ") });
    }
  }
  return all;
}

const Inline = ({ text }) =>
  text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.length > 2 && part.startsWith("`")) return html`<code>${part.slice(1, -1)}</code>`;
    if (part.length > 4 && part.startsWith("**")) return html`<strong>${part.slice(2, -2)}</strong>`;
    return part.replaceAll("\\\\", "\\");
  });

function Block({ block }) {
  if (block.kind === "heading") return html`<div class=${`card-heading level-${Math.min(block.level, 3)}`} role="heading" aria-level=${block.level + 2}><${Inline} text=${block.text} /></div>`;
  if (block.kind === "code") return html`<pre tabindex="0">${block.text}</pre>`;
  if (block.kind === "list") return html`<ul>${block.items.map((item) => html`<li><${Inline} text=${item} /></li>`)}</ul>`;
  if (block.kind === "text") return html`<p><${Inline} text=${block.text} /></p>`;
  return html`
    <div class="table-frame" tabindex="0" role="group" aria-label="Table"><table>
      <thead><tr>${block.head.map((cell) => html`<th scope="col"><${Inline} text=${cell} /></th>`)}</tr></thead>
      <tbody>${block.body.map((row) => html`<tr>${row.map((cell) => html`<td><${Inline} text=${cell} /></td>`)}</tr>`)}</tbody>
    </table></div>`;
}

export const Card = ({ text }) => html`<div class="model-card">${blocks(text).map((block) => html`<${Block} block=${block} />`)}</div>`;
